// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package topology

import (
	"fmt"
	"strings"
	"testing"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	seeds "github.com/kubeception/cluster-api-provider-kubeception/exp/topology/reconcilers/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/controllermanager"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/link"
)

func readyCondition(seed *gardencorev1beta1.Seed) gardencorev1beta1.Condition {
	for _, condition := range seed.Status.Conditions {
		if condition.Type == gardencorev1beta1.GardenletReady {
			return condition
		}
	}
	return gardencorev1beta1.Condition{}
}

func TestASeedIsWatchedOver(t *testing.T) {
	onEachMinor(t, func(t *testing.T, server *envtest.Server) {
		g := NewWithT(t)
		c := server.Client
		through, err := link.New(strings.TrimPrefix(strings.TrimSuffix(server.Config.Host, "/"), "https://"))
		g.Expect(err).NotTo(HaveOccurred())
		for _, object := range documents(t, `{apiVersion: v1, kind: Namespace, metadata: {name: garden}}`) {
			g.Expect(applyManifest(t, c, object)).To(Succeed())
		}
		seed := object[gardencorev1beta1.Seed](t, fmt.Sprintf(`
metadata: {name: soil, annotations: {%s: garden/soil}}
spec:
  provider: {type: local, region: nowhere, zones: [a]}
  networks: {pods: 10.241.128.0/17, services: 10.241.0.0/17}
  ingress: {domain: ingress.soil.example.com, controller: {kind: nginx}}
  backup: {provider: local, credentialsRef: {apiVersion: v1, kind: Secret, name: soil-backup, namespace: garden}}
  dns:
    provider: {type: aws-route53, credentialsRef: {apiVersion: v1, kind: Secret, name: dns, namespace: garden}}
    internal: {type: aws-route53, domain: internal.example.com, credentialsRef: {apiVersion: v1, kind: Secret, name: dns, namespace: garden}}
`, seeds.AnnotationKubeconfig))
		g.Expect(c.Create(t.Context(), seed)).To(Succeed())
		becomes := func(status gardencorev1beta1.ConditionStatus, reason string) {
			t.Helper()
			g.Eventually(func(g Gomega) {
				g.Expect(c.Get(t.Context(), client.ObjectKeyFromObject(seed), seed)).To(Succeed())
				g.Expect(readyCondition(seed)).To(And(HaveField("Status", status), HaveField("Reason", reason)))
			}).Should(Succeed())
		}

		becomes(gardencorev1beta1.ConditionFalse, "KubeconfigInvalid")
		kubeconfig, err := controllermanager.Kubeconfig(server.Config, through.Address())
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(c.Create(t.Context(), &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: "garden", Name: "soil"}, Data: map[string][]byte{"kubeconfig": kubeconfig},
		})).To(Succeed())
		becomes(gardencorev1beta1.ConditionTrue, "SeedAnswers")
		g.Expect(seed.Status.Capacity).To(HaveKey(gardencorev1beta1.ResourceShoots))
		g.Expect(*seed.Status.KubernetesVersion).To(HavePrefix("v" + server.Minor))
		g.Expect(*seed.Status.ClusterIdentity).NotTo(BeEmpty())
		g.Expect(seed.Status.Conditions).To(ContainElement(And(
			HaveField("Type", gardencorev1beta1.SeedBackupBucketsReady), HaveField("Status", gardencorev1beta1.ConditionFalse))))

		lease := &coordinationv1.Lease{}
		renewed := func() time.Time {
			g.Expect(c.Get(t.Context(), client.ObjectKey{Namespace: "gardener-system-seed-lease", Name: "soil"}, lease)).To(Succeed())
			return lease.Spec.RenewTime.Time
		}
		first := renewed()
		g.Eventually(renewed).Should(BeTemporally(">", first))
		atRest := seed.ResourceVersion
		second := renewed()
		g.Eventually(renewed).Should(BeTemporally(">", second))
		g.Expect(c.Get(t.Context(), client.ObjectKeyFromObject(seed), seed)).To(Succeed())
		g.Expect(seed.ResourceVersion).To(Equal(atRest), "heartbeats write the Lease and not the Seed")

		through.Cut()
		becomes(gardencorev1beta1.ConditionUnknown, "HeartbeatMissed")
		g.Expect(through.Mend()).To(Succeed())
		becomes(gardencorev1beta1.ConditionTrue, "SeedAnswers")

		g.Expect(c.Delete(t.Context(), seed)).To(Succeed())
		g.Eventually(func() bool {
			return apierrors.IsNotFound(c.Get(t.Context(), client.ObjectKeyFromObject(seed), seed))
		}).Should(BeTrue())
	})
}

