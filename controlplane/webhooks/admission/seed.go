// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/names"
)

// place is where a control plane runs. Two Secrets with kubeconfigs of one seed look like two seeds here; the
// reconciler then finds that the namespace is not its own, and says so in the condition SeedReachable.
type place struct {
	secretNamespace, secretName, secretKey string
	namespace                              string
}

// validateSeedNamespace refuses a control plane in the namespace of another, which would overwrite it.
func validateSeedNamespace(obj *controlplanev1.KubeceptionControlPlane, others []controlplanev1.KubeceptionControlPlane) field.ErrorList {
	wanted, known := placeOf(obj)
	if !known {
		return nil
	}
	for i := range others {
		other := &others[i]
		if other.Namespace == obj.Namespace && other.Name == obj.Name {
			continue
		}
		if taken, known := placeOf(other); known && taken == wanted {
			return field.ErrorList{field.Invalid(field.NewPath("spec", "seed", "namespace"), wanted.namespace, fmt.Sprintf(
				"is the namespace of KubeceptionControlPlane %s/%s on the same seed; choose another one, a namespace holds one control plane",
				other.Namespace, other.Name))}
		}
	}
	return nil
}

// placeOf returns where a control plane runs, if that is known: before Cluster API has tied it to its Cluster, the
// default namespace is not.
func placeOf(obj *controlplanev1.KubeceptionControlPlane) (place, bool) {
	out := place{namespace: obj.Status.SeedNamespace}
	if ref := obj.Spec.Seed.KubeconfigRef; ref.Name != "" {
		out.secretNamespace, out.secretName, out.secretKey = obj.Namespace, ref.Name, ref.Key
		if ref.Key == "" {
			out.secretKey = "value"
		}
	}
	if out.namespace == "" {
		out.namespace = obj.Spec.Seed.Namespace
	}
	if cluster := obj.Labels[clusterv1.ClusterNameLabel]; out.namespace == "" && cluster != "" {
		out.namespace = names.Namespace(obj.Namespace, cluster)
	}
	return out, out.namespace != ""
}
