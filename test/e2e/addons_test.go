// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"net/url"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/hosted"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/template"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/workload"
)

var _ = Describe("A cluster with add-ons of its own choice", Ordered, func() {
	// ownZone is what a user adds to CoreDNS, and ownAddress what it answers.
	const ownZone, ownAddress = "db.corp.example.com", "192.0.2.10"
	var (
		cluster *hosted.Cluster
		shoot   *workload.Cluster
		pod     corev1.Pod
	)

	BeforeAll(func(ctx context.Context) {
		cluster = newCluster("addons")
		manifests, err := template.Generate(ctx, realSeed, template.Cluster{
			ObjectKey: cluster.ObjectKey, Version: newVersion, Workers: 1,
		}, GinkgoWriter)
		Expect(err).NotTo(HaveOccurred())
		Expect(realSeed.Apply(ctx, manifests, GinkgoWriter)).To(Succeed())
		Expect(cluster.Patch(ctx, func(controlPlane *controlplanev1.KubeceptionControlPlane) {
			controlPlane.Spec.Addons.KubeProxy.Mode = controlplanev1.KubeProxyNFTables
			controlPlane.Spec.Addons.CoreDNS.Replicas = ptr.To(int32(1))
			controlPlane.Spec.Addons.MetricsServer.Disabled = ptr.To(true)
		})).To(Succeed())
		Expect(cluster.UntilAvailable(ctx, startTimeout)).To(Succeed())
		shoot, err = workload.Connect(ctx, cluster, scheme)
		Expect(err).NotTo(HaveOccurred())
		// Before the node is there, and with it CoreDNS, which would take two minutes to notice.
		Expect(shoot.Create(ctx, &corev1.ConfigMap{
			ObjectMeta: metav1.ObjectMeta{Namespace: metav1.NamespaceSystem, Name: "coredns-custom"},
			Data: map[string]string{
				"corp.server": ownZone + ":8053 {\n  hosts {\n    " + ownAddress + " " + ownZone + "\n  }\n}\n",
			},
		})).To(Succeed())
		Expect(shoot.UntilNodesReady(ctx, 1, startTimeout)).To(Succeed())
		untilSystemComponents(ctx, cluster)
		Expect(shoot.Create(ctx, everywhere())).To(Succeed())
		Expect(shoot.Create(ctx, serviceOf("everywhere", 80, 8080))).To(Succeed())
		pods, err := shoot.UntilPodsReady(ctx, metav1.NamespaceDefault, labelsOf("everywhere"), 1, startTimeout)
		Expect(err).NotTo(HaveOccurred())
		pod = pods[0]
	})

	servesThroughItsService := func(ctx context.Context) {
		GinkgoHelper()
		Eventually(shoot.Fetch).WithArguments(ctx, pod, 8080, "/fetch", url.Values{"url": {"http://everywhere/"}}).
			WithTimeout(reportTimeout).Should(Equal(pod.Name))
	}
	proxyBecomes := func(ctx context.Context, words string) {
		GinkgoHelper()
		Eventually(func(g Gomega) {
			pods := &corev1.PodList{}
			g.Expect(shoot.List(ctx, pods, client.InNamespace(metav1.NamespaceSystem))).To(Succeed())
			var logs []string
			for _, pod := range pods.Items {
				if strings.HasPrefix(pod.Name, "kube-proxy-") && pod.DeletionTimestamp.IsZero() {
					text, err := shoot.Logs(ctx, pod)
					g.Expect(err).NotTo(HaveOccurred())
					logs = append(logs, text)
				}
			}
			g.Expect(logs).To(ConsistOf(ContainSubstring(words)))
		}).WithTimeout(changeTimeout).Should(Succeed())
	}

	It("leads Services to pods with nftables", func(ctx context.Context) {
		proxyBecomes(ctx, "Using nftables Proxier")
		servesThroughItsService(ctx)
	})

	It("answers for a zone that its user added", func(ctx context.Context) {
		Eventually(shoot.Fetch).WithArguments(ctx, pod, 8080, "/lookup", url.Values{"name": {ownZone}}).
			WithTimeout(reportTimeout).Should(Equal(ownAddress))
	})

	It("has what its user edits or deletes restored", func(ctx context.Context) {
		coreDNS := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: metav1.NamespaceSystem, Name: "coredns"}}
		Expect(shoot.Patch(ctx, coreDNS, client.RawPatch(types.MergePatchType, []byte(`{"spec":{"replicas":0}}`)))).To(Succeed())
		proxier := &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "kubeception:kube-proxy"}}
		Expect(shoot.Delete(ctx, proxier)).To(Succeed())
		Eventually(func(g Gomega) {
			g.Expect(shoot.Get(ctx, client.ObjectKeyFromObject(coreDNS), coreDNS)).To(Succeed())
			g.Expect(coreDNS.Spec.Replicas).To(HaveValue(BeEquivalentTo(1)))
			g.Expect(shoot.Get(ctx, client.ObjectKeyFromObject(proxier), proxier)).To(Succeed())
		}).WithTimeout(reportTimeout).Should(Succeed())
	})

	It("takes another choice while it runs", func(ctx context.Context) {
		Expect(cluster.Patch(ctx, func(controlPlane *controlplanev1.KubeceptionControlPlane) {
			controlPlane.Spec.Addons.KubeProxy.Mode = controlplanev1.KubeProxyIPTables
			controlPlane.Spec.Addons.MetricsServer = controlplanev1.MetricsServerSpec{}
			controlPlane.Spec.Addons.CoreDNS = controlplanev1.CoreDNSSpec{}
		})).To(Succeed())
		proxyBecomes(ctx, "Using iptables Proxier")
		servesThroughItsService(ctx)
		Eventually(func(g Gomega) {
			for name, replicas := range map[string]int32{"metrics-server": 1, "coredns": 2} {
				deployment := &appsv1.Deployment{}
				g.Expect(shoot.Get(ctx, client.ObjectKey{Namespace: metav1.NamespaceSystem, Name: name}, deployment)).To(Succeed())
				g.Expect(deployment.Status.ReadyReplicas).To(Equal(replicas), name)
			}
		}).WithTimeout(changeTimeout).Should(Succeed())
	})

	It("loses what is not wanted any more", func(ctx context.Context) {
		Expect(cluster.Patch(ctx, func(controlPlane *controlplanev1.KubeceptionControlPlane) {
			controlPlane.Spec.Addons.MetricsServer.Disabled = ptr.To(true)
		})).To(Succeed())
		Eventually(func(g Gomega) {
			err := shoot.Get(ctx, client.ObjectKey{Namespace: metav1.NamespaceSystem, Name: "metrics-server"}, &appsv1.Deployment{})
			g.Expect(apierrors.IsNotFound(err)).To(BeTrue(), "%v", err)
		}).WithTimeout(changeTimeout).Should(Succeed())
	})
})
