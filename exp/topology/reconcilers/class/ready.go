// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package class

import (
	"context"
	"errors"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// ErrNotReady says that the class of a profile is not there yet, or Cluster API has not looked at it yet. Both are seen by
// watching ClusterClasses.
var ErrNotReady = errors.New("the ClusterClass is not ready yet")

// Ready returns the class that is made of a profile as it is now, for Clusters to refer to. The error is ErrNotReady where it
// comes later. What the translation refuses is returned by itself.
func Ready(
	ctx context.Context, c client.Client, key client.ObjectKey, spec *gardencorev1beta1.CloudProfileSpec, p provider.Provider,
) (*clusterv1.ClusterClass, field.ErrorList, error) {
	class, problems := translation.ClassOf(Profile(key, spec), p)
	if len(problems) > 0 {
		return nil, problems, nil
	}
	want, err := apply.Prepare(c.Scheme(), marked(class.ClusterClass))
	if err != nil {
		return nil, nil, err
	}
	live := &clusterv1.ClusterClass{}
	err = c.Get(ctx, client.ObjectKeyFromObject(want), live)
	switch {
	case apierrors.IsNotFound(err):
		return nil, nil, ErrNotReady
	case err != nil:
		return nil, nil, err
	case live.Annotations[apply.AnnotationHash] != want.GetAnnotations()[apply.AnnotationHash],
		live.Status.ObservedGeneration != live.Generation,
		!conditions.IsTrue(live, clusterv1.ClusterClassVariablesReadyCondition):
		return nil, nil, ErrNotReady
	}
	return live, nil, nil
}
