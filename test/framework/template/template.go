// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
)

// Cluster is what a template is rendered for.
type Cluster struct {
	client.ObjectKey
	// Version is the Kubernetes version, for example v1.36.3.
	Version string
	// Workers is the number of machines.
	Workers int
	// Flavor is that of the template. Default: the one with local machines.
	Flavor string
}

// Generate renders the manifests of a cluster. Details go to log.
func Generate(ctx context.Context, s *seed.Seed, cluster Cluster, log io.Writer) ([]byte, error) {
	clusterctl, err := s.Binaries.Binary(ctx, "clusterctl")
	if err != nil {
		return nil, err
	}
	checkout, err := s.Binaries.CheckoutDir()
	if err != nil {
		return nil, err
	}
	file := "cluster-template.yaml"
	if cluster.Flavor != "" {
		file = "cluster-template-" + cluster.Flavor + ".yaml"
	}
	command := exec.CommandContext(ctx, clusterctl, "generate", "cluster", cluster.Name,
		"--config", filepath.Join(s.StateDir, "clusterctl.yaml"), "--kubeconfig", s.Kubeconfig,
		"--from", filepath.Join(checkout, "templates", file),
		"--target-namespace", cluster.Namespace, "--kubernetes-version", cluster.Version,
		"--control-plane-machine-count", "1", "--worker-machine-count", strconv.Itoa(cluster.Workers))
	command.Env = append(os.Environ(), "CLUSTERCTL_DISABLE_VERSIONCHECK=true")
	command.Stderr = log
	manifests, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("clusterctl generate cluster: %w", err)
	}
	return manifests, nil
}
