// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package exposureclass

import (
	"context"
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/webhooks/request"
)

// +kubebuilder:webhook:verbs=delete,path=/validate-core-gardener-cloud-v1beta1-exposureclass,mutating=false,failurePolicy=fail,matchPolicy=Equivalent,groups=core.gardener.cloud,resources=exposureclasses,versions=v1beta1,name=validation.exposureclass.core.gardener.cloud,sideEffects=None,admissionReviewVersions=v1

// SetupWithManager serves the webhook of this package by the webhook server of the manager.
func SetupWithManager(mgr ctrl.Manager, tools request.Tools) error {
	kind := &request.Kind[*gardencorev1beta1.ExposureClass]{
		Kind: gardencorev1beta1.Kind("ExposureClass"),
		Delete: func(ctx context.Context, _ request.Request, now *gardencorev1beta1.ExposureClass) error {
			return unused(ctx, tools.Live, now)
		},
	}
	return kind.SetupWithManager(mgr, &gardencorev1beta1.ExposureClass{})
}

// unused refuses the deletion of an ExposureClass that a Shoot names.
func unused(ctx context.Context, reader client.Reader, class *gardencorev1beta1.ExposureClass) error {
	shoots := &gardencorev1beta1.ShootList{}
	if err := reader.List(ctx, shoots); err != nil {
		return fmt.Errorf("list Shoots: %w", err)
	}
	for i := range shoots.Items {
		if ptr.Deref(shoots.Items[i].Spec.ExposureClassName, "") == class.Name {
			return request.Forbidden(gardencorev1beta1.Resource("exposureclasses"), class.Name, "Shoot %s/%s uses it; delete that first",
				shoots.Items[i].Namespace, shoots.Items[i].Name)
		}
	}
	return nil
}
