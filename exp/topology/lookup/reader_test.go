// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

func TestWhatTheCacheHasNotSeenYetIsReadFromTheServer(t *testing.T) {
	g := NewWithT(t)
	namespace := func(name, uid string) *corev1.Namespace {
		return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"from": uid}}}
	}
	reader := CacheFirst{
		Reader: fake.NewClientBuilder().WithObjects(namespace("old", "cache")).Build(),
		Live:   fake.NewClientBuilder().WithObjects(namespace("old", "server"), namespace("new", "server")).Build(),
	}
	for name, from := range map[string]string{"old": "cache", "new": "server"} {
		got := &corev1.Namespace{}
		g.Expect(reader.Get(t.Context(), client.ObjectKey{Name: name}, got)).To(Succeed())
		g.Expect(got.Labels).To(HaveKeyWithValue("from", from))
	}
	g.Expect(apierrors.IsNotFound(reader.Get(t.Context(), client.ObjectKey{Name: "none"}, &corev1.Namespace{}))).To(BeTrue())
}