func TestAShootGetsASeedAndKeepsIt(t *testing.T) {
	onEachMinor(t, func(t *testing.T, server *envtest.Server) {
		g := NewWithT(t)
		c := server.Client
		for _, object := range documents(t, strings.ReplaceAll(strings.ReplaceAll(profileLocal, "metadata: {name: local}", "metadata: {name: placed}"), "regions: [{name: local}]", "regions: [{name: europe-west-1}]")) {
			g.Expect(applyManifest(t, c, object)).To(Succeed())
		}
		// Only seeds of this test come into question.
		setSelector(t, g, c, "placed", map[string]string{"test": "placing"})
		project := createProject(t, g, c, "placing", "[]")
		shoot := workerless("placed")
		shoot.Namespace, shoot.Spec.CloudProfile.Name, shoot.Spec.Region = *project.Spec.Namespace, "placed", "europe-west-1"
		g.Expect(c.Create(t.Context(), shoot)).To(Succeed())

		t.Run("nobody can host it", func(t *testing.T) {
			g := NewWithT(t)
			far := createSeed(t, g, c, "far", "asia-east-1", 1)
			g.Eventually(func(g Gomega) {
				g.Expect(c.Get(t.Context(), client.ObjectKeyFromObject(shoot), shoot)).To(Succeed())
				g.Expect(ptr.Deref(shoot.Status.LastOperation, gardencorev1beta1.LastOperation{}).Description).To(ContainSubstring("seed selector of the CloudProfile removed"))
			}).Should(Succeed())
			g.Expect(shoot.Status.LastOperation.State).To(Equal(gardencorev1beta1.LastOperationStatePending))
			g.Expect(shoot.Status.LastErrors).To(ContainElement(HaveField("Description", And(ContainSubstring("far ("), ContainSubstring("labels")))))
			events := &corev1.EventList{}
			g.Eventually(func(g Gomega) {
				g.Expect(c.List(t.Context(), events, client.InNamespace(shoot.Namespace))).To(Succeed())
				g.Expect(events.Items).To(ContainElement(HaveField("Reason", gardencorev1beta1.EventSchedulingFailed)))
			}).Should(Succeed())
			modify(t, g, c, far, func() { far.Labels["test"] = "placing" })
		})
		g.Eventually(func(g Gomega) {
			g.Expect(c.Get(t.Context(), client.ObjectKeyFromObject(shoot), shoot)).To(Succeed())
			g.Expect(ptr.Deref(shoot.Spec.SeedName, "")).To(Equal("far"))
			g.Expect(shoot.Status.LastErrors).To(BeEmpty())
		}).Should(Succeed())
		g.Expect(shoot.Labels).To(HaveKeyWithValue("name.seed.gardener.cloud/far", "true"))
		g.Expect(*shoot.Spec.Networking.Services).To(Equal("100.64.0.0/13"))

		t.Run("the nearest seed with place is chosen", func(t *testing.T) {
			g := NewWithT(t)
			near := createSeed(t, g, c, "near", "europe-west-2", 1)
			modify(t, g, c, near, func() { near.Labels["test"] = "placing" })
			second := workerless("second")
			second.Namespace, second.Spec.CloudProfile.Name, second.Spec.Region = shoot.Namespace, "placed", "europe-west-1"
			g.Expect(c.Create(t.Context(), second)).To(Succeed())
			g.Eventually(func(g Gomega) {
				g.Expect(c.Get(t.Context(), client.ObjectKeyFromObject(second), second)).To(Succeed())
				g.Expect(ptr.Deref(second.Spec.SeedName, "")).To(Equal("near"))
			}).Should(Succeed())
		})
		t.Run("a seed in use stays", func(t *testing.T) {
			g := NewWithT(t)
			far := &gardencorev1beta1.Seed{ObjectMeta: metav1.ObjectMeta{Name: "far"}}
			err := c.Delete(t.Context(), far)
			g.Expect(err).To(MatchError(ContainSubstring("Shoot " + shoot.Namespace + "/placed is on this seed; delete or move it first")))
			g.Expect(apierrors.IsForbidden(err)).To(BeTrue())
		})
		t.Run("fields that are not carried out are named", func(t *testing.T) {
			g := NewWithT(t)
			g.Eventually(func(g Gomega) {
				g.Expect(c.Get(t.Context(), client.ObjectKeyFromObject(shoot), shoot)).To(Succeed())
				g.Expect(shoot.Status.Constraints).To(ContainElement(And(
					HaveField("Type", BeEquivalentTo("SpecCarriedOut")), HaveField("Message", ContainSubstring("spec.maintenance.timeWindow.begin")))))
			}).Should(Succeed())
		})
		t.Run("it is deleted when that is confirmed", func(t *testing.T) {
			g := NewWithT(t)
			g.Expect(c.Delete(t.Context(), shoot)).To(MatchError(ContainSubstring("confirmation.gardener.cloud/deletion")))
			g.Expect(c.DeleteAllOf(t.Context(), &gardencorev1beta1.Shoot{}, client.InNamespace(shoot.Namespace))).To(MatchError(ContainSubstring("confirmation.gardener.cloud/deletion")))
			modify(t, g, c, shoot, func() {
				metav1.SetMetaDataAnnotation(&shoot.ObjectMeta, "confirmation.gardener.cloud/deletion", "true")
			})
			g.Expect(c.Delete(t.Context(), shoot)).To(Succeed())
		})
	})
}

// modify changes an object that its controllers write as well.
func modify(t *testing.T, g Gomega, c client.Client, object client.Object, how func()) {
	t.Helper()
	g.Eventually(func() error {
		if err := c.Get(t.Context(), client.ObjectKeyFromObject(object), object); err != nil {
			return err
		}
		how()
		return c.Update(t.Context(), object)
	}).Should(Succeed())
}

func setSelector(t *testing.T, g Gomega, c client.Client, profile string, labels map[string]string) {
	t.Helper()
	object := &gardencorev1beta1.CloudProfile{}
	g.Expect(c.Get(t.Context(), client.ObjectKey{Name: profile}, object)).To(Succeed())
	before := object.DeepCopy()
	object.Spec.SeedSelector = &gardencorev1beta1.SeedSelector{LabelSelector: metav1.LabelSelector{MatchLabels: labels}}
	g.Expect(c.Patch(t.Context(), object, client.MergeFrom(before))).To(Succeed()) // Its controller may be writing as well.
}
