#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# tools.sh [name] prints the path of a tool pinned in hack/tools/go.mod and builds it first when it is missing;
# without a name it builds all of them. Tools live outside the checkout, by the content that pins them, because
# golangci-lint takes minutes to build and is the same for every checkout.

source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

content() {
	go env GOVERSION GOOS GOARCH
	find hack/tools -name '*.go' -print0 -o -name 'go.mod' -print0 -o -name 'go.sum' -print0 | sort -z | xargs -0 cat
}

cache=${XDG_CACHE_HOME:-${HOME}/.cache}/kubeception/tools/$(content | sha256sum | cut -c1-16)
mkdir -p "${cache}"

# build makes one tool. Two runs at once wait for each other; a build that was cut short leaves nothing behind.
build() {
	local package=$1 name=${1##*/} started=${SECONDS}
	exec 9>"${cache}/.lock"
	flock 9
	if [[ ! -x ${cache}/${name} ]]; then
		echo "building ${name} …" >&2
		go -C hack/tools build -trimpath -buildvcs=false -ldflags='-s -w' -o "${cache}/.${name}" "${package}"
		mv "${cache}/.${name}" "${cache}/${name}"
		echo "built ${name} in $((SECONDS - started)) s" >&2
	fi
	exec 9>&-
}

wanted=${1:-}
if [[ -n ${wanted} && -x ${cache}/${wanted} ]]; then
	echo "${cache}/${wanted}"
	exit
fi

packages=$(go -C hack/tools list -f '{{.ImportPath}}' tool)
for package in ${packages}; do
	if [[ -z ${wanted} || ${package##*/} == "${wanted}" ]]; then
		build "${package}"
		echo "${cache}/${package##*/}"
		found=yes
	fi
done
[[ -n ${found:-} ]] || fail "hack/tools/go.mod names no tool ${wanted}"
