// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/reconcilers/project"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// apply makes everything so that a Shoot became, in order, and removes what it became before. It returns the Cluster.
func (r *Reconciler) apply(ctx context.Context, shoot *gardencorev1beta1.Shoot, out translation.Output) (*clusterv1.Cluster, error) {
	others := append(slices.Clone(out.Objects), out.Pools...)
	wanted, err := inventoryOf(r.Client.Scheme(), others)
	if err != nil {
		return nil, err
	}
	live := &corev1.Namespace{}
	err = r.Client.Get(ctx, client.ObjectKeyFromObject(out.Namespace), live)
	if client.IgnoreNotFound(err) != nil {
		return nil, fmt.Errorf("get namespace %s: %w", out.Namespace.Name, err)
	}
	before, err := readInventory(live)
	if err != nil {
		return nil, err
	}
	// What is about to be made is known before it is made.
	if err := r.applyNamespace(ctx, shoot, out.Namespace, before.union(wanted)); err != nil {
		return nil, err
	}
	for _, object := range out.Objects {
		if _, err := r.applyOne(ctx, shoot, object); err != nil {
			return nil, err
		}
	}
	applied, err := r.applyOne(ctx, shoot, out.Cluster)
	if err != nil {
		return nil, err
	}
	cluster, isCluster := applied.(*clusterv1.Cluster)
	if !isCluster {
		return nil, fmt.Errorf("apply Cluster %s: %T is no Cluster", out.Cluster.Name, applied)
	}
	for _, object := range out.Pools {
		if _, err := r.applyOne(ctx, shoot, object); err != nil {
			return nil, err
		}
	}
	kept, err := r.prune(ctx, shoot, out.Namespace.Name, before.without(wanted))
	if err != nil {
		return nil, err
	}
	return cluster, r.applyNamespace(ctx, shoot, out.Namespace, wanted.union(kept))
}

func (r *Reconciler) applyNamespace(ctx context.Context, shoot *gardencorev1beta1.Shoot, namespace *corev1.Namespace, holds inventory) error {
	desired := namespace.DeepCopy()
	if err := holds.write(desired); err != nil {
		return err
	}
	_, _, err := apply.Apply(ctx, r.Client, marked(desired, shoot))
	return err
}

// applyOne makes an object so. The cache has Clusters and MachineDeployments and nothing else.
func (r *Reconciler) applyOne(ctx context.Context, shoot *gardencorev1beta1.Shoot, object client.Object) (client.Object, error) {
	through := r.Direct
	switch object.(type) {
	case *clusterv1.Cluster, *clusterv1.MachineDeployment:
		through = r.Client
	}
	applied, _, err := apply.Apply(ctx, through, marked(object, shoot))
	return applied, err
}

// marked says on an object what Shoot it is for. Secrets and ConfigMaps are watched by a label of their own.
func marked[T client.Object](object T, shoot *gardencorev1beta1.Shoot) T {
	labels := maps.Clone(object.GetLabels())
	if labels == nil {
		labels = map[string]string{}
	}
	maps.Copy(labels, marks(shoot))
	switch object.GetObjectKind().GroupVersionKind().Kind {
	case secretKind, configMapKind:
		labels[LabelReferenced] = "true"
	}
	object.SetLabels(labels)
	return object
}

func marks(shoot *gardencorev1beta1.Shoot) map[string]string {
	return map[string]string{
		project.LabelManagedBy:          project.ManagedBy,
		translation.ShootNamespaceLabel: shoot.Namespace,
		translation.ShootNameLabel:      shoot.Name,
	}
}

// prune deletes what a Shoot does not become any more, and returns what has to stay a while: templates of machines that are
// still to be replaced. Their MachineDeployments are watched.
func (r *Reconciler) prune(ctx context.Context, shoot *gardencorev1beta1.Shoot, namespace string, old inventory) (inventory, error) {
	kept := inventory{}
	if len(old) == 0 {
		return kept, nil
	}
	used, err := r.usedTemplates(ctx, namespace)
	if err != nil {
		return nil, err
	}
	for item := range old {
		if strings.HasSuffix(item.Kind, "Template") && used[item.Kind+"/"+item.Name] {
			kept[item] = true
			continue
		}
		if err := r.remove(ctx, shoot, item); err != nil {
			return nil, err
		}
	}
	return kept, nil
}

// usedTemplates are the kinds and names of the templates that MachineSets of a namespace make machines from.
func (r *Reconciler) usedTemplates(ctx context.Context, namespace string) (map[string]bool, error) {
	sets := &clusterv1.MachineSetList{}
	if err := r.Direct.List(ctx, sets, client.InNamespace(namespace)); err != nil {
		return nil, fmt.Errorf("list MachineSets: %w", err)
	}
	used := map[string]bool{}
	for i := range sets.Items {
		if spec := &sets.Items[i].Spec.Template.Spec; sets.Items[i].DeletionTimestamp.IsZero() {
			used[spec.InfrastructureRef.Kind+"/"+spec.InfrastructureRef.Name] = true
			used[spec.Bootstrap.ConfigRef.Kind+"/"+spec.Bootstrap.ConfigRef.Name] = true
		}
	}
	return used, nil
}

// remove deletes an object that was made for a Shoot. One that is somebody else's by now is left alone.
func (r *Reconciler) remove(ctx context.Context, shoot *gardencorev1beta1.Shoot, item item) error {
	object := &metav1.PartialObjectMetadata{}
	object.SetGroupVersionKind(item.kind())
	err := r.Direct.Get(ctx, client.ObjectKey{Namespace: item.Namespace, Name: item.Name}, object)
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("get %s %s: %w", item.Kind, item.Name, err)
	}
	for name, value := range marks(shoot) {
		if object.Labels[name] != value {
			return nil
		}
	}
	_, err = apply.Delete(ctx, r.Direct, object)
	return err
}
