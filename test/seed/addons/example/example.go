// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package example creates the cluster that the quick start shows, as a user would: the manifests of examples/shoot-local.yaml
// are applied, and what Gardener's API and Cluster API say of the Shoot is waited for.
package example

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/hosted"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/workload"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
)

// The example: the Shoot, and the Cluster that it becomes.
const (
	Project   = "garden-dev"
	Shoot     = "first"
	Namespace = "capi--dev--first"
	Cluster   = "shoot--dev--first"
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
	return filepath.Join(stateDir, Shoot+".kubeconfig")
}

// Install implements seed.Addon.
func (Addon) Install(ctx context.Context, s *seed.Seed, log io.Writer) error {
	checkout, err := s.Binaries.CheckoutDir()
	if err != nil {
		return err
	}
	manifests, err := os.ReadFile(filepath.Join(checkout, "examples", "shoot-local.yaml"))
	if err != nil {
		return err
	}
	if err := s.Apply(ctx, manifests, log); err != nil {
		return err
	}
	management, err := client.New(s.Config, client.Options{Scheme: scheme()})
	if err != nil {
		return err
	}
	if err := awaitShoot(ctx, management, log); err != nil {
		return err
	}
	cluster := hosted.New(management, Namespace, Cluster)
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

// awaitShoot waits until the Shoot is created, and logs what it waits for meanwhile.
func awaitShoot(ctx context.Context, management client.Client, log io.Writer) error {
	shoot := &gardencorev1beta1.Shoot{}
	said := ""
	err := wait.PollUntilContextTimeout(ctx, time.Second, timeout, true, func(ctx context.Context) (bool, error) {
		if err := management.Get(ctx, client.ObjectKey{Namespace: Project, Name: Shoot}, shoot); err != nil {
			return false, err
		}
		last := shoot.Status.LastOperation
		if last == nil {
			return false, nil
		}
		if now := fmt.Sprintf("%s %s %d%%: %s", last.Type, last.State, last.Progress, last.Description); now != said {
			said = now
			fmt.Fprintln(log, said)
		}
		return last.State == gardencorev1beta1.LastOperationStateSucceeded, nil
	})
	if err != nil {
		return fmt.Errorf("wait for Shoot %s/%s (%s): %w", Project, Shoot, said, err)
	}
	return nil
}

func scheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		clientgoscheme.AddToScheme, clusterv1.AddToScheme, controlplanev1.AddToScheme, gardencorev1beta1.AddToScheme,
	} {
		utilruntime.Must(add(scheme))
	}
	return scheme
}
