// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package shoots

import (
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
)

// classes are the names of those that were made of a profile.
func (s *story) classes(g Gomega, profile string) []string {
	s.Helper()
	list := &clusterv1.ClusterClassList{}
	g.Expect(s.List(s.Context(), list, client.InNamespace("garden"), client.MatchingLabels{translation.ProfileLabel: profile})).To(Succeed())
	var out []string
	for i := range list.Items {
		out = append(out, list.Items[i].Name)
	}
	return out
}

func (s *story) controlPlaneTemplates(g Gomega, profile string) int {
	s.Helper()
	list := &controlplanev1.KubeceptionControlPlaneTemplateList{}
	g.Expect(s.List(s.Context(), list, client.InNamespace("garden"), client.MatchingLabels{translation.ProfileLabel: profile})).To(Succeed())
	return len(list.Items)
}

func TestAClassIsKeptWhileItIsUsed(t *testing.T) {
	s := tell(t, "classes")
	t.Cleanup(s.dump)
	s.Eventually(func(g Gomega) { g.Expect(s.classes(g, "classes")).To(HaveLen(2), "one for machines, one for none") }).Should(Succeed())
	s.create(nil)
	s.settles("1.33.9")
	first := s.getCluster(s).Spec.Topology.ClassRef.Name

	s.changeProfile(func(spec *gardencorev1beta1.CloudProfileSpec) {
		spec.MachineTypes = append(spec.MachineTypes, gardencorev1beta1.MachineType{
			Name: "huge", CPU: resource.MustParse("8"), GPU: resource.MustParse("0"), Memory: resource.MustParse("32Gi"),
		})
	})
	s.Eventually(func() string { return s.getCluster(s).Spec.Topology.ClassRef.Name }).ShouldNot(Equal(first), "the Cluster goes over to the new class")
	s.settles("1.33.9")
	s.Eventually(func(g Gomega) { g.Expect(s.classes(g, "classes")).To(And(HaveLen(2), Not(ContainElement(first)))) }).Should(Succeed(), "the old one is collected")

	t.Run("what the translation refuses is told, and the class stays", func(t *testing.T) {
		g := NewWithT(t)
		second := s.getCluster(g).Spec.Topology.ClassRef.Name
		s.changeProfile(func(spec *gardencorev1beta1.CloudProfileSpec) {
			spec.MachineTypes[2].Memory = resource.MustParse("1Mi")
		})
		g.Eventually(func(g Gomega) {
			g.Expect(s.Get(t.Context(), client.ObjectKeyFromObject(s.shoot), s.shoot)).To(Succeed())
			g.Expect(lastErrors(s.shoot)).To(ContainElement(And(HavePrefix("Translation/CloudProfile classes: spec.machineTypes[2].memory"), ContainSubstring("at least 256Mi"))))
			events := &corev1.EventList{}
			g.Expect(s.List(t.Context(), events)).To(Succeed())
			g.Expect(events.Items).To(ContainElement(And(HaveField("Reason", "TranslationRefused"), HaveField("InvolvedObject.Name", "classes"))))
			g.Expect(events.Items).To(ContainElement(And(HaveField("Reason", "TranslationFailed"), HaveField("InvolvedObject.Name", "it"))))
		}).Should(Succeed())
		g.Expect(s.classes(g, "classes")).To(ContainElement(second))
		s.changeProfile(func(spec *gardencorev1beta1.CloudProfileSpec) {
			spec.MachineTypes[2].Memory = resource.MustParse("16Gi")
		})
		g.Eventually(func(g Gomega) {
			g.Expect(s.Get(t.Context(), client.ObjectKeyFromObject(s.shoot), s.shoot)).To(Succeed())
			g.Expect(lastErrors(s.shoot)).To(BeEmpty())
		}).Should(Succeed())
	})
	t.Run("a class that somebody deletes comes back", func(t *testing.T) {
		g := NewWithT(t)
		class := &clusterv1.ClusterClass{}
		g.Eventually(func() []string { return s.classes(g, s.name) }).Should(HaveLen(2), "those of earlier profiles are collected")
		class.Namespace, class.Name = "garden", s.unusedClass(g)
		g.Expect(s.Delete(t.Context(), class)).To(Succeed())
		g.Eventually(func() error { return s.Get(t.Context(), client.ObjectKeyFromObject(class), class) }).Should(Succeed())
	})
	s.delete()
	t.Run("nothing is left of a profile that is deleted", func(t *testing.T) {
		g := NewWithT(t)
		profile := &gardencorev1beta1.CloudProfile{ObjectMeta: metav1.ObjectMeta{Name: "classes"}}
		g.Eventually(func() error { return s.Delete(t.Context(), profile) }).Should(Succeed())
		g.Eventually(func(g Gomega) {
			g.Expect(s.classes(g, "classes")).To(BeEmpty())
			g.Expect(s.controlPlaneTemplates(g, "classes")).To(BeZero())
		}).Should(Succeed())
	})
}

// unusedClass is the class without machines, which no Cluster of these stories has.
func (s *story) unusedClass(g Gomega) string {
	s.Helper()
	used := s.getCluster(g).Spec.Topology.ClassRef.Name
	for _, name := range s.classes(g, s.name) {
		if name != used {
			return name
		}
	}
	s.Fatal("there is no other class")
	return ""
}

