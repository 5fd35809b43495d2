// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package seeds

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/names"
)

// deletionGrace is how long the pods of a control plane that nobody needs any more may take to end.
const deletionGrace = time.Second

// NamespaceNotOwnedError says that the namespace of a control plane exists and belongs to something else.
type NamespaceNotOwnedError struct {
	Namespace string
	// Cluster is the cluster that the namespace belongs to, or empty if it is not one of ours.
	Cluster string
}

func (e *NamespaceNotOwnedError) Error() string {
	owner := "was not made for a control plane"
	if e.Cluster != "" {
		owner = "belongs to the control plane of Cluster " + e.Cluster
	}
	return fmt.Sprintf("namespace %s of the seed %s; set spec.seed.namespace of a new control plane to another name", e.Namespace, owner)
}

// NamespaceName is the namespace in the seed: the user's choice, or <cluster namespace>--<cluster name>. It derives
// from what clusterctl move carries, never from a UID or from status.
func NamespaceName(spec controlplanev1.SeedSpec, cluster client.ObjectKey) string {
	if spec.Namespace != "" {
		return spec.Namespace
	}
	return names.Namespace(cluster.Namespace, cluster.Name)
}

// EnsureNamespace brings the namespace of a control plane to its state. It writes nothing when nothing is missing.
func (s *Seed) EnsureNamespace(ctx context.Context, name string, cluster client.ObjectKey) error {
	existing, err := s.getNamespace(ctx, name)
	if err != nil {
		return err
	}
	if existing != nil {
		if err := checkOwner(existing, cluster); err != nil {
			return err
		}
		if existing.DeletionTimestamp != nil {
			return fmt.Errorf("namespace %s of the seed is being deleted; it is made again once it is gone", name)
		}
	}
	_, _, err = apply.Apply(ctx, s.Client, namespace(name, cluster, s.PodSecurity))
	return err
}

// Owns reports whether the namespace of the seed was made for a Cluster. What belongs to something else is not ours
// to change or delete.
func (s *Seed) Owns(ctx context.Context, name string, cluster client.ObjectKey) (bool, error) {
	existing, err := s.getNamespace(ctx, name)
	if err != nil || existing == nil {
		return false, err
	}
	return ownerOf(existing) == cluster, nil
}

// DeleteNamespace deletes the namespace of a control plane and reports whether it is gone.
func (s *Seed) DeleteNamespace(ctx context.Context, name string, cluster client.ObjectKey) (gone bool, message string, err error) {
	existing, err := s.getNamespace(ctx, name)
	if err != nil {
		return false, "", err
	}
	if existing == nil || ownerOf(existing) != cluster {
		return true, "", nil // What belongs to something else is not ours to delete.
	}
	if existing.DeletionTimestamp == nil {
		if pods, err := s.emptyNamespace(ctx, name); err != nil {
			return false, "", fmt.Errorf("empty namespace %s of the seed: %w", name, err)
		} else if pods > 0 {
			return false, fmt.Sprintf("%d pods are ending", pods), nil // They are watched.
		}
		if _, err := apply.Delete(ctx, s.Client, existing); err != nil {
			return false, "", fmt.Errorf("delete namespace %s of the seed: %w", name, err)
		}
	}
	return false, namespaceMessage(existing), nil
}

// emptyNamespace ends what Kubernetes would otherwise wait for, and returns how many pods are left. When it finds
// pods or claims in a namespace that is being deleted, it looks again only after half of the time that a pod may take
// to end.
func (s *Seed) emptyNamespace(ctx context.Context, name string) (int, error) {
	claims := &corev1.PersistentVolumeClaimList{}
	if err := s.Live.List(ctx, claims, client.InNamespace(name)); err != nil {
		return 0, fmt.Errorf("list PersistentVolumeClaims: %w", err)
	}
	for i := range claims.Items { // They go when the last pod that uses them has ended.
		if _, err := apply.Delete(ctx, s.Client, &claims.Items[i]); err != nil {
			return 0, err
		}
	}
	pods := &corev1.PodList{}
	if err := s.Client.List(ctx, pods, client.InNamespace(name)); err != nil {
		return 0, fmt.Errorf("list Pods: %w", err)
	}
	for i := range pods.Items {
		if _, err := apply.End(ctx, s.Client, &pods.Items[i], deletionGrace); err != nil {
			return 0, err
		}
	}
	return len(pods.Items), nil
}

// getNamespace reads live, because a namespace that is not ours is not in the cache.
func (s *Seed) getNamespace(ctx context.Context, name string) (*corev1.Namespace, error) {
	existing := &corev1.Namespace{}
	key := types.NamespacedName{Name: name}
	if err := s.Client.Get(ctx, key, existing); err == nil {
		return existing, nil
	}
	if err := s.Live.Get(ctx, key, existing); err != nil {
		if apierrors.IsNotFound(err) {
			return nil, nil
		}
		return nil, fmt.Errorf("get namespace %s of the seed: %w", name, err)
	}
	return existing, nil
}

func checkOwner(namespace *corev1.Namespace, cluster client.ObjectKey) error {
	switch owner := ownerOf(namespace); owner {
	case cluster:
		return nil
	case client.ObjectKey{}:
		return &NamespaceNotOwnedError{Namespace: namespace.Name}
	default:
		return &NamespaceNotOwnedError{Namespace: namespace.Name, Cluster: owner.String()}
	}
}

// ownerOf is the Cluster that a namespace was made for; zero if it was not made for one.
func ownerOf(namespace *corev1.Namespace) client.ObjectKey {
	return client.ObjectKey{
		Namespace: namespace.Labels[wiring.LabelClusterNamespace],
		Name:      namespace.Labels[wiring.LabelClusterName],
	}
}

func namespace(name string, cluster client.ObjectKey, podSecurity string) *corev1.Namespace {
	return &corev1.Namespace{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{
			wiring.LabelManagedBy:                wiring.ManagedBy,
			wiring.LabelClusterName:              cluster.Name,
			wiring.LabelClusterNamespace:         cluster.Namespace,
			"pod-security.kubernetes.io/enforce": podSecurity,
			"pod-security.kubernetes.io/warn":    podSecurityRestricted,
			"pod-security.kubernetes.io/audit":   podSecurityRestricted,
		}},
	}
}

// namespaceMessage is what Kubernetes says about a namespace that is being deleted.
func namespaceMessage(namespace *corev1.Namespace) string {
	for _, condition := range namespace.Status.Conditions {
		if condition.Status == corev1.ConditionTrue && condition.Reason != "" {
			return condition.Message
		}
	}
	return ""
}
