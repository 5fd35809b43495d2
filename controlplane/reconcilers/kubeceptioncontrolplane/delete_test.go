// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncontrolplane

import (
	"testing"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/seeds"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/targets"
)

const kubeconfigOfASeed = `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://seed.example.com"}}]
contexts: [{name: c, context: {cluster: c}}]
current-context: c
`

func schemeOfAll(t *testing.T) *runtime.Scheme {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		clientgoscheme.AddToScheme, clusterv1.AddToScheme, controlplanev1.AddToScheme, druidv1alpha1.AddToScheme,
	} {
		NewWithT(t).Expect(add(scheme)).To(Succeed())
	}
	return scheme
}

// ours is the metadata of an object of a component in the seed.
func ours(component string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: "team--c", Name: component, Labels: map[string]string{
		wiring.LabelManagedBy: wiring.ManagedBy, wiring.LabelComponent: component,
		wiring.LabelClusterName: "c", wiring.LabelClusterNamespace: "team",
	}}
}

// TestDeletionIsInOrder is one story: each phase is passed once what it waits for is gone.
func TestDeletionIsInOrder(t *testing.T) {
	g := NewWithT(t)
	scheme := schemeOfAll(t)
	worker := &clusterv1.Machine{ObjectMeta: metav1.ObjectMeta{
		Namespace: "team", Name: "worker", Labels: map[string]string{clusterv1.ClusterNameLabel: "c"},
	}}
	management := fake.NewClientBuilder().WithScheme(scheme).WithObjects(worker).Build()
	etcd := &druidv1alpha1.Etcd{ObjectMeta: ours(wiring.EtcdMain)}
	etcd.Finalizers = []string{"druid.gardener.cloud/etcd-druid"}
	namespace := &corev1.Namespace{ObjectMeta: ours("")}
	namespace.Namespace, namespace.Name, namespace.Finalizers = "", "team--c", []string{"example.com/kept"}
	seed := fake.NewClientBuilder().WithScheme(scheme).
		WithObjects(&appsv1.Deployment{ObjectMeta: ours(wiring.KubeAPIServer)}, etcd, namespace).Build()

	s := scopeOf()
	s.controlPlane.Finalizers = []string{controlplanev1.Finalizer}
	s.seed = &seeds.Seed{Client: seed, Live: seed}
	r := &Reconciler{Live: management, Targets: targets.New("test"), Components: components.All(), Seeds: seeds.New(nil, scheme, management)}
	says := func(reason string, message string) {
		t.Helper()
		_, err := runPhases(t.Context(), s, r.awaitWorkers, r.checkOwnership, r.deleteComponents, r.deleteNamespace)
		g.Expect(err).NotTo(HaveOccurred())
		deleting := conditions.Get(s.controlPlane, controlplanev1.DeletingCondition)
		g.Expect(deleting.Reason).To(Equal(reason))
		g.Expect(deleting.Message).To(ContainSubstring(message))
	}
	exists := func(object client.Object) bool {
		err := seed.Get(t.Context(), client.ObjectKeyFromObject(object), object)
		g.Expect(client.IgnoreNotFound(err)).To(Succeed())
		return !apierrors.IsNotFound(err)
	}

	says(controlplanev1.DeletingWaitingForWorkersReason, "Waiting for worker Machines to be deleted: worker")
	g.Expect(exists(&appsv1.Deployment{ObjectMeta: ours(wiring.KubeAPIServer)})).To(BeTrue(), "workers are drained through it")
	g.Expect(management.Delete(t.Context(), worker)).To(Succeed())

	says(controlplanev1.DeletingWaitingForComponentsReason, "etcd-main: waits for kube-apiserver")
	g.Expect(exists(&appsv1.Deployment{ObjectMeta: ours(wiring.KubeAPIServer)})).To(BeFalse())
	says(controlplanev1.DeletingWaitingForEtcdReason, "etcd-main: ")
	says(controlplanev1.DeletingWaitingForEtcdReason, "has the finalizer druid.gardener.cloud/etcd-druid")
	g.Expect(exists(namespace)).To(BeTrue())
	g.Expect(namespace.DeletionTimestamp).To(BeNil())

	g.Expect(exists(etcd)).To(BeTrue())
	etcd.Finalizers = nil
	g.Expect(seed.Update(t.Context(), etcd)).To(Succeed())
	says(controlplanev1.DeletingWaitingForNamespaceReason, "Waiting for namespace team--c of the seed to be deleted")
	g.Expect(s.controlPlane.Finalizers).NotTo(BeEmpty())

	g.Expect(exists(namespace)).To(BeTrue())
	g.Expect(namespace.DeletionTimestamp).NotTo(BeNil())
	namespace.Finalizers = nil
	g.Expect(seed.Update(t.Context(), namespace)).To(Succeed())
	says(clusterv1.DeletionCompletedReason, "")
	g.Expect(s.controlPlane.Finalizers).To(BeEmpty())
}

