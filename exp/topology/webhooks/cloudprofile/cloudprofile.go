// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cloudprofile

import (
	"context"
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	"k8s.io/apimachinery/pkg/runtime/schema"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/defaults"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/webhooks/request"
)

// +kubebuilder:webhook:verbs=create;update,path=/mutate-core-gardener-cloud-v1beta1-cloudprofile,mutating=true,failurePolicy=fail,matchPolicy=Equivalent,groups=core.gardener.cloud,resources=cloudprofiles,versions=v1beta1,name=default.cloudprofile.core.gardener.cloud,sideEffects=None,admissionReviewVersions=v1
// +kubebuilder:webhook:verbs=create;update;delete,path=/validate-core-gardener-cloud-v1beta1-cloudprofile,mutating=false,failurePolicy=fail,matchPolicy=Equivalent,groups=core.gardener.cloud,resources=cloudprofiles,versions=v1beta1,name=validation.cloudprofile.core.gardener.cloud,sideEffects=None,admissionReviewVersions=v1

var cloudProfiles = gardencorev1beta1.Resource("cloudprofiles")

// SetupWithManager serves the webhooks of this package by the webhook server of the manager.
func SetupWithManager(mgr ctrl.Manager, tools request.Tools) error {
	w := &webhook{tools}
	kind := &request.Kind[*gardencorev1beta1.CloudProfile]{
		Kind: gardencorev1beta1.Kind("CloudProfile"),
		Default: func(_ context.Context, _ request.Request, now, before *gardencorev1beta1.CloudProfile) error {
			defaults.CloudProfile(now, before, tools.Now())
			return nil
		},
		Delete: func(ctx context.Context, _ request.Request, now *gardencorev1beta1.CloudProfile) error {
			return w.unused(ctx, now)
		},
	}
	if err := kind.SetupWithManager(mgr, &gardencorev1beta1.CloudProfile{}); err != nil {
		return err
	}
	return w.setupNamespaced(mgr)
}

type webhook struct{ request.Tools }

// unused refuses the deletion of a CloudProfile that a Shoot or a NamespacedCloudProfile names.
func (w *webhook) unused(ctx context.Context, profile *gardencorev1beta1.CloudProfile) error {
	namespaced := &gardencorev1beta1.NamespacedCloudProfileList{}
	if err := w.Live.List(ctx, namespaced); err != nil {
		return fmt.Errorf("list NamespacedCloudProfiles: %w", err)
	}
	for i := range namespaced.Items {
		if own := &namespaced.Items[i]; own.Spec.Parent.Name == profile.Name {
			return request.Forbidden(cloudProfiles, profile.Name, "NamespacedCloudProfile %s/%s is derived from it; delete that first", own.Namespace, own.Name)
		}
	}
	return w.noShoot(ctx, cloudProfiles, profile.Name, func(shoot *gardencorev1beta1.Shoot) bool {
		reference := lookup.ProfileReference(&shoot.Spec)
		return reference != nil && reference.Kind == v1beta1constants.CloudProfileReferenceKindCloudProfile && reference.Name == profile.Name
	})
}

// noShoot refuses a deletion while a Shoot uses what is deleted.
func (w *webhook) noShoot(ctx context.Context, resource schema.GroupResource, name string, uses func(*gardencorev1beta1.Shoot) bool) error {
	shoots := &gardencorev1beta1.ShootList{}
	if err := w.Live.List(ctx, shoots); err != nil {
		return fmt.Errorf("list Shoots: %w", err)
	}
	for i := range shoots.Items {
		if shoot := &shoots.Items[i]; uses(shoot) {
			return request.Forbidden(resource, name, "Shoot %s/%s uses it; delete that first, or move it to another profile", shoot.Namespace, shoot.Name)
		}
	}
	return nil
}
