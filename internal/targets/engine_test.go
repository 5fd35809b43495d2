// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package targets

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/meta/testrestmapper"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/cluster-api/controllers/clustercache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/health"
)

var clusterKey = client.ObjectKey{Namespace: "team", Name: "c"}

// cluster is a workload cluster in memory. Its cache is never behind.
type cluster struct {
	*testing.T
	Gomega
	client.Client
	engine *Engine
	// applied are the writes in order, deleted the deletions.
	applied, deleted []string
	// refuse answers a write of an object, by its name.
	refuse map[string]error
	// missing are kinds that are not served.
	missing map[string]bool
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{T: t, Gomega: NewWithT(t), refuse: map[string]error{}, missing: map[string]bool{}}
	c.Client = fake.NewClientBuilder().WithScheme(clientgoscheme.Scheme).
		WithRESTMapper(testrestmapper.TestOnlyStaticRESTMapper(clientgoscheme.Scheme)).WithReturnManagedFields().WithInterceptorFuncs(interceptor.Funcs{
		Apply: func(ctx context.Context, inner client.WithWatch, obj runtime.ApplyConfiguration, opts ...client.ApplyOption) error {
			named := obj.(interface {
				GetName() string
				GetKind() string
			})
			if err := c.refuse[named.GetName()]; err != nil {
				return err
			}
			if c.missing[named.GetKind()] {
				return &meta.NoKindMatchError{}
			}
			c.applied = append(c.applied, named.GetKind()+" "+named.GetName())
			return inner.Apply(ctx, obj, opts...)
		},
		Delete: func(ctx context.Context, inner client.WithWatch, obj client.Object, opts ...client.DeleteOption) error {
			c.deleted = append(c.deleted, keyOf(obj).String())
			return inner.Delete(ctx, obj, opts...)
		},
	}).Build()
	c.restart()
	return c
}

// restart gives the cluster an engine that remembers nothing.
func (c *cluster) restart() {
	c.engine = New("test")
	c.engine.Connect(c)
}

func (c *cluster) GetClient(context.Context, client.ObjectKey) (client.Client, error) { return c, nil }

func (c *cluster) GetUncachedClient(context.Context, client.ObjectKey) (client.Client, error) {
	return c, nil
}

func (c *cluster) Watch(_ context.Context, _ client.ObjectKey, w clustercache.Watcher) error {
	if c.missing[w.Object().GetObjectKind().GroupVersionKind().Kind] {
		return fmt.Errorf("watch: %w", &meta.NoKindMatchError{})
	}
	return nil
}

// reconcile makes a pass and returns its report.
func (c *cluster) reconcile(desired ...Set) Report {
	c.Helper()
	c.applied, c.deleted = nil, nil
	report, err := c.engine.Reconcile(c.Context(), clusterKey, reconcile.Request{}, desired)
	c.Expect(err).NotTo(HaveOccurred())
	return report
}

func (c *cluster) parentKinds() string {
	c.Helper()
	parent := &corev1.ConfigMap{}
	c.Expect(c.Get(c.Context(), client.ObjectKey{Namespace: "kube-system", Name: "test"}, parent)).To(Succeed())
	return parent.Annotations[annotationKinds]
}

func inSystem(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: "kube-system", Name: name}
}

func configMap(name, value string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: inSystem(name), Data: map[string]string{"key": value}}
}

func deployment(name string) *appsv1.Deployment {
	labels := map[string]string{"app": name}
	return &appsv1.Deployment{ObjectMeta: inSystem(name), Spec: appsv1.DeploymentSpec{
		Selector: &metav1.LabelSelector{MatchLabels: labels},
		Template: corev1.PodTemplateSpec{
			ObjectMeta: metav1.ObjectMeta{Labels: labels},
			Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "image:1"}}},
		},
	}}
}

func clusterRole(name string) *rbacv1.ClusterRole {
	return &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: name}}
}

