// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"testing"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	. "github.com/onsi/gomega"
	gomegatypes "github.com/onsi/gomega/types"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

const druidFinalizer = "druid.gardener.cloud/etcd-druid"

// heldEtcd is an etcd with a Secret, held by a finalizer as etcd-druid does.
var heldEtcd = example{name: "etcd-main", render: func(*Input) (Objects, error) {
	etcd := &druidv1alpha1.Etcd{ObjectMeta: metav1.ObjectMeta{Name: "etcd-main", Finalizers: []string{druidFinalizer}}}
	return Objects{Runtime: []client.Object{etcd, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "ca-etcd"}}}}, nil
}}

func (s *seed) delete(components ...Component) []string {
	s.Helper()
	remaining, err := s.engine.Delete(ctx, "team--c", components)
	s.Expect(err).NotTo(HaveOccurred())
	var texts []string
	for _, r := range remaining {
		texts = append(texts, r.String())
	}
	return texts
}

func TestDeletionGoesBackwardsAndSaysWhatItWaitsFor(t *testing.T) {
	s := newSeed(t)
	components := []Component{heldEtcd, example{name: "a"}}
	s.reconcile(exampleInput(), components...)

	s.Expect(s.delete(components...)).To(Equal([]string{"a: Deployment a is being deleted", "etcd-main: waits for a"}))
	s.Expect(s.names(&appsv1.DeploymentList{})).To(BeEmpty())

	s.Expect(s.delete(components...)).To(HaveLen(2), "a's configuration, and the etcd which is asked to go now")
	for range 2 {
		s.Expect(s.delete(components...)).To(Equal([]string{"etcd-main: Etcd etcd-main has the finalizer " + druidFinalizer}))
		s.Expect(s.names(&corev1.SecretList{})).To(ConsistOf("ca-etcd"), "etcd-druid needs the Secrets of etcd")
	}

	etcd := &druidv1alpha1.Etcd{}
	s.Expect(s.Get(ctx, client.ObjectKey{Namespace: "team--c", Name: "etcd-main"}, etcd)).To(Succeed())
	etcd.Finalizers = nil
	s.Expect(s.Update(ctx, etcd)).To(Succeed())
	s.Expect(s.delete(components...)).To(Equal([]string{"etcd-main: Secret ca-etcd is being deleted"}))
	s.Expect(s.delete(components...)).To(BeEmpty())
}

func TestDeletionEndsPodsBeforeKubernetesGivesThemTheirTime(t *testing.T) {
	s := newSeed(t)
	a := example{name: "a"}
	s.reconcile(exampleInput(), a)
	labels := map[string]string{wiring.LabelManagedBy: wiring.ManagedBy, wiring.LabelComponent: "a"}
	for _, object := range []client.Object{
		&appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{Namespace: "team--c", Name: "a-1", Labels: labels}},
		&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "team--c", Name: "a-1-x", Labels: labels}},
		&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "team--c", Name: "etcd-main-0", Labels: map[string]string{wiring.LabelComponent: "etcd-main"}}},
	} {
		s.Expect(s.Create(ctx, object)).To(Succeed())
	}
	s.Expect(s.delete(heldEtcd, a)).NotTo(BeEmpty())
	s.Expect(s.names(&appsv1.ReplicaSetList{})).To(BeEmpty(), "nothing makes the pods again")
	s.Expect(s.names(&corev1.PodList{})).To(ConsistOf("etcd-main-0"), "those of etcd are etcd-druid's")
}

func TestDeletionOfWhatIsHalfThere(t *testing.T) {
	cases := map[string]struct {
		create []Component
		calls  int
	}{
		"nothing was created":              {nil, 0},
		"only a configuration was created": {[]Component{example{name: "a", render: func(*Input) (Objects, error) { return Objects{Runtime: []client.Object{exampleConfig("x", "")}}, nil }}}, 1},
		"components of an older release":   {[]Component{example{name: "old"}}, 2},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := newSeed(t)
			s.reconcile(exampleInput(), c.create...)
			for range c.calls {
				s.Expect(s.delete(heldEtcd, example{name: "a"})).NotTo(BeEmpty())
			}
			s.Expect(s.delete(heldEtcd, example{name: "a"})).To(BeEmpty())
		})
	}
}

func TestDeletionTouchesNothingOfOthers(t *testing.T) {
	s := newSeed(t)
	others := exampleConfig("others", "")
	others.Namespace = "team--c"
	s.Expect(s.Create(ctx, others)).To(Succeed())
	s.Expect(s.delete(example{name: "a"})).To(BeEmpty())
	s.Expect(s.names(&corev1.ConfigMapList{})).To(ConsistOf("others"))
}

func eachName(list client.ObjectList, visit func(string)) error {
	return meta.EachListItem(list, func(item runtime.Object) error {
		visit(item.(client.Object).GetName())
		return nil
	})
}

// asMatcher takes a text as part of the message, and the empty text as no message.
func asMatcher(message any) gomegatypes.GomegaMatcher {
	switch m := message.(type) {
	case gomegatypes.GomegaMatcher:
		return m
	case string:
		if m != "" {
			return ContainSubstring(m)
		}
	}
	return BeEmpty()
}
