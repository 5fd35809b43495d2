// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubescheduler

import (
	"fmt"

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
const user = "system:kube-scheduler"

// Component is kube-scheduler.
type Component struct{}

var _ component.Component = Component{}

// New returns kube-scheduler.
func New() Component { return Component{} }

// Name implements component.Component.
func (Component) Name() string { return wiring.KubeScheduler }

// Enabled implements component.Component.
func (Component) Enabled(in *component.Input) bool { return !in.Workerless() }

// Needs implements component.Component.
func (Component) Needs() []string { return []string{wiring.KubeAPIServer} }

// Render implements component.Component.
func (c Component) Render(in *component.Input) (component.Objects, error) {
	apiClient, err := component.NewAPIClient(in, c.Name(), user)
	if err != nil {
		return component.Objects{}, err
	}
	config, err := configuration(in, apiClient.Kubeconfig())
	if err != nil {
		return component.Objects{}, fmt.Errorf("write the scheduler's configuration: %w", err)
	}
	serving := component.ControllerCertificate(in, c.Name())
	deployment, err := deployment(in, apiClient, config.Name, serving.SecretName)
	if err != nil {
		return component.Objects{}, err
	}
	runtime := []client.Object{apiClient.ConfigMap, config, deployment}
	if component.ControllerReplicas(in) > 1 {
		runtime = append(runtime, component.DisruptionBudget(c.Name()))
	}
	return component.Objects{
		Runtime:      runtime,
		Certificates: []pki.Leaf{apiClient.Certificate, serving},
	}, nil
}

func deployment(in *component.Input, apiClient component.APIClient, config, serving string) (*appsv1.Deployment, error) {
	image, err := in.Image(images.KubeScheduler)
	if err != nil {
		return nil, err
	}
	configMount := component.ConfigMapMount("config", config)
	servingMount := component.SecretMount("serving", serving)
	flags := component.ControllerFlags(apiClient, servingMount)
	flags["config"] = configMount.File(configFile)
	scheduler := in.Configuration.Scheduler
	flags.SetSwitches("feature-gates", scheduler.FeatureGates)
	flags.Merge(component.LoggingFlags(scheduler.Logging))

	deployment := component.ControllerDeployment(in, corev1.Container{
		Name:    wiring.KubeScheduler,
		Image:   image,
		Command: []string{"kube-scheduler"},
		Args:    flags.Args(),
		// Measured idle: 67 MB. Users with many pods raise it through spec.components.
		Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
			corev1.ResourceCPU:    resource.MustParse("5m"),
			corev1.ResourceMemory: resource.MustParse("64Mi"),
		}},
	}, wiring.KubeSchedulerPort)
	component.AddMounts(&deployment.Spec.Template.Spec, apiClient.Mount, configMount, servingMount)
	return deployment, nil
}
