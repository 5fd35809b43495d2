// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// CacheFirst reads from a cache, and single objects that it does not have from the API server: manifests that are applied
// together refer to each other before a cache has seen them.
type CacheFirst struct {
	client.Reader
	// Live is the API server.
	Live client.Reader
}

// Get reads one object.
func (r CacheFirst) Get(ctx context.Context, key client.ObjectKey, object client.Object, options ...client.GetOption) error {
	if err := r.Reader.Get(ctx, key, object, options...); !apierrors.IsNotFound(err) {
		return err
	}
	return r.Live.Get(ctx, key, object, options...)
}
