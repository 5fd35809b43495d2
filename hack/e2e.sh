#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# e2e.sh <suite> runs a suite on a real seed: e2e or chaos. A seed that was up before stays up and keeps its
# clusters; one that the script started is ended with it, unless KEEP says otherwise. RUN and SKIP are regular
# expressions of spec names.

source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

suite=${1:?which suite: e2e or chaos}
[[ -d test/${suite} ]] || fail "there is no suite test/${suite}"
mkdir -p "${artifacts}"
report=${artifacts}/junit.${suite}.xml
rm -f "${report}"

if [[ -z ${KEEP:-} ]] && ! hack/seed.sh status >/dev/null 2>&1; then
	trap 'hack/seed.sh down' EXIT
fi
hack/seed.sh up --skip-example

colour=()
[[ -t 1 ]] || colour=(-ginkgo.no-color)
# Ginkgo ends a suite in time and reports what it was doing; Go's own limit is a second net behind it.
KUBECEPTION_SEED=${root}/_run ARTIFACTS=${artifacts} go -C test test "./${suite}/..." -count=1 -v -timeout 4h \
	-ginkgo.timeout "${TIMEOUT:-3h}" -ginkgo.junit-report "${report}" "${colour[@]}" \
	${RUN:+-ginkgo.focus "${RUN}"} ${SKIP:+-ginkgo.skip "${SKIP}"}
