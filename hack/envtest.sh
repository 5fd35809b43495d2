#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# envtest.sh prints, as shell assignments, where tests find real programs of control planes. They are those the seed runs,
# built from their modules. Whoever has others sets KUBEBUILDER_ASSETS, and they are used.

source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if [[ -n ${KUBEBUILDER_ASSETS:-} ]]; then
	[[ -x ${KUBEBUILDER_ASSETS}/kube-apiserver ]] || fail "KUBEBUILDER_ASSETS=${KUBEBUILDER_ASSETS} holds no kube-apiserver"
	printf 'export KUBEBUILDER_ASSETS=%q\n' "${KUBEBUILDER_ASSETS}"
	exit
fi
hack/seed.sh assets
