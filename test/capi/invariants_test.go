// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"maps"

	. "github.com/onsi/ginkgo/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	clusterctlcluster "sigs.k8s.io/cluster-api/cmd/clusterctl/client/cluster"
	"sigs.k8s.io/cluster-api/test/framework"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
)

// Who made the objects of a cluster: a user, or the topology controller.
const (
	unmanaged = false
	managed   = true
)

type (
	owners     = []metav1.OwnerReference
	owned      = map[string]func(types.NamespacedName, owners) error
	finalizers = map[string]func(types.NamespacedName) []string
)

// unshaken returns upstream's check that a running cluster recovers what others took from it: owners, the versions of
// their references, and finalizers; and that it is at rest afterwards.
func unshaken(isManaged bool) func(framework.ClusterProxy, string, string) {
	return func(proxy framework.ClusterProxy, namespace, name string) {
		filter := clusterctlcluster.FilterClusterObjectsWithNameFilter(name)
		By("Checking that owner references are resilient")
		framework.ValidateOwnerReferencesResilience(ctx, proxy, namespace, name, filter, framework.CoreOwnerReferenceAssertion, ownersOf(isManaged))
		By("Checking that owner references are updated to the correct API version")
		framework.ValidateOwnerReferencesOnUpdate(ctx, proxy, namespace, name, filter, framework.CoreOwnerReferenceAssertion, ownersOf(isManaged))
		By("Checking that finalizers are resilient")
		framework.ValidateFinalizersResilience(ctx, proxy, namespace, name, filter, finalizersOf(isManaged))
		By("Checking that resource versions are stable")
		framework.ValidateResourceVersionStable(ctx, framework.ValidateResourceVersionStableInput{
			ClusterProxy: proxy, Namespace: namespace, OwnerGraphFilterFunction: filter,
			WaitToBecomeStable: config.GetIntervals("quick-start", "wait-resource-versions-become-stable"),
			WaitToRemainStable: config.GetIntervals("quick-start", "wait-resource-versions-remain-stable"),
		})
	}
}

// ownersOf tells for each of our kinds who owns its objects.
func ownersOf(isManaged bool) owned {
	var (
		cluster      = owner(clusterv1.GroupVersion, "Cluster", false)
		class        = owner(clusterv1.GroupVersion, "ClusterClass", false)
		machine      = owner(clusterv1.GroupVersion, "Machine", true)
		config       = owner(bootstrapv1.GroupVersion, "KubeceptionConfig", true)
		controlPlane = owner(controlplanev1.GroupVersion, "KubeceptionControlPlane", true)
	)
	return owned{
		"KubeceptionControlPlane":         exactly(owner(clusterv1.GroupVersion, "Cluster", isManaged)),
		"KubeceptionControlPlaneTemplate": exactly(class),
		"KubeceptionCluster":              exactly(owner(clusterv1.GroupVersion, "Cluster", isManaged)),
		"KubeceptionClusterTemplate":      exactly(class),
		"KubeceptionMachine":              exactly(machine),
		"KubeceptionMachineTemplate":      either(cluster, class),
		"KubeceptionConfig":               exactly(machine),
		"KubeceptionConfigTemplate":       either(cluster, class),
		"Secret":                          either(controlPlane, config),
	}
}

// finalizersOf tells for each kind which finalizers its objects have.
func finalizersOf(isManaged bool) finalizers {
	core := framework.CoreFinalizersAssertionWithLegacyClusters
	if isManaged {
		core = framework.CoreFinalizersAssertionWithClassyClusters
	}
	all := maps.Clone(core)
	for kind, finalizer := range map[string]string{
		"KubeceptionControlPlane": controlplanev1.Finalizer,
		"KubeceptionCluster":      infrav1.ClusterFinalizer,
		"KubeceptionMachine":      infrav1.MachineFinalizer,
	} {
		all[kind] = func(types.NamespacedName) []string { return []string{finalizer} }
	}
	return all
}

func owner(version schema.GroupVersion, kind string, controller bool) metav1.OwnerReference {
	return metav1.OwnerReference{APIVersion: version.String(), Kind: kind, Controller: &controller}
}

func exactly(want metav1.OwnerReference) func(types.NamespacedName, owners) error {
	return func(_ types.NamespacedName, got owners) error { return framework.HasExactOwners(got, want) }
}

func either(one, other metav1.OwnerReference) func(types.NamespacedName, owners) error {
	return func(_ types.NamespacedName, got owners) error {
		return framework.HasOneOfExactOwners(got, owners{one}, owners{other})
	}
}
