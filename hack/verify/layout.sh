#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# The tree in CONTRIBUTING.md is the tree on disk, files keep to their budgets, and every script names its licence.

source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
layout=$(tool layout)

failed=0
"${layout}" CONTRIBUTING.md || failed=1

budget() {
	local most=$1 file lines
	shift
	for file in "$@"; do
		[[ -f ${file} ]] || continue
		lines=$(wc -l <"${file}")
		if ((lines > most)); then
			echo "${file} has ${lines} lines, more than the ${most} it may have"
			failed=1
		fi
	done
}
budget 300 Makefile
mapfile -t sources < <(git ls-files --cached --others --exclude-standard -- '*.go' '*.sh' ':!*/zz_generated*')
budget 600 "${sources[@]}"

mapfile -t scripts < <(git ls-files --cached --others --exclude-standard -- '*.sh' .ci/run)
for script in "${scripts[@]}"; do
	if ! head -n 5 "${script}" | grep -q '^# SPDX-License-Identifier: Apache-2.0$'; then
		echo "${script} lacks the licence header of hack/boilerplate.go.txt"
		failed=1
	fi
done
exit "${failed}"
