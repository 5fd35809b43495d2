// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

func TestAnInventoryIsReadAsItWasWritten(t *testing.T) {
	g := NewWithT(t)
	wanted, err := inventoryOf(clientgoscheme.Scheme, []client.Object{
		&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "b", Name: "b"}}, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "a"}},
	})
	g.Expect(err).NotTo(HaveOccurred())
	namespace := &corev1.Namespace{}
	g.Expect(wanted.write(namespace)).To(Succeed())
	g.Expect(namespace.Annotations[AnnotationInventory]).To(Equal(
		`[{"apiVersion":"v1","kind":"Namespace","name":"a"},{"apiVersion":"v1","kind":"Secret","namespace":"b","name":"b"}]`))
	g.Expect(readInventory(namespace)).To(Equal(wanted))
}

func TestAnInventoryOfNothingLeavesNoTrace(t *testing.T) {
	g := NewWithT(t)
	namespace := &corev1.Namespace{}
	g.Expect(inventory{}.write(namespace)).To(Succeed())
	g.Expect(namespace.Annotations).To(BeEmpty())
	g.Expect(readInventory(namespace)).To(BeEmpty())
	namespace.Annotations = map[string]string{AnnotationInventory: "broken"}
	_, err := readInventory(namespace)
	g.Expect(err).To(MatchError(ContainSubstring("read annotation")))
}

func TestInventoriesAreSets(t *testing.T) {
	g := NewWithT(t)
	one, other := item{Name: "one"}, item{Name: "other"}
	a, b := inventory{one: true}, inventory{other: true}
	g.Expect(a.union(b)).To(Equal(inventory{one: true, other: true}))
	g.Expect(a.union(b).without(a)).To(Equal(b))
	g.Expect(a).To(HaveLen(1), "they do not change")
}
