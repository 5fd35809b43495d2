// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation/field"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
)

var ctx = context.Background()

// writes counts requests that write.
type writes struct{ apply, delete int }

func newClient(t *testing.T, refuse error, objects ...client.Object) (client.Client, *writes) {
	t.Helper()
	n := &writes{}
	c := fake.NewClientBuilder().WithScheme(clientgoscheme.Scheme).WithObjects(objects...).WithInterceptorFuncs(interceptor.Funcs{
		Apply: func(ctx context.Context, c client.WithWatch, obj runtime.ApplyConfiguration, opts ...client.ApplyOption) error {
			n.apply++
			if refuse != nil {
				return refuse
			}
			return c.Apply(ctx, obj, opts...)
		},
		Delete: func(ctx context.Context, c client.WithWatch, obj client.Object, opts ...client.DeleteOption) error {
			n.delete++
			if refuse != nil {
				return refuse
			}
			return c.Delete(ctx, obj, opts...)
		},
	}).Build()
	return c, n
}

func configMap(data ...string) *corev1.ConfigMap {
	cm := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "c", Namespace: "ns"}, Data: map[string]string{}}
	for _, key := range data {
		cm.Data[key] = "value"
	}
	return cm
}

func deployment() *appsv1.Deployment {
	labels := map[string]string{"app": "d"}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "d", Namespace: "ns"},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{
					Containers: []corev1.Container{{
						Name: "main", Image: "i", Args: []string{"--a", "--b"},
						Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{"cpu": resource.MustParse("1000m")}},
					}},
					Volumes: []corev1.Volume{{Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}},
				},
			},
		},
	}
}

func TestApplyWritesOnlyWhatChanged(t *testing.T) {
	g := NewWithT(t)
	c, n := newClient(t, nil)

	live, result, err := Apply(ctx, c, configMap("a", "b"))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(result).To(Equal(Created))
	g.Expect(live).To(BeAssignableToTypeOf(&corev1.ConfigMap{}))

	_, result, err = Apply(ctx, c, configMap("a", "b"))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(result).To(Equal(Unchanged))
	g.Expect(n.apply).To(Equal(1), "the second time sends no request")

	live, result, err = Apply(ctx, c, configMap("a"))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(result).To(Equal(Updated))
	g.Expect(live.(*corev1.ConfigMap).Data).To(HaveLen(1), "a field that is no longer desired is removed")
}

func TestApplyRevertsWhatOthersChange(t *testing.T) {
	g := NewWithT(t)
	c, _ := newClient(t, nil)
	_, _, err := Apply(ctx, c, configMap("a"))
	g.Expect(err).NotTo(HaveOccurred())
	changed := configMap()
	g.Expect(c.Get(ctx, client.ObjectKeyFromObject(changed), changed)).To(Succeed())
	changed.Data["a"], changed.Data["others"] = "changed", "kept"
	g.Expect(c.Update(ctx, changed)).To(Succeed())

	live, result, err := Apply(ctx, c, configMap("a"))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(result).To(Equal(Updated))
	g.Expect(live.(*corev1.ConfigMap).Data).To(Equal(map[string]string{"a": "value", "others": "kept"}))
}

func TestApplyLeavesTheDesiredObjectAlone(t *testing.T) {
	g := NewWithT(t)
	c, _ := newClient(t, nil)
	desired := deployment()
	_, _, err := Apply(ctx, c, desired)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(desired).To(Equal(deployment()))
}

func TestApplyIgnoresWhatTheServerCompletes(t *testing.T) {
	g := NewWithT(t)
	c, n := newClient(t, nil)
	_, _, err := Apply(ctx, c, deployment())
	g.Expect(err).NotTo(HaveOccurred())
	live := deployment()
	g.Expect(c.Get(ctx, client.ObjectKeyFromObject(live), live)).To(Succeed())
	live.Spec.Template.Spec.Containers[0].TerminationMessagePath = "/dev/termination-log"
	live.Spec.Template.Spec.RestartPolicy = corev1.RestartPolicyAlways
	live.Status.Replicas = 1
	g.Expect(c.Update(ctx, live)).To(Succeed())

	_, result, err := Apply(ctx, c, deployment())
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(result).To(Equal(Unchanged))
	g.Expect(n.apply).To(Equal(1))
}