func TestObjectsAreAppliedInOrderAndThenLeftAlone(t *testing.T) {
	c := newCluster(t)
	dns := Set{Name: "dns", Objects: []client.Object{deployment("dns"), configMap("dns", "a"), clusterRole("dns")}}
	report := c.reconcile(dns)
	c.Expect(c.applied).To(Equal([]string{"ConfigMap test", "ClusterRole dns", "ConfigMap dns", "Deployment dns"}))
	c.Expect(c.parentKinds()).To(Equal("ClusterRole.rbac.authorization.k8s.io,ConfigMap,Deployment.apps"))
	c.Expect(report["dns"].Err).NotTo(HaveOccurred())
	c.Expect(report["dns"].Health.State).To(Equal(health.Progressing))
	c.Expect(report["dns"].Health.Message).To(HavePrefix("Deployment dns: "))

	c.reconcile(dns)
	c.Expect(c.applied).To(BeEmpty(), "nothing changed")
	c.Expect(dns.Objects[0].GetLabels()).To(BeEmpty(), "what was rendered is not changed")
}

func TestAfterARestartEachObjectIsAppliedOnceWithoutEffect(t *testing.T) {
	c := newCluster(t)
	dns := Set{Name: "dns", Objects: []client.Object{configMap("dns", "a")}}
	c.reconcile(dns)
	before := &corev1.ConfigMap{}
	c.Expect(c.Get(t.Context(), client.ObjectKeyFromObject(configMap("dns", "")), before)).To(Succeed())
	c.restart()
	c.reconcile(dns)
	c.Expect(c.applied).To(Equal([]string{"ConfigMap test", "ConfigMap dns"}))
	c.reconcile(dns)
	c.Expect(c.applied).To(BeEmpty())
}

func TestWhatIsNoLongerRenderedIsPruned(t *testing.T) {
	c := newCluster(t)
	dns := Set{Name: "dns", Objects: []client.Object{configMap("dns", "a"), deployment("dns"), clusterRole("dns")}}
	proxy := Set{Name: "proxy", Objects: []client.Object{configMap("proxy", "a")}}
	foreign := configMap("foreign", "x")
	c.Expect(c.Create(t.Context(), foreign)).To(Succeed())
	c.reconcile(dns, proxy)

	c.restart() // What is left of the set is found by the inventory, not by memory.
	c.reconcile(proxy)
	c.Expect(c.deleted).To(Equal([]string{"Deployment dns", "ConfigMap dns", "ClusterRole dns"}), "workloads first")
	c.Expect(c.parentKinds()).To(Equal("ClusterRole.rbac.authorization.k8s.io,ConfigMap,Deployment.apps"), "until they are gone")
	c.reconcile(proxy)
	c.Expect(c.deleted).To(BeEmpty())
	c.Expect(c.parentKinds()).To(Equal("ConfigMap"))
	c.Expect(c.Get(t.Context(), client.ObjectKeyFromObject(foreign), foreign)).To(Succeed())
}

func TestWhatControllersMakeOfMembersIsTheirs(t *testing.T) {
	c := newCluster(t)
	slice := func(name string) *discoveryv1.EndpointSlice {
		return &discoveryv1.EndpointSlice{ObjectMeta: inSystem(name), AddressType: discoveryv1.AddressTypeIPv4}
	}
	desired := Set{Name: "a", Objects: []client.Object{configMap("a", "1"), slice("ours")}}
	c.reconcile(desired)
	member := &discoveryv1.EndpointSlice{}
	c.Expect(c.Get(c.Context(), client.ObjectKey{Namespace: "kube-system", Name: "ours"}, member)).To(Succeed())

	// The controller of EndpointSlices copies the labels of the Service.
	theirs := slice("theirs")
	theirs.Labels = member.Labels
	theirs.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "Service", Name: "a", UID: "1", Controller: ptr.To(true)}}
	c.Expect(c.Create(c.Context(), theirs)).To(Succeed())
	c.reconcile(desired)
	c.Expect(c.deleted).To(BeEmpty())
	c.restart()
	c.reconcile(Set{Name: "a", Objects: []client.Object{configMap("a", "1")}})
	c.Expect(c.deleted).To(Equal([]string{"EndpointSlice ours"}))
}

