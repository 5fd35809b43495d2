// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"testing"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

func etcdPod(etcd string, phase corev1.PodPhase) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: etcd + "-0", Namespace: "team--c", Labels: map[string]string{wiring.LabelComponent: etcd}},
		Status:     corev1.PodStatus{Phase: phase},
	}
}

func healthyEtcd(change func(*druidv1alpha1.Etcd)) *druidv1alpha1.Etcd {
	return etcdWith(change,
		etcdSays(druidv1alpha1.ConditionTypeReady, druidv1alpha1.ConditionTrue),
		etcdSays(druidv1alpha1.ConditionTypeAllMembersReady, druidv1alpha1.ConditionTrue),
		etcdSays(druidv1alpha1.ConditionTypeAllMembersUpdated, druidv1alpha1.ConditionTrue))
}

func TestTheFirstAPIServerFollowsThePodsOfEtcd(t *testing.T) {
	in := func() *Input { return &Input{Namespace: "team--c"} }
	external := in()
	external.Configuration.Etcd.Events.External.Endpoints = []string{"https://events:2379"}
	apiServer := map[string][]client.Object{wiring.KubeAPIServer: {&corev1.Secret{}, &appsv1.Deployment{}}}

	cases := map[string]struct {
		in      *Input
		live    map[string][]client.Object
		pods    []client.Object
		toStart []string
	}{
		"nothing exists": {in(), nil, nil, []string{"etcd-events", "etcd-main"}},
		"pods are pending": {
			in(), nil, []client.Object{etcdPod(wiring.EtcdMain, corev1.PodPending), etcdPod(wiring.EtcdEvents, corev1.PodPending)},
			[]string{"etcd-events", "etcd-main"},
		},
		"one of them runs": {in(), nil, []client.Object{etcdPod(wiring.EtcdMain, corev1.PodRunning)}, []string{"etcd-events"}},
		"both run": {
			in(), nil, []client.Object{etcdPod(wiring.EtcdMain, corev1.PodRunning), etcdPod(wiring.EtcdEvents, corev1.PodRunning)}, nil,
		},
		"an etcd is healthy although its pod is not known yet": {
			in(), map[string][]client.Object{wiring.EtcdMain: {healthyEtcd(nil)}, wiring.EtcdEvents: {healthyEtcd(nil)}}, nil, nil,
		},
		"an etcd is somebody else's":                    {external, nil, nil, []string{"etcd-main"}},
		"an API server exists, though etcd was lost":    {in(), apiServer, nil, nil},
		"an API server exists and pods of etcd restart": {in(), apiServer, []client.Object{etcdPod(wiring.EtcdMain, corev1.PodPending)}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := newSeed(t)
			for _, pod := range c.pods {
				s.Expect(s.Create(ctx, pod)).To(Succeed())
			}
			observed, err := s.engine.observe(ctx, c.in, c.live)
			s.Expect(err).NotTo(HaveOccurred())
			s.Expect(observed.EtcdsToStart).To(Equal(c.toStart))
		})
	}
}

func TestAnAPIServerNamesFurtherMembersOnceTheyHaveJoined(t *testing.T) {
	named := func(members string) *appsv1.Deployment {
		return &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{AnnotationEtcdMembers(wiring.EtcdMain): members}}}
	}
	three := func() *Input {
		in := &Input{Namespace: "team--c"}
		in.Configuration.Etcd.Main.Replicas = ptr.To[int32](3)
		return in
	}
	notAll := etcdWith(nil,
		etcdSays(druidv1alpha1.ConditionTypeReady, druidv1alpha1.ConditionTrue),
		etcdSays(druidv1alpha1.ConditionTypeAllMembersReady, druidv1alpha1.ConditionFalse))

	cases := map[string]struct {
		apiServer *appsv1.Deployment
		etcd      *druidv1alpha1.Etcd
		members   map[string]int32
	}{
		"the Etcd has not been changed yet":             {named("1"), healthyEtcd(func(e *druidv1alpha1.Etcd) { e.Spec.Replicas = 1 }), map[string]int32{wiring.EtcdMain: 1}},
		"etcd-druid has not seen the change":            {named("1"), healthyEtcd(func(e *druidv1alpha1.Etcd) { e.Generation = 3 }), map[string]int32{wiring.EtcdMain: 1}},
		"members join":                                  {named("1"), notAll, map[string]int32{wiring.EtcdMain: 1}},
		"all have joined":                               {named("1"), healthyEtcd(nil), nil},
		"all are named and one fails":                   {named("3"), notAll, nil},
		"a new control plane bootstraps three":          {nil, notAll, nil},
		"an API server that does not say what it names": {named(""), notAll, nil},
		"somebody deleted the Etcd":                     {named("1"), nil, map[string]int32{wiring.EtcdMain: 1}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := newSeed(t)
			live := map[string][]client.Object{}
			if c.apiServer != nil {
				live[wiring.KubeAPIServer] = []client.Object{c.apiServer}
			}
			if c.etcd != nil {
				live[wiring.EtcdMain] = []client.Object{c.etcd}
			}
			observed, err := s.engine.observe(ctx, three(), live)
			s.Expect(err).NotTo(HaveOccurred())
			s.Expect(observed.EtcdMembers).To(Equal(c.members))
		})
	}
}
