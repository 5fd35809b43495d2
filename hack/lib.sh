# shellcheck shell=bash
# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# What every script in hack/ shares: strict mode, the repository as working directory, the lists others loop over.

set -o errexit -o nounset -o pipefail
shopt -s inherit_errexit nullglob

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "${root}"

# Each module stands for itself; a workspace file of the user must not change what is built.
export GOWORK=off

# artifacts is where logs and JUnit reports go; CI collects the folder.
# shellcheck disable=SC2034 # read by the scripts that source this file
artifacts=${ARTIFACTS:-${root}/_artifacts}

# tool prints the path of a pinned tool, building it when it is missing.
tool() { "${root}/hack/tools.sh" "$1"; }

# providers lists the providers that exist, by the name of their folder in config/.
providers() {
	local overlay
	for overlay in config/*/base/kustomization.yaml; do
		overlay=${overlay#config/}
		echo "${overlay%%/*}"
	done
}

# provider_type prints what clusterctl calls a provider of ours: the type in its labels and file names.
provider_type() {
	case $1 in
	controlplane) echo control-plane ;;
	topology) echo runtime-extension ;;
	*) echo "$1" ;;
	esac
}

# provider_source prints the folder with a provider's main.go.
provider_source() {
	case $1 in
	topology) echo exp/topology ;;
	*) echo "$1" ;;
	esac
}

# modules lists the folders of our own Go modules. The parts of the seed only pin what is built from elsewhere.
modules() {
	git ls-files --cached --others --exclude-standard -- go.mod '*/go.mod' ':!test/seed/parts' | xargs -n1 dirname
}

# log prints a heading, fail an error that ends the script.
log() { printf '==> %s\n' "$*"; }
fail() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}
