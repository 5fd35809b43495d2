#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# golangci-lint finds nothing in any module; .golangci.yml says what is asked and why something is let pass.

source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
golangci_lint=$(tool golangci-lint)

failed=0
for module in $(modules); do
	[[ -n $(git ls-files --cached --others --exclude-standard -- "${module}/*.go") ]] || continue
	echo "${module}"
	(cd "${module}" && "${golangci_lint}" run --config "${root}/.golangci.yml" "$@" ./...) || failed=1
done
exit "${failed}"
