// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package project

import (
	"context"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	authorizationv1 "k8s.io/api/authorization/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/defaults"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/webhooks/request"
)

// +kubebuilder:webhook:verbs=create;update,path=/mutate-core-gardener-cloud-v1beta1-project,mutating=true,failurePolicy=fail,matchPolicy=Equivalent,groups=core.gardener.cloud,resources=projects,versions=v1beta1,name=default.project.core.gardener.cloud,sideEffects=None,admissionReviewVersions=v1
// +kubebuilder:webhook:verbs=create;update;delete,path=/validate-core-gardener-cloud-v1beta1-project,mutating=false,failurePolicy=fail,matchPolicy=Equivalent,groups=core.gardener.cloud,resources=projects,versions=v1beta1,name=validation.project.core.gardener.cloud,sideEffects=None,admissionReviewVersions=v1

// Verbs on Projects that Kubernetes does not know; roles grant them like any other.
const (
	verbManageMembers   = "manage-members"
	verbModifyWhitelist = "modify-spec-tolerations-whitelist"
)

var projects = gardencorev1beta1.Resource("projects")

// SetupWithManager serves the webhook of this package by the webhook server of the manager.
func SetupWithManager(mgr ctrl.Manager, tools request.Tools) error {
	w := &webhook{tools}
	kind := &request.Kind[*gardencorev1beta1.Project]{
		Kind: gardencorev1beta1.Kind("Project"),
		Default: func(_ context.Context, r request.Request, now, before *gardencorev1beta1.Project) error {
			defaults.Project(now, before, r.User.Username)
			return nil
		},
		Create: func(ctx context.Context, r request.Request, now *gardencorev1beta1.Project) (field.ErrorList, error) {
			return nil, w.authorize(ctx, r, now, &gardencorev1beta1.Project{})
		},
		Update: func(ctx context.Context, r request.Request, now, before *gardencorev1beta1.Project) (field.ErrorList, error) {
			return nil, w.authorize(ctx, r, now, before)
		},
		Delete: w.confirmed,
	}
	return kind.SetupWithManager(mgr, &gardencorev1beta1.Project{})
}

type webhook struct{ request.Tools }

// authorize refuses changes that take more than the permission to change Projects.
func (w *webhook) authorize(ctx context.Context, r request.Request, now, before *gardencorev1beta1.Project) error {
	if whitelistChanged(now, before) {
		if err := w.require(ctx, r, now, verbModifyWhitelist, "change spec.tolerations.whitelist"); err != nil {
			return err
		}
	}
	if membersChanged(now, before, r.User) {
		if err := w.require(ctx, r, now, verbManageMembers, "change users and groups in spec.members"); err != nil {
			return err
		}
	}
	if ownerChanged(now, before, r.User) {
		return w.require(ctx, r, now, verbManageMembers, "change spec.owner")
	}
	return nil
}

func (w *webhook) require(ctx context.Context, r request.Request, project *gardencorev1beta1.Project, verb, what string) error {
	may, err := w.May(ctx, r.User, authorizationv1.ResourceAttributes{
		Verb: verb, Group: gardencorev1beta1.GroupName, Version: gardencorev1beta1.SchemeGroupVersion.Version, Resource: projects.Resource, Name: project.Name,
	})
	if err != nil || may {
		return err
	}
	return request.Forbidden(projects, project.Name, "%s may not %s; it takes the verb %s on projects, which the owner and uam have", r.User.Username, what, verb)
}

// confirmed asks for a confirmation before a Project is deleted.
func (w *webhook) confirmed(_ context.Context, _ request.Request, now *gardencorev1beta1.Project) error {
	if problems := validation.Deletion(&now.ObjectMeta); len(problems) > 0 {
		return request.Forbidden(projects, now.Name, "%w", problems.ToAggregate())
	}
	return nil
}
