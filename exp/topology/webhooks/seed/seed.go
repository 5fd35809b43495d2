// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package seed

import (
	"context"
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/defaults"
	seeds "github.com/kubeception/cluster-api-provider-kubeception/exp/topology/reconcilers/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/webhooks/request"
)

// +kubebuilder:webhook:verbs=create;update,path=/mutate-core-gardener-cloud-v1beta1-seed,mutating=true,failurePolicy=fail,matchPolicy=Equivalent,groups=core.gardener.cloud,resources=seeds,versions=v1beta1,name=default.seed.core.gardener.cloud,sideEffects=None,admissionReviewVersions=v1
// +kubebuilder:webhook:verbs=create;update;delete,path=/validate-core-gardener-cloud-v1beta1-seed,mutating=false,failurePolicy=fail,matchPolicy=Equivalent,groups=core.gardener.cloud,resources=seeds,versions=v1beta1,name=validation.seed.core.gardener.cloud,sideEffects=None,admissionReviewVersions=v1

// SetupWithManager serves the webhook of this package by the webhook server of the manager.
func SetupWithManager(mgr ctrl.Manager, tools request.Tools) error {
	kind := &request.Kind[*gardencorev1beta1.Seed]{
		Kind: gardencorev1beta1.Kind("Seed"),
		Default: func(_ context.Context, _ request.Request, now, _ *gardencorev1beta1.Seed) error {
			defaults.Seed(now)
			return nil
		},
		Delete: func(ctx context.Context, _ request.Request, now *gardencorev1beta1.Seed) error {
			return unused(ctx, tools.Live, now)
		},
	}
	return kind.SetupWithManager(mgr, &gardencorev1beta1.Seed{})
}

// unused refuses the deletion of a Seed that a Shoot is on, or is to be on.
func unused(ctx context.Context, reader client.Reader, seed *gardencorev1beta1.Seed) error {
	shoots := &gardencorev1beta1.ShootList{}
	if err := reader.List(ctx, shoots); err != nil {
		return fmt.Errorf("list Shoots: %w", err)
	}
	for i := range shoots.Items {
		if seeds.IsOn(&shoots.Items[i], seed.Name) {
			return request.Forbidden(gardencorev1beta1.Resource("seeds"), seed.Name, "Shoot %s/%s is on this seed; delete or move it first",
				shoots.Items[i].Namespace, shoots.Items[i].Name)
		}
	}
	return nil
}
