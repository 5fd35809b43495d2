// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/cluster-api/test/e2e"
	"sigs.k8s.io/cluster-api/test/framework"
	"sigs.k8s.io/cluster-api/test/framework/clusterctl"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// ctx is that of the suite. Upstream's specs take it when the tree of specs is made.
var ctx = context.Background()

// What upstream's specs are told.
var (
	config           = &clusterctl.E2EConfig{Intervals: intervals}
	clusterctlConfig string
	management       framework.ClusterProxy
	artifacts        string
)

// long labels specs that are no part of make e2e.
var long = Label("Long")

// intervals are the times that specs wait, and how often they look. No healthy run comes near the times.
var intervals = map[string][]string{
	"default/wait-cluster":                         {"5m", "1s"},
	"default/wait-control-plane":                   {"10m", "1s"},
	"default/wait-worker-nodes":                    {"10m", "1s"},
	"default/wait-machine-upgrade":                 {"15m", "1s"},
	"default/wait-machine-remediation":             {"10m", "1s"},
	"default/wait-delete-cluster":                  {"10m", "1s"},
	"default/wait-resource-versions-become-stable": {"5m", "5s"},
	"default/wait-resource-versions-remain-stable": {"30s", "2s"},
}

func TestClusterAPI(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Cluster API's own specs")
}

var _ = BeforeSuite(func() {
	state := os.Getenv("KUBECEPTION_SEED")
	if state == "" {
		state = filepath.Join("..", "..", "_run")
	}
	artifacts = os.Getenv("ARTIFACTS")
	if artifacts == "" {
		artifacts = GinkgoT().TempDir()
	}
	artifacts = filepath.Join(artifacts, "capi")
	running, err := seed.Open(state)
	Expect(err).NotTo(HaveOccurred(), "start the seed with make up")
	version, err := running.Binaries.Version("kube-apiserver-" + parts.KubernetesMinors[0])
	Expect(err).NotTo(HaveOccurred())
	config.Variables = map[string]string{e2e.KubernetesVersion: version}
	clusterctlConfig = repository(running)

	scheme := runtime.NewScheme()
	framework.TryAddDefaultSchemes(scheme)
	for _, add := range []func(*runtime.Scheme) error{bootstrapv1.AddToScheme, controlplanev1.AddToScheme, infrav1.AddToScheme} {
		Expect(add(scheme)).To(Succeed())
	}
	management = framework.NewClusterProxy("seed", running.Kubeconfig, scheme, framework.WithMachineLogCollector(consoles{}))
	DeferCleanup(func(ctx context.Context) { management.Dispose(ctx) })
})
