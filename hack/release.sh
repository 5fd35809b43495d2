#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# release.sh writes what a release consists of to out/: for each provider the components that clusterctl installs, with
# images of VERSION, the templates, and metadata.yaml.

source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
manifests=$(tool manifests)
version=${VERSION:-dev}
registry=${REGISTRY:-ghcr.io/kubeception}

rm -rf out
mkdir -p out
for provider in $(providers); do
	type=$(provider_type "${provider}")
	for overlay in config/"${provider}" config/"${provider}"/with-*; do
		variant=""
		[[ ${overlay} == "config/${provider}" ]] || variant=-${overlay##*/}
		file=out/${type}-components${variant}.yaml
		"${manifests}" build "${overlay}" |
			sed "s|ghcr.io/kubeception/${provider}-manager:dev|${registry}/${provider}-manager:${version}|" >"${file}"
		grep -q "image: ${registry}/${provider}-manager:${version}$" "${file}" || fail "${file} does not name the image of ${version}"
	done
done
cp metadata.yaml out/
for template in templates/*.yaml; do
	cp "${template}" out/
done
ls -1sh out
