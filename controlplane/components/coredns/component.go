// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package coredns

import (
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// defaultReplicas is the number of instances when the user says nothing: one may be lost with its node.
const defaultReplicas = 2

// selector is what users and tools know the pods by since before CoreDNS.
var selector = component.SystemPodSelector(wiring.DNSService)

// Component is CoreDNS.
type Component struct{}

var _ component.Component = Component{}

// New returns CoreDNS.
func New() Component { return Component{} }

// Name implements component.Component.
func (Component) Name() string { return wiring.CoreDNS }

// Enabled implements component.Component.
func (Component) Enabled(in *component.Input) bool { return !in.Workerless() }

// Needs implements component.Component.
func (Component) Needs() []string { return []string{wiring.KubeAPIServer} }

// Render implements component.Component.
func (Component) Render(in *component.Input) (component.Objects, error) {
	service, err := service(in)
	if err != nil {
		return component.Objects{}, err
	}
	deployment, err := deployment(in)
	if err != nil {
		return component.Objects{}, err
	}
	target := []client.Object{serviceAccount(), clusterRole(), clusterRoleBinding(), configMap(in), service, deployment}
	spec := in.Addons().CoreDNS
	if spec.MaxReplicas != nil {
		target = append(target, autoscaler(in))
	}
	if ptr.Deref(spec.Replicas, defaultReplicas) > 1 || spec.MaxReplicas != nil {
		target = append(target, component.SystemDisruptionBudget(wiring.CoreDNS, selector))
	}
	return component.Objects{Target: target}, nil
}
