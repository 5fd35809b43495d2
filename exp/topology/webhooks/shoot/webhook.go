// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package shoot

import (
	"context"
	"errors"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/validation/field"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/fields"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/providers"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/webhooks/request"
	changes "github.com/kubeception/cluster-api-provider-kubeception/internal/validation"
)

// +kubebuilder:webhook:verbs=create;update,path=/mutate-core-gardener-cloud-v1beta1-shoot,mutating=true,failurePolicy=fail,matchPolicy=Equivalent,groups=core.gardener.cloud,resources=shoots,versions=v1beta1,name=default.shoot.core.gardener.cloud,sideEffects=None,admissionReviewVersions=v1
// +kubebuilder:webhook:verbs=create;update;delete,path=/validate-core-gardener-cloud-v1beta1-shoot,mutating=false,failurePolicy=fail,matchPolicy=Equivalent,groups=core.gardener.cloud,resources=shoots,versions=v1beta1,name=validation.shoot.core.gardener.cloud,sideEffects=None,admissionReviewVersions=v1

// +kubebuilder:rbac:groups=core.gardener.cloud,resources=shoots;cloudprofiles;namespacedcloudprofiles;projects;seeds;exposureclasses;quotas;secretbindings,verbs=get;list;watch
// +kubebuilder:rbac:groups=security.gardener.cloud,resources=credentialsbindings,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=namespaces,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=secrets;configmaps,verbs=get

var shoots = gardencorev1beta1.Resource("shoots")

// SetupWithManager serves the webhook of this package by the webhook server of the manager.
func SetupWithManager(mgr ctrl.Manager, tools request.Tools) error {
	w := &webhook{tools}
	kind := &request.Kind[*gardencorev1beta1.Shoot]{
		Kind: gardencorev1beta1.Kind("Shoot"), Default: w.complete,
		Create: w.create, Update: w.update, Delete: w.delete,
	}
	return kind.SetupWithManager(mgr, &gardencorev1beta1.Shoot{})
}

type webhook struct{ request.Tools }

// create refuses what is wrong with a new Shoot.
func (w *webhook) create(ctx context.Context, r request.Request, now *gardencorev1beta1.Shoot) (field.ErrorList, error) {
	problems := append(fields.Refusals(&now.Spec), validation.ShootCreate(now)...)
	return w.inContext(ctx, r, now, nil, problems)
}

// update refuses what an update makes wrong. One that changes nothing but metadata is not held up by what is missing.
func (w *webhook) update(ctx context.Context, r request.Request, now, before *gardencorev1beta1.Shoot) (field.ErrorList, error) {
	problems := append(changes.Introduced(fields.Refusals(&before.Spec), fields.Refusals(&now.Spec)), validation.ShootUpdate(now, before)...)
	problems = append(problems, validation.ShootMoving(now, before)...)
	problems = append(problems, providers.ValidateUpdate(now, before)...)
	if !now.DeletionTimestamp.IsZero() || apiequality.Semantic.DeepEqual(now.Spec, before.Spec) && sameExpiration(now, before) {
		return problems, nil
	}
	return w.inContext(ctx, r, now, before, problems)
}

// inContext adds what other objects make wrong with a Shoot.
func (w *webhook) inContext(ctx context.Context, r request.Request, now, before *gardencorev1beta1.Shoot, problems field.ErrorList) (field.ErrorList, error) {
	if err := w.mayPlace(ctx, r, now, before); err != nil {
		return nil, err
	}
	surroundings, err := w.look(ctx, now, before)
	var missing *missingError
	if errors.As(err, &missing) {
		return append(problems, missing.problem), nil
	}
	if err != nil {
		return nil, err
	}
	problems = append(problems, w.againstProfile(now, before, surroundings)...)
	if surroundings.project != nil {
		problems = append(problems, validation.ShootInProject(now, before, surroundings.project, nil)...)
		problems = append(problems, validation.ShootDomain(now, before, surroundings.project.Name, surroundings.defaultDomains, surroundings.otherDomains)...)
	}
	problems = append(problems, validation.ShootBindings(now, before, surroundings.secretBinding, surroundings.credentialsBinding, surroundings.lastSecretBinding)...)
	problems = append(problems, validation.ShootOnSeed(now, before, surroundings.placement())...)
	quotas, err := w.quotas(ctx, now, before, surroundings)
	if err != nil {
		return nil, err
	}
	problems = append(problems, quotas...)
	return problems, w.references(ctx, r, now, before)
}

// againstProfile adds what the profile makes wrong, and what a change to another profile does.
func (w *webhook) againstProfile(now, before *gardencorev1beta1.Shoot, s *surroundings) field.ErrorList {
	if s.profile == nil {
		return nil // validation.Shoot says that it is missing.
	}
	problems := validation.ShootAgainstProfile(now, before, s.profile.Spec, w.Now())
	if s.lastProfile != nil {
		problems = append(problems, validation.ShootProfileChange(now, s.profile.Name, s.lastProfile.Name, s.profile.Spec, s.lastProfile.Spec)...)
	}
	return problems
}

// delete refuses a deletion that nobody confirmed.
func (w *webhook) delete(ctx context.Context, r request.Request, now *gardencorev1beta1.Shoot) error {
	project, err := lookup.ProjectOf(ctx, w.Reader, now.Namespace)
	var missing *lookup.NotFoundError
	if err != nil && !errors.As(err, &missing) {
		return err
	}
	if problems := validation.ShootDeletion(now, project, r.User.Username); len(problems) > 0 {
		return request.Forbidden(shoots, now.Name, "%w", problems.ToAggregate())
	}
	return nil
}
