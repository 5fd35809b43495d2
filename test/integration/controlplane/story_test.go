// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

const (
	// name is that of the Cluster and of its control plane in every story.
	name    = "c"
	version = "v1.35.2"
	// patience bounds what a story waits for; the machine may be busy.
	patience = 60 * time.Second
	// quiet is how long nothing must happen where nothing may.
	quiet = 2 * time.Second
)

var stories atomic.Int32

// story is a Cluster and what happens to it.
type story struct {
	*testing.T
	Gomega
	client.Client
	namespace string
}

// tell begins a story in a namespace of its own.
func tell(t *testing.T, labels ...string) *story {
	t.Helper()
	t.Parallel()
	return begin(t, labels...)
}

func begin(t *testing.T, labels ...string) *story {
	t.Helper()
	s := &story{T: t, Gomega: newGomega(t), Client: world.client, namespace: fmt.Sprintf("story-%d", stories.Add(1))}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.namespace, Labels: map[string]string{}}}
	for _, label := range labels {
		namespace.Labels[label] = ""
	}
	s.create(namespace)
	return s
}

func newGomega(t *testing.T) Gomega {
	t.Helper()
	g := NewWithT(t)
	g.SetDefaultEventuallyTimeout(patience)
	g.SetDefaultEventuallyPollingInterval(100 * time.Millisecond)
	g.SetDefaultConsistentlyDuration(quiet)
	return g
}

func (s *story) create(objects ...client.Object) {
	s.Helper()
	for _, object := range objects {
		s.Expect(s.Create(s.Context(), object)).To(Succeed())
	}
}

// meta is the metadata of an object in the namespace of the story.
func (s *story) meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: s.namespace, Name: name}
}

// newCluster is a Cluster without infrastructure.
func (s *story) newCluster() *clusterv1.Cluster {
	return &clusterv1.Cluster{
		ObjectMeta: s.meta(name),
		Spec: clusterv1.ClusterSpec{ControlPlaneRef: clusterv1.ContractVersionedObjectReference{
			APIGroup: controlplanev1.GroupVersion.Group, Kind: "KubeceptionControlPlane", Name: name,
		}},
	}
}

func (s *story) newControlPlane() *controlplanev1.KubeceptionControlPlane {
	return &controlplanev1.KubeceptionControlPlane{
		ObjectMeta: s.meta(name), Spec: controlplanev1.KubeceptionControlPlaneSpec{Version: version},
	}
}

// host creates a Cluster with a control plane, the latter changed as asked.
func (s *story) host(edits ...func(*controlplanev1.KubeceptionControlPlane)) {
	s.Helper()
	controlPlane := s.newControlPlane()
	for _, edit := range edits {
		edit(controlPlane)
	}
	s.create(s.newCluster(), controlPlane)
}

func (s *story) cluster() *clusterv1.Cluster {
	s.Helper()
	cluster := &clusterv1.Cluster{}
	s.Expect(s.Get(s.Context(), client.ObjectKey{Namespace: s.namespace, Name: name}, cluster)).To(Succeed())
	return cluster
}

func (s *story) controlPlane() *controlplanev1.KubeceptionControlPlane {
	s.Helper()
	controlPlane := &controlplanev1.KubeceptionControlPlane{}
	s.Expect(s.Get(s.Context(), client.ObjectKey{Namespace: s.namespace, Name: name}, controlPlane)).To(Succeed())
	return controlPlane
}

// change edits the control plane as a user would.
func (s *story) change(edit func(*controlplanev1.KubeceptionControlPlane)) {
	s.Helper()
	before := s.controlPlane()
	after := before.DeepCopy()
	edit(after)
	s.Expect(s.Patch(s.Context(), after, client.MergeFrom(before))).To(Succeed())
}

func (s *story) changeCluster(edit func(*clusterv1.Cluster)) {
	s.Helper()
	before := s.cluster()
	after := before.DeepCopy()
	edit(after)
	s.Expect(s.Patch(s.Context(), after, client.MergeFrom(before))).To(Succeed())
}

func (s *story) pause(on bool) {
	s.Helper()
	s.changeCluster(func(c *clusterv1.Cluster) { c.Spec.Paused = &on })
}

