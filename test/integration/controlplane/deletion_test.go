// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"testing"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/standin"
)

func TestDeletionGoesFromTheOutsideInAndSaysWhatItWaitsFor(t *testing.T) {
	s := tell(t)
	s.host()
	s.comesUp()
	worker := &clusterv1.Machine{
		ObjectMeta: s.meta("worker"),
		Spec: clusterv1.MachineSpec{
			ClusterName: name, Bootstrap: clusterv1.Bootstrap{DataSecretName: ptr.To("bootstrap")},
			InfrastructureRef: clusterv1.ContractVersionedObjectReference{APIGroup: "infrastructure.cluster.x-k8s.io", Kind: "TestInfrastructureMachine", Name: "worker"},
		},
	}
	worker.Labels = map[string]string{clusterv1.ClusterNameLabel: name}
	worker.Finalizers = []string{"example.com/drains"}
	s.create(worker)
	world.local.Hold(s.seedNamespace(), standin.Etcds)
	world.local.Hold(s.seedNamespace(), standin.Namespaces)

	s.Expect(s.Delete(s.Context(), s.controlPlane())).To(Succeed())
	s.says(controlplanev1.DeletingCondition, metav1.ConditionTrue, controlplanev1.DeletingWaitingForWorkersReason, "worker Machines", ": worker")
	s.Consistently(s.deployments).Should(HaveKey("kube-apiserver"), "workers are drained through the API server")

	s.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(worker), worker)).To(Succeed())
	worker.Finalizers = nil
	s.Expect(s.Update(s.Context(), worker)).To(Succeed())
	s.Expect(client.IgnoreNotFound(s.Delete(s.Context(), worker))).To(Succeed())
	s.says(controlplanev1.DeletingCondition, metav1.ConditionTrue, controlplanev1.DeletingWaitingForEtcdReason,
		"Etcd etcd-events has the finalizer", "etcd-main: ")
	s.says(controlplanev1.AvailableCondition, metav1.ConditionFalse, clusterv1.NotAvailableReason)
	s.Expect(s.deployments()).To(BeEmpty(), "the API server ends before its etcd")

	world.local.Release(s.seedNamespace(), standin.Etcds)
	s.says(controlplanev1.DeletingCondition, metav1.ConditionTrue, controlplanev1.DeletingWaitingForNamespaceReason, "namespace "+s.seedNamespace())
	world.local.Release(s.seedNamespace(), standin.Namespaces)
	s.goes()
	s.Expect(s.Get(s.Context(), client.ObjectKey{Name: s.seedNamespace()}, &corev1.Namespace{})).To(beNotFound())
}

// clusterctl move deletes what it has copied while it is paused, and then takes the finalizers away.
func TestDeletionWhilePausedDoesNothingUntilUnpaused(t *testing.T) {
	s := tell(t)
	s.host()
	s.comesUp()
	s.pause(true)
	s.says(controlplanev1.PausedCondition, metav1.ConditionTrue, clusterv1.PausedReason)
	s.Expect(s.Delete(s.Context(), s.controlPlane())).To(Succeed())
	s.Consistently(func(g Gomega) {
		etcds := &druidv1alpha1.EtcdList{}
		g.Expect(s.List(s.Context(), etcds, client.InNamespace(s.seedNamespace()))).To(Succeed())
		g.Expect(etcds.Items).To(HaveLen(2))
		for _, etcd := range etcds.Items {
			g.Expect(etcd.DeletionTimestamp).To(BeNil())
		}
		g.Expect(s.deployments()).To(HaveKey("kube-apiserver"))
		g.Expect(s.controlPlane().Finalizers).To(ContainElement(controlplanev1.Finalizer))
	}).Should(Succeed())
	s.pause(false)
	s.goes()
	s.Expect(s.deployments()).To(BeEmpty())
}

func TestAClusterTakesItsControlPlaneWithIt(t *testing.T) {
	s := tell(t)
	s.host()
	s.comesUp()
	s.Expect(s.Delete(s.Context(), s.cluster())).To(Succeed())
	s.goes()
	s.Eventually(func() error {
		return s.Get(s.Context(), client.ObjectKey{Namespace: s.namespace, Name: name}, &clusterv1.Cluster{})
	}).Should(beNotFound())
}
