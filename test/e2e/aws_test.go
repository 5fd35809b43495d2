// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/machines"
)

// withAWS labels specs that need Cluster API Provider AWS, which make e2e-aws installs.
var withAWS = Label("AWS")

// The example for AWS, with credentials that nobody knows: everything that needs no answer of AWS is there.
var _ = Describe("A Shoot on AWS", Ordered, withAWS, func() {
	s := newShootStory("cloud", "hello")

	BeforeAll(func(ctx context.Context) {
		objects := slices.DeleteFunc(s.example("shoot-local.yaml"), func(object *unstructured.Unstructured) bool { return object.GetKind() == "Shoot" })
		DeferCleanup(s.abandon)
		s.apply(ctx, append(objects, s.example("shoot-aws.yaml")...))
	})

	It("has its control plane on the seed", func(ctx context.Context) {
		Expect(s.cluster.UntilCondition(ctx, startTimeout, controlplanev1.AvailableCondition, metav1.ConditionTrue, "")).To(Succeed())
	})

	It("is accepted by Cluster API Provider AWS", func(ctx context.Context) {
		Eventually(func(g Gomega) {
			cluster := &clusterv1.Cluster{}
			g.Expect(management.Get(ctx, s.cluster.ObjectKey, cluster)).To(Succeed())
			g.Expect(cluster.Status.Conditions).To(ContainElement(And(
				HaveField("Type", clusterv1.ClusterTopologyReconciledCondition), HaveField("Status", metav1.ConditionTrue))))
			g.Expect(s.ofAWS(ctx, g, "AWSMachineTemplate")).To(HaveLen(2), "one for each zone")
			g.Expect(s.ofAWS(ctx, g, "AWSCluster")).To(HaveLen(1))
		}).WithTimeout(reportTimeout).Should(Succeed())
	})

	It("comes as far as the first call of AWS", func(ctx context.Context) {
		Eventually(func(g Gomega) {
			cluster := s.ofAWS(ctx, g, "AWSCluster")[0]
			endpoint, _, err := unstructured.NestedString(cluster.Object, "spec", "controlPlaneEndpoint", "host")
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(endpoint).NotTo(BeEmpty(), "that of the control plane on the seed")
			conditions, _, err := unstructured.NestedSlice(cluster.Object, "status", "conditions")
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(conditions).To(ContainElement(And(
				HaveKeyWithValue("type", "VpcReady"), HaveKeyWithValue("status", "False"), HaveKeyWithValue("message", ContainSubstring("DescribeVpcs")))))
			g.Expect(s.shoot(ctx).Status.LastOperation.Description).To(ContainSubstring("DescribeVpcs"), "the Shoot says it, too")
		}).WithTimeout(changeTimeout).Should(Succeed())
	})
})

// abandon removes the Shoot although AWS does not say that nothing is left there.
func (s *shootStory) abandon(ctx context.Context) {
	GinkgoHelper()
	watch := machines.Watch(ctx, func(ctx context.Context) (int, error) {
		count := 0
		for _, kind := range []string{"AWSMachine", "AWSCluster"} {
			for _, object := range s.ofAWS(ctx, NewGomega(func(string, ...int) {}), kind) {
				if object.GetDeletionTimestamp() == nil || len(object.GetFinalizers()) == 0 {
					continue
				}
				count++
				before := object.DeepCopy()
				object.SetFinalizers(nil)
				if err := client.IgnoreNotFound(management.Patch(ctx, &object, client.MergeFrom(before))); err != nil {
					return count, err
				}
			}
		}
		return count, nil
	})
	defer watch.Stop()
	s.remove(ctx)
}

// ofAWS returns the objects of a kind of Cluster API Provider AWS.
func (s *shootStory) ofAWS(ctx context.Context, g Gomega, kind string) []unstructured.Unstructured {
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(schema.GroupVersionKind{Group: "infrastructure.cluster.x-k8s.io", Version: "v1beta2", Kind: kind + "List"})
	g.Expect(management.List(ctx, list, client.InNamespace(s.cluster.Namespace))).To(Succeed())
	return list.Items
}
