// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"testing"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/providers"
)

func scheme(t *testing.T) *runtime.Scheme {
	t.Helper()
	out := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		clientgoscheme.AddToScheme, gardencorev1beta1.AddToScheme, securityv1alpha1.AddToScheme, clusterv1.AddToScheme,
	} {
		NewWithT(t).Expect(add(out)).To(Succeed())
	}
	return out
}

func newReconciler(t *testing.T, objects ...client.Object) *Reconciler {
	t.Helper()
	c := fake.NewClientBuilder().WithScheme(scheme(t)).WithObjects(objects...).WithStatusSubresource(&gardencorev1beta1.Shoot{}).Build()
	return &Reconciler{
		Client: c, Direct: c, Recorder: events.NewFakeRecorder(10), ProviderOf: providers.OfShoot, Now: func() time.Time { return noon },
	}
}

func (r *Reconciler) look(t *testing.T, shoot *gardencorev1beta1.Shoot) (ctrl.Result, error) {
	t.Helper()
	result, err := r.Reconcile(t.Context(), reconcile.Request{NamespacedName: client.ObjectKeyFromObject(shoot)})
	getting := r.Client.Get(context.Background(), client.ObjectKeyFromObject(shoot), shoot)
	if client.IgnoreNotFound(getting) != nil {
		t.Fatal(getting)
	}
	return result, err
}

func shoot(change func(*gardencorev1beta1.Shoot)) *gardencorev1beta1.Shoot {
	out := &gardencorev1beta1.Shoot{ObjectMeta: metav1.ObjectMeta{Namespace: "garden-dev", Name: "it"}}
	out.Spec.SeedName, out.Spec.Provider.Type = ptr.To("soil"), "local"
	out.Spec.Provider.Workers = []gardencorev1beta1.Worker{{Name: "a"}}
	out.Spec.CredentialsBindingName = ptr.To("account")
	if change != nil {
		change(out)
	}
	return out
}

func projectDev() []client.Object {
	return []client.Object{
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "garden-dev", Labels: map[string]string{"project.gardener.cloud/name": "dev"}}},
		&gardencorev1beta1.Project{ObjectMeta: metav1.ObjectMeta{Name: "dev"}},
	}
}

func TestAShootWithoutASeedIsLeftAlone(t *testing.T) {
	g := NewWithT(t)
	it := shoot(func(s *gardencorev1beta1.Shoot) { s.Spec.SeedName = nil })
	_, err := newReconciler(t, it).look(t, it)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(it.Finalizers).To(BeEmpty())
	g.Expect(it.ResourceVersion).To(Equal("999"), "as it was created")
}

func TestWhatIsMissingIsToldAndLookedForAgain(t *testing.T) {
	g := NewWithT(t)
	it := shoot(nil)
	it.Spec.CloudProfile = &gardencorev1beta1.CloudProfileReference{Kind: "CloudProfile", Name: "gone"}
	r := newReconciler(t, append(projectDev(), it)...)
	result, err := r.look(t, it)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(result.RequeueAfter).To(Equal(lookAgainPeriod))
	g.Expect(it.Finalizers).To(ConsistOf(Finalizer))
	g.Expect(it.Status.LastErrors).To(ConsistOf(HaveField("TaskID", HaveValue(Equal("Translation/CloudProfile gone")))))
	at := it.ResourceVersion
	_, err = r.look(t, it)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(it.ResourceVersion).To(Equal(at), "the same again writes nothing")
}

func TestAProviderThatIsNotKnownIsTold(t *testing.T) {
	g := NewWithT(t)
	it := shoot(func(s *gardencorev1beta1.Shoot) { s.Spec.Provider.Type = "abacus" })
	_, err := newReconciler(t, append(projectDev(), it)...).look(t, it)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(it.Status.LastErrors).To(ConsistOf(HaveField("TaskID", HaveValue(Equal("Translation/spec.provider.type")))))
}

