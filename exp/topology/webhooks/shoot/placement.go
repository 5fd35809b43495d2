// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package shoot

import (
	"context"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	authorizationv1 "k8s.io/api/authorization/v1"
	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/webhooks/request"
)

// mayPlace refuses users who choose a seed themselves without the permission to update the subresource binding, which is
// how Gardener guards it. The scheduler has it.
func (w *webhook) mayPlace(ctx context.Context, r request.Request, now, before *gardencorev1beta1.Shoot) error {
	var last *string
	if before != nil {
		last = before.Spec.SeedName
	}
	if ptr.Equal(now.Spec.SeedName, last) {
		return nil
	}
	may, err := w.May(ctx, r.User, authorizationv1.ResourceAttributes{
		Verb: "update", Group: gardencorev1beta1.GroupName, Version: gardencorev1beta1.SchemeGroupVersion.Version,
		Resource: shoots.Resource, Subresource: "binding", Namespace: now.Namespace, Name: now.Name,
	})
	if err != nil || may {
		return err
	}
	return request.Forbidden(shoots, now.Name, "spec.seedName: %s may not choose a seed; leave it to the scheduler, or ask for the permission to update shoots/binding", r.User.Username)
}