// says waits until a condition of the control plane is as told.
func (s *story) says(conditionType string, status metav1.ConditionStatus, reason string, message ...string) {
	s.Helper()
	s.Eventually(func(g Gomega) {
		controlPlane := &controlplanev1.KubeceptionControlPlane{}
		g.Expect(s.Get(s.Context(), client.ObjectKey{Namespace: s.namespace, Name: name}, controlPlane)).To(Succeed())
		condition := conditions.Get(controlPlane, conditionType)
		g.Expect(condition).To(beSaying(status, reason, message...), "%s; all: %s", conditionType, describe(controlPlane.Status.Conditions))
	}).Should(Succeed())
}

func (s *story) clusterSays(conditionType string, status metav1.ConditionStatus, reason string, message ...string) {
	s.Helper()
	s.Eventually(func(g Gomega) {
		cluster := s.cluster()
		g.Expect(conditions.Get(cluster, conditionType)).To(beSaying(status, reason, message...),
			"%s; all: %s", conditionType, describe(cluster.Status.Conditions))
	}).Should(Succeed())
}

func beSaying(status metav1.ConditionStatus, reason string, message ...string) types.GomegaMatcher {
	matchers := []types.GomegaMatcher{
		Not(BeNil()), HaveField("Status", status), HaveField("Reason", reason),
	}
	for _, part := range message {
		matchers = append(matchers, HaveField("Message", ContainSubstring(part)))
	}
	return SatisfyAll(matchers...)
}

func describe(list []metav1.Condition) (text string) {
	for _, c := range list {
		text += fmt.Sprintf("\n%s=%s %s: %s", c.Type, c.Status, c.Reason, c.Message)
	}
	return text
}

// comesUp waits until the control plane is available.
func (s *story) comesUp() {
	s.Helper()
	s.says(controlplanev1.AvailableCondition, metav1.ConditionTrue, clusterv1.AvailableReason)
}

// goes waits until the control plane is gone.
func (s *story) goes() {
	s.Helper()
	s.Eventually(func() error {
		return s.Get(s.Context(), client.ObjectKey{Namespace: s.namespace, Name: name}, &controlplanev1.KubeceptionControlPlane{})
	}).Should(beNotFound(), "the control plane is deleted")
}

func beNotFound() types.GomegaMatcher {
	return WithTransform(func(err error) bool { return client.IgnoreNotFound(err) == nil && err != nil }, BeTrue())
}

// seedNamespace is the namespace in the seed.
func (s *story) seedNamespace() string { return s.namespace + "--" + name }

func (s *story) secret(namespace, name string) *corev1.Secret {
	s.Helper()
	secret := &corev1.Secret{}
	s.Expect(s.Get(s.Context(), client.ObjectKey{Namespace: namespace, Name: name}, secret)).To(Succeed())
	return secret
}

// versions are the resource versions of everything that a reconcile could write.
func (s *story) versions(seed client.Client) map[string]string {
	s.Helper()
	found := map[string]string{}
	s.collect(found, seed, s.seedNamespace(), &corev1.SecretList{}, &corev1.ConfigMapList{}, &corev1.ServiceList{},
		&appsv1.DeploymentList{}, &druidv1alpha1.EtcdList{})
	s.collect(found, s.Client, s.namespace, &corev1.SecretList{}, &controlplanev1.KubeceptionControlPlaneList{})
	return found
}

func (s *story) collect(into map[string]string, from client.Client, namespace string, lists ...client.ObjectList) {
	s.Helper()
	for _, list := range lists {
		s.Expect(from.List(s.Context(), list, client.InNamespace(namespace))).To(Succeed())
		for _, object := range objectsOf(list) {
			into[fmt.Sprintf("%T %s/%s", object, object.GetNamespace(), object.GetName())] = object.GetResourceVersion()
		}
	}
}

func objectsOf(list client.ObjectList) []client.Object {
	items, err := meta.ExtractList(list)
	if err != nil {
		panic(err) // Every list of the scheme has items.
	}
	objects := make([]client.Object, 0, len(items))
	for _, item := range items {
		objects = append(objects, item.(client.Object))
	}
	return objects
}