func (s *story) changeProfile(how func(*gardencorev1beta1.CloudProfileSpec)) {
	s.Helper()
	s.Eventually(func(g Gomega) {
		profile := &gardencorev1beta1.CloudProfile{}
		g.Expect(s.Get(s.Context(), client.ObjectKey{Name: s.name}, profile)).To(Succeed())
		how(&profile.Spec)
		g.Expect(s.Update(s.Context(), profile)).To(Succeed())
	}).Should(Succeed())
}

func TestANamespacedProfileHasAClassWhileShootsUseIt(t *testing.T) {
	s := tell(t, "own")
	t.Cleanup(s.dump)
	own := read[gardencorev1beta1.NamespacedCloudProfile](t, "{metadata: {name: mine}, spec: {parent: {kind: CloudProfile, name: own}}}")
	own.Namespace = s.namespace
	s.Expect(s.Create(t.Context(), own)).To(Succeed())
	name := s.namespace + "--mine"
	s.create(func(shoot *gardencorev1beta1.Shoot) {
		shoot.Spec.CloudProfile = &gardencorev1beta1.CloudProfileReference{Kind: "NamespacedCloudProfile", Name: "mine"}
	})
	s.settles("1.33.9")
	s.Expect(s.classes(s, name)).To(ContainElement(s.getCluster(s).Spec.Topology.ClassRef.Name))
	s.delete()
	s.Eventually(func(g Gomega) { g.Expect(s.classes(g, name)).To(BeEmpty()) }).Should(Succeed())
}

func TestAPoolMayLagBehind(t *testing.T) {
	s := tell(t, "lagging")
	t.Cleanup(s.dump)
	s.create(func(shoot *gardencorev1beta1.Shoot) {
		more := *shoot.Spec.Provider.Workers[0].DeepCopy()
		more.Name, more.Zones = "old", []string{"c"}
		more.Kubernetes = &gardencorev1beta1.WorkerKubernetes{Version: new("1.33.9")}
		shoot.Spec.Kubernetes.Version = "1.34.6"
		shoot.Spec.Provider.Workers = append(shoot.Spec.Provider.Workers, more)
	})
	s.settles("1.34.6")
	lagging := func(g Gomega) *clusterv1.MachineDeployment {
		for _, deployment := range s.machineDeployments(g) {
			if _, owned := deployment.Labels[clusterv1.ClusterTopologyOwnedLabel]; !owned {
				return &deployment
			}
		}
		return nil
	}
	s.Expect(lagging(s)).NotTo(BeNil())
	s.Expect(lagging(s).Spec.Template.Spec.Version).To(Equal("v1.33.9"))
	template := s.templateOf(lagging(s).Name)

	t.Run("and changes", func(t *testing.T) {
		g := NewWithT(t)
		s.change(func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Provider.Workers[1].Machine.Type = "large" })
		g.Eventually(func() string { return lagging(g).Spec.Template.Spec.InfrastructureRef.Name }).ShouldNot(Equal(template.Name))
		g.Eventually(func() bool {
			return apierrors.IsNotFound(s.Get(t.Context(), client.ObjectKeyFromObject(template), template))
		}).Should(BeTrue(), "the old template goes when no machine is made from it")
	})
	t.Run("replicas belong to the autoscaler", func(t *testing.T) {
		g := NewWithT(t)
		g.Eventually(func() error { // The controllers of Cluster API may be writing as well.
			deployment := lagging(g)
			deployment.Spec.Replicas = new(int32(2))
			return s.Update(t.Context(), deployment)
		}).Should(Succeed())
		s.change(func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Provider.Workers[1].Maximum = 3 })
		g.Eventually(func() string { return lagging(g).Annotations[clusterv1.AutoscalerMaxSizeAnnotation] }).Should(Equal("3"))
		g.Expect(*lagging(g).Spec.Replicas).To(BeEquivalentTo(2))
	})
	t.Run("and goes", func(t *testing.T) {
		g := NewWithT(t)
		s.change(func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Provider.Workers = shoot.Spec.Provider.Workers[:1] })
		g.Eventually(func() any { return lagging(g) }).Should(BeNil())
	})
	s.delete()
}

func TestAShootWithoutASeedGoesAtOnce(t *testing.T) {
	s := tell(t, "seedless")
	s.changeProfile(func(spec *gardencorev1beta1.CloudProfileSpec) {
		spec.SeedSelector = &gardencorev1beta1.SeedSelector{LabelSelector: metav1.LabelSelector{MatchLabels: map[string]string{"test": "nobody"}}}
	})
	s.create(nil)
	s.Eventually(func(g Gomega) {
		g.Expect(s.Get(t.Context(), client.ObjectKeyFromObject(s.shoot), s.shoot)).To(Succeed())
		g.Expect(s.shoot.Status.LastOperation).NotTo(BeNil(), "it was looked at")
	}).Should(Succeed())
	s.Expect(s.shoot.Finalizers).To(BeEmpty())
	s.delete()
}
