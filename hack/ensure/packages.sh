#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# packages.sh installs the Debian packages that the scripts use and that are missing; the seed sees to its own. Where this
# is not Debian, or the user is not root, it says what is missing and leaves it to the user.

source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# What runs, and the package it is in.
declare -A packages=(
	[git]=git
	[make]=make
	[shellcheck]=shellcheck
	[flock]=util-linux
	[cloud-init]=cloud-init
)

missing=()
for command in "${!packages[@]}"; do
	command -v "${command}" >/dev/null || missing+=("${packages[${command}]}")
done
[[ -s /etc/ssl/certs/ca-certificates.crt ]] || missing+=(ca-certificates)
[[ ${#missing[@]} -gt 0 ]] || exit 0

mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
if ! command -v apt-get >/dev/null || [[ $(id -u) -ne 0 ]]; then
	fail "install these first: ${missing[*]}"
fi
log "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq --yes --no-install-recommends "${missing[@]}" </dev/null >/dev/null

# Only its command is wanted: without this file it would look for instructions at the next boot.
if [[ " ${missing[*]} " == *" cloud-init "* ]]; then
	touch /etc/cloud/cloud-init.disabled
fi
