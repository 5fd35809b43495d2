// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package shoots

import (
	"strings"
	"testing"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/writes"
)

func TestAShootBecomesACluster(t *testing.T) {
	s := tell(t, "becoming")
	t.Cleanup(s.dump)
	s.create(nil)
	s.settles("1.33.9")
	s.Expect(s.machineDeployments(s)).To(And(HaveLen(2), HaveKey("it-first-z1"), HaveKey("it-first-z2")))
	s.Expect(s.machineDeployments(s)["it-first-z2"].Spec.Template.Spec.FailureDomain).To(Equal("b"))
	s.Expect(s.templateOf("it-first-z1").Spec.Template.Spec.CPU.String()).To(Equal("1"))
	s.Expect(s.controlPlane(s).Spec.Seed.Namespace).To(Equal("shoot--becoming--it"))

	t.Run("users see what they may know of it", func(t *testing.T) {
		g := NewWithT(t)
		g.Eventually(func(g Gomega) {
			g.Expect(s.Get(t.Context(), client.ObjectKeyFromObject(s.shoot), s.shoot)).To(Succeed())
			g.Expect(s.shoot.Status.AdvertisedAddresses).To(ConsistOf(gardencorev1beta1.ShootAdvertisedAddress{Name: "unmanaged", URL: "https://10.0.0.1:443"}))
			ca := &corev1.ConfigMap{}
			g.Expect(s.Get(t.Context(), client.ObjectKey{Namespace: s.namespace, Name: "it.ca-cluster"}, ca)).To(Succeed())
			g.Expect(ca.Data).To(Equal(map[string]string{"ca.crt": "a certificate"}))
		}).Should(Succeed())
		g.Expect(s.shoot.Status.TechnicalID).To(Equal("shoot--becoming--it"))
		g.Expect(s.shoot.Finalizers).To(ContainElement("gardener"))
		g.Expect(lastErrors(s.shoot)).To(BeEmpty())
		secrets := &corev1.SecretList{}
		g.Expect(s.List(t.Context(), secrets, client.InNamespace(s.namespace))).To(Succeed())
		g.Expect(secrets.Items).To(HaveLen(1), "nothing secret comes to where members read")
	})
	t.Run("nothing is written at rest", func(t *testing.T) { s.rests(t) })
	t.Run("what others change is put right", func(t *testing.T) { s.putsRight(t) })
	t.Run("it changes", func(t *testing.T) { s.changes(t) })
	t.Run("a changed kubeconfig of the seed is followed", func(t *testing.T) { s.followsSecrets(t) })
	t.Run("nothing is left of it", func(t *testing.T) { s.leavesNothing(t) })
}

// templateOf is the template of the machines of a MachineDeployment.
func (s *story) templateOf(deployment string) *infrav1.KubeceptionMachineTemplate {
	s.Helper()
	found := s.machineDeployments(s)[strings.TrimPrefix(deployment, "shoot--"+s.name+"--")]
	template := &infrav1.KubeceptionMachineTemplate{}
	s.Expect(s.Get(s.Context(), client.ObjectKey{Namespace: s.cluster, Name: found.Spec.Template.Spec.InfrastructureRef.Name}, template)).To(Succeed())
	return template
}

func (s *story) rests(t *testing.T) {
	t.Helper()
	g := NewWithT(t)
	g.Eventually(func() map[writes.Write]float64 { // What is still going on ends first.
		before := written(t, g)
		timer := time.NewTimer(5 * time.Second)
		<-timer.C
		return writes.Since(before, written(t, g))
	}).WithTimeout(patience).Should(BeEmpty())
	cluster := s.getCluster(g)
	// Somebody who asks for a look at it gets it, and the annotation is taken off: that is all.
	before := written(t, g)
	s.change(func(shoot *gardencorev1beta1.Shoot) {
		metav1.SetMetaDataAnnotation(&shoot.ObjectMeta, "gardener.cloud/operation", "reconcile")
	})
	g.Eventually(func(g Gomega) {
		g.Expect(s.Get(t.Context(), client.ObjectKeyFromObject(s.shoot), s.shoot)).To(Succeed())
		g.Expect(s.shoot.Annotations).NotTo(HaveKey("gardener.cloud/operation"))
	}).Should(Succeed())
	g.Consistently(func() map[writes.Write]float64 { return writes.Since(before, written(t, g)) }).WithTimeout(3*time.Second).
		Should(HaveEach(BeNumerically("==", 1)), "one update, one patch")
	g.Expect(s.getCluster(g).ResourceVersion).To(Equal(cluster.ResourceVersion))
}

