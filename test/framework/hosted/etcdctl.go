// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package hosted

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// Etcdctl runs etcdctl against a member of a hosted etcd cluster and returns what it prints. It uses the client
// certificate of the API server, which a test may read and nobody else.
func (c *Cluster) Etcdctl(ctx context.Context, etcdctl, etcd string, arguments ...string) (string, error) {
	folder, err := os.MkdirTemp("", "etcdctl-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	if err := c.writeEtcdClient(ctx, folder, etcd); err != nil {
		return "", fmt.Errorf("get the etcd client certificate: %w", err)
	}
	service := &corev1.Service{}
	if err := c.Management.Get(ctx, client.ObjectKey{Namespace: c.SeedNamespace(), Name: etcd + "-client"}, service); err != nil {
		return "", fmt.Errorf("get the Service of %s: %w", etcd, err)
	}
	// The address of the Service is not in the certificate, its name is; the machine does not resolve it.
	name := fmt.Sprintf("%s-client.%s.svc", etcd, c.SeedNamespace())
	command := exec.CommandContext(ctx, etcdctl, append([]string{
		"--endpoints=https://" + service.Spec.ClusterIP + ":2379",
		"--cacert=" + filepath.Join(folder, "ca.crt"),
		"--cert=" + filepath.Join(folder, "tls.crt"),
		"--key=" + filepath.Join(folder, "tls.key"),
		"--insecure-transport=false",
		"--command-timeout=10s",
		"--insecure-skip-tls-verify", // of the address; the client certificate still proves who reads
	}, arguments...)...)
	output, err := command.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("etcdctl %s against %s: %w: %s", strings.Join(arguments, " "), name, err, output)
	}
	return string(output), nil
}

// writeEtcdClient writes what a client of an etcd cluster needs: the authority, the certificate and the key.
func (c *Cluster) writeEtcdClient(ctx context.Context, folder, etcd string) error {
	authorities := &corev1.SecretList{}
	if err := c.Management.List(ctx, authorities, client.InNamespace(c.SeedNamespace()),
		client.MatchingLabels{component.LabelBaseName: etcd + "-ca"}); err != nil {
		return err
	}
	certificate := &corev1.Secret{}
	if err := c.Management.Get(ctx, client.ObjectKey{Namespace: c.SeedNamespace(), Name: wiring.EtcdClientSecret}, certificate); err != nil {
		return err
	}
	for _, secret := range append(authorities.Items, *certificate) {
		for file, content := range secret.Data {
			if err := os.WriteFile(filepath.Join(folder, file), content, 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}