func TestASetOnHoldStaysAsItIs(t *testing.T) {
	c := newCluster(t)
	c.reconcile(Set{Name: "dns", Objects: []client.Object{configMap("dns", "a")}})
	report := c.reconcile(Set{Name: "dns", Hold: true})
	c.Expect(c.deleted).To(BeEmpty())
	c.Expect(report).NotTo(HaveKey("dns"))
}

func TestChangesOfOthersAreUndone(t *testing.T) {
	dns := func() Set {
		return Set{Name: "dns", Objects: []client.Object{configMap("dns", "a"), deployment("dns")}}
	}
	change := func(c *cluster, object client.Object, edit func()) {
		c.Helper()
		c.Expect(c.Get(c.Context(), client.ObjectKeyFromObject(object), object)).To(Succeed())
		edit()
		c.Expect(c.Update(c.Context(), object, client.FieldOwner("user"))).To(Succeed())
	}
	cases := map[string]struct {
		act  func(c *cluster)
		want []string
	}{
		"a changed value": {func(c *cluster) {
			cm := configMap("dns", "")
			change(c, cm, func() { cm.Data["key"] = "mine" })
		}, []string{"ConfigMap dns"}},
		"a removed value": {func(c *cluster) {
			cm := configMap("dns", "")
			change(c, cm, func() { delete(cm.Data, "key") })
		}, []string{"ConfigMap dns"}},
		"another image": {func(c *cluster) {
			d := deployment("dns")
			change(c, d, func() { d.Spec.Template.Spec.Containers[0].Image = "mine" })
		}, []string{"Deployment dns"}},
		"a deleted object": {func(c *cluster) {
			c.Expect(c.Delete(c.Context(), deployment("dns"))).To(Succeed())
		}, []string{"Deployment dns"}},
		"a deleted inventory": {func(c *cluster) {
			c.Expect(c.Delete(c.Context(), configMap("test", ""))).To(Succeed())
		}, []string{"ConfigMap test"}},
		"a removed label": {func(c *cluster) {
			cm := configMap("dns", "")
			change(c, cm, func() { delete(cm.Labels, labelPartOf) })
		}, []string{"ConfigMap dns"}},
		"a status, which is no change": {func(c *cluster) {
			d := deployment("dns")
			c.Expect(c.Get(c.Context(), client.ObjectKeyFromObject(d), d)).To(Succeed())
			d.Status.Replicas = 7
			c.Expect(c.Status().Update(c.Context(), d)).To(Succeed())
		}, nil},
		"a key of the user's, which is no change": {func(c *cluster) {
			cm := configMap("dns", "")
			change(c, cm, func() { cm.Data["more"] = "mine" })
		}, nil},
		"replicas, which were left to others": {func(c *cluster) {
			d, replicas := deployment("dns"), int32(5)
			change(c, d, func() { d.Spec.Replicas = &replicas })
		}, nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t)
			c.reconcile(dns())
			tc.act(c)
			c.reconcile(dns())
			c.Expect(c.applied).To(Equal(tc.want))
			cm, d := configMap("dns", ""), deployment("dns")
			c.Expect(c.Get(t.Context(), client.ObjectKeyFromObject(cm), cm)).To(Succeed())
			c.Expect(cm.Data["key"]).To(Equal("a"))
			c.Expect(c.Get(t.Context(), client.ObjectKeyFromObject(d), d)).To(Succeed())
			c.Expect(d.Spec.Template.Spec.Containers[0].Image).To(Equal("image:1"))
			c.reconcile(dns())
			c.Expect(c.applied).To(BeEmpty())
		})
	}
}