func (s *story) putsRight(t *testing.T) {
	t.Helper()
	g := NewWithT(t)
	g.Eventually(func() error { // The controllers of Cluster API may be writing as well.
		cluster := s.getCluster(g)
		cluster.Spec.Topology.ControlPlane.Replicas = ptr.To(int32(7))
		cluster.Labels["theirs"] = "stays"
		return s.Update(t.Context(), cluster)
	}).Should(Succeed())
	g.Eventually(func() int32 { return ptr.Deref(s.getCluster(g).Spec.Topology.ControlPlane.Replicas, 0) }).ShouldNot(BeEquivalentTo(7))
	g.Expect(s.getCluster(g).Labels).To(HaveKeyWithValue("theirs", "stays"))
	ca := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "it.ca-cluster"}}
	g.Expect(s.Delete(t.Context(), ca)).To(Succeed())
	g.Eventually(func() error { return s.Get(t.Context(), client.ObjectKeyFromObject(ca), ca) }).Should(Succeed())
	g.Expect(s.Delete(t.Context(), s.seedAccess())).To(Succeed())
	g.Eventually(func() error { return s.Get(t.Context(), client.ObjectKeyFromObject(s.seedAccess()), s.seedAccess()) }).Should(Succeed())
}

// seedAccess is the copy of the seed's kubeconfig.
func (s *story) seedAccess() *corev1.Secret {
	return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: s.cluster, Name: "shoot--" + s.name + "--it-seed-access"}}
}

