#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# image.sh <provider> builds the image of a provider's manager with Docker.

source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

provider=${1:?which provider: $(providers | xargs)}
version=${VERSION:-dev}
docker build --build-arg "package=./$(provider_source "${provider}")" \
	--build-arg "ldflags=-s -w -X k8s.io/component-base/version.gitVersion=${version}" \
	--tag "${REGISTRY:-ghcr.io/kubeception}/${provider}-manager:${version}" .
