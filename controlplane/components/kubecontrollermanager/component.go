// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubecontrollermanager

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/images"
)

// user has its permissions from Kubernetes' built-in roles.
const user = "system:kube-controller-manager"

// Component is kube-controller-manager.
type Component struct{}

var _ component.Component = Component{}

// New returns kube-controller-manager.
func New() Component { return Component{} }

// Name implements component.Component.
func (Component) Name() string { return wiring.KubeControllerManager }

// Enabled implements component.Component.
func (Component) Enabled(*component.Input) bool { return true }

// Needs implements component.Component.
func (Component) Needs() []string { return []string{wiring.KubeAPIServer} }

// Render implements component.Component.
func (c Component) Render(in *component.Input) (component.Objects, error) {
	apiClient, err := component.NewAPIClient(in, c.Name(), user)
	if err != nil {
		return component.Objects{}, err
	}
	keys := signingKeys(in)
	serving := component.ControllerCertificate(in, c.Name())
	deployment, err := deployment(in, mounts{
		apiClient: apiClient,
		keys:      component.SecretMount("keys", keys.Name),
		serving:   component.SecretMount("serving", serving.SecretName),
	})
	if err != nil {
		return component.Objects{}, err
	}
	runtime := []client.Object{apiClient.ConfigMap, keys, deployment}
	if component.ControllerReplicas(in) > 1 {
		runtime = append(runtime, component.DisruptionBudget(c.Name()))
	}
	return component.Objects{
		Runtime:      runtime,
		Certificates: []pki.Leaf{apiClient.Certificate, serving},
	}, nil
}

// mounts are the directories of the container.
type mounts struct {
	apiClient     component.APIClient
	keys, serving component.Mount
}

func deployment(in *component.Input, m mounts) (*appsv1.Deployment, error) {
	image, err := in.Image(images.KubeControllerManager)
	if err != nil {
		return nil, err
	}
	flags, err := flags(in, m)
	if err != nil {
		return nil, err
	}
	deployment := component.ControllerDeployment(in, corev1.Container{
		Name:    wiring.KubeControllerManager,
		Image:   image,
		Command: []string{"kube-controller-manager"},
		Args:    flags.Args(),
		// Measured idle: 109 MB. Users with many objects raise it through spec.components.
		Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
			corev1.ResourceCPU:    resource.MustParse("10m"),
			corev1.ResourceMemory: resource.MustParse("96Mi"),
		}},
	}, wiring.KubeControllerManagerPort)
	component.AddMounts(&deployment.Spec.Template.Spec, m.apiClient.Mount, m.keys, m.serving)
	return deployment, nil
}