func TestApplyLeavesAloneWhatIsBeingDeleted(t *testing.T) {
	g := NewWithT(t)
	going := configMap("old")
	going.Finalizers = []string{"example.com/held"}
	c, n := newClient(t, nil, going)
	g.Expect(c.Delete(ctx, going)).To(Succeed())

	live, result, err := Apply(ctx, c, configMap("a"))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(result).To(Equal(Unchanged))
	g.Expect(live.GetDeletionTimestamp().IsZero()).To(BeFalse())
	g.Expect(n.apply).To(BeZero())
}

func TestErrorsSayWhatAUserCanDo(t *testing.T) {
	gk := schema.GroupKind{Group: "apps", Kind: "Deployment"}
	invalid := func(detail string) error {
		return apierrors.NewInvalid(gk, "d", field.ErrorList{field.Invalid(field.NewPath("spec.selector"), "x", detail)})
	}
	forbidden := func(reason string) error {
		return apierrors.NewForbidden(schema.GroupResource{Resource: "deployments"}, "d", errors.New(reason))
	}
	terminating := apierrors.NewForbidden(schema.GroupResource{Resource: "deployments"}, "d", errors.New("terminating"))
	terminating.ErrStatus.Details.Causes = []metav1.StatusCause{{Type: corev1.NamespaceTerminatingCause}}
	cases := map[string]struct {
		cause  error
		reason Reason
		text   string
	}{
		"an immutable field":          {invalid("field is immutable"), Immutable, "delete the object so that it is made anew"},
		"an invalid field":            {invalid("must be positive"), Invalid, "must be positive"},
		"a full quota":                {forbidden("exceeded quota: q"), QuotaExceeded, "raise the quota of namespace ns"},
		"a missing permission":        {forbidden("no"), Forbidden, "forbidden"},
		"a kind that is not served":   {&meta.NoKindMatchError{GroupKind: gk}, KindMissing, "install what serves Deployment.apps"},
		"a namespace in deletion":     {terminating, NamespaceUnusable, "must exist and not be in deletion"},
		"a namespace that is missing": {apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, "ns"), NamespaceUnusable, "must exist"},
		"a seed that does not answer": {fmt.Errorf("connection refused"), Other, "connection refused"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			c, _ := newClient(t, tc.cause)
			_, _, err := Apply(ctx, c, deployment())
			var typed *Error
			g.Expect(errors.As(err, &typed)).To(BeTrue())
			g.Expect(typed.Reason).To(Equal(tc.reason))
			g.Expect(err).To(MatchError(SatisfyAll(HavePrefix("apply Deployment d: "), ContainSubstring(tc.text))))
			g.Expect(errors.Is(err, tc.cause)).To(BeTrue())
		})
	}
}

func TestPruneDeletesWhatIsNotKept(t *testing.T) {
	g := NewWithT(t)
	kept, going := configMap(), configMap()
	going.Name = "going"
	c, n := newClient(t, nil, kept, going)
	kinds := []schema.GroupVersionKind{corev1.SchemeGroupVersion.WithKind("ConfigMap")}
	objects, err := List(ctx, c, c.Scheme(), kinds, client.InNamespace("ns"))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(objects).To(HaveLen(2))
	key, err := KeyOf(c.Scheme(), kept)
	g.Expect(err).NotTo(HaveOccurred())

	deleted, err := Prune(ctx, c, objects, sets.New(key))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(deleted).To(HaveLen(1))
	g.Expect(deleted[0].String()).To(Equal("ConfigMap going"))

	deleted, err = Prune(ctx, c, objects, sets.New(key))
	g.Expect(err).NotTo(HaveOccurred(), "a stale list is harmless")
	g.Expect(deleted).To(BeEmpty())
	g.Expect(n.delete).To(Equal(2))
}

func TestDeleteSparesASuccessorOfTheSameName(t *testing.T) {
	g := NewWithT(t)
	successor := configMap()
	successor.UID = "new"
	conflict := apierrors.NewConflict(schema.GroupResource{Resource: "configmaps"}, "c", errors.New("the UID in the precondition"))
	c, _ := newClient(t, conflict, successor)
	seen := configMap()
	seen.UID = "old"
	result, err := Delete(ctx, c, seen)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(result).To(Equal(Unchanged))
}

