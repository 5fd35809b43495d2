// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package konnectivity

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// Component is the agents of konnectivity.
type Component struct{}

var _ component.Component = Component{}

// New returns the agents of konnectivity.
func New() Component { return Component{} }

// Name implements component.Component.
func (Component) Name() string { return wiring.Konnectivity }

// Enabled implements component.Component.
func (Component) Enabled(in *component.Input) bool { return !in.Workerless() }

// Needs implements component.Component.
func (Component) Needs() []string { return []string{wiring.KubeAPIServer} }

// Render implements component.Component.
func (Component) Render(in *component.Input) (component.Objects, error) {
	objects := component.Objects{Target: append([]client.Object{serviceAccount()}, permissions()...)}
	if in.Tunnel.IsZero() {
		objects.Waiting = "the address of Service " + wiring.KubeAPIServerService
		return objects, nil
	}
	config, err := configuration(in)
	if err != nil {
		return component.Objects{}, err
	}
	deployment, err := deployment(in, config.Name)
	if err != nil {
		return component.Objects{}, err
	}
	objects.Target = append(objects.Target, config, deployment, disruptionBudget())
	return objects, nil
}

func inSystem(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: metav1.NamespaceSystem, Name: name}
}

func serviceAccount() *corev1.ServiceAccount {
	no := false
	return &corev1.ServiceAccount{ObjectMeta: inSystem(wiring.KonnectivityAgent), AutomountServiceAccountToken: &no}
}
