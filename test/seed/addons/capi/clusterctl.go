// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/deploy"
)

// Provider is a release of a provider, ready to be installed.
type Provider struct {
	// Label is clusterctl's, for example "control-plane-kubeception".
	Label string
	// Release is its semantic version, for example "v1.14.2".
	Release string
	// Components are its objects; the Secrets of its Certificates are added.
	Components []*unstructured.Unstructured
	// Metadata is its metadata.yaml.
	Metadata []byte
	// Templates are cluster templates and ClusterClasses by file name;
	// clusterctl looks for them with infrastructure providers only.
	Templates map[string][]byte
}

// Install adds the providers to the repository of the seed and installs them
// with one `clusterctl init`. Those whose release clusterctl's inventory has
// already are applied over the old ones instead, because clusterctl installs a
// release once. It returns when all Deployments are available.
func Install(ctx context.Context, s *seed.Seed, log io.Writer, providers ...Provider) error {
	var missing []string
	for _, p := range providers {
		kind, err := p.publish(s)
		if err != nil {
			return err
		}
		release := strings.TrimPrefix(p.Label, kind.prefix) + ":" + p.Release
		installed, err := p.installed(ctx, s)
		if err != nil {
			return err
		}
		if !installed {
			missing = append(missing, kind.flag, release)
			if kind.provider == "CoreProvider" {
				// "-" keeps clusterctl from adding the kubeadm providers.
				missing = append(missing, "--bootstrap", "-", "--control-plane", "-")
			}
			continue
		}
		manifests, err := Clusterctl(ctx, s, log, "generate", "provider", kind.flag, release)
		if err != nil {
			return err
		}
		if err := s.Apply(ctx, manifests, log); err != nil {
			return err
		}
	}
	if len(missing) > 0 {
		if err := awaitTestNamespaceGone(ctx, s); err != nil {
			return err
		}
		if _, err := Clusterctl(ctx, s, log, append([]string{"init"}, missing...)...); err != nil {
			return err
		}
	}
	for _, p := range providers {
		if err := p.waitAvailable(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// testNamespace is where `clusterctl init` tries whether cert-manager serves.
const testNamespace = "cert-manager-test"

// awaitTestNamespaceGone waits until the namespace of an earlier `clusterctl
// init` is gone. If it still terminates, the next one takes it for its own and
// then waits ten minutes in vain for objects that no namespace will hold.
func awaitTestNamespaceGone(ctx context.Context, s *seed.Seed) error {
	const interval, timeout = time.Second, 2 * time.Minute
	err := wait.PollUntilContextTimeout(ctx, interval, timeout, true, func(ctx context.Context) (bool, error) {
		err := s.Client.Get(ctx, client.ObjectKey{Name: testNamespace}, &corev1.Namespace{})
		return apierrors.IsNotFound(err), client.IgnoreNotFound(err)
	})
	if err != nil {
		return fmt.Errorf("namespace %s of an earlier clusterctl init is still there: %w", testNamespace, err)
	}
	return nil
}

// publish completes the components and adds the release to the repository.
func (p Provider) publish(s *seed.Seed) (kind, error) {
	kind, err := kindOf(p.Label)
	if err != nil {
		return kind, err
	}
	objects, err := issueCertificates(p.Components, filepath.Join(s.StateDir, "clusterctl", "certificates"))
	if err != nil {
		return kind, err
	}
	components, err := deploy.Print(objects)
	if err != nil {
		return kind, err
	}
	files := map[string][]byte{kind.components: components, "metadata.yaml": p.Metadata}
	for name, content := range p.Templates {
		files[name] = content
	}
	return kind, OpenRepository(s.StateDir).Add(p.Label, p.Release, files)
}

// installed looks the release up in clusterctl's inventory.
func (p Provider) installed(ctx context.Context, s *seed.Seed) (bool, error) {
	inventory := &unstructured.UnstructuredList{}
	inventory.SetGroupVersionKind(schema.GroupVersionKind{
		Group: "clusterctl.cluster.x-k8s.io", Version: "v1alpha3", Kind: "ProviderList",
	})
	err := s.Client.List(ctx, inventory)
	if meta.IsNoMatchError(err) {
		return false, nil // the first provider of this cluster
	}
	if err != nil {
		return false, err
	}
	for _, provider := range inventory.Items {
		if provider.GetName() == p.Label && provider.Object["version"] == p.Release {
			return true, nil
		}
	}
	return false, nil
}

func (p Provider) waitAvailable(ctx context.Context, s *seed.Seed) error {
	for _, object := range p.Components {
		if object.GetKind() != "Deployment" {
			continue
		}
		if err := s.AwaitDeployment(ctx, object.GetNamespace(), object.GetName()); err != nil {
			return err
		}
	}
	return nil
}

// Clusterctl runs clusterctl against the seed with the seed's repository and
// returns what it prints. Its progress goes to log.
func Clusterctl(ctx context.Context, s *seed.Seed, log io.Writer, args ...string) ([]byte, error) {
	binary, err := s.Binaries.Binary(ctx, "clusterctl")
	if err != nil {
		return nil, err
	}
	args = append(args, "--config", OpenRepository(s.StateDir).Config())
	if args[0] == "init" {
		args = append(args, "--kubeconfig", s.Kubeconfig)
	}
	fmt.Fprintf(log, "clusterctl %s\n", strings.Join(args, " "))
	var out, problems bytes.Buffer
	command := exec.CommandContext(ctx, binary, args...)
	command.Env = append(os.Environ(),
		"KUBECONFIG="+s.Kubeconfig,
		"CLUSTERCTL_DISABLE_VERSIONCHECK=true",
		"GOPROXY=off", // releases come from the repository alone
	)
	command.Stdout = &out
	command.Stderr = io.MultiWriter(log, &problems)
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("clusterctl %s: %w: %s", args[0], err, strings.TrimSpace(problems.String()))
	}
	return out.Bytes(), nil
}
