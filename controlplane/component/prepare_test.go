// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"errors"
	"testing"
	"time"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

func prepared(t *testing.T, in *Input, c Component) []client.Object {
	t.Helper()
	rendered, err := Prepare(in, c)
	if err != nil {
		t.Fatal(err)
	}
	return rendered.Runtime
}

func deploymentOf(t *testing.T, objects []client.Object) *appsv1.Deployment {
	t.Helper()
	for _, obj := range objects {
		if d, ok := obj.(*appsv1.Deployment); ok {
			return d
		}
	}
	t.Fatal("there is no Deployment")
	return nil
}

func TestEveryObjectLeadsToItsCluster(t *testing.T) {
	g := NewWithT(t)
	objects := prepared(t, exampleInput(), example{name: "x"})
	g.Expect(objects).To(HaveLen(2))
	for _, obj := range objects {
		g.Expect(obj.GetNamespace()).To(Equal("team--c"))
		g.Expect(obj.GetLabels()).To(And(
			HaveKeyWithValue(wiring.LabelManagedBy, wiring.ManagedBy),
			HaveKeyWithValue(wiring.LabelComponent, "x"),
			HaveKeyWithValue(wiring.LabelClusterName, "c"),
			HaveKeyWithValue(wiring.LabelClusterNamespace, "team")))
	}
	g.Expect(objects[0]).To(BeAssignableToTypeOf(&corev1.ConfigMap{}), "configuration comes before what reads it")
}

func TestPodsAreRestricted(t *testing.T) {
	g := NewWithT(t)
	pod := deploymentOf(t, prepared(t, exampleInput(), example{name: "x"})).Spec.Template.Spec
	g.Expect(pod.AutomountServiceAccountToken).To(HaveValue(BeFalse()))
	g.Expect(pod.EnableServiceLinks).To(HaveValue(BeFalse()))
	g.Expect(pod.PriorityClassName).To(Equal(wiring.PriorityClass))
	g.Expect(pod.SecurityContext.RunAsNonRoot).To(HaveValue(BeTrue()))
	g.Expect(pod.SecurityContext.RunAsUser).To(HaveValue(Equal(nonRoot)))
	g.Expect(pod.SecurityContext.SeccompProfile.Type).To(Equal(corev1.SeccompProfileTypeRuntimeDefault))
	container := pod.Containers[0].SecurityContext
	g.Expect(container.AllowPrivilegeEscalation).To(HaveValue(BeFalse()))
	g.Expect(container.ReadOnlyRootFilesystem).To(HaveValue(BeTrue()))
	g.Expect(container.Capabilities.Drop).To(ConsistOf(corev1.Capability("ALL")))
}

func TestWorkloadsAreReplacedWithoutAGap(t *testing.T) {
	g := NewWithT(t)
	d := deploymentOf(t, prepared(t, exampleInput(), example{name: "x"}))
	g.Expect(d.Spec.Strategy.RollingUpdate.MaxSurge.IntValue()).To(Equal(1))
	g.Expect(d.Spec.Strategy.RollingUpdate.MaxUnavailable.IntValue()).To(Equal(0))
	g.Expect(d.Spec.RevisionHistoryLimit).To(HaveValue(Equal(revisionHistoryLimit)))
	g.Expect(d.Spec.Selector.MatchLabels).To(Equal(PodSelector("x")))
	g.Expect(d.Spec.Template.Labels).To(HaveKeyWithValue(wiring.LabelApp, "x"))
	g.Expect(d.Annotations).To(HaveKeyWithValue(wiring.AnnotationVersion, "v1.36.0"))
	g.Expect(d.Spec.Template.Annotations).NotTo(HaveKey(AnnotationRolloutAfter))
}

func TestAVersionWithBuildMetadataIsALegalLabel(t *testing.T) {
	in := exampleInput()
	in.Version = "v1.36.0+vendor.1"
	d := deploymentOf(t, prepared(t, in, example{name: "x"}))
	g := NewWithT(t)
	g.Expect(d.Spec.Template.Labels).To(HaveKeyWithValue(wiring.LabelVersion, "v1.36.0_vendor.1"))
	g.Expect(d.Spec.Template.Annotations).To(HaveKeyWithValue(wiring.AnnotationVersion, "v1.36.0+vendor.1"))
}

func TestOnlySeveralReplicasAreSpread(t *testing.T) {
	for replicas, want := range map[int32]int{1: 0, 2: 2} {
		c := example{name: "x", render: func(*Input) (Objects, error) { return workload("x", "", replicas), nil }}
		pod := deploymentOf(t, prepared(t, exampleInput(), c)).Spec.Template.Spec
		NewWithT(t).Expect(pod.TopologySpreadConstraints).To(HaveLen(want), "%d replicas", replicas)
	}
}

func TestARolloutRestartsPods(t *testing.T) {
	in := exampleInput()
	in.RolloutAfter = ptr.To(metav1.NewTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)))
	d := deploymentOf(t, prepared(t, in, example{name: "x"}))
	NewWithT(t).Expect(d.Spec.Template.Annotations).To(HaveKeyWithValue(AnnotationRolloutAfter, "2026-01-02T03:04:05Z"))
}

