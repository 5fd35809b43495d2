// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncluster

import (
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/controller-runtime/pkg/client"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/machine"
)

func TestANamespaceOfSomethingElseIsNotClaimed(t *testing.T) {
	ours := client.ObjectKey{Namespace: "team", Name: "c"}
	now := metav1.Now()
	ending := machine.Namespace("n", ours)
	ending.DeletionTimestamp = &now
	cases := map[string]struct {
		namespace *corev1.Namespace
		reason    string
		message   string
	}{
		"one that does not exist":   {nil, "", ""},
		"our own":                   {machine.Namespace("n", ours), "", ""},
		"one that is being deleted": {ending, infrav1.NamespaceTerminatingReason, "it is made again once it is gone"},
		"that of another cluster": {machine.Namespace("n", client.ObjectKey{Namespace: "team", Name: "d"}), infrav1.NamespaceNotOwnedReason,
			"holds the machines of Cluster team/d; set spec.namespace of a new KubeceptionCluster to another name"},
		"that of a control plane, even of the same cluster": {&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "n", Labels: map[string]string{
			"app.kubernetes.io/managed-by": "kubeception", "kubeception.cluster.x-k8s.io/cluster-name": "c", "kubeception.cluster.x-k8s.io/cluster-namespace": "team",
		}}}, infrav1.NamespaceNotOwnedReason, "was not made for machines"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			problem := claim(c.namespace, ours)
			if c.reason == "" {
				g.Expect(problem).To(BeNil())
				return
			}
			g.Expect(problem.reason).To(Equal(c.reason))
			g.Expect(problem.message).To(ContainSubstring(c.message))
		})
	}
}

func TestFailureDomains(t *testing.T) {
	many := sets.New[string]()
	for i := range 200 {
		many.Insert(fmt.Sprintf("zone-%03d", i))
	}
	cases := map[string]struct {
		virtual []infrav1.VirtualFailureDomain
		zones   sets.Set[string]
		want    []string
	}{
		"a host without zones has none":        {nil, sets.New[string](), nil},
		"the zones of a host, in order":        {nil, sets.New("b", "a"), []string{"a", "b"}},
		"virtual ones take the place of zones": {[]infrav1.VirtualFailureDomain{{Name: "right"}, {Name: "left"}}, sets.New("a"), []string{"left", "right"}},
		"no more than a status can hold":       {nil, many, sets.List(many)[:maxFailureDomains]},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			var got []string
			for _, domain := range failureDomains(c.virtual, c.zones) {
				g.Expect(domain.ControlPlane).To(HaveValue(BeFalse()))
				got = append(got, domain.Name)
			}
			g.Expect(got).To(Equal(c.want))
		})
	}
}

func TestWhatBelongsToNoMachineIsDueAfterAGracePeriod(t *testing.T) {
	g := NewWithT(t)
	object := func(uid types.UID) *metav1.PartialObjectMetadata {
		return &metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{UID: uid}}
	}
	a, b := object("a"), object("b")
	list := func(objects ...*metav1.PartialObjectMetadata) []*metav1.PartialObjectMetadata { return objects }
	const grace = 30 * time.Minute
	begin := time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC)
	o := &orphans{}

	due, again := o.due("n", list(a), begin, grace)
	g.Expect(due).To(BeEmpty())
	g.Expect(again).To(Equal(grace))
	due, again = o.due("n", list(a, b), begin.Add(20*time.Minute), grace)
	g.Expect(due).To(BeEmpty())
	g.Expect(again).To(Equal(10 * time.Minute))
	due, again = o.due("n", list(a, b), begin.Add(grace), grace)
	g.Expect(due).To(Equal(list(a)))
	g.Expect(again).To(Equal(20 * time.Minute))

	_, _ = o.due("n", list(b), begin.Add(31*time.Minute), grace)
	due, _ = o.due("n", list(a), begin.Add(40*time.Minute), grace)
	g.Expect(due).To(BeEmpty(), "a machine that came back meanwhile begins anew")
	_, _ = o.due("n", nil, begin.Add(41*time.Minute), grace)
	g.Expect(o.since).To(BeEmpty(), "nothing is remembered that is not left")
}
