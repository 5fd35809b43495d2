#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# The types in api/ follow Kubernetes' API conventions.
#
# apilint holds the rules we care most about and always runs. kube-api-linter, which has no releases and is built into
# golangci-lint as a plugin, runs as well wherever Go can download it; KAL=required makes its absence a failure.

source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

"$(tool apilint)" .golangci-kal.yml ./api/...

plugin=$(awk '$1 == "-" && $2 == "module:" {print $3}' hack/tools/.custom-gcl.yml)
version=$(awk '/module:/ {seen = 1} seen && $1 == "version:" {print $2; exit}' hack/tools/.custom-gcl.yml)
if ! go -C hack/tools mod download "${plugin}@${version}"; then
	[[ ${KAL:-} != required ]] || fail "${plugin}@${version} cannot be downloaded"
	echo "SKIPPED ${plugin}: Go cannot download ${version} here"
	exit
fi

linter=$(dirname "$(tool golangci-lint)")/golangci-lint-kube-api-linter
if [[ ! -x ${linter} ]]; then
	(cd hack/tools && "$(tool golangci-lint)" custom --destination "$(dirname "${linter}")")
fi
"${linter}" run --config .golangci-kal.yml ./api/...
