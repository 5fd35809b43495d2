// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package class

import (
	"context"
	"fmt"
	"maps"
	"sync"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/reconcilers/project"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// refusedReason is the reason of the event that tells what the translation refuses.
const refusedReason = "TranslationRefused"

// Reconciler makes ClusterClasses of profiles.
type Reconciler struct {
	// Client reads from the manager's cache and writes.
	Client client.Client
	// Direct reads and writes templates, which are not cached. Its scheme does not know them, so that they are written as
	// they are: what is empty in them is the place that patches put something in.
	Direct client.Client
	// Recorder emits events.
	Recorder events.EventRecorder
	// ProvidersOf are those that a profile needs a class for.
	ProvidersOf func(*gardencorev1beta1.CloudProfileSpec) []provider.Provider

	// told are the refusals that an event has told, by profile.
	told sync.Map
}

// +kubebuilder:rbac:groups=core.gardener.cloud,resources=cloudprofiles;namespacedcloudprofiles;shoots,verbs=get;list;watch
// +kubebuilder:rbac:groups=cluster.x-k8s.io,resources=clusterclasses,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=cluster.x-k8s.io,resources=clusters,verbs=get;list;watch
// +kubebuilder:rbac:groups=controlplane.cluster.x-k8s.io,resources=kubeceptioncontrolplanetemplates,verbs=get;list;create;patch;delete
// +kubebuilder:rbac:groups=bootstrap.cluster.x-k8s.io,resources=kubeceptionconfigtemplates,verbs=get;list;create;patch;delete
// +kubebuilder:rbac:groups=infrastructure.cluster.x-k8s.io,resources=kubeceptionclustertemplates;kubeceptionmachinetemplates;awsclustertemplates;awsmachinetemplates,verbs=get;list;create;patch;delete
// +kubebuilder:rbac:groups="",resources=namespaces,verbs=get;list;watch;create
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconcile makes the class of one profile, and collects what it was made of before.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	object, spec, err := r.profile(ctx, req.NamespacedName)
	if err != nil {
		return ctrl.Result{}, err
	}
	if spec == nil || object.GetUID() == "" {
		r.told.Delete(req.NamespacedName)
		return ctrl.Result{}, r.collect(ctx, req.NamespacedName, nil)
	}
	var wanted []client.Object
	var problems field.ErrorList
	for _, p := range r.ProvidersOf(spec) {
		class, refused := translation.ClassOf(Profile(req.NamespacedName, spec), p)
		if len(refused) > 0 {
			problems = append(problems, refused...)
			continue
		}
		objects := objectsOf(class)
		if err := r.apply(ctx, objects); err != nil {
			return ctrl.Result{}, err
		}
		wanted = append(wanted, objects...)
	}
	r.tell(req.NamespacedName, object, problems)
	if len(problems) > 0 {
		return ctrl.Result{}, nil // What there was stays. A change of the profile is watched.
	}
	return ctrl.Result{}, r.collect(ctx, req.NamespacedName, wanted)
}

// objectsOf are the templates and then the ClusterClass.
func objectsOf(class translation.Class) []client.Object {
	var out []client.Object
	for _, template := range class.Templates {
		out = append(out, marked(withSpec(template)))
	}
	return append(out, marked(class.ClusterClass))
}

// withSpec makes sure that there is a place for patches, also in a template that says nothing by itself.
func withSpec(template client.Object) client.Object {
	object, isUnstructured := template.(*unstructured.Unstructured)
	if !isUnstructured {
		return template
	}
	path := []string{"spec", "template", "spec"}
	if _, exists, err := unstructured.NestedMap(object.Object, path...); err == nil && !exists {
		// What is above it is a map, or not there.
		_ = unstructured.SetNestedMap(object.Object, map[string]any{}, path...)
	}
	return object
}

func marked(object client.Object) client.Object {
	labels := maps.Clone(object.GetLabels())
	if labels == nil {
		labels = map[string]string{}
	}
	labels[project.LabelManagedBy] = project.ManagedBy
	object.SetLabels(labels)
	return object
}

// apply writes a class, in order.
func (r *Reconciler) apply(ctx context.Context, objects []client.Object) error {
	namespace := &corev1.Namespace{}
	err := r.Client.Get(ctx, client.ObjectKey{Name: translation.ClassNamespace}, namespace)
	if apierrors.IsNotFound(err) {
		_, err = apply.Create(ctx, r.Client, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: translation.ClassNamespace}})
	}
	if err != nil {
		return fmt.Errorf("make sure that the namespace %s exists: %w", translation.ClassNamespace, err)
	}
	last := len(objects) - 1
	for _, template := range objects[:last] {
		if _, _, err := apply.Apply(ctx, r.Direct, template); err != nil {
			return err
		}
	}
	_, _, err = apply.Apply(ctx, r.Client, objects[last])
	return err
}

// tell emits an event about what is refused, once.
func (r *Reconciler) tell(key client.ObjectKey, profile client.Object, problems field.ErrorList) {
	if len(problems) == 0 {
		r.told.Delete(key)
		return
	}
	text := problems.ToAggregate().Error()
	if before, _ := r.told.Swap(key, text); before != text {
		r.Recorder.Eventf(profile, nil, corev1.EventTypeWarning, refusedReason, "Translate", "%.900s", text)
	}
}
