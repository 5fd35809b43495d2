#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# test.sh [level…] runs the tests that need no cluster: unit, crd, contract and integration, or the levels named.
# Results are written as JUnit to _artifacts/junit.<level>.xml. A level that does not exist yet is not run.

source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
gotestsum=$(tool gotestsum)

levels=("$@")
[[ ${#levels[@]} -gt 0 ]] || levels=(unit crd contract integration)
mkdir -p "${artifacts}"

# Real programs for the tests that run some; unit tests alone go without.
if [[ ${levels[*]} != unit && -z ${KUBEBUILDER_ASSETS:-} ]]; then
	settings=$(hack/envtest.sh)
	eval "${settings}"
fi

# run_tests runs the packages of one module and keeps going, so that one failure does not hide another.
failed=()
run_tests() {
	local level=$1 module=$2
	shift 2
	log "${level} tests"
	(cd "${module}" && "${gotestsum}" --format "${GOTESTSUM_FORMAT:-pkgname-and-test-fails}" --format-hide-empty-pkg \
		--junitfile "${artifacts}/junit.${level}.xml" --junitfile-hide-empty-pkg \
		--packages "$*" -- -timeout 30m ${RUN:+-run "${RUN}"} ${SKIP:+-skip "${SKIP}"}) || failed+=("${level}")
}

for level in "${levels[@]}"; do
	rm -f "${artifacts}/junit.${level}.xml" "${artifacts}/junit.${level}-"*.xml
	case ${level} in
	unit)
		run_tests unit . ./...
		run_tests unit-tools hack/tools ./...
		if [[ -d test/seed ]]; then
			run_tests unit-seed test ./seed/...
		fi
		;;
	crd | contract | integration)
		[[ -d test/${level} ]] || continue
		run_tests "${level}" test "./${level}/..."
		;;
	*) fail "there is no level ${level}; there are unit, crd, contract and integration" ;;
	esac
done
[[ ${#failed[@]} -eq 0 ]] || fail "failed: ${failed[*]}"
