// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package example creates the cluster that the quick start shows, as a user would: clusterctl renders the template of
// this checkout, the result is applied, and the kubeconfig that Cluster API publishes is written down.
package example

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/hosted"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/template"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/workload"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// The example cluster.
const (
	Namespace = "demo"
	Name      = "first"
	// Workers is the number of its nodes.
	Workers = 2
)

// timeout is far beyond what a first start takes on a busy machine.
const timeout = 5 * time.Minute

// Addon creates the example cluster.
type Addon struct{}

var _ seed.Addon = Addon{}

// Name implements seed.Addon.
func (Addon) Name() string { return "example" }

// KubeconfigPath is where the kubeconfig of the example cluster is written.
func KubeconfigPath(stateDir string) string {
	return filepath.Join(stateDir, fmt.Sprintf("%s-%s.kubeconfig", Namespace, Name))
}

// Install implements seed.Addon.
func (Addon) Install(ctx context.Context, s *seed.Seed, log io.Writer) error {
	version, err := s.Binaries.Version("kube-apiserver-" + parts.KubernetesMinors[0])
	if err != nil {
		return err
	}
	key := client.ObjectKey{Namespace: Namespace, Name: Name}
	manifests, err := template.Generate(ctx, s, template.Cluster{ObjectKey: key, Version: version, Workers: Workers}, log)
	if err != nil {
		return err
	}
	namespace := fmt.Sprintf("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: %s\n", Namespace)
	if err := s.Apply(ctx, append([]byte(namespace+"---\n"), manifests...), log); err != nil {
		return err
	}
	management, err := client.New(s.Config, client.Options{Scheme: scheme()})
	if err != nil {
		return err
	}
	cluster := hosted.New(management, Namespace, Name)
	if err := cluster.UntilAvailable(ctx, timeout); err != nil {
		return err
	}
	kubeconfig, err := cluster.Kubeconfig(ctx)
	if err != nil {
		return err
	}
	if err := os.WriteFile(KubeconfigPath(s.StateDir), kubeconfig, 0o600); err != nil {
		return err
	}
	nodes, err := workload.Connect(ctx, cluster, scheme())
	if err != nil {
		return err
	}
	if err := nodes.UntilNodesReady(ctx, Workers, timeout); err != nil {
		return err
	}
	// Before that, there are neither names nor logs of pods.
	return cluster.UntilCondition(ctx, timeout, controlplanev1.SystemComponentsAvailableCondition, metav1.ConditionTrue, "")
}

func scheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, clusterv1.AddToScheme, controlplanev1.AddToScheme} {
		utilruntime.Must(add(scheme))
	}
	return scheme
}