func TestOneFailingSetHoldsUpNoOther(t *testing.T) {
	c := newCluster(t)
	c.refuse["dns"] = apierrors.NewForbidden(corev1.Resource("configmaps"), "dns", errors.New("denied by a webhook"))
	c.missing["Installation"] = true
	cni := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "operator.example.com/v1", "kind": "Installation", "metadata": map[string]any{"name": "default"},
	}}
	report := c.reconcile(
		Set{Name: "dns", Objects: []client.Object{configMap("dns", "a"), configMap("dns-more", "a")}},
		Set{Name: "cni", Objects: []client.Object{cni, configMap("cni", "a")}},
		Set{Name: "proxy", Objects: []client.Object{configMap("proxy", "a")}},
	)
	c.Expect(c.applied).To(ContainElements("ConfigMap dns-more", "ConfigMap cni", "ConfigMap proxy"))
	c.Expect(report["dns"].Err).To(MatchError(ContainSubstring("denied by a webhook")))
	var missing *apply.Error
	c.Expect(errors.As(report["cni"].Err, &missing)).To(BeTrue())
	c.Expect(missing.Reason).To(Equal(apply.KindMissing))
	c.Expect(report["proxy"].Err).NotTo(HaveOccurred())

	delete(c.refuse, "dns")
	delete(c.missing, "Installation")
	report = c.reconcile(Set{Name: "dns", Objects: []client.Object{configMap("dns", "a"), configMap("dns-more", "a")}},
		Set{Name: "proxy", Objects: []client.Object{configMap("proxy", "a")}})
	c.Expect(report["dns"].Err).NotTo(HaveOccurred())
	c.Expect(c.applied).To(ContainElement("ConfigMap dns"))
	c.Expect(c.deleted).To(Equal([]string{"ConfigMap cni"}))
}

func TestASilentAPIServerEndsThePass(t *testing.T) {
	c := newCluster(t)
	c.refuse["a"] = errors.New("connection refused")
	_, err := c.engine.Reconcile(t.Context(), clusterKey, reconcile.Request{},
		[]Set{{Name: "s", Objects: []client.Object{configMap("a", ""), configMap("b", "")}}})
	var silent *UnreachableError
	c.Expect(errors.As(err, &silent)).To(BeTrue(), "%v", err)
	c.Expect(c.applied).NotTo(ContainElement("ConfigMap b"))
}

func TestWhatCannotBeChangedIsMadeAnew(t *testing.T) {
	invalid := func(kind, name string) error {
		return apierrors.NewInvalid(rbacv1.SchemeGroupVersion.WithKind(kind).GroupKind(), name,
			field.ErrorList{field.Invalid(field.NewPath("roleRef"), "x", "cannot change roleRef: field is immutable")})
	}
	c := newCluster(t)
	binding := &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "node"}, RoleRef: rbacv1.RoleRef{Name: "mine"}}
	c.Expect(c.Create(t.Context(), binding)).To(Succeed())
	c.refuse["node"] = invalid("ClusterRoleBinding", "node")
	desired := &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "node"}, RoleRef: rbacv1.RoleRef{Name: "ours"}}
	report := c.reconcile(Set{Name: "s", Objects: []client.Object{desired}})
	c.Expect(c.deleted).To(Equal([]string{"ClusterRoleBinding node"}))
	c.Expect(report["s"].Err).To(HaveOccurred(), "the stub refuses it still")

	c.refuse["data"] = invalid("PersistentVolumeClaim", "data")
	report = c.reconcile(Set{Name: "s", Objects: []client.Object{&corev1.PersistentVolumeClaim{ObjectMeta: inSystem("data")}}})
	c.Expect(report["s"].Err).To(MatchError(ContainSubstring("undo the change")))
	c.Expect(c.deleted).To(BeEmpty(), "data is never deleted to make room")
}

