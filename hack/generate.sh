#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# generate.sh writes everything that is derived from Go source: deep copies, and for each provider its CRDs, its role
# and its webhook configurations. Only files named zz_generated.* and the folders crd, role and webhook below a
# provider's base are written.

source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
controller_gen=$(tool controller-gen)

# listing writes the kustomization of a folder of generated files, so that a new file needs no hand.
listing() {
	local folder=$1 file
	{
		sed 's|^//|#|' hack/boilerplate.go.txt
		printf '\n# Written by hack/generate.sh.\nresources:'
		[[ -n $(cd "${folder}" && echo *.yaml) ]] || printf ' []'
		printf '\n'
		for file in "${folder}"/*.yaml; do
			printf -- '- %s\n' "${file##*/}"
		done
	} >"${folder}/kustomization"
	mv "${folder}/kustomization" "${folder}/kustomization.yaml"
}

generate() {
	local folder=$1
	shift
	rm -rf "${folder}"
	mkdir -p "${folder}"
	"${controller_gen}" "$@" "output:dir=${folder}"
	listing "${folder}"
}

# gardener_crds writes the CRDs of the kinds of Gardener's API that the topology layer serves, from Gardener's types.
# The generator knows no choice of kinds, so that the others are removed afterwards.
gardener_crds() {
	local folder=$1 types=github.com/gardener/gardener/pkg/apis file
	generate "${folder}" crd:crdVersions=v1,allowDangerousTypes=true \
		"paths=${types}/core/v1beta1" "paths=${types}/security/v1alpha1"
	for file in "${folder}"/*_*.yaml; do
		case ${file##*_} in
		cloudprofiles.yaml | namespacedcloudprofiles.yaml | seeds.yaml | shoots.yaml | projects.yaml | quotas.yaml | \
			secretbindings.yaml | credentialsbindings.yaml | exposureclasses.yaml) ;;
		*) rm "${file}" ;;
		esac
	done
	rm "${folder}/kustomization.yaml"
	listing "${folder}"
}

log "deep copies"
"${controller_gen}" object:headerFile=hack/boilerplate.go.txt paths=./api/...

for provider in $(providers); do
	base=config/${provider}/base
	log "manifests of ${provider}"
	if [[ -d api/${provider} ]]; then
		generate "${base}/crd/bases" crd:crdVersions=v1 "paths=./api/${provider}/..."
	fi
	if [[ ${provider} == topology ]]; then
		gardener_crds "${base}/crd/bases"
	fi
	source=$(provider_source "${provider}")
	if [[ -d ${source} ]]; then
		generate "${base}/role" rbac:roleName=manager-role "paths=./${source}/..."
		generate "${base}/webhook" webhook "paths=./${source}/..."
	fi
done

for script in hack/generate/*.sh; do
	log "${script##*/}"
	"${script}"
done
