// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/cluster-api/util/secret"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
	seeds "github.com/kubeception/cluster-api-provider-kubeception/exp/topology/reconcilers/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// LabelReferenced is on every Secret and ConfigMap that matters to a Shoot. Caches select on it, so that nothing is known of all
// the others.
const LabelReferenced = "kubeception.cluster.x-k8s.io/referenced"

// reference is a Secret or a ConfigMap that belongs to somebody else.
type reference struct {
	kind string
	client.ObjectKey
}

const (
	secretKind    = "Secret"
	configMapKind = "ConfigMap"
)

// credentialsOf is the Secret of the binding of a Shoot, nil if it has none. What does not exist is a *lookup.NotFoundError.
func (r *Reconciler) credentialsOf(ctx context.Context, shoot *gardencorev1beta1.Shoot) (*reference, error) {
	if name := ptr.Deref(shoot.Spec.CredentialsBindingName, ""); name != "" {
		binding := &securityv1alpha1.CredentialsBinding{}
		if err := r.get(ctx, client.ObjectKey{Namespace: shoot.Namespace, Name: name}, binding, "CredentialsBinding"); err != nil {
			return nil, err
		}
		return &reference{secretKind, client.ObjectKey{Namespace: binding.CredentialsRef.Namespace, Name: binding.CredentialsRef.Name}}, nil
	}
	if name := ptr.Deref(shoot.Spec.SecretBindingName, ""); name != "" {
		binding := &gardencorev1beta1.SecretBinding{}
		if err := r.get(ctx, client.ObjectKey{Namespace: shoot.Namespace, Name: name}, binding, "SecretBinding"); err != nil {
			return nil, err
		}
		return &reference{secretKind, client.ObjectKey{Namespace: binding.SecretRef.Namespace, Name: binding.SecretRef.Name}}, nil
	}
	return nil, nil
}

// seedOf is the seed of a Shoot, the Secret with its kubeconfig, and the key there. The Secret is nil for the management cluster.
func (r *Reconciler) seedOf(ctx context.Context, shoot *gardencorev1beta1.Shoot) (*gardencorev1beta1.Seed, *reference, string, error) {
	seed := &gardencorev1beta1.Seed{}
	if err := r.get(ctx, client.ObjectKey{Name: *shoot.Spec.SeedName}, seed, "Seed"); err != nil {
		return nil, nil, "", err
	}
	at, err := seeds.ReferenceOf(seed)
	if err != nil {
		return nil, nil, "", fmt.Errorf("find the kubeconfig of Seed %s: %w", seed.Name, err)
	}
	if at.Secret.Name == "" {
		return seed, nil, "", nil
	}
	if at.Key == "" {
		at.Key = secret.KubeconfigDataName
	}
	return seed, &reference{secretKind, at.Secret}, at.Key, nil
}

// backupOf is the Secret with the credentials of a seed's backups, nil if there is none.
func backupOf(seed *gardencorev1beta1.Seed) *reference {
	if backup, _ := translation.BackupOf(seed); backup != nil {
		return &reference{secretKind, backup.Secret}
	}
	return nil
}

// referencesOf are all Secrets and ConfigMaps of others that matter to a Shoot, as far as they can be told.
func (r *Reconciler) referencesOf(ctx context.Context, shoot *gardencorev1beta1.Shoot) ([]reference, error) {
	var out []reference
	if shoot.Spec.SeedName == nil {
		return nil, nil
	}
	credentials, err := r.credentialsOf(ctx, shoot)
	if ignoreMissing(err) != nil {
		return nil, err
	}
	if credentials != nil {
		out = append(out, *credentials)
	}
	if seed, kubeconfig, _, err := r.seedOf(ctx, shoot); err == nil {
		for _, to := range []*reference{kubeconfig, backupOf(seed)} {
			if to != nil {
				out = append(out, *to)
			}
		}
	}
	configMaps, secrets := translation.References(shoot)
	for _, name := range configMaps {
		out = append(out, reference{configMapKind, client.ObjectKey{Namespace: shoot.Namespace, Name: name}})
	}
	for _, name := range secrets {
		out = append(out, reference{secretKind, client.ObjectKey{Namespace: shoot.Namespace, Name: name}})
	}
	return out, nil
}

// follow reads an object, and makes sure that its changes are watched.
func (r *Reconciler) follow(ctx context.Context, to reference, object client.Object) error {
	err := r.Direct.Get(ctx, to.ObjectKey, object)
	if apierrors.IsNotFound(err) {
		return &lookup.NotFoundError{Kind: to.kind, Name: to.String()}
	}
	if err != nil {
		return fmt.Errorf("get %s %s: %w", to.kind, to.ObjectKey, err)
	}
	return r.label(ctx, object, map[string]string{LabelReferenced: "true"})
}

// label sets labels of an object that belongs to somebody else.
func (r *Reconciler) label(ctx context.Context, object client.Object, labels map[string]string) error {
	before, isObject := object.DeepCopyObject().(client.Object)
	if !isObject {
		return fmt.Errorf("label %s: %T is no object", object.GetName(), object)
	}
	all := maps.Clone(object.GetLabels())
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, labels)
	object.SetLabels(all)
	_, err := apply.Merge(ctx, r.Direct, before, object)
	return err
}

// release takes the label off what a Shoot referred to and no other Shoot refers to.
func (r *Reconciler) release(ctx context.Context, shoot *gardencorev1beta1.Shoot) error {
	mine, err := r.referencesOf(ctx, shoot)
	if err != nil {
		return err
	}
	for _, to := range mine {
		users, err := r.usersOf(ctx, to)
		if err != nil {
			return err
		}
		delete(users, client.ObjectKeyFromObject(shoot))
		if len(users) > 0 {
			continue
		}
		object := &metav1.PartialObjectMetadata{}
		object.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind(to.kind))
		if err := r.Direct.Get(ctx, to.ObjectKey, object); apierrors.IsNotFound(err) {
			continue
		} else if err != nil {
			return fmt.Errorf("get %s %s: %w", to.kind, to.ObjectKey, err)
		}
		before := object.DeepCopy()
		delete(object.Labels, LabelReferenced)
		if _, err := apply.Merge(ctx, r.Direct, before, object); err != nil {
			return err
		}
	}
	return nil
}

// usersOf are the Shoots that refer to an object.
func (r *Reconciler) usersOf(ctx context.Context, to reference) (map[client.ObjectKey]bool, error) {
	shoots := &gardencorev1beta1.ShootList{}
	if err := r.Client.List(ctx, shoots, client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("list Shoots: %w", err)
	}
	users := map[client.ObjectKey]bool{}
	for i := range shoots.Items {
		references, err := r.referencesOf(ctx, &shoots.Items[i])
		if err != nil {
			return nil, err
		}
		for _, other := range references {
			if other == to {
				users[client.ObjectKeyFromObject(&shoots.Items[i])] = true
			}
		}
	}
	return users, nil
}

// get reads from the cache. What does not exist is a *lookup.NotFoundError.
func (r *Reconciler) get(ctx context.Context, key client.ObjectKey, object client.Object, kind string) error {
	err := r.Client.Get(ctx, key, object)
	switch {
	case apierrors.IsNotFound(err):
		return &lookup.NotFoundError{Kind: kind, Name: strings.TrimPrefix(key.String(), "/")}
	case err != nil:
		return fmt.Errorf("get %s %s: %w", kind, key, err)
	}
	return nil
}

func ignoreMissing(err error) error {
	var missing *lookup.NotFoundError
	if errors.As(err, &missing) {
		return nil
	}
	return err
}
