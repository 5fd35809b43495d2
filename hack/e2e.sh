#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# e2e.sh <suite…> runs suites on a real seed, one after the other: e2e, capi or chaos. A seed that was up before stays
# up and keeps its clusters; one that the script started is ended with it, unless KEEP says otherwise. RUN and SKIP are
# regular expressions of spec names, LABELS is a filter of Ginkgo's labels. WITH_AWS adds Cluster API Provider AWS.

source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ $# -gt 0 ]] || fail "which suite: e2e, capi or chaos"
mkdir -p "${artifacts}"
for suite in "$@"; do
	[[ -d test/${suite} ]] || fail "there is no suite test/${suite}"
	rm -f "${artifacts}/junit.${suite}.xml"
done

if [[ -z ${KEEP:-} ]] && ! hack/seed.sh status >/dev/null 2>&1; then
	trap 'hack/seed.sh down' EXIT
fi
hack/seed.sh up --skip-example ${WITH_AWS:+--with-aws}

colour=()
[[ -t 1 ]] || colour=(-ginkgo.no-color)
# Ginkgo ends a suite in time and reports what it was doing; Go's own limit is a second net behind it.
failed=()
for suite in "$@"; do
	KUBECEPTION_SEED=${root}/_run ARTIFACTS=${artifacts} go -C test test "./${suite}/..." -count=1 -v -timeout 4h \
		-ginkgo.timeout "${TIMEOUT:-3h}" -ginkgo.junit-report "${artifacts}/junit.${suite}.xml" "${colour[@]}" \
		${RUN:+-ginkgo.focus "${RUN}"} ${SKIP:+-ginkgo.skip "${SKIP}"} ${LABELS:+-ginkgo.label-filter "${LABELS}"} || failed+=("${suite}")
done
[[ ${#failed[@]} -eq 0 ]] || fail "failed: ${failed[*]}"
