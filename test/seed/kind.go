// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package seed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/images"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/node"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/steps"
)

// kindCluster is a seed made by kind, for machines that have Docker. The tests
// of this repository do not exercise it. It brings a DNS service and a default
// StorageClass of its own; addresses for Services of type LoadBalancer need
// cloud-provider-kind beside it.
type kindCluster struct {
	name       string
	kubeconfig string
	// mark is a file that exists while the cluster does.
	mark string
}

// newKindCluster returns the kind cluster of the seed, existing or not.
func newKindCluster(s *Seed) *kindCluster {
	return &kindCluster{
		name:       s.node.UniqueName(),
		kubeconfig: s.Kubeconfig,
		mark:       filepath.Join(filepath.Dir(s.LogDir), "kind"),
	}
}

func (k *kindCluster) exists() bool {
	_, err := os.Stat(k.mark)
	return err == nil
}

// steps replace the node and its processes.
func (k *kindCluster) steps(s *Seed) []steps.Step {
	return []steps.Step{
		{Name: "tools", Run: node.InstallBuildTools},
		{Name: "docker", Run: func(ctx context.Context, log io.Writer) error { return k.available(ctx, log) }},
		{Name: "node", Needs: []string{"docker"}, Run: func(ctx context.Context, log io.Writer) error {
			if err := k.create(ctx, log); err != nil {
				return err
			}
			s.kind = k
			return s.connect(ctx)
		}},
	}
}

// available fails with what is missing on this machine.
func (k *kindCluster) available(ctx context.Context, log io.Writer) error {
	for _, tool := range []string{"kind", "docker"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("SEED=kind needs %s on the path: install it, or leave SEED out to run on this machine itself", tool)
		}
	}
	if _, err := run(ctx, log, "docker", "info"); err != nil {
		return fmt.Errorf("SEED=kind needs a running Docker; leave SEED out to run on this machine itself: %w", err)
	}
	return nil
}

func (k *kindCluster) create(ctx context.Context, log io.Writer) error {
	clusters, err := run(ctx, log, "kind", "get", "clusters")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(k.mark), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(k.mark, []byte(k.name+"\n"), 0o600); err != nil {
		return err
	}
	command := []string{"create", "cluster", "--wait", "3m"}
	if slices.Contains(strings.Fields(clusters), k.name) {
		command = []string{"export", "kubeconfig"}
	}
	_, err = run(ctx, log, "kind", append(command, "--name", k.name, "--kubeconfig", k.kubeconfig)...)
	return err
}

func (k *kindCluster) load(ctx context.Context, image images.Image) error {
	_, err := run(ctx, io.Discard, "kind", "load", "image-archive", image.Tar, "--name", k.name)
	return err
}

func (k *kindCluster) remove(ctx context.Context) error {
	if _, err := run(ctx, io.Discard, "kind", "delete", "cluster", "--name", k.name, "--kubeconfig", k.kubeconfig); err != nil {
		return err
	}
	return os.Remove(k.mark)
}

// nodeAddress returns the address of the first node.
func (s *Seed) nodeAddress(ctx context.Context) (string, error) {
	nodes := &corev1.NodeList{}
	if err := s.Client.List(ctx, nodes); err != nil {
		return "", err
	}
	for _, node := range nodes.Items {
		for _, address := range node.Status.Addresses {
			if address.Type == corev1.NodeInternalIP {
				return address.Address, nil
			}
		}
	}
	return "", errors.New("no node has an internal address")
}

// run runs a program and returns its standard output.
func run(ctx context.Context, log io.Writer, name string, args ...string) (string, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = io.MultiWriter(&stdout, log), io.MultiWriter(&stderr, log)
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), nil
}
