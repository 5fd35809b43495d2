#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# bench.sh measures hosted control planes on a real seed: on the one whose state folder KUBECEPTION_SEED names, else
# on that of make up. A seed that was up before stays up; one that the script started is ended with it, unless KEEP
# says otherwise. BENCH_SIZES, BENCH_MACHINES, BENCH_REPEAT and BENCH_LIMIT are described in test/bench/doc.go.

source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

mkdir -p bin "${artifacts}"
go -C test build -o "${root}/bin/bench" ./bench
if [[ -z ${KUBECEPTION_SEED:-} ]]; then
	if [[ -z ${KEEP:-} ]] && ! hack/seed.sh status >/dev/null 2>&1; then
		trap 'hack/seed.sh down' EXIT
	fi
	hack/seed.sh up --skip-example
fi
KUBECEPTION_SEED=$(realpath "${KUBECEPTION_SEED:-_run}") ARTIFACTS=${artifacts} bin/bench
