// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package shoot

import (
	"context"
	"errors"
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
	seeds "github.com/kubeception/cluster-api-provider-kubeception/exp/topology/reconcilers/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
)

var specPath = field.NewPath("spec")

// surroundings are the objects that the rules for a Shoot look at. What it does not name is nil.
type surroundings struct {
	profile, lastProfile *lookup.Profile
	project              *gardencorev1beta1.Project
	seed, lastSeed       *gardencorev1beta1.Seed
	secretBinding        *gardencorev1beta1.SecretBinding
	lastSecretBinding    *gardencorev1beta1.SecretBinding
	credentialsBinding   *securityv1alpha1.CredentialsBinding

	// others are all other Shoots. They are those of the cache and must not be changed.
	others []*gardencorev1beta1.Shoot
	// defaultDomains are those of all seeds, otherDomains those of all other Shoots.
	defaultDomains, otherDomains []string
}

// missingError says that a Shoot names something that does not exist.
type missingError struct{ problem *field.Error }

func (e *missingError) Error() string { return e.problem.Error() }

// look reads the surroundings of a Shoot. What it named before and is gone since is nil.
func (w *webhook) look(ctx context.Context, now, before *gardencorev1beta1.Shoot) (*surroundings, error) {
	s := &surroundings{}
	for _, step := range []func(context.Context, *surroundings, *gardencorev1beta1.Shoot, *gardencorev1beta1.Shoot) error{
		w.lookAtProfile, w.lookAtProject, w.lookAtBindings, w.lookAtSeeds, w.lookAtOthers,
	} {
		if err := step(ctx, s, now, before); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (w *webhook) lookAtProfile(ctx context.Context, s *surroundings, now, before *gardencorev1beta1.Shoot) (err error) {
	if s.profile, err = lookup.ProfileOf(ctx, w.Reader, now); err != nil {
		return atField(err, specPath.Child("cloudProfile", "name"))
	}
	if before == nil || apiequality.Semantic.DeepEqual(lookup.ProfileReference(&before.Spec), lookup.ProfileReference(&now.Spec)) {
		return nil
	}
	s.lastProfile, err = lookup.ProfileOf(ctx, w.Reader, before)
	return ignoreMissing(err)
}

func (w *webhook) lookAtProject(ctx context.Context, s *surroundings, now, before *gardencorev1beta1.Shoot) (err error) {
	s.project, err = lookup.ProjectOf(ctx, w.Reader, now.Namespace)
	if before != nil {
		return ignoreMissing(err)
	}
	return atField(err, field.NewPath("metadata", "namespace"))
}

func (w *webhook) lookAtBindings(ctx context.Context, s *surroundings, now, before *gardencorev1beta1.Shoot) (err error) {
	if s.secretBinding, err = named[gardencorev1beta1.SecretBinding](ctx, w.Reader, now.Namespace, now.Spec.SecretBindingName, "SecretBinding"); err != nil {
		return atField(err, specPath.Child("secretBindingName"))
	}
	if s.credentialsBinding, err = named[securityv1alpha1.CredentialsBinding](ctx, w.Reader, now.Namespace, now.Spec.CredentialsBindingName, "CredentialsBinding"); err != nil {
		return atField(err, specPath.Child("credentialsBindingName"))
	}
	if before != nil {
		s.lastSecretBinding, err = named[gardencorev1beta1.SecretBinding](ctx, w.Reader, before.Namespace, before.Spec.SecretBindingName, "SecretBinding")
	}
	return ignoreMissing(err)
}

func (w *webhook) lookAtSeeds(ctx context.Context, s *surroundings, now, before *gardencorev1beta1.Shoot) (err error) {
	if s.seed, err = named[gardencorev1beta1.Seed](ctx, w.Reader, "", now.Spec.SeedName, "Seed"); err != nil {
		return atField(err, specPath.Child("seedName"))
	}
	if before != nil {
		s.lastSeed, err = named[gardencorev1beta1.Seed](ctx, w.Reader, "", before.Spec.SeedName, "Seed")
		if ignoreMissing(err) != nil {
			return err
		}
	}
	all := &gardencorev1beta1.SeedList{}
	if err := w.Reader.List(ctx, all, client.UnsafeDisableDeepCopy); err != nil {
		return fmt.Errorf("list Seeds: %w", err)
	}
	for i := range all.Items {
		for _, domain := range all.Items[i].Spec.DNS.Defaults {
			s.defaultDomains = append(s.defaultDomains, domain.Domain)
		}
	}
	return nil
}

func (w *webhook) lookAtOthers(ctx context.Context, s *surroundings, now, _ *gardencorev1beta1.Shoot) error {
	all := &gardencorev1beta1.ShootList{}
	if err := w.Reader.List(ctx, all, client.UnsafeDisableDeepCopy); err != nil {
		return fmt.Errorf("list Shoots: %w", err)
	}
	for i := range all.Items {
		other := &all.Items[i]
		if other.Namespace == now.Namespace && other.Name == now.Name {
			continue
		}
		s.others = append(s.others, other)
		if other.Spec.DNS != nil && other.Spec.DNS.Domain != nil {
			s.otherDomains = append(s.otherDomains, *other.Spec.DNS.Domain)
		}
	}
	return nil
}

// placement is what the rules for seeds look at.
func (s *surroundings) placement() validation.Placement {
	placement := validation.Placement{Seed: s.seed, Last: s.lastSeed}
	if s.profile != nil {
		placement.Profile = s.profile.Spec
	}
	if s.seed == nil {
		return placement
	}
	for _, other := range s.others {
		if seeds.IsOn(other, s.seed.Name) {
			placement.Used++
		}
	}
	return placement
}

// named reads an object that a Shoot names, or returns nil if it names none.
func named[T any, P interface {
	*T
	client.Object
}](ctx context.Context, reader client.Reader, namespace string, name *string, kind string) (*T, error) {
	if ptr.Deref(name, "") == "" {
		return nil, nil
	}
	object := P(new(T))
	err := reader.Get(ctx, client.ObjectKey{Namespace: namespace, Name: *name}, object)
	if apierrors.IsNotFound(err) {
		return nil, &lookup.NotFoundError{Kind: kind, Name: *name}
	}
	if err != nil {
		return nil, fmt.Errorf("get %s %s: %w", kind, *name, err)
	}
	return object, nil
}

// atField turns what does not exist into a problem with the field that names it.
func atField(err error, path *field.Path) error {
	var missing *lookup.NotFoundError
	if errors.As(err, &missing) {
		return &missingError{field.Invalid(path, missing.Name, missing.Error())}
	}
	return err
}

func ignoreMissing(err error) error {
	var missing *lookup.NotFoundError
	if errors.As(err, &missing) {
		return nil
	}
	return err
}
