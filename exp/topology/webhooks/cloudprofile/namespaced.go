// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cloudprofile

import (
	"context"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	authorizationv1 "k8s.io/api/authorization/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/validation/field"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/defaults"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/webhooks/request"
)

// +kubebuilder:webhook:verbs=create;update,path=/mutate-core-gardener-cloud-v1beta1-namespacedcloudprofile,mutating=true,failurePolicy=fail,matchPolicy=Equivalent,groups=core.gardener.cloud,resources=namespacedcloudprofiles,versions=v1beta1,name=default.namespacedcloudprofile.core.gardener.cloud,sideEffects=None,admissionReviewVersions=v1
// +kubebuilder:webhook:verbs=create;update;delete,path=/validate-core-gardener-cloud-v1beta1-namespacedcloudprofile,mutating=false,failurePolicy=fail,matchPolicy=Equivalent,groups=core.gardener.cloud,resources=namespacedcloudprofiles,versions=v1beta1,name=validation.namespacedcloudprofile.core.gardener.cloud,sideEffects=None,admissionReviewVersions=v1

// Verbs that members of projects do not have unless an operator grants them.
const (
	verbModifyKubernetes     = "modify-spec-kubernetes"
	verbModifyMachineImages  = "modify-spec-machineimages"
	verbModifyProviderConfig = "modify-spec-providerconfig"
)

var namespacedCloudProfiles = gardencorev1beta1.Resource("namespacedcloudprofiles")

func (w *webhook) setupNamespaced(mgr ctrl.Manager) error {
	kind := &request.Kind[*gardencorev1beta1.NamespacedCloudProfile]{
		Kind: gardencorev1beta1.Kind("NamespacedCloudProfile"),
		Default: func(_ context.Context, _ request.Request, now, before *gardencorev1beta1.NamespacedCloudProfile) error {
			defaults.NamespacedCloudProfile(now, before, w.Now())
			return nil
		},
		Create: func(ctx context.Context, r request.Request, now *gardencorev1beta1.NamespacedCloudProfile) (field.ErrorList, error) {
			return nil, w.authorize(ctx, r, now, &gardencorev1beta1.NamespacedCloudProfile{})
		},
		Update: func(ctx context.Context, r request.Request, now, before *gardencorev1beta1.NamespacedCloudProfile) (field.ErrorList, error) {
			return nil, w.authorize(ctx, r, now, before)
		},
		Delete: func(ctx context.Context, _ request.Request, now *gardencorev1beta1.NamespacedCloudProfile) error {
			return w.unusedNamespaced(ctx, now)
		},
	}
	return kind.SetupWithManager(mgr, &gardencorev1beta1.NamespacedCloudProfile{})
}

// unusedNamespaced refuses the deletion of a NamespacedCloudProfile that a Shoot beside it names.
func (w *webhook) unusedNamespaced(ctx context.Context, profile *gardencorev1beta1.NamespacedCloudProfile) error {
	return w.noShoot(ctx, namespacedCloudProfiles, profile.Name, func(shoot *gardencorev1beta1.Shoot) bool {
		reference := lookup.ProfileReference(&shoot.Spec)
		return shoot.Namespace == profile.Namespace && reference != nil &&
			reference.Kind == v1beta1constants.CloudProfileReferenceKindNamespacedCloudProfile && reference.Name == profile.Name
	})
}

// authorize refuses changes that take more than the permission to change NamespacedCloudProfiles.
func (w *webhook) authorize(ctx context.Context, r request.Request, now, before *gardencorev1beta1.NamespacedCloudProfile) error {
	changes := []struct {
		field, verb string
		now, before any
	}{
		{"spec.kubernetes", verbModifyKubernetes, now.Spec.Kubernetes, before.Spec.Kubernetes},
		{"spec.machineImages", verbModifyMachineImages, now.Spec.MachineImages, before.Spec.MachineImages},
		{"spec.providerConfig", verbModifyProviderConfig, now.Spec.ProviderConfig, before.Spec.ProviderConfig},
	}
	for _, change := range changes {
		if apiequality.Semantic.DeepEqual(change.now, change.before) {
			continue
		}
		may, err := w.May(ctx, r.User, authorizationv1.ResourceAttributes{
			Verb: change.verb, Group: gardencorev1beta1.GroupName, Version: gardencorev1beta1.SchemeGroupVersion.Version,
			Resource: namespacedCloudProfiles.Resource, Namespace: now.Namespace, Name: now.Name,
		})
		if err != nil {
			return err
		}
		if !may {
			return request.Forbidden(namespacedCloudProfiles, now.Name, "%s may not change %s; it takes the verb %s on namespacedcloudprofiles",
				r.User.Username, change.field, change.verb)
		}
	}
	return nil
}
