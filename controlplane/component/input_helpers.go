// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// Image returns the reference of an image, named by a constant of package images, for the component's version.
func (in *Input) Image(name string) (string, error) {
	return in.Images.Find(name, in.Version)
}

// Workerless reports whether no machine can join. What is for nodes and pods is then left out.
func (in *Input) Workerless() bool { return ptr.Deref(in.Configuration.Workerless, false) }

// Override returns what the user overrides for a component; empty if nothing.
func (in *Input) Override(component string) controlplanev1.ComponentOverride {
	for _, override := range in.Configuration.Components {
		if override.Name == component {
			return override
		}
	}
	return controlplanev1.ComponentOverride{Name: component}
}

// Resources returns the resources of a container: what the user overrides for it, else the given defaults.
// Deployments need not ask, the framework overrides their containers.
func (in *Input) Resources(component, container string, defaults corev1.ResourceRequirements) corev1.ResourceRequirements {
	for _, override := range in.Override(component).Containers {
		if override.Name == container {
			return override.Resources
		}
	}
	return defaults
}

// PodSelector returns the labels that select the pods of a workload. The framework sets them on the workload's
// selector and pods; Services, PodDisruptionBudgets and NetworkPolicies use them.
func PodSelector(workload string) map[string]string {
	return map[string]string{wiring.LabelApp: workload}
}
