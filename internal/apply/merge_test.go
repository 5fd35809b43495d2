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
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
)

func namespaceInCluster(t *testing.T, writes *int) (client.Client, *corev1.Namespace) {
	t.Helper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "a"}}
	inner := fake.NewClientBuilder().WithObjects(namespace).WithStatusSubresource(namespace).Build()
	c := interceptor.NewClient(inner, interceptor.Funcs{
		Patch: func(ctx context.Context, c client.WithWatch, obj client.Object, patch client.Patch, opts ...client.PatchOption) error {
			*writes++
			return c.Patch(ctx, obj, patch, opts...)
		},
	})
	read := &corev1.Namespace{}
	if err := c.Get(t.Context(), client.ObjectKeyFromObject(namespace), read); err != nil {
		t.Fatal(err)
	}
	return c, read
}

func TestMergeWritesWhatChangedAndNothingElse(t *testing.T) {
	g := NewWithT(t)
	writes := 0
	c, read := namespaceInCluster(t, &writes)
	g.Expect(Merge(t.Context(), c, read, read.DeepCopy())).To(Equal(Unchanged))
	g.Expect(writes).To(Equal(0))

	changed := read.DeepCopy()
	changed.Labels = map[string]string{"b": "c"}
	g.Expect(Merge(t.Context(), c, read, changed)).To(Equal(Updated))
	g.Expect(writes).To(Equal(1))

	again := changed.DeepCopy()
	again.Status.Phase = corev1.NamespaceTerminating
	g.Expect(MergeStatus(t.Context(), c, changed, again)).To(Equal(Updated))
	stored := &corev1.Namespace{}
	g.Expect(c.Get(t.Context(), client.ObjectKeyFromObject(read), stored)).To(Succeed())
	g.Expect(stored.Labels).To(Equal(map[string]string{"b": "c"}))
	g.Expect(stored.Status.Phase).To(Equal(corev1.NamespaceTerminating))
}

func TestMergeRefusesToDecideFromWhatIsOutdated(t *testing.T) {
	g := NewWithT(t)
	writes := 0
	c, read := namespaceInCluster(t, &writes)
	first, second := read.DeepCopy(), read.DeepCopy()
	first.Labels, second.Labels = map[string]string{"a": "1"}, map[string]string{"a": "2"}
	g.Expect(Merge(t.Context(), c, read, first)).To(Equal(Updated))
	_, err := Merge(t.Context(), c, read, second)
	var failure *Error
	g.Expect(errors.As(err, &failure)).To(BeTrue())
	g.Expect(apierrors.IsConflict(err)).To(BeTrue())
}
