// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"testing/fstest"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/deploy"
)

const (
	namespace = "registry"
	name      = "registry"
	port      = 5000
)

//go:embed manifests.yaml
var manifests []byte

// Addon installs the registry and fills it.
type Addon struct{}

var (
	_ seed.Addon    = Addon{}
	_ seed.Preparer = Addon{}
)

// Name implements seed.Addon.
func (Addon) Name() string { return "registry" }

var program = deploy.Program{Image: "registry"}

// Prepare implements seed.Preparer.
func (Addon) Prepare(ctx context.Context, s *seed.Seed, log io.Writer) error {
	if _, err := program.Build(ctx, s); err != nil {
		return err
	}
	for _, image := range Images() {
		if _, err := image.build(ctx, s, log); err != nil {
			return err
		}
	}
	return nil
}

// Install implements seed.Addon.
func (Addon) Install(ctx context.Context, s *seed.Seed, log io.Writer) error {
	image, err := program.Load(ctx, s)
	if err != nil {
		return err
	}
	rendered, err := deploy.Render(fstest.MapFS{"manifests.yaml": {Data: manifests}}, map[string]any{
		"Namespace": namespace, "Name": name, "Image": image.Ref, "Port": port, "Address": s.RegistryAddress(),
	})
	if err != nil {
		return err
	}
	if err := s.Apply(ctx, rendered, log); err != nil {
		return err
	}
	if err := s.AwaitDeployment(ctx, namespace, name); err != nil {
		return err
	}
	address, err := Address(ctx, s)
	if err != nil {
		return err
	}
	if err := awaitAnswer(ctx, address); err != nil {
		return err
	}
	for _, image := range Images() {
		if err := image.push(ctx, s, address, log); err != nil {
			return fmt.Errorf("fill the registry: %w", err)
		}
	}
	return nil
}

// answerTimeout is how long kube-proxy may take to lead to a pod that is ready.
const answerTimeout = 30 * time.Second

func awaitAnswer(ctx context.Context, address string) error {
	var last error
	err := wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, answerTimeout, true, func(ctx context.Context) (bool, error) {
		var connection net.Conn
		if connection, last = (&net.Dialer{}).DialContext(ctx, "tcp", address); last != nil {
			return false, nil //nolint:nilerr // It is tried again.
		}
		return true, connection.Close()
	})
	if err != nil {
		return fmt.Errorf("connect to the registry: %w", errors.Join(err, last))
	}
	return nil
}

// Address is where the registry is, for pods of the seed and for this machine.
// It is the same for as long as the seed exists.
func Address(ctx context.Context, s *seed.Seed) (string, error) {
	service := &corev1.Service{}
	if err := s.Client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, service); err != nil {
		return "", fmt.Errorf("find the registry: %w", err)
	}
	if service.Spec.ClusterIP == "" {
		return "", errors.New("find the registry: its Service has no address")
	}
	return fmt.Sprintf("%s:%d", service.Spec.ClusterIP, port), nil
}

// MirrorFile is where containerd reads which registry to ask first, for all upstream registries.
const MirrorFile = "/etc/containerd/certs.d/_default/hosts.toml"

// Mirror is the content of MirrorFile that leads to the registry at an address.
func Mirror(address string) []byte {
	return fmt.Appendf(nil, "[host.%q]\n  capabilities = [\"pull\", \"resolve\"]\n", "http://"+address)
}