// TestDeletionTouchesNothingOfAnotherControlPlane is for two control planes that were given one namespace, which
// admission cannot see when they reach the seed by different kubeconfigs.
func TestDeletionTouchesNothingOfAnotherControlPlane(t *testing.T) {
	g := NewWithT(t)
	scheme := schemeOfAll(t)
	others := ours(wiring.KubeAPIServer)
	others.Labels[wiring.LabelClusterName] = "another"
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "team--c", Labels: others.Labels}}
	seed := fake.NewClientBuilder().WithScheme(scheme).WithObjects(&appsv1.Deployment{ObjectMeta: others}, namespace).Build()
	s := scopeOf()
	s.controlPlane.Finalizers = []string{controlplanev1.Finalizer}
	s.seed = &seeds.Seed{Client: seed, Live: seed}
	management := fake.NewClientBuilder().WithScheme(scheme).Build()
	r := &Reconciler{Live: management, Targets: targets.New("test"), Components: components.All(), Seeds: seeds.New(nil, scheme, management)}

	_, err := runPhases(t.Context(), s, r.awaitWorkers, r.checkOwnership, r.deleteComponents, r.deleteNamespace)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(s.controlPlane.Finalizers).To(BeEmpty(), "it has nothing in the seed to wait for")
	g.Expect(seed.Get(t.Context(), client.ObjectKeyFromObject(namespace), namespace)).To(Succeed())
	g.Expect(seed.Get(t.Context(), client.ObjectKey{Namespace: "team--c", Name: wiring.KubeAPIServer}, &appsv1.Deployment{})).To(Succeed())
}

func TestASeedThatIsOutOfReachHoldsADeletionUntilItIsAbandoned(t *testing.T) {
	cases := map[string]struct {
		annotations map[string]string
		connecting  bool
		goes        bool
	}{
		"it is waited for":                             {nil, false, false},
		"it is abandoned on request":                   {map[string]string{controlplanev1.AbandonSeedAnnotation: ""}, false, true},
		"but not before the connection has been tried": {map[string]string{controlplanev1.AbandonSeedAnnotation: ""}, true, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			management := fake.NewClientBuilder().Build()
			r := &Reconciler{Targets: targets.New("test"), Seeds: seeds.New(nil, nil, management)}
			s := scopeOf()
			s.controlPlane.Finalizers = []string{controlplanev1.Finalizer}
			s.controlPlane.Annotations = tc.annotations
			s.controlPlane.Spec.Seed.KubeconfigRef.Name = "seed"
			if tc.connecting {
				// Without a controller no connection is made.
				g.Expect(management.Create(t.Context(), &corev1.Secret{
					ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "seed"}, Data: map[string][]byte{"value": []byte(kubeconfigOfASeed)},
				})).To(Succeed())
				r.Seeds = seeds.New(&rest.Config{}, nil, management)
			}
			_, err := r.connectForDeletion(t.Context(), s)
			g.Expect(err).NotTo(HaveOccurred())
			if tc.goes {
				g.Expect(s.controlPlane.Finalizers).To(BeEmpty())
				return
			}
			g.Expect(s.controlPlane.Finalizers).NotTo(BeEmpty())
			deleting := conditions.Get(s.controlPlane, controlplanev1.DeletingCondition)
			g.Expect(deleting.Reason).To(Equal(controlplanev1.DeletingWaitingForSeedReason))
			g.Expect(deleting.Message).To(ContainSubstring("annotate the control plane with " + controlplanev1.AbandonSeedAnnotation))
		})
	}
}
