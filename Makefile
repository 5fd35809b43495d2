# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# Five groups: generate, verify, test, build, release. The work is done in hack/; each target is one line of it.

SHELL := /usr/bin/env bash -o errexit -o nounset -o pipefail
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

# Each module stands for itself, whatever workspace file surrounds the checkout.
export GOWORK := off

# SEED says where the seed runs: host (processes of this machine, the default) or kind (where Docker is).
SEED ?= host
# RUN and SKIP narrow tests down: a regular expression of Go test names, and for make e2e of spec names.
RUN ?=
SKIP ?=
# PROVIDER is the provider whose image docker-build makes, VERSION the version of images and release files.
PROVIDER ?= controlplane
VERSION ?= dev
REGISTRY ?= ghcr.io/kubeception

export SEED RUN SKIP VERSION REGISTRY

.PHONY: help
help: ## Show this text
	@awk 'BEGIN {FS = ":.*## "} \
		/^##@ / {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z0-9-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Run

.PHONY: packages
packages: ## Install the Debian packages that checks and scripts need
	@hack/ensure/packages.sh

.PHONY: up
up: ## Build what is missing, start the seed, install everything, create an example cluster
	@hack/seed.sh up

.PHONY: down
down: ## Stop the seed and remove what it left on this machine
	@hack/seed.sh down

##@ Generate

.PHONY: generate
generate: ## Write deep copies, CRDs, roles, webhook configurations and other generated files
	@hack/generate.sh

.PHONY: golden
golden: ## Write golden files anew; review them like code
	@UPDATE_GOLDEN=1 go test ./controlplane/... ./bootstrap/... ./infrastructure/... ./internal/... ./exp/... ./docs/...

.PHONY: tidy
tidy: ## Tidy every module
	@source hack/lib.sh; for module in $$(modules); do go -C $$module mod tidy; done

##@ Verify

.PHONY: verify
verify: ## Run every check in hack/verify; CHECKS="lint config" runs some
	@hack/verify.sh $(CHECKS)

.PHONY: lint
lint: ## Run the linters on every module and on the API
	@hack/verify.sh lint api

.PHONY: lint-fix
lint-fix: ## Run the linters and let them mend what they can
	@hack/verify/lint.sh --fix

##@ Test

.PHONY: test
test: ## Unit, CRD, contract and integration tests
	@hack/test.sh

.PHONY: test-unit
test-unit: ## Unit tests alone; they need nothing but Go
	@hack/test.sh unit

.PHONY: e2e
e2e: ## Every promise on a real seed, and the shorter ones of Cluster API's own specs
	@LABELS='!(Long || Upgrade || AWS)' hack/e2e.sh e2e capi

.PHONY: e2e-long
e2e-long: ## The promises that take minutes of waiting: machines that fail, and what replaces them
	@LABELS=Long hack/e2e.sh e2e

.PHONY: e2e-upgrades
e2e-upgrades: ## Upgrades through several minors; it compiles an older one first, which nothing else needs
	@KUBECEPTION_MINORS=1.36,1.35,1.34 LABELS=Upgrade hack/e2e.sh e2e

.PHONY: e2e-aws
e2e-aws: ## Shoots on AWS, with Cluster API Provider AWS, as far as they come without an account
	@WITH_AWS=true LABELS=AWS hack/e2e.sh e2e

.PHONY: e2e-capi
e2e-capi: ## All of Cluster API's own specs that fit, on a real seed
	@hack/e2e.sh capi

.PHONY: conformance
conformance: ## Kubernetes' own conformance tests on a cluster with workers; RUN and SKIP select tests, PROCS at once
	@hack/conformance.sh

.PHONY: chaos
chaos: ## Kill and break things on a real seed, for as long as you like
	@hack/e2e.sh chaos

.PHONY: bench
bench: ## Measure time, memory and API writes of hosted control planes on a real seed
	@hack/bench.sh

.PHONY: bench-placement
bench-placement: ## Measure how many Shoots at once get their seeds; it needs no cluster
	@go -C test test -count=1 -v -timeout 60m -run TestPlacement ./bench/placement

.PHONY: bench-translation
bench-translation: ## Measure how Shoots become Clusters, by the function alone and with Cluster API; it needs no cluster
	@go -C test test -count=1 -v -timeout 60m -run TestTranslation ./bench/translation

##@ Build

.PHONY: build
build: ## Compile every package of every module
	@source hack/lib.sh; for module in $$(modules); do go -C $$module build ./...; done

.PHONY: docker-build
docker-build: ## Build the image of PROVIDER
	@hack/image.sh $(PROVIDER)

.PHONY: machine-image
machine-image: ## Build the images of local machines as OCI archives in out/
	@hack/seed.sh machine-image

.PHONY: tools
tools: ## Build the pinned tools ahead of their first use
	@hack/tools.sh

.PHONY: clean
clean: ## Remove what targets wrote into the checkout; caches stay
	@rm -rf _artifacts out bin

##@ Release

.PHONY: release
release: ## Write the files of a release to out/
	@hack/release.sh
