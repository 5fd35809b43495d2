// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cni

import (
	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// Component is the network of pods.
type Component struct{}

var _ component.Component = Component{}

// New returns the network of pods.
func New() Component { return Component{} }

// Name implements component.Component.
func (Component) Name() string { return wiring.CNI }

// Enabled implements component.Component.
func (Component) Enabled(in *component.Input) bool {
	kind := in.Addons().CNI.Type
	return !in.Workerless() && kind != "" && kind != controlplanev1.CNINone
}

// Needs implements component.Component.
func (Component) Needs() []string { return []string{wiring.KubeAPIServer} }

// Render implements component.Component.
func (Component) Render(in *component.Input) (component.Objects, error) {
	if in.Addons().CNI.Type == controlplanev1.CNIFlannel {
		return flannel(in)
	}
	return manifests(in)
}