func TestOnlyNewsCallsAgain(t *testing.T) {
	g := NewWithT(t)
	e := New("test")
	queue := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[reconcile.Request]())
	t.Cleanup(queue.ShutDown)
	g.Expect(e.Source().Start(t.Context(), queue)).To(Succeed())
	m := e.memory(clusterKey, reconcile.Request{})
	notify := e.notify(m)

	cached := func(fields, version string, labels map[string]string) *metav1.PartialObjectMetadata {
		object := &metav1.PartialObjectMetadata{ObjectMeta: inSystem("dns")}
		object.SetGroupVersionKind(kind("", "v1", "ConfigMap"))
		object.Annotations = map[string]string{apply.AnnotationHash: "hash", annotationFields: fields}
		object.ResourceVersion, object.Labels = version, labels
		return object
	}
	ours := map[string]string{labelPartOf: e.set.id()}
	m.remember(keyOf(cached("", "", nil)), written{hash: "hash", fields: "all"})
	cases := map[string]struct {
		act  func()
		news bool
	}{
		"an object as it was written":     {func() { notify.OnAdd(cached("all", "1", ours), false) }, false},
		"an object that others changed":   {func() { notify.OnAdd(cached("some", "1", ours), true) }, true},
		"an object of somebody else":      {func() { notify.OnAdd(cached("some", "1", nil), true) }, false},
		"a foreign field":                 {func() { notify.OnUpdate(cached("all", "1", ours), cached("all", "2", ours)) }, false},
		"a field of ours":                 {func() { notify.OnUpdate(cached("all", "1", ours), cached("some", "2", ours)) }, true},
		"what was restored just now":      {func() { notify.OnUpdate(cached("some", "1", ours), cached("all", "2", ours)) }, false},
		"a label that was taken away":     {func() { notify.OnUpdate(cached("all", "1", ours), cached("all", "2", nil)) }, true},
		"a resync":                        {func() { notify.OnUpdate(cached("all", "1", ours), cached("all", "1", ours)) }, false},
		"a deletion":                      {func() { notify.OnDelete(cached("all", "1", ours)) }, true},
		"a deletion of somebody else's":   {func() { notify.OnDelete(cached("all", "1", nil)) }, false},
		"a foreign object that is edited": {func() { notify.OnUpdate(cached("all", "1", nil), cached("some", "2", nil)) }, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			tc.act()
			got := queue.Len() > 0
			if got {
				request, _ := queue.Get()
				queue.Done(request)
			}
			if got != tc.news {
				t.Errorf("it calls again: %t, want %t", got, tc.news)
			}
		})
	}
}

func TestCachesHoldLittle(t *testing.T) {
	g := NewWithT(t)
	d := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"metadata": map[string]any{"name": "d", "annotations": map[string]any{"large": "text", apply.AnnotationHash: "h"}},
		"spec":     map[string]any{"replicas": int64(2), "template": map[string]any{"spec": map[string]any{}}},
		"status":   map[string]any{"replicas": int64(2)},
	}}
	d.SetManagedFields([]metav1.ManagedFieldsEntry{{
		Manager: string(apply.FieldOwner), Operation: metav1.ManagedFieldsOperationApply, Time: &metav1.Time{Time: time.Now()},
		FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:b":{},"f:a":{}}}`),
	}})
	fields := ownedFields(d.GetManagedFields())
	transformed, err := transform(d)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(transformed.(*unstructured.Unstructured).Object).To(Equal(map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"metadata": map[string]any{"name": "d", "annotations": map[string]any{apply.AnnotationHash: "h", annotationFields: fields}},
		"spec":     map[string]any{"replicas": int64(2)},
		"status":   map[string]any{"replicas": int64(2)},
	}))
	other := []metav1.ManagedFieldsEntry{{
		Manager: string(apply.FieldOwner), Operation: metav1.ManagedFieldsOperationApply,
		FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:a":{},"f:b":{}}}`),
	}}
	g.Expect(ownedFields(other)).To(Equal(fields), "the order of keys means nothing")
}
