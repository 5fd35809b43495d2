// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/names"
)

// AnnotationGeneration on a Cluster is the generation of the Shoot that it was translated from last. Until it is that of the
// Shoot, an operation is not complete. A Cluster without it is taken for up to date.
const AnnotationGeneration = "kubeception.cluster.x-k8s.io/shoot-generation"

// TechnicalID is the name of everything that a Shoot becomes outside of its project: the Cluster, the namespace in the seed
// that holds the control plane, and what infrastructures call after the Cluster. Some of them, as the networks of AWS, know no
// namespaces, so that the name of the Shoot alone would not do. The one in the status of a Shoot counts once it is there.
func TechnicalID(project string, shoot *gardencorev1beta1.Shoot) string {
	if shoot.Status.TechnicalID != "" {
		return shoot.Status.TechnicalID
	}
	return names.Namespace("shoot", project, shoot.Name)
}

// ClusterKey is where the Cluster of a Shoot is: under its technical ID, in a namespace of its own that members of the project
// cannot read, because the contract of Cluster API puts keys there.
func ClusterKey(project string, shoot *gardencorev1beta1.Shoot) client.ObjectKey {
	return client.ObjectKey{Namespace: names.Namespace("capi", project, shoot.Name), Name: TechnicalID(project, shoot)}
}
