// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package pki

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// Store keeps root material in the management cluster. It only ever creates: a Secret that exists, whoever made
// it, is read and left as it is; one of its own that lost its owner is given it back. It may be used concurrently, also
// by several managers.
type Store struct {
	// Client reads, usually from a cache, and creates.
	Client client.Client
	// Live reads past any cache. It is asked before anything is generated, because a cache that has not seen a
	// Secret yet must not lead to a second encryption key.
	Live client.Reader
	// Now is the clock. If absent, time.Now.
	Now func() time.Time
}

// Ensure returns the root material of a Cluster and generates what is missing, owned by the control plane. It is
// for control planes that have not been initialized; see Load. The error either joins a RootError for every Secret
// that cannot be used, or says which requests failed and is worth a retry; it never mixes the two.
func (s *Store) Ensure(ctx context.Context, cluster client.ObjectKey, owner metav1.OwnerReference) (*Roots, error) {
	return s.collect(ctx, cluster, owner, func(name RootName) (*corev1.Secret, error) {
		return s.getOrCreate(ctx, cluster, name, owner)
	})
}

// Load returns the root material of a Cluster and generates nothing. It is for initialized control planes: there a
// lost Secret must be restored, as a new one would lock out every client or make stored resources unreadable.
func (s *Store) Load(ctx context.Context, cluster client.ObjectKey, owner metav1.OwnerReference) (*Roots, error) {
	return s.collect(ctx, cluster, owner, func(name RootName) (*corev1.Secret, error) {
		key := client.ObjectKey{Namespace: cluster.Namespace, Name: name.SecretName(cluster.Name)}
		secret, err := s.get(ctx, key)
		if apierrors.IsNotFound(err) {
			return nil, missing(key.Name)
		}
		return secret, err
	})
}

// collect gathers all roots at once, since each may cost several requests.
func (s *Store) collect(ctx context.Context, cluster client.ObjectKey, owner metav1.OwnerReference,
	fetch func(RootName) (*corev1.Secret, error)) (*Roots, error) {
	names := RootNames()
	found := make([]*corev1.Secret, len(names))
	problems := make([]error, len(names))
	var group sync.WaitGroup
	for i, name := range names {
		group.Go(func() {
			found[i], problems[i] = fetch(name)
			if problems[i] == nil {
				problems[i] = unusable(found[i], cluster.Name, owner)
			}
			if problems[i] == nil && Generated(found[i], cluster.Name) {
				_, problems[i] = apply.Own(ctx, s.Client, found[i], owner)
			}
		})
	}
	group.Wait()
	if err := requestsFirst(problems); err != nil {
		return nil, err
	}
	secrets := make(map[string]map[string][]byte, len(found))
	for _, secret := range found {
		secrets[secret.Name] = secret.Data
	}
	return ParseRoots(cluster.Name, secrets, s.now())
}

// requestsFirst joins failed requests or, if there are none, the rest. What is wrong with Secrets is only known for
// sure when all of them could be read.
func requestsFirst(problems []error) error {
	requests := slices.DeleteFunc(slices.Clone(problems), func(err error) bool {
		var rootError *RootError
		return errors.As(err, &rootError)
	})
	if err := errors.Join(requests...); err != nil {
		return err
	}
	return errors.Join(problems...)
}

func (s *Store) getOrCreate(ctx context.Context, cluster client.ObjectKey, name RootName, owner metav1.OwnerReference) (*corev1.Secret, error) {
	key := client.ObjectKey{Namespace: cluster.Namespace, Name: name.SecretName(cluster.Name)}
	secret, err := s.get(ctx, key)
	if !apierrors.IsNotFound(err) {
		return secret, err
	}
	data, err := GenerateRoot(name, s.now())
	if err != nil {
		return nil, fmt.Errorf("generate Secret %s: %w", key, err)
	}
	secret = rootSecret(key, cluster.Name, owner, data)
	// Create, not apply: of two managers that get here only one may win.
	err = s.Client.Create(ctx, secret)
	if apierrors.IsAlreadyExists(err) {
		secret = &corev1.Secret{}
		err = s.Live.Get(ctx, key, secret)
	}
	if err != nil {
		return nil, fmt.Errorf("create Secret %s: %w", key, err)
	}
	return secret, nil
}

// get reads from the cache and, where that knows nothing, live. The cache may hold labelled Secrets only, so a
// user's Secret without the label is always read live.
func (s *Store) get(ctx context.Context, key client.ObjectKey) (*corev1.Secret, error) {
	secret := &corev1.Secret{}
	err := s.Client.Get(ctx, key, secret)
	if apierrors.IsNotFound(err) {
		err = s.Live.Get(ctx, key, secret)
	}
	if err != nil {
		return nil, fmt.Errorf("read Secret %s: %w", key, err)
	}
	return secret, nil
}

func (s *Store) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

// Generated says that a manager made a Secret for a Cluster.
func Generated(secret *corev1.Secret, cluster string) bool {
	_, generated := secret.Annotations[controlplanev1.GeneratedAnnotation]
	return generated && secret.Labels[clusterv1.ClusterNameLabel] == cluster
}

func rootSecret(key client.ObjectKey, cluster string, owner metav1.OwnerReference, data map[string][]byte) *corev1.Secret {
	owner.Controller = ptr.To(true)
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{
			Name:            key.Name,
			Namespace:       key.Namespace,
			Labels:          map[string]string{clusterv1.ClusterNameLabel: cluster},
			Annotations:     map[string]string{controlplanev1.GeneratedAnnotation: ""},
			OwnerReferences: []metav1.OwnerReference{owner},
		},
		Type: clusterv1.ClusterSecretType,
		Data: data,
	}
}

// unusable says why a Secret of the right name is not this Cluster's. Two Clusters can meet in one name: the
// etcd authority of "a" has the name that a Secret of another tool for "a-etcd" may have.
func unusable(secret *corev1.Secret, cluster string, owner metav1.OwnerReference) error {
	if !secret.DeletionTimestamp.IsZero() {
		return &RootError{
			Secret: secret.Name, Reason: RootDeleting,
			Problem: "it is being deleted", Remedy: "wait until it is gone, or see which finalizer holds it",
		}
	}
	if label := secret.Labels[clusterv1.ClusterNameLabel]; label != "" && label != cluster {
		return &RootError{
			Secret: secret.Name, Reason: RootForeign,
			Problem: fmt.Sprintf("it belongs to Cluster %s", label),
			Remedy:  "give one of the two Clusters another name or namespace",
		}
	}
	controller := metav1.GetControllerOf(secret)
	if controller == nil || controller.UID == owner.UID || groupKind(*controller) != groupKind(owner) {
		return nil // Supplied by a user or by a user's controller, or our own.
	}
	return &RootError{
		Secret: secret.Name, Reason: RootForeign,
		Problem: fmt.Sprintf("it belongs to another %s, %s with UID %s", controller.Kind, controller.Name, controller.UID),
		Remedy:  "wait until it is garbage collected, or, to keep using it, remove its owner reference",
	}
}

func groupKind(owner metav1.OwnerReference) schema.GroupKind {
	return schema.FromAPIVersionAndKind(owner.APIVersion, owner.Kind).GroupKind()
}
