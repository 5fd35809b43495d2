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
	"os/exec"
	"path/filepath"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/hosted"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// The example cluster.
const (
	Namespace = "demo"
	Name      = "first"
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
	manifests, err := render(ctx, s, log)
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
	return os.WriteFile(KubeconfigPath(s.StateDir), kubeconfig, 0o600)
}

// render runs clusterctl generate cluster on the template of this checkout.
func render(ctx context.Context, s *seed.Seed, log io.Writer) ([]byte, error) {
	clusterctl, err := s.Binaries.Binary(ctx, "clusterctl")
	if err != nil {
		return nil, err
	}
	checkout, err := s.Binaries.CheckoutDir()
	if err != nil {
		return nil, err
	}
	newest := parts.KubernetesMinors[0]
	version, err := s.Binaries.Version("kube-apiserver-" + newest)
	if err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, clusterctl, "generate", "cluster", Name,
		"--config", filepath.Join(s.StateDir, "clusterctl.yaml"), "--kubeconfig", s.Kubeconfig,
		"--from", filepath.Join(checkout, "templates", "cluster-template.yaml"),
		"--target-namespace", Namespace, "--kubernetes-version", version, "--control-plane-machine-count", "1")
	command.Env = append(os.Environ(), "CLUSTERCTL_DISABLE_VERSIONCHECK=true")
	command.Stderr = log
	manifests, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("clusterctl generate cluster: %w", err)
	}
	return manifests, nil
}

func scheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, clusterv1.AddToScheme, controlplanev1.AddToScheme} {
		utilruntime.Must(add(scheme))
	}
	return scheme
}
