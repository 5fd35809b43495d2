// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package network

import (
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// Component is the network policies.
type Component struct{}

var _ component.Component = Component{}

// New returns the network policies.
func New() Component { return Component{} }

// Name implements component.Component.
func (Component) Name() string { return wiring.Network }

// Enabled implements component.Component.
func (Component) Enabled(*component.Input) bool { return true }

// Needs implements component.Component.
func (Component) Needs() []string { return nil }

// Render implements component.Component.
func (Component) Render(in *component.Input) (component.Objects, error) {
	policies := []*networkingv1.NetworkPolicy{
		denyAll(),
		allowToDNS(),
		allowToSeedAPIServer(),
		allowToInternet(),
		allowToServer(wiring.KubeAPIServer, wiring.KubeAPIServerPort),
		allowFromEverywhere(wiring.KubeAPIServer, exposedPorts(in)...),
	}
	etcd := in.Configuration.Etcd
	if runsHere(etcd.Main.EtcdInstanceSpec) {
		policies = append(policies, etcdPolicies(wiring.EtcdMain)...)
		if etcd.Main.Backup.Store.Provider != "" {
			policies = append(policies, backupPolicies(wiring.EtcdMain)...)
		}
	}
	if runsHere(etcd.Events.EtcdInstanceSpec) {
		policies = append(policies, etcdPolicies(wiring.EtcdEvents)...)
	}
	objects := make([]client.Object, 0, len(policies))
	for _, policy := range policies {
		objects = append(objects, policy)
	}
	return component.Objects{Runtime: objects}, nil
}

// exposedPorts are those of the API server, and of the tunnel in its pods.
func exposedPorts(in *component.Input) []int32 {
	if in.Workerless() {
		return []int32{wiring.KubeAPIServerPort}
	}
	return []int32{wiring.KubeAPIServerPort, wiring.KonnectivityPort}
}

func runsHere(etcd controlplanev1.EtcdInstanceSpec) bool { return len(etcd.External.Endpoints) == 0 }