func TestAComponentMayKnowBetter(t *testing.T) {
	c := example{name: "x", render: func(*Input) (Objects, error) {
		objects := workload("x", "", 1)
		d := objects.Runtime[0].(*appsv1.Deployment)
		d.Spec.Template.Spec.AutomountServiceAccountToken = ptr.To(true)
		d.Spec.Template.Spec.TerminationGracePeriodSeconds = ptr.To[int64](90)
		d.Spec.Strategy.Type = appsv1.RecreateDeploymentStrategyType
		return objects, nil
	}}
	d := deploymentOf(t, prepared(t, exampleInput(), c))
	g := NewWithT(t)
	g.Expect(d.Spec.Template.Spec.AutomountServiceAccountToken).To(HaveValue(BeTrue()))
	g.Expect(d.Spec.Template.Spec.TerminationGracePeriodSeconds).To(HaveValue(Equal(int64(90))))
	g.Expect(d.Spec.Strategy.Type).To(Equal(appsv1.RecreateDeploymentStrategyType))
}

func resources(cpu string) corev1.ResourceRequirements {
	return corev1.ResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse(cpu)}}
}

func TestUsersOverrideResources(t *testing.T) {
	override := func(container string) *Input {
		return exampleInput(controlplanev1.ComponentOverride{
			Name: "x", Containers: []controlplanev1.ContainerResources{{Name: container, Resources: resources("3")}}})
	}
	etcd := example{name: "x", render: func(*Input) (Objects, error) {
		return Objects{Runtime: []client.Object{&druidv1alpha1.Etcd{ObjectMeta: metav1.ObjectMeta{Name: "x"}}}}, nil
	}}
	t.Run("of a Deployment", func(t *testing.T) {
		d := deploymentOf(t, prepared(t, override("main"), example{name: "x"}))
		NewWithT(t).Expect(d.Spec.Template.Spec.Containers[0].Resources).To(Equal(resources("3")))
	})
	t.Run("of etcd", func(t *testing.T) {
		e := prepared(t, override("etcd"), etcd)[0].(*druidv1alpha1.Etcd)
		NewWithT(t).Expect(e.Spec.Etcd.Resources).To(HaveValue(Equal(resources("3"))))
	})
	t.Run("of etcd's sidecar", func(t *testing.T) {
		e := prepared(t, override("backup-restore"), etcd)[0].(*druidv1alpha1.Etcd)
		NewWithT(t).Expect(e.Spec.Backup.Resources).To(HaveValue(Equal(resources("3"))))
	})
	t.Run("of a container that does not exist, which is an error", func(t *testing.T) {
		_, err := Prepare(override("mian"), example{name: "x"})
		NewWithT(t).Expect(err).To(MatchError(ContainSubstring(`names container "mian", but the containers are: main`)))
		_, err = Prepare(override("mian"), etcd)
		NewWithT(t).Expect(err).To(MatchError(ContainSubstring("etcd, backup-restore")))
	})
}

func TestMistakesOfComponentsAreErrors(t *testing.T) {
	cases := map[string]struct {
		objects []client.Object
		err     error
		want    string
	}{
		"rendering fails":              {err: errors.New("no"), want: "render x: no"},
		"an object is rendered twice":  {objects: []client.Object{exampleConfig("a", ""), exampleConfig("a", "")}, want: "ConfigMap a is rendered twice"},
		"a kind that is never removed": {objects: []client.Object{&rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Name: "r"}}}, want: "Role r: components render no objects of this kind"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := Prepare(exampleInput(), example{name: "x", render: func(*Input) (Objects, error) {
				return Objects{Runtime: c.objects}, c.err
			}})
			g := NewWithT(t)
			g.Expect(err).To(MatchError(ContainSubstring(c.want)))
			var own *Error
			g.Expect(errors.As(err, &own)).To(BeTrue())
		})
	}
}

func TestMakeUnique(t *testing.T) {
	g := NewWithT(t)
	one, same, other := MakeUnique(exampleConfig("a", "1")), MakeUnique(exampleConfig("a", "1")), MakeUnique(exampleConfig("a", "2"))
	g.Expect(one.Name).To(MatchRegexp("^a-[0-9a-f]{10}$"))
	g.Expect(one.Immutable).To(HaveValue(BeTrue()))
	g.Expect(one.Labels).To(HaveKeyWithValue(LabelBaseName, "a"))
	g.Expect(same.Name).To(Equal(one.Name), "the same content has the same name")
	g.Expect(other.Name).NotTo(Equal(one.Name), "other content has another name")
	g.Expect(MakeUnique(one.DeepCopy()).Name).To(Equal(one.Name), "doing it twice changes nothing")
	g.Expect(MakeUnique(&corev1.Secret{Data: map[string][]byte{"k": nil}}).Immutable).To(HaveValue(BeTrue()))
	g.Expect(func() { MakeUnique(&corev1.Service{}) }).To(Panic())
}
