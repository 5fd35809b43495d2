// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"context"
	"fmt"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/versions"
)

// Profile is what a Shoot may choose from.
type Profile struct {
	// Name is the name of the CloudProfile, also where a NamespacedCloudProfile stands between.
	Name string
	// Spec is the specification, with what the NamespacedCloudProfile makes of it.
	Spec *gardencorev1beta1.CloudProfileSpec
}

// NotFoundError says that something that a Shoot or a profile refers to does not exist.
type NotFoundError struct {
	// Kind and Name say what.
	Kind, Name string
}

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("the %s %s does not exist; create it or name another one", e.Kind, e.Name)
}

// ProfileReference is the profile that a Shoot names, by the field of today or the one of old times, or nil.
func ProfileReference(spec *gardencorev1beta1.ShootSpec) *gardencorev1beta1.CloudProfileReference {
	switch {
	case spec.CloudProfile != nil && spec.CloudProfile.Kind == "":
		return &gardencorev1beta1.CloudProfileReference{Kind: v1beta1constants.CloudProfileReferenceKindCloudProfile, Name: spec.CloudProfile.Name}
	case spec.CloudProfile != nil:
		return spec.CloudProfile
	case spec.CloudProfileName != nil && *spec.CloudProfileName != "":
		return &gardencorev1beta1.CloudProfileReference{Kind: v1beta1constants.CloudProfileReferenceKindCloudProfile, Name: *spec.CloudProfileName}
	}
	return nil
}

// ProfileOf returns the profile of a Shoot, nil if it names none. What does not exist is a *NotFoundError.
func ProfileOf(ctx context.Context, reader client.Reader, shoot *gardencorev1beta1.Shoot) (*Profile, error) {
	reference := ProfileReference(&shoot.Spec)
	if reference == nil || reference.Name == "" {
		return nil, nil
	}
	if reference.Kind != v1beta1constants.CloudProfileReferenceKindNamespacedCloudProfile {
		spec, err := cloudProfile(ctx, reader, reference.Name)
		if err != nil {
			return nil, err
		}
		return &Profile{Name: reference.Name, Spec: spec}, nil
	}
	own := &gardencorev1beta1.NamespacedCloudProfile{}
	if err := get(ctx, reader, client.ObjectKey{Namespace: shoot.Namespace, Name: reference.Name}, own, "NamespacedCloudProfile"); err != nil {
		return nil, err
	}
	return Merged(ctx, reader, own)
}

// Merged returns what a NamespacedCloudProfile makes of its parent.
func Merged(ctx context.Context, reader client.Reader, own *gardencorev1beta1.NamespacedCloudProfile) (*Profile, error) {
	parent, err := cloudProfile(ctx, reader, own.Spec.Parent.Name)
	if err != nil {
		return nil, err
	}
	merged := versions.Merge(parent, &own.Spec)
	return &Profile{Name: own.Spec.Parent.Name, Spec: &merged}, nil
}

func cloudProfile(ctx context.Context, reader client.Reader, name string) (*gardencorev1beta1.CloudProfileSpec, error) {
	profile := &gardencorev1beta1.CloudProfile{}
	if err := get(ctx, reader, client.ObjectKey{Name: name}, profile, "CloudProfile"); err != nil {
		return nil, err
	}
	return &profile.Spec, nil
}

// get reads an object. One that does not exist is a *NotFoundError.
func get(ctx context.Context, reader client.Reader, key client.ObjectKey, object client.Object, kind string) error {
	err := reader.Get(ctx, key, object)
	switch {
	case apierrors.IsNotFound(err):
		return &NotFoundError{Kind: kind, Name: strings.TrimPrefix(key.String(), "/")}
	case err != nil:
		return fmt.Errorf("get %s %s: %w", kind, key, err)
	}
	return nil
}
