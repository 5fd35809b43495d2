// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Conformance runs Kubernetes' own end-to-end tests on a workload cluster with two local machines: upstream's e2e.test,
// built from its module in the version that the cluster runs. docs/conformance.md says what that covers and what not.
//
// Their images are not pulled: they are made of the same programs, agnhost and sample-apiserver from upstream's modules,
// busybox, nginx and dig from Debian, and served by the seed's registry under upstream's names.
//
// It takes these variables:
//
//	KUBECEPTION_SEED  the state folder of a running seed
//	ARTIFACTS         where logs and reports go
//	RUN, SKIP         regular expressions of test names; default "\[Conformance\]", and nothing
//	PROCS             how many tests run at once; default 4
//	KEEP              leaves the cluster when it is set
package main