func TestAnOperationThatIsAskedForIsTakenOff(t *testing.T) {
	for operation, taken := range map[string]bool{"reconcile": true, "retry": true, "rotate-credentials-start": false} {
		t.Run(operation, func(t *testing.T) {
			g := NewWithT(t)
			it := shoot(func(s *gardencorev1beta1.Shoot) {
				s.Annotations = map[string]string{"gardener.cloud/operation": operation}
			})
			_, err := newReconciler(t, append(projectDev(), it)...).look(t, it)
			g.Expect(err).NotTo(HaveOccurred())
			_, there := it.Annotations["gardener.cloud/operation"]
			g.Expect(there).To(Equal(!taken))
		})
	}
}

func TestADeletionThatIsNotConfirmedWaits(t *testing.T) {
	g := NewWithT(t)
	it := shoot(func(s *gardencorev1beta1.Shoot) { s.Finalizers = []string{Finalizer} })
	r := newReconciler(t, append(projectDev(), it)...)
	g.Expect(r.Client.Delete(t.Context(), it)).To(Succeed())
	_, err := r.look(t, it)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(it.Finalizers).To(ConsistOf(Finalizer))
	g.Expect(it.Status.LastErrors).To(ConsistOf(HaveField("Description", ContainSubstring("confirmation.gardener.cloud/deletion"))))
}

func TestADeletionGoesInOrder(t *testing.T) {
	g := NewWithT(t)
	it := shoot(func(s *gardencorev1beta1.Shoot) {
		s.Finalizers, s.Annotations = []string{Finalizer}, map[string]string{"confirmation.gardener.cloud/deletion": "true"}
	})
	account := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "garden-dev", Name: "account", Labels: map[string]string{LabelReferenced: "true", "theirs": "stays"}}}
	binding := &securityv1alpha1.CredentialsBinding{
		ObjectMeta:     metav1.ObjectMeta{Namespace: "garden-dev", Name: "account"},
		CredentialsRef: corev1.ObjectReference{Kind: "Secret", Namespace: "garden-dev", Name: "account"},
	}
	namespace := marked(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: lookup.ClusterKey("dev", it).Namespace}}, it)
	credentials := marked(&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "elsewhere", Name: "credentials"}}, it)
	foreign := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "elsewhere", Name: "foreign"}}
	made, err := inventoryOf(scheme(t), []client.Object{credentials, foreign})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(made.write(namespace)).To(Succeed())
	cluster := &clusterv1.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: namespace.Name, Name: "shoot--dev--it", Finalizers: []string{"test/held"}}}
	r := newReconciler(t, append(projectDev(), it, account, binding, namespace, credentials, foreign, cluster)...)
	g.Expect(r.Client.Delete(t.Context(), it)).To(Succeed())
	exists := func(object client.Object) bool {
		return r.Client.Get(t.Context(), client.ObjectKeyFromObject(object), object) == nil
	}

	_, err = r.look(t, it)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(exists(cluster)).To(BeTrue())
	g.Expect(cluster.DeletionTimestamp.IsZero()).To(BeFalse())
	g.Expect(exists(credentials)).To(BeTrue(), "the Cluster needs them until it is gone")

	cluster.Finalizers = nil
	g.Expect(r.Client.Update(t.Context(), cluster)).To(Succeed())
	_, err = r.look(t, it)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(exists(credentials)).To(BeFalse())
	g.Expect(exists(foreign)).To(BeTrue(), "what is not marked is somebody else's")
	g.Expect(exists(namespace)).To(BeFalse())
	g.Expect(it.Finalizers).To(ConsistOf(Finalizer), "it looks once more when the namespace is gone")

	_, err = r.look(t, it)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(exists(it)).To(BeFalse())
	g.Expect(exists(account)).To(BeTrue())
	g.Expect(account.Labels).To(Equal(map[string]string{"theirs": "stays"}))
}
