#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# image.sh <provider> builds the image of a provider's manager with Docker.

source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

provider=${1:?which provider: $(providers | xargs)}
docker build --build-arg "package=./$(provider_source "${provider}")" \
	--tag "${REGISTRY:-ghcr.io/kubeception}/${provider}-manager:${VERSION:-dev}" .
