// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package hosts

import (
	"errors"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/selection"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/machine"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/connections"
)

type (
	// Host is a connected host cluster.
	Host = connections.Cluster[struct{}]
	// Connections holds one connection for each host cluster in use.
	Connections = connections.Connections[struct{}]
)

// ForClusters returns the connections of KubeceptionClusters. They read namespaces and network policies of machines,
// and the metadata of nodes and of what belongs to machines.
func ForClusters(local *rest.Config, scheme *runtime.Scheme, management client.Reader) *Connections {
	of := labelled(machine.LabelClusterName)
	return connections.New(local, management, connections.Options[struct{}]{
		Name: "host cluster", Field: "spec.kubeconfigRef", Scheme: scheme,
		// A host cluster needs nothing but Kubernetes.
		Inspect: func(meta.RESTMapper) (struct{}, connections.Kinds, error) {
			return struct{}{}, connections.Kinds{
				&corev1.Namespace{}: of, &networkingv1.NetworkPolicy{}: of,
				Metadata("Node"): {}, Metadata("Pod"): labelled(machine.LabelMachine), Metadata("Secret"): labelled(machine.LabelMachine),
			}, nil
		},
		OwnerOf: func(object client.Object) client.ObjectKey {
			if isMetadata(object, "Node") {
				return connections.Everyone
			}
			return machine.ClusterOf(object)
		},
		IsNews: func(before, after client.Object) bool {
			switch {
			case isMetadata(after, "Node"): // Nodes report several times a minute.
				return before.GetLabels()[machine.LabelZone] != after.GetLabels()[machine.LabelZone]
			case isMetadata(after, "Pod"), isMetadata(after, "Secret"): // Only whether they exist is asked.
				return false
			}
			return true
		},
	})
}

// ForMachines returns the connections of KubeceptionMachines. They read the pods and Secrets of machines.
func ForMachines(local *rest.Config, scheme *runtime.Scheme, management client.Reader) *Connections {
	of := labelled(machine.LabelMachine)
	return connections.New(local, management, connections.Options[struct{}]{
		Name: "host cluster", Field: "spec.kubeconfigRef of the KubeceptionCluster", Scheme: scheme,
		Inspect: func(meta.RESTMapper) (struct{}, connections.Kinds, error) {
			return struct{}{}, connections.Kinds{&corev1.Pod{}: of, &corev1.Secret{}: of}, nil
		},
		OwnerOf: machine.Of,
		IsNews:  func(client.Object, client.Object) bool { return true },
	})
}

// Metadata is the metadata of a kind of Kubernetes' core group.
func Metadata(kind string) *metav1.PartialObjectMetadata {
	object := &metav1.PartialObjectMetadata{}
	object.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind(kind))
	return object
}

// MetadataList is a list of what Metadata returns.
func MetadataList(kind string) *metav1.PartialObjectMetadataList {
	list := &metav1.PartialObjectMetadataList{}
	list.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind(kind + "List"))
	return list
}

func isMetadata(object client.Object, kind string) bool {
	metadata, ok := object.(*metav1.PartialObjectMetadata)
	return ok && metadata.Kind == kind
}

func labelled(label string) cache.ByObject {
	requirement, err := labels.NewRequirement(label, selection.Exists, nil)
	utilruntime.Must(err) // The label is a constant.
	return cache.ByObject{Label: labels.NewSelector().Add(*requirement)}
}

// Reference identifies the host cluster of an object in a namespace; the zero reference is the management cluster.
func Reference(ref infrav1.SecretKeyReference, namespace string) connections.Reference {
	if ref.Name == "" {
		return connections.Reference{}
	}
	return connections.Reference{Secret: client.ObjectKey{Namespace: namespace, Name: ref.Name}, Key: ref.Key}
}

// Problem is the condition HostReachable for an error of a connection that a user or operator can mend; other errors
// are retried. Connecting says nothing about a host that was reached before: the manager has just started.
func Problem(err error, reached bool) (condition metav1.Condition, known bool) {
	var kubeconfig *connections.KubeconfigError
	var unreachable *connections.UnreachableError
	condition = metav1.Condition{Type: infrav1.HostReachableCondition, Status: metav1.ConditionFalse}
	switch {
	case errors.Is(err, connections.ErrConnecting) && reached:
		condition.Status, condition.Reason = metav1.ConditionTrue, infrav1.HostReachableReason
	case errors.Is(err, connections.ErrConnecting):
		condition.Status, condition.Reason, condition.Message = metav1.ConditionUnknown, infrav1.HostConnectingReason, "Connecting to the host cluster"
	case errors.As(err, &kubeconfig):
		condition.Reason, condition.Message = infrav1.HostKubeconfigInvalidReason, kubeconfig.Error()
	case errors.As(err, &unreachable):
		condition.Reason, condition.Message = infrav1.HostUnreachableReason, unreachable.Error()
	default:
		return metav1.Condition{}, false
	}
	return condition, true
}
