// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"time"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/hosted"
)

// repairTimeout is how long a repair of one object may take; the repair itself takes a moment.
const repairTimeout = 30 * time.Second

var _ = Describe("A hosted control plane that is damaged", Ordered, func() {
	var cluster *hosted.Cluster
	kept := client.ObjectKey{Namespace: metav1.NamespaceDefault, Name: "kept"}

	BeforeAll(func(ctx context.Context) {
		cluster = newCluster("damaged")
		start(ctx, cluster, newVersion, exposedBy(controlplanev1.ExposureNodePort))
		shoot, err := cluster.Client(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(shoot.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: kept.Namespace, Name: kept.Name}})).To(Succeed())
	})

	// recovered waits until all is well again and what was written before is still there.
	recovered := func(ctx context.Context) {
		GinkgoHelper()
		Expect(cluster.UntilAvailable(ctx, changeTimeout)).To(Succeed())
		Eventually(func() error {
			shoot, err := cluster.Client(ctx)
			if err != nil {
				return err
			}
			return shoot.Get(ctx, kept, &corev1.ConfigMap{})
		}).WithTimeout(changeTimeout).Should(Succeed())
	}

	DescribeTable("recovers from killed pods of",
		func(ctx context.Context, labels client.MatchingLabels) {
			pods := &corev1.PodList{}
			Expect(management.List(ctx, pods, client.InNamespace(cluster.SeedNamespace()), labels)).To(Succeed())
			Expect(pods.Items).NotTo(BeEmpty())
			for i := range pods.Items {
				Expect(management.Delete(ctx, &pods.Items[i], client.GracePeriodSeconds(0))).To(Succeed())
			}
			Eventually(func(g Gomega) {
				now := &corev1.PodList{}
				g.Expect(management.List(ctx, now, client.InNamespace(cluster.SeedNamespace()), labels)).To(Succeed())
				g.Expect(now.Items).To(HaveLen(len(pods.Items)))
				for _, pod := range now.Items {
					g.Expect(pod.UID).NotTo(Equal(pods.Items[0].UID))
					g.Expect(ready(pod)).To(BeTrue(), pod.Name)
				}
			}).WithTimeout(changeTimeout).Should(Succeed())
			recovered(ctx)
		},
		Entry("etcd-main", client.MatchingLabels{"app.kubernetes.io/part-of": "etcd-main"}),
		Entry("etcd-events", client.MatchingLabels{"app.kubernetes.io/part-of": "etcd-events"}),
		Entry("kube-apiserver", client.MatchingLabels{"app.kubernetes.io/name": "kube-apiserver"}),
		Entry("kube-controller-manager", client.MatchingLabels{"app.kubernetes.io/name": "kube-controller-manager"}),
		Entry("kube-scheduler", client.MatchingLabels{"app.kubernetes.io/name": "kube-scheduler"}),
	)

	DescribeTable("makes anew, within seconds, a deleted",
		func(ctx context.Context, object client.Object, name string) {
			key := client.ObjectKey{Namespace: cluster.SeedNamespace(), Name: name}
			Expect(management.Get(ctx, key, object)).To(Succeed())
			uid := object.GetUID()
			Expect(management.Delete(ctx, object)).To(Succeed())
			Eventually(func() (types.UID, error) {
				err := management.Get(ctx, key, object)
				return object.GetUID(), client.IgnoreNotFound(err)
			}).WithTimeout(repairTimeout).ShouldNot(BeElementOf(uid, types.UID("")))
			recovered(ctx)
		},
		Entry("certificate", &corev1.Secret{}, "kube-apiserver-server"),
		Entry("Deployment", &appsv1.Deployment{}, "kube-scheduler"),
		Entry("Service, at the same address", &corev1.Service{}, "kube-apiserver"),
		Entry("NetworkPolicy", &networkingv1.NetworkPolicy{}, "deny-all"),
	)

	It("reverts what somebody changes by hand", func(ctx context.Context) {
		deployment := &appsv1.Deployment{}
		key := client.ObjectKey{Namespace: cluster.SeedNamespace(), Name: "kube-scheduler"}
		Expect(management.Get(ctx, key, deployment)).To(Succeed())
		before := deployment.DeepCopy()
		deployment.Spec.Replicas = new(int32(0))
		Expect(management.Patch(ctx, deployment, client.MergeFrom(before))).To(Succeed())
		Eventually(func(g Gomega) {
			g.Expect(management.Get(ctx, key, deployment)).To(Succeed())
			g.Expect(deployment.Spec.Replicas).To(HaveValue(Equal(int32(1))))
		}).WithTimeout(repairTimeout).Should(Succeed())
		recovered(ctx)
	})

	It("says that a quota is full, keeps running, and goes on when there is room", func(ctx context.Context) {
		quota := &corev1.ResourceQuota{
			ObjectMeta: metav1.ObjectMeta{Namespace: cluster.SeedNamespace(), Name: "full"},
			Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{corev1.ResourcePods: resource.MustParse("5")}},
		}
		Expect(management.Create(ctx, quota)).To(Succeed())
		Expect(cluster.Patch(ctx, func(controlPlane *controlplanev1.KubeceptionControlPlane) {
			controlPlane.Spec.Replicas = new(int32(2))
		})).To(Succeed())
		Expect(cluster.Until(ctx, reportTimeout, func(controlPlane *controlplanev1.KubeceptionControlPlane) bool {
			condition := conditions.Get(controlPlane, controlplanev1.ComponentsAvailableCondition)
			return condition != nil && condition.Status == metav1.ConditionFalse && contains(condition.Message, "kube-apiserver", "exceeded quota: full")
		})).To(Succeed())
		Expect(management.Delete(ctx, quota)).To(Succeed())
		recovered(ctx)
		Expect(cluster.Patch(ctx, func(controlPlane *controlplanev1.KubeceptionControlPlane) {
			controlPlane.Spec.Replicas = nil
		})).To(Succeed())
		recovered(ctx)
	})

	It("stays as it is when a patch cannot be applied, and says which", func(ctx context.Context) {
		etcds := &druidv1alpha1.EtcdList{}
		Expect(management.List(ctx, etcds, client.InNamespace(cluster.SeedNamespace()))).To(Succeed())
		before := generations(etcds)
		Expect(cluster.Patch(ctx, func(controlPlane *controlplanev1.KubeceptionControlPlane) {
			controlPlane.Spec.Components = []controlplanev1.ComponentOverride{{
				Name: "kube-scheduler",
				Patches: []controlplanev1.Patch{{
					Target: controlplanev1.PatchTarget{Kind: "Deployment", Name: "no-such-object"},
					Patch:  "metadata: {annotations: {example.org/a: b}}",
				}},
			}}
		})).To(Succeed())
		Expect(cluster.UntilCondition(ctx, reportTimeout, controlplanev1.ComponentsAvailableCondition,
			metav1.ConditionFalse, controlplanev1.PatchFailedReason)).To(Succeed())
		controlPlane, err := cluster.ControlPlane(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(conditions.GetMessage(controlPlane, controlplanev1.ComponentsAvailableCondition)).To(
			ContainSubstring("spec.components[kube-scheduler].patches[0]"))
		Expect(management.List(ctx, etcds, client.InNamespace(cluster.SeedNamespace()))).To(Succeed())
		Expect(generations(etcds)).To(Equal(before))
		Expect(cluster.Patch(ctx, func(controlPlane *controlplanev1.KubeceptionControlPlane) {
			controlPlane.Spec.Components = nil
		})).To(Succeed())
		recovered(ctx)
	})

	It("is brought up to the end although the manager is killed in the middle", func(ctx context.Context) {
		half := newCluster("half-way")
		Expect(half.Create(ctx, newVersion)).To(Succeed())
		Expect(half.Until(ctx, startTimeout, func(controlPlane *controlplanev1.KubeceptionControlPlane) bool {
			return controlPlane.Spec.ControlPlaneEndpoint.IsValid()
		})).To(Succeed())
		Expect(killManagers(ctx)).To(Succeed())
		Expect(half.UntilAvailable(ctx, startTimeout)).To(Succeed())
	})
})

// killManagers kills the pods of the control-plane provider without grace.
func killManagers(ctx context.Context) error {
	pods := &corev1.PodList{}
	if err := management.List(ctx, pods, client.MatchingLabels{"cluster.x-k8s.io/provider": "control-plane-kubeception"}); err != nil {
		return err
	}
	if len(pods.Items) == 0 {
		return fmt.Errorf("no pod of the control-plane provider runs")
	}
	for i := range pods.Items {
		if err := management.Delete(ctx, &pods.Items[i], client.GracePeriodSeconds(0)); err != nil {
			return err
		}
	}
	return nil
}

func ready(pod corev1.Pod) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}
