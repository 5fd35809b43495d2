// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package seed

import (
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/connections"
)

func seedWith(annotations map[string]string) *gardencorev1beta1.Seed {
	return &gardencorev1beta1.Seed{ObjectMeta: metav1.ObjectMeta{Name: "soil", Annotations: annotations}}
}

func secretReference(namespace, name, key string) connections.Reference {
	return connections.Reference{Secret: client.ObjectKey{Namespace: namespace, Name: name}, Key: key}
}

func TestReferenceOf(t *testing.T) {
	cases := map[string]struct {
		annotations map[string]string
		want        connections.Reference
		refused     string
	}{
		"a Secret named after the seed": {want: secretReference("garden", "seed-soil", "kubeconfig")},
		"a Secret of another name":      {annotations: map[string]string{AnnotationKubeconfig: "a/b"}, want: secretReference("a", "b", "kubeconfig")},
		"a Secret with another key":     {annotations: map[string]string{AnnotationKubeconfig: "a/b/value"}, want: secretReference("a", "b", "value")},
		"a Cluster of Cluster API":      {annotations: map[string]string{AnnotationCluster: "capi--dev--soil/soil"}, want: secretReference("capi--dev--soil", "soil-kubeconfig", "")},
		"the management cluster":        {annotations: map[string]string{AnnotationCluster: "management-cluster"}},
		"a name without a namespace": {
			annotations: map[string]string{AnnotationKubeconfig: "b"},
			refused:     `annotation kubeception.cluster.x-k8s.io/seed-kubeconfig is "b", and must be <namespace>/<name> of a Secret, or <namespace>/<name>/<key>`,
		},
		"a Cluster without a namespace": {
			annotations: map[string]string{AnnotationCluster: "b"},
			refused:     `annotation kubeception.cluster.x-k8s.io/seed-cluster is "b", and must be <namespace>/<name> of a Cluster, or management-cluster`,
		},
		"two ways at once": {
			annotations: map[string]string{AnnotationKubeconfig: "a/b", AnnotationCluster: "a/b"},
			refused:     "annotations kubeception.cluster.x-k8s.io/seed-kubeconfig and kubeception.cluster.x-k8s.io/seed-cluster exclude each other; remove one",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			got, err := ReferenceOf(seedWith(c.annotations))
			if c.refused != "" {
				g.Expect(err).To(MatchError(c.refused))
				return
			}
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(got).To(Equal(c.want))
		})
	}
}

func TestCapacityOf(t *testing.T) {
	cases := map[string]struct {
		annotations           map[string]string
		capacity, allocatable int64
		refused               string
	}{
		"the operator's default": {capacity: 250, allocatable: 250},
		"one of its own":         {annotations: map[string]string{AnnotationCapacity: "10"}, capacity: 10, allocatable: 10},
		"with a reserve":         {annotations: map[string]string{AnnotationCapacity: "10", AnnotationReserved: "3"}, capacity: 10, allocatable: 7},
		"a reserve that is all":  {annotations: map[string]string{AnnotationCapacity: "10", AnnotationReserved: "11"}, capacity: 10, allocatable: 0},
		"no place at all":        {annotations: map[string]string{AnnotationCapacity: "0"}},
		"something else":         {annotations: map[string]string{AnnotationCapacity: "many"}, refused: `annotation kubeception.cluster.x-k8s.io/seed-capacity-shoots is "many", and must be a number of Shoots`},
		"less than nothing":      {annotations: map[string]string{AnnotationReserved: "-1"}, refused: `annotation kubeception.cluster.x-k8s.io/seed-reserved-shoots is "-1", and must be a number of Shoots`},
		"a part of a Shoot":      {annotations: map[string]string{AnnotationCapacity: "0.5"}, refused: "must be a number of Shoots"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			capacity, allocatable, err := capacityOf(seedWith(c.annotations), 250)
			if c.refused != "" {
				g.Expect(err).To(MatchError(ContainSubstring(c.refused)))
				return
			}
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(capacity).To(Equal(shoots(c.capacity)))
			g.Expect(allocatable).To(Equal(shoots(c.allocatable)))
		})
	}
}
