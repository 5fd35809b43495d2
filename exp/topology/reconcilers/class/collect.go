// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package class

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/sets"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// templateKinds are the kinds of all templates that classes may have been made with.
var templateKinds = []schema.GroupVersionKind{
	{Group: "controlplane.cluster.x-k8s.io", Version: "v1alpha1", Kind: "KubeceptionControlPlaneTemplate"},
	{Group: "bootstrap.cluster.x-k8s.io", Version: "v1alpha1", Kind: "KubeceptionConfigTemplate"},
	{Group: "infrastructure.cluster.x-k8s.io", Version: "v1alpha1", Kind: "KubeceptionClusterTemplate"},
	{Group: "infrastructure.cluster.x-k8s.io", Version: "v1alpha1", Kind: "KubeceptionMachineTemplate"},
	{Group: "infrastructure.cluster.x-k8s.io", Version: "v1beta2", Kind: "AWSClusterTemplate"},
	{Group: "infrastructure.cluster.x-k8s.io", Version: "v1beta2", Kind: "AWSMachineTemplate"},
}

// collect deletes what was made of a profile, except for what is wanted now and what Clusters use. Clusters that change their
// class, or go, call again.
func (r *Reconciler) collect(ctx context.Context, profile client.ObjectKey, wanted []client.Object) error {
	keep := sets.New[apply.Key]()
	for _, object := range wanted {
		key, err := apply.KeyOf(r.Client.Scheme(), object)
		if err != nil {
			return err
		}
		keep.Insert(key)
	}
	mine := []client.ListOption{client.InNamespace(translation.ClassNamespace), client.MatchingLabels{translation.ProfileLabel: nameOf(profile)}}
	classes := &clusterv1.ClusterClassList{}
	if err := r.Client.List(ctx, classes, mine...); err != nil {
		return fmt.Errorf("list ClusterClasses: %w", err)
	}
	used, err := r.usedClasses(ctx)
	if err != nil {
		return err
	}
	var objects []client.Object
	for i := range classes.Items {
		class := &classes.Items[i]
		key, err := apply.KeyOf(r.Client.Scheme(), class)
		if err != nil {
			return err
		}
		if keep.Has(key) || used.Has(class.Name) {
			keep.Insert(key).Insert(templatesOf(class)...)
			continue
		}
		objects = append(objects, class)
	}
	templates, err := r.templates(ctx, mine)
	if err != nil {
		return err
	}
	// Classes go first: what they refer to is needed until then.
	if _, err := apply.Prune(ctx, r.Client, objects, keep); err != nil {
		return err
	}
	_, err = apply.Prune(ctx, r.Direct, templates, keep)
	return err
}

// usedClasses are the names of classes of our namespace that a Cluster has.
func (r *Reconciler) usedClasses(ctx context.Context) (sets.Set[string], error) {
	clusters := &clusterv1.ClusterList{}
	if err := r.Client.List(ctx, clusters, client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("list Clusters: %w", err)
	}
	used := sets.New[string]()
	for i := range clusters.Items {
		if key := clusters.Items[i].GetClassKey(); key.Namespace == translation.ClassNamespace {
			used.Insert(key.Name)
		}
	}
	return used, nil
}

// templates are those that were made of a profile.
func (r *Reconciler) templates(ctx context.Context, mine []client.ListOption) ([]client.Object, error) {
	var out []client.Object
	for _, kind := range templateKinds {
		list := &metav1.PartialObjectMetadataList{}
		list.SetGroupVersionKind(kind.GroupVersion().WithKind(kind.Kind + "List"))
		if err := r.Direct.List(ctx, list, mine...); meta.IsNoMatchError(err) {
			continue // The provider is not installed.
		} else if err != nil {
			return nil, fmt.Errorf("list %s: %w", kind.Kind, err)
		}
		for i := range list.Items {
			list.Items[i].SetGroupVersionKind(kind)
			out = append(out, &list.Items[i])
		}
	}
	return out, nil
}

// templatesOf are the keys of all templates that a class refers to.
func templatesOf(class *clusterv1.ClusterClass) []apply.Key {
	references := []clusterv1.ClusterClassTemplateReference{class.Spec.Infrastructure.TemplateRef, class.Spec.ControlPlane.TemplateRef}
	for i := range class.Spec.Workers.MachineDeployments {
		worker := &class.Spec.Workers.MachineDeployments[i]
		references = append(references, worker.Bootstrap.TemplateRef, worker.Infrastructure.TemplateRef)
	}
	var out []apply.Key
	for _, reference := range references {
		kind := reference.GroupVersionKind().GroupKind()
		out = append(out, apply.Key{GroupKind: kind, ObjectKey: client.ObjectKey{Namespace: class.Namespace, Name: reference.Name}})
	}
	return out
}
