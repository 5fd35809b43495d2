#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# verify.sh [check…] runs the checks in hack/verify, all of them or those named, and reports every failure, not only
# the first. Each check's output is kept in _artifacts/verify and the results in _artifacts/junit.verify.xml.

source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

checks=("$@")
if [[ ${#checks[@]} -eq 0 ]]; then
	for script in hack/verify/*.sh; do
		script=${script##*/}
		checks+=("${script%.sh}")
	done
fi

logs=${artifacts}/verify
mkdir -p "${logs}"
cases="" failed=0
for check in "${checks[@]}"; do
	[[ -x hack/verify/${check}.sh ]] || fail "there is no check hack/verify/${check}.sh"
	started=${SECONDS}
	printf '%-12s' "${check}"
	if "hack/verify/${check}.sh" >"${logs}/${check}.log" 2>&1; then
		printf 'ok      %4d s\n' $((SECONDS - started))
		# What could not be checked is said aloud, not only in a log.
		grep '^SKIPPED' "${logs}/${check}.log" | sed 's/^/            /' || true
		outcome=""
		! grep -q '^SKIPPED' "${logs}/${check}.log" || outcome="<skipped/>"
	else
		printf 'FAILED  %4d s, see %s\n' $((SECONDS - started)) "${logs#"${root}"/}/${check}.log"
		sed 's/^/    /' "${logs}/${check}.log"
		outcome="<failure message=\"see verify/${check}.log\"/>"
		failed=$((failed + 1))
	fi
	cases+="<testcase classname=\"verify\" name=\"${check}\" time=\"$((SECONDS - started))\">${outcome}</testcase>"
done

printf '<testsuites><testsuite name="verify" tests="%d" failures="%d">%s</testsuite></testsuites>\n' \
	"${#checks[@]}" "${failed}" "${cases}" >"${artifacts}/junit.verify.xml"
[[ ${failed} -eq 0 ]] || fail "${failed} of ${#checks[@]} checks failed"