func TestEndHurriesUpAPodThatHasMoreTime(t *testing.T) {
	ending := metav1.Now()
	cases := map[string]struct {
		grace *int64 // of a pod that is ending
		want  Result
	}{
		"a pod that runs":               {nil, Deleted},
		"a pod that ends slowly":        {ptr.To[int64](90), Deleted},
		"not one that ends soon anyway": {ptr.To[int64](1), Unchanged},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "n", Name: "p", Finalizers: []string{"test/hold"}}}
			if c.grace != nil {
				pod.DeletionTimestamp, pod.DeletionGracePeriodSeconds = &ending, c.grace
			}
			kube := fake.NewClientBuilder().WithObjects(pod).Build()
			if got, err := End(t.Context(), kube, pod, time.Second); got != c.want || err != nil {
				t.Errorf("got %s, %v, want %s", got, err, c.want)
			}
		})
	}
}

func TestListSkipsKindsThatAreNotServed(t *testing.T) {
	g := NewWithT(t)
	c := fake.NewClientBuilder().WithInterceptorFuncs(interceptor.Funcs{
		List: func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) error {
			return &meta.NoKindMatchError{}
		},
	}).Build()
	objects, err := List(ctx, c, c.Scheme(), []schema.GroupVersionKind{appsv1.SchemeGroupVersion.WithKind("Deployment")})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(objects).To(BeEmpty())
}

func TestDrift(t *testing.T) {
	type m = map[string]any
	cases := map[string]struct {
		desired, live any
		want          string
	}{
		"equal":                              {m{"a": "b"}, m{"a": "b"}, ""},
		"fields of others":                   {m{"a": "b"}, m{"a": "b", "c": "d"}, ""},
		"another value":                      {m{"s": m{"a": "b"}}, m{"s": m{"a": "c"}}, ".s.a"},
		"a missing value":                    {m{"s": m{"a": "b"}}, m{}, ".s.a"},
		"an empty map that is dropped":       {m{"s": m{}}, m{}, ""},
		"an empty list that is dropped":      {m{"l": []any{}}, m{}, ""},
		"zero values that are dropped":       {m{"a": false, "b": int64(0), "c": "", "d": nil}, m{}, ""},
		"a zero value that became another":   {m{"a": false}, m{"a": true}, ".a"},
		"integers and floats":                {m{"a": int64(1)}, m{"a": float64(1)}, ""},
		"a longer list":                      {m{"l": []any{"a"}}, m{"l": []any{"a", "b"}}, ".l"},
		"a shorter list":                     {m{"l": []any{"a", "b"}}, m{"l": []any{"a"}}, ".l"},
		"a missing list":                     {m{"l": []any{"a"}}, m{}, ".l"},
		"a list in another order":            {m{"l": []any{"a", "b"}}, m{"l": []any{"b", "a"}}, ".l[0]"},
		"elements that others complete":      {m{"l": []any{m{"n": "x"}}}, m{"l": []any{m{"n": "x", "p": "TCP"}}}, ""},
		"elements that others change":        {m{"l": []any{m{"n": "x"}}}, m{"l": []any{m{"n": "y"}}}, ".l[0].n"},
		"a map where a scalar should be":     {m{"a": "b"}, m{"a": m{"x": "y"}}, ".a"},
		"a scalar where a map should be":     {m{"a": m{"x": "y"}}, m{"a": "b"}, ".a"},
		"a list where a map should be":       {m{"a": m{}}, m{"a": []any{}}, ".a"},
		"an empty list where there are some": {m{"l": []any{}}, m{"l": []any{"a"}}, ".l"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			NewWithT(t).Expect(drift(c.desired, c.live)).To(Equal(c.want))
		})
	}
}

func TestSpellingsOfAQuantityAreOne(t *testing.T) {
	g := NewWithT(t)
	c, n := newClient(t, nil)
	_, _, err := Apply(ctx, c, deployment())
	g.Expect(err).NotTo(HaveOccurred())
	other := deployment()
	other.Spec.Template.Spec.Containers[0].Resources.Requests["cpu"] = resource.MustParse("1")
	_, result, err := Apply(ctx, c, other)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(result).To(Equal(Unchanged))
	g.Expect(n.apply).To(Equal(1))
}
