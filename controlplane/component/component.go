// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
)

// Component describes one hosted component. It decides; it does not write.
type Component interface {
	// Name is unique within one control plane, for example "etcd-main".
	Name() string
	// Enabled reports whether this control plane has the component.
	Enabled(in *Input) bool
	// Needs names the components that must be healthy, and run the same Kubernetes version, before this one is
	// created or moved to another Kubernetes version. An existing component is otherwise kept up to date
	// whatever the state of its needs, so that a fix is never held up by what it would mend. A component that has
	// target objects alone is never held up; until its needs run the desired version, it is rendered for the oldest
	// API server that runs.
	Needs() []string
	// Render returns every object of the component, computed from the input alone.
	Render(in *Input) (Objects, error)
}

// Objects are grouped by where they live.
type Objects struct {
	// Runtime objects live in the seed, in the namespace of the control plane. Render leaves their namespace and
	// the labels of the framework empty; the framework sets them.
	Runtime []client.Object
	// Target objects live in the workload cluster, where package targets keeps them: what is no longer rendered is
	// pruned, what others change is undone, a field that is left out belongs to whoever sets it. Objects of namespaced
	// kinds name their namespace, usually kube-system; manifests of users are unstructured. The framework sets defaults
	// of Deployments and DaemonSets that are Go types and applies overrides and patches; the engine sets its own labels.
	// The health of those that run pods or extend an API is the health of the component.
	Target []client.Object
	// Certificates are issued into Secrets in the namespace of the control plane and renewed in place.
	Certificates []pki.Leaf
	// TargetCertificates are issued in the same way, and delivered to Secrets of their names in the namespace
	// kube-system of the workload cluster.
	TargetCertificates []pki.Leaf
	// Waiting says what the component lacks to be complete, for example an address that the seed has not given
	// yet. While it is not empty the component is not healthy, whatever the state of its objects.
	Waiting string
}
