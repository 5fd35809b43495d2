#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# Every provider's manifests build and are what clusterctl accepts.

source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
manifests=$(tool manifests)

for provider in $(providers); do
	for overlay in config/"${provider}"/kustomization.yaml config/"${provider}"/with-*/kustomization.yaml; do
		echo "${overlay%/*}"
		"${manifests}" check "$(provider_type "${provider}")-kubeception" "${overlay%/*}"
	done
done
