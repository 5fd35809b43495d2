#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# Generated files are what the generators write: running them changes nothing.

source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

snapshot() {
	git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
		[[ ! -f ${file} ]] || sha256sum "${file}"
	done
}

before=$(snapshot)
make --no-print-directory generate
after=$(snapshot)
if ! changed=$(diff <(echo "${before}") <(echo "${after}")); then
	echo "make generate changed these files; commit what it wrote:"
	awk '/^[<>]/ {print "  " $3}' <<<"${changed}" | sort -u
	exit 1
fi