func (s *story) changes(t *testing.T) {
	t.Helper()
	workers := func(how func(workers []gardencorev1beta1.Worker) []gardencorev1beta1.Worker) {
		s.change(func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Provider.Workers = how(shoot.Spec.Provider.Workers) })
	}
	t.Run("by a pool", func(t *testing.T) {
		g := NewWithT(t)
		workers(func(w []gardencorev1beta1.Worker) []gardencorev1beta1.Worker {
			more := *w[0].DeepCopy()
			more.Name, more.Zones = "second", []string{"c"}
			return append(w, more)
		})
		g.Eventually(func() any { return s.machineDeployments(g) }).Should(And(HaveLen(3), HaveKey("it-second-z1")))
	})
	t.Run("by a zone, and bounds are divided anew", func(t *testing.T) {
		g := NewWithT(t)
		workers(func(w []gardencorev1beta1.Worker) []gardencorev1beta1.Worker {
			w[0].Zones = append(w[0].Zones, "c")
			return w
		})
		g.Eventually(func() any { return s.machineDeployments(g) }).Should(And(HaveLen(4), HaveKey("it-first-z3")))
		g.Eventually(func() string {
			return s.machineDeployments(g)["it-first-z1"].Annotations[clusterv1.AutoscalerMaxSizeAnnotation]
		}).Should(Equal("2"))
		g.Expect(s.machineDeployments(g)["it-first-z3"].Annotations).To(HaveKeyWithValue(clusterv1.AutoscalerMaxSizeAnnotation, "1"))
	})
	t.Run("by a label that Cluster API copies to nodes, and machines stay", func(t *testing.T) {
		g := NewWithT(t)
		before := s.machineDeployments(g)["it-first-z1"]
		workers(func(w []gardencorev1beta1.Worker) []gardencorev1beta1.Worker {
			w[0].Labels["node.cluster.x-k8s.io/color"] = "blue"
			return w
		})
		s.settles("1.33.9")
		g.Eventually(func() map[string]string { return s.machineDeployments(g)["it-first-z1"].Spec.Template.Labels }).Should(HaveKeyWithValue("node.cluster.x-k8s.io/color", "blue"))
		after := s.machineDeployments(g)["it-first-z1"]
		g.Expect(after.Spec.Template.Spec).To(Equal(before.Spec.Template.Spec))
	})
	t.Run("by a machine type, and machines roll", func(t *testing.T) {
		g := NewWithT(t)
		before, other := s.machineDeployments(g)["it-first-z1"], s.machineDeployments(g)["it-second-z1"]
		workers(func(w []gardencorev1beta1.Worker) []gardencorev1beta1.Worker {
			w[0].Machine.Type = "large"
			return w
		})
		g.Eventually(func() string { return s.machineDeployments(g)["it-first-z1"].Spec.Template.Spec.InfrastructureRef.Name }).
			ShouldNot(Equal(before.Spec.Template.Spec.InfrastructureRef.Name))
		g.Expect(s.templateOf("it-first-z1").Spec.Template.Spec.Memory.String()).To(Equal("8Gi"))
		g.Expect(s.machineDeployments(g)["it-second-z1"].Spec.Template.Spec).To(Equal(other.Spec.Template.Spec))
	})
	upgrade := func(version string) {
		s.change(func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Kubernetes.Version = version })
	}
	t.Run("by one minor version", func(*testing.T) {
		upgrade("1.34.6")
		s.settles("1.34.6")
	})
	t.Run("by two, one of them at a time", func(*testing.T) {
		upgrade("1.35.4")
		upgrade("1.36.1")
		s.settles("1.36.1")
	})
	t.Run("by a pool less", func(t *testing.T) {
		g := NewWithT(t)
		workers(func(w []gardencorev1beta1.Worker) []gardencorev1beta1.Worker { return w[:1] })
		g.Eventually(func() any { return s.machineDeployments(g) }).Should(HaveLen(3))
	})
}

func (s *story) followsSecrets(t *testing.T) {
	t.Helper()
	g := NewWithT(t)
	original := &corev1.Secret{}
	g.Expect(s.Get(t.Context(), client.ObjectKey{Namespace: "garden", Name: "seed-" + s.name}, original)).To(Succeed())
	original.Data["kubeconfig"] = append(original.Data["kubeconfig"], []byte("# rotated\n")...)
	g.Expect(s.Update(t.Context(), original)).To(Succeed())
	copied := s.seedAccess()
	g.Eventually(func(g Gomega) {
		g.Expect(s.Get(t.Context(), client.ObjectKeyFromObject(copied), copied)).To(Succeed())
		g.Expect(copied.Data["value"]).To(Equal(original.Data["kubeconfig"]))
	}).Should(Succeed())
}

func (s *story) leavesNothing(t *testing.T) {
	t.Helper()
	g := NewWithT(t)
	s.delete()
	g.Expect(apierrors.IsNotFound(s.Get(t.Context(), client.ObjectKey{Name: s.cluster}, &corev1.Namespace{}))).To(BeTrue())
	ca := &corev1.ConfigMap{}
	g.Expect(apierrors.IsNotFound(s.Get(t.Context(), client.ObjectKey{Namespace: s.namespace, Name: "it.ca-cluster"}, ca))).To(BeTrue())
	for _, key := range []client.ObjectKey{{Namespace: "garden", Name: "seed-" + s.name}, {Namespace: s.namespace, Name: "account"}} {
		secret := &corev1.Secret{}
		g.Expect(s.Get(t.Context(), key, secret)).To(Succeed())
		g.Expect(secret.Labels).To(BeEmpty(), "what users have is as it was")
	}
}
