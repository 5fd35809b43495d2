// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/names"
)

// Labels of objects in a host cluster. They differ from those of hosted control planes, which may be in the same cluster.
const (
	// LabelManagedBy marks every object of ours.
	LabelManagedBy = "app.kubernetes.io/managed-by"
	// ManagedBy is the value of LabelManagedBy.
	ManagedBy = "kubeception"
	// LabelClusterName and LabelClusterNamespace lead to the Cluster.
	LabelClusterName      = "machines.kubeception.cluster.x-k8s.io/cluster-name"
	LabelClusterNamespace = "machines.kubeception.cluster.x-k8s.io/cluster-namespace"
	// LabelMachine is the name of the machine, on what belongs to one.
	LabelMachine = "machines.kubeception.cluster.x-k8s.io/machine"
)

// LabelZone is the zone of a node, in the host cluster and in the cluster that the machine joins.
const LabelZone = "topology.kubernetes.io/zone"

const (
	// Gate keeps a pod from being scheduled until it is recorded.
	Gate = "machines.kubeception.cluster.x-k8s.io/recorded"
	// Container is the name of the container that is the machine.
	Container = "machine"

	providerIDPrefix = "kubeception://"
)

// Sentinel is the file by which bootstrap data says that it was carried out, as the contract of Cluster API has it.
const Sentinel = "/run/cluster-api/bootstrap-success.complete"

// NamespaceName is the namespace in the host cluster: the user's choice, or
// <cluster namespace>--<cluster name>--machines. It derives from what clusterctl move carries.
func NamespaceName(chosen string, cluster client.ObjectKey) string {
	if chosen != "" {
		return chosen
	}
	return names.Namespace(cluster.Namespace, cluster.Name, "machines")
}

// ProviderID is that of the machine which is a pod.
func ProviderID(pod client.ObjectKey) string {
	return providerIDPrefix + pod.Namespace + "/" + pod.Name
}

// PodOf returns the pod that a provider ID names; ok is false if it names none.
func PodOf(providerID string) (pod client.ObjectKey, ok bool) {
	rest, found := strings.CutPrefix(providerID, providerIDPrefix)
	namespace, name, complete := strings.Cut(rest, "/")
	if !found || !complete || namespace == "" || name == "" {
		return client.ObjectKey{}, false
	}
	return client.ObjectKey{Namespace: namespace, Name: name}, true
}

// ClusterLabels are on everything that belongs to the machines of a cluster.
func ClusterLabels(cluster client.ObjectKey) map[string]string {
	return map[string]string{
		LabelManagedBy:        ManagedBy,
		LabelClusterName:      cluster.Name,
		LabelClusterNamespace: cluster.Namespace,
	}
}

// ClusterOf is the Cluster that an object in a host cluster belongs to; zero if to none.
func ClusterOf(object client.Object) client.ObjectKey {
	return client.ObjectKey{Namespace: object.GetLabels()[LabelClusterNamespace], Name: object.GetLabels()[LabelClusterName]}
}

// Of is the machine that an object in a host cluster belongs to; zero if to none.
func Of(object client.Object) client.ObjectKey {
	return client.ObjectKey{Namespace: object.GetLabels()[LabelClusterNamespace], Name: object.GetLabels()[LabelMachine]}
}
