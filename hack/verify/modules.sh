#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# Every module is tidy.

source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

failed=0
for module in $(modules); do
	echo "${module}"
	go -C "${module}" mod tidy -diff || failed=1
done
[[ ${failed} -eq 0 ]] || fail "run go mod tidy in the modules above"
