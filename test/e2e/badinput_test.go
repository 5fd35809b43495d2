// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/hosted"
)

var _ = Describe("Bad input", func() {
	// draft is a control plane without a Cluster: admission judges it, and nothing is hosted.
	draft := func(change func(*controlplanev1.KubeceptionControlPlaneSpec)) *controlplanev1.KubeceptionControlPlane {
		controlPlane := &controlplanev1.KubeceptionControlPlane{
			ObjectMeta: metav1.ObjectMeta{Namespace: metav1.NamespaceDefault, GenerateName: "draft-"},
			Spec:       controlplanev1.KubeceptionControlPlaneSpec{Version: newVersion},
		}
		change(&controlPlane.Spec)
		return controlPlane
	}

	DescribeTable("is refused when a control plane is created with",
		func(ctx context.Context, change func(*controlplanev1.KubeceptionControlPlaneSpec), field, remedy string) {
			err := management.Create(ctx, draft(change))
			Expect(err).To(MatchError(And(ContainSubstring(field), ContainSubstring(remedy))))
		},
		Entry("an unknown version", func(spec *controlplanev1.KubeceptionControlPlaneSpec) {
			spec.Version = "v1.99.0"
		}, "spec.version", "supported"),
		Entry("a version without v", func(spec *controlplanev1.KubeceptionControlPlaneSpec) {
			spec.Version = "1.36.3"
		}, "spec.version", "leading v"),
		Entry("an exposure that is not built", func(spec *controlplanev1.KubeceptionControlPlaneSpec) {
			spec.Exposure.Type = controlplanev1.ExposureGateway
		}, "spec.exposure", "use LoadBalancer, NodePort or ClusterIP"),
		Entry("a patch that is no YAML", func(spec *controlplanev1.KubeceptionControlPlaneSpec) {
			spec.Components = []controlplanev1.ComponentOverride{{Name: "kube-scheduler", Patches: []controlplanev1.Patch{{
				Target: controlplanev1.PatchTarget{Kind: "Deployment"}, Patch: "spec: [",
			}}}}
		}, "patches[0]", "YAML"),
		Entry("events kept for more than a day", func(spec *controlplanev1.KubeceptionControlPlaneSpec) {
			spec.APIServer.EventTTLSeconds = new(int32(90000))
		}, "eventTTLSeconds", "86400"),
		Entry("a wildcard in encrypted resources", func(spec *controlplanev1.KubeceptionControlPlaneSpec) {
			spec.APIServer.Encryption.Resources = []string{"*.*"}
		}, "encryption.resources", "without wildcards"),
	)

	DescribeTable("is refused when a control plane changes to",
		func(ctx context.Context, before, after func(*controlplanev1.KubeceptionControlPlaneSpec), field, remedy string) {
			controlPlane := draft(before)
			Expect(management.Create(ctx, controlPlane)).To(Succeed())
			DeferCleanup(func(ctx context.Context) { Expect(management.Delete(ctx, controlPlane)).To(Succeed()) })
			base := controlPlane.DeepCopy()
			after(&controlPlane.Spec)
			err := management.Patch(ctx, controlPlane, client.MergeFrom(base))
			Expect(err).To(MatchError(And(ContainSubstring(field), ContainSubstring(remedy))))
		},
		Entry("a version two minors ahead",
			func(spec *controlplanev1.KubeceptionControlPlaneSpec) { spec.Version = "v1.34.0" },
			func(spec *controlplanev1.KubeceptionControlPlaneSpec) { spec.Version = newVersion },
			"spec.version", "1.35"),
		Entry("an older version",
			func(*controlplanev1.KubeceptionControlPlaneSpec) {},
			func(spec *controlplanev1.KubeceptionControlPlaneSpec) { spec.Version = oldVersion },
			"spec.version", "cannot go back"),
		Entry("fewer etcd members",
			func(spec *controlplanev1.KubeceptionControlPlaneSpec) { spec.Etcd.Main.Replicas = new(int32(3)) },
			func(spec *controlplanev1.KubeceptionControlPlaneSpec) { spec.Etcd.Main.Replicas = new(int32(1)) },
			"etcd.main", "cannot shrink"),
		Entry("another seed namespace",
			func(spec *controlplanev1.KubeceptionControlPlaneSpec) { spec.Seed.Namespace = "one" },
			func(spec *controlplanev1.KubeceptionControlPlaneSpec) { spec.Seed.Namespace = "another" },
			"seed", "cannot change"),
		Entry("another exposure",
			func(*controlplanev1.KubeceptionControlPlaneSpec) {},
			func(spec *controlplanev1.KubeceptionControlPlaneSpec) {
				spec.Exposure.Type = controlplanev1.ExposureNodePort
			},
			"exposure", "cannot change"),
	)

	It("in the Cluster's networks is reported, and mended without a trace", func(ctx context.Context) {
		cluster := newCluster("overlapping")
		Expect(cluster.Create(ctx, newVersion, hosted.WithNetwork(clusterv1.ClusterNetwork{
			Services: clusterv1.NetworkRanges{CIDRBlocks: []string{"10.0.0.0/16"}},
			Pods:     clusterv1.NetworkRanges{CIDRBlocks: []string{"10.0.128.0/17"}},
		}))).To(Succeed())
		Expect(cluster.UntilCondition(ctx, reportTimeout, controlplanev1.ConfigurationValidCondition,
			metav1.ConditionFalse, controlplanev1.ConfigurationInvalidReason)).To(Succeed())
		controlPlane, err := cluster.ControlPlane(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(conditions.GetMessage(controlPlane, controlplanev1.ConfigurationValidCondition)).To(
			And(ContainSubstring("spec.clusterNetwork"), ContainSubstring("overlap"), ContainSubstring("choose")))
		err = management.Get(ctx, client.ObjectKey{Name: cluster.SeedNamespace()}, &corev1.Namespace{})
		Expect(client.IgnoreNotFound(err)).To(Succeed())
		Expect(err).To(HaveOccurred(), "something was made in the seed")
	})

	It("in the kubeconfig of the seed is reported, and taken up when it is mended", func(ctx context.Context) {
		road := newRoad()
		secret := road.kubeconfig("wrong-key-seed")
		DeferCleanup(func(ctx context.Context) { _ = management.Delete(ctx, secret) })
		cluster := newCluster("wrong-key")
		secret.Data = map[string][]byte{"value": []byte("not a kubeconfig")}
		Expect(cluster.Create(ctx, newVersion, hosted.WithConfiguration(controlplanev1.KubeceptionControlPlaneConfiguration{
			Seed: controlplanev1.SeedSpec{KubeconfigRef: controlplanev1.SecretKeyReference{Name: secret.Name}},
		}))).To(Succeed())
		Expect(cluster.UntilCondition(ctx, reportTimeout, controlplanev1.SeedReachableCondition,
			metav1.ConditionFalse, controlplanev1.SeedKubeconfigInvalidReason)).To(Succeed())
		secret.Labels = map[string]string{clusterv1.ClusterNameLabel: cluster.Name} // Changes are seen at once.
		Expect(management.Create(ctx, secret)).To(Succeed())
		Consistently(func(g Gomega) {
			controlPlane, err := cluster.ControlPlane(ctx)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(conditions.GetReason(controlPlane, controlplanev1.SeedReachableCondition)).To(Equal(controlplanev1.SeedKubeconfigInvalidReason))
		}).WithTimeout(3 * time.Second).Should(Succeed())
		good := road.kubeconfig(secret.Name)
		before := secret.DeepCopy()
		secret.Data = good.Data
		Expect(management.Patch(ctx, secret, client.MergeFrom(before))).To(Succeed())
		Expect(cluster.UntilAvailable(ctx, startTimeout)).To(Succeed())
	})
})
