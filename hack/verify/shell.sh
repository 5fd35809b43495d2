#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# Scripts are free of what shellcheck knows to go wrong.

source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

command -v shellcheck >/dev/null || fail "shellcheck is missing; hack/ensure/packages.sh installs it"
mapfile -t scripts < <(git ls-files --cached --others --exclude-standard -- '*.sh' .ci/run)
shellcheck --external-sources --source-path=SCRIPTDIR "${scripts[@]}"
