// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"context"
	"errors"
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
)

func gated() *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "ns", UID: "1"},
		Spec:       corev1.PodSpec{SchedulingGates: []corev1.PodSchedulingGate{{Name: "g"}}, NodeName: "n"},
	}
}

func TestWhatExistsIsNotCreatedAgain(t *testing.T) {
	g := NewWithT(t)
	c := fake.NewClientBuilder().Build()
	pod := gated()
	g.Expect(Create(ctx, c, pod)).To(Equal(Created))
	g.Expect(pod.ResourceVersion).NotTo(BeEmpty())
	other := gated()
	other.Spec.NodeName = "other"
	g.Expect(Create(ctx, c, other)).To(Equal(Unchanged))
	g.Expect(c.Get(ctx, client.ObjectKeyFromObject(pod), other)).To(Succeed())
	g.Expect(other.Spec.NodeName).To(Equal("n"))
}

func TestARefusalOfAnObjectThatIsCreatedIsNamed(t *testing.T) {
	g := NewWithT(t)
	c := fake.NewClientBuilder().WithInterceptorFuncs(interceptor.Funcs{
		Create: func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error {
			return errors.New("no")
		},
	}).Build()
	_, err := Create(ctx, c, gated())
	g.Expect(err).To(MatchError("create Pod p: no"))
}

func TestAGateIsRemovedOnce(t *testing.T) {
	g := NewWithT(t)
	c := fake.NewClientBuilder().WithObjects(gated()).Build()
	pod := &corev1.Pod{}
	g.Expect(c.Get(ctx, client.ObjectKey{Namespace: "ns", Name: "p"}, pod)).To(Succeed())
	g.Expect(Ungate(ctx, c, pod)).To(Equal(Updated))
	g.Expect(c.Get(ctx, client.ObjectKey{Namespace: "ns", Name: "p"}, pod)).To(Succeed())
	g.Expect(pod.Spec.SchedulingGates).To(BeEmpty())
	g.Expect(pod.Spec.NodeName).To(Equal("n"))
	g.Expect(Ungate(ctx, c, pod)).To(Equal(Unchanged))
	g.Expect(Ungate(ctx, fake.NewClientBuilder().Build(), gated())).To(Equal(Unchanged), "it is gone, and not made")
}

func TestAnnotationsOfOthersAreSetAndRemoved(t *testing.T) {
	g := NewWithT(t)
	theirs := configMap("a")
	theirs.Annotations = map[string]string{"theirs": "1"}
	c := fake.NewClientBuilder().WithObjects(theirs).Build()
	read := func() *corev1.ConfigMap {
		found := &corev1.ConfigMap{}
		g.Expect(c.Get(ctx, client.ObjectKeyFromObject(theirs), found)).To(Succeed())
		return found
	}
	g.Expect(Annotate(ctx, c, read(), map[string]*string{"ours": ptr.To("2")})).To(Equal(Updated))
	g.Expect(read().Annotations).To(Equal(map[string]string{"theirs": "1", "ours": "2"}))
	g.Expect(read().Data).To(HaveKey("a"))
	g.Expect(Annotate(ctx, c, read(), map[string]*string{"ours": ptr.To("2"), "none": nil})).To(Equal(Unchanged))
	g.Expect(Annotate(ctx, c, read(), map[string]*string{"ours": nil})).To(Equal(Updated))
	g.Expect(read().Annotations).To(Equal(map[string]string{"theirs": "1"}))
}

func TestAnObjectWithoutAControllerIsOwned(t *testing.T) {
	g := NewWithT(t)
	lost := configMap("a")
	lost.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "Node", Name: "theirs", UID: "2"}}
	c := fake.NewClientBuilder().WithObjects(lost).Build()
	read := func() *corev1.ConfigMap {
		found := &corev1.ConfigMap{}
		g.Expect(c.Get(ctx, client.ObjectKeyFromObject(lost), found)).To(Succeed())
		return found
	}
	owner := metav1.OwnerReference{APIVersion: "v1", Kind: "Namespace", Name: "ours", UID: "1", Controller: ptr.To(true)}
	stale := read()
	g.Expect(Own(ctx, c, read(), owner)).To(Equal(Updated))
	g.Expect(read().OwnerReferences).To(ConsistOf(lost.OwnerReferences[0], owner))
	g.Expect(read().Data).To(HaveKey("a"))
	other := owner
	other.UID = "3"
	g.Expect(Own(ctx, c, read(), other)).To(Equal(Unchanged), "it has a controller")
	g.Expect(Own(ctx, c, stale, other)).To(Equal(Unchanged), "it has changed since it was read")
	g.Expect(read().OwnerReferences).To(HaveLen(2))
	g.Expect(Own(ctx, fake.NewClientBuilder().Build(), stale, owner)).To(Equal(Unchanged), "it is gone, and not made")
}
