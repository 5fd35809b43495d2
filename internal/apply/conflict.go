// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// conflictDelay is the time after which a reconciler looks again. The watch usually brings what the other one wrote earlier.
const conflictDelay = time.Second

// Yielding is a reconciler of objects that others merge changes into as well. Merge and MergeStatus refuse to write over what
// the reconciler has not seen; that is no error, and trying again at once would meet the same cache.
func Yielding(r reconcile.Reconciler) reconcile.Reconciler {
	return reconcile.Func(func(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
		result, err := r.Reconcile(ctx, req)
		if apierrors.IsConflict(err) {
			return ctrl.Result{RequeueAfter: conflictDelay}, nil
		}
		return result, err
	})
}
