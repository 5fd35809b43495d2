// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package topologymanager

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
	crenvtest "sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

const (
	namespace      = "kubeception-topology-system"
	serviceAccount = "kubeception-topology-manager"
	// installTimeout is for a machine that does much else.
	installTimeout = 2 * time.Minute
)

// Installation is what is installed besides the CRDs: permissions and webhooks.
type Installation struct {
	server   *envtest.Server
	webhooks *crenvtest.WebhookInstallOptions
}

// Install gives the service account of the manager its permissions on a server that has the CRDs, and prepares the
// webhooks, which are installed when the first manager is ready.
func Install(ctx context.Context, server *envtest.Server) (*Installation, error) {
	objects, err := manifests()
	if err != nil {
		return nil, err
	}
	i := &Installation{server: server, webhooks: &crenvtest.WebhookInstallOptions{LocalServingHost: "127.0.0.1"}}
	for _, object := range objects {
		switch object.GetKind() {
		case "Namespace", "ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding":
			if err := server.Client.Create(ctx, object); err != nil {
				return nil, fmt.Errorf("create %s %s: %w", object.GetKind(), object.GetName(), err)
			}
		case "MutatingWebhookConfiguration":
			configuration := &admissionregistrationv1.MutatingWebhookConfiguration{}
			err = runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, configuration)
			i.webhooks.MutatingWebhooks = append(i.webhooks.MutatingWebhooks, configuration)
		case "ValidatingWebhookConfiguration":
			configuration := &admissionregistrationv1.ValidatingWebhookConfiguration{}
			err = runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, configuration)
			i.webhooks.ValidatingWebhooks = append(i.webhooks.ValidatingWebhooks, configuration)
		}
		if err != nil {
			return nil, fmt.Errorf("decode %s %s: %w", object.GetKind(), object.GetName(), err)
		}
	}
	if err := i.webhooks.PrepWithoutInstalling(); err != nil {
		return nil, fmt.Errorf("prepare the webhooks: %w", err)
	}
	return i, nil
}

// manifests are those of the overlay that users install.
func manifests() ([]*unstructured.Unstructured, error) {
	root, err := (&parts.Builder{}).CheckoutDir()
	if err != nil {
		return nil, err
	}
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), filepath.Join(root, "config", "topology"))
	if err != nil {
		return nil, fmt.Errorf("build config/topology: %w", err)
	}
	var out []*unstructured.Unstructured
	for _, resource := range resources.Resources() {
		content, err := resource.Map()
		if err != nil {
			return nil, err
		}
		out = append(out, &unstructured.Unstructured{Object: content})
	}
	return out, nil
}

// installWebhooks makes the API server ask a manager that answers, and waits until it does.
func (i *Installation) installWebhooks(ctx context.Context) error {
	for _, configuration := range i.webhooks.MutatingWebhooks {
		if err := i.server.Client.Create(ctx, configuration); err != nil {
			return err
		}
	}
	for _, configuration := range i.webhooks.ValidatingWebhooks {
		if err := i.server.Client.Create(ctx, configuration); err != nil {
			return err
		}
	}
	// The API server reads configurations a moment later. A Project that nobody has completed was not asked about.
	return wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, installTimeout, true, func(ctx context.Context) (bool, error) {
		probe := &unstructured.Unstructured{}
		probe.SetAPIVersion("core.gardener.cloud/v1beta1")
		probe.SetKind("Project")
		probe.SetName("probe")
		if err := client.NewDryRunClient(i.server.Client).Create(ctx, probe); err != nil {
			return false, nil //nolint:nilerr // The manager does not answer yet.
		}
		_, completed, err := unstructured.NestedMap(probe.Object, "spec", "createdBy")
		return completed, err
	})
}
