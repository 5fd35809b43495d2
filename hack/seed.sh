#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# seed.sh <command> […] runs the command of the real seed, which lives in the test module.

source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ -d test/seed/cmd/seed ]] || fail "test/seed is not in this checkout"
# The command is built rather than run with go run, so that signals and exit codes reach the user unchanged.
mkdir -p bin
go -C test build -o "${root}/bin/seed" ./seed/cmd/seed
exec bin/seed --state-dir "${root}/_run" "$@"
