#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# conformance.sh runs Kubernetes' own tests on a workload cluster of a real seed: on the one whose state folder
# KUBECEPTION_SEED names, else on that of make up. A seed that was up before stays up; one that the script started is
# ended with it, unless KEEP says otherwise. RUN, SKIP and PROCS are described in test/conformance/doc.go.

source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
summary=$(tool summary)

mkdir -p bin "${artifacts}"
rm -rf "${artifacts}/conformance" "${artifacts}/junit.conformance.xml"
go -C test build -o "${root}/bin/conformance" ./conformance
if [[ -z ${KUBECEPTION_SEED:-} ]]; then
	if [[ -z ${KEEP:-} ]] && ! hack/seed.sh status >/dev/null 2>&1; then
		trap 'hack/seed.sh down' EXIT
	fi
	hack/seed.sh up --skip-example
fi
status=0
KUBECEPTION_SEED=$(realpath "${KUBECEPTION_SEED:-_run}") ARTIFACTS=${artifacts} bin/conformance || status=$?
report=${artifacts}/conformance/junit_01.xml
if [[ -f ${report} ]]; then
	cp "${report}" "${artifacts}/junit.conformance.xml"
	"${summary}" "${artifacts}/junit.conformance.xml" || status=1
fi
exit "${status}"
