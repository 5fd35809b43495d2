// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package seed

import (
	"fmt"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/cluster-api/util/secret"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/connections"
)

const (
	// AnnotationKubeconfig names a Secret with the kubeconfig of the seed, as <namespace>/<name> or
	// <namespace>/<name>/<key>. If the key is absent, it is "kubeconfig".
	AnnotationKubeconfig = "kubeception.cluster.x-k8s.io/seed-kubeconfig"
	// AnnotationCluster names the Cluster of Cluster API that is the seed, as <namespace>/<name>, or is
	// ManagementCluster. A Shoot becomes a seed this way.
	AnnotationCluster = "kubeception.cluster.x-k8s.io/seed-cluster"
	// ManagementCluster is the value of AnnotationCluster for the cluster that the manager runs for.
	ManagementCluster = "management-cluster"
	// AnnotationCapacity is how many Shoots the seed has place for. If absent, the operator's default.
	AnnotationCapacity = "kubeception.cluster.x-k8s.io/seed-capacity-shoots"
	// AnnotationReserved is how much of the capacity the scheduler leaves free. If absent, 0.
	AnnotationReserved = "kubeception.cluster.x-k8s.io/seed-reserved-shoots"

	// kubeconfigKey is the key in Secrets that Gardener's users have for their seeds.
	kubeconfigKey = "kubeconfig"
	// secretPrefix begins the name of the Secret in the namespace garden where neither annotation says otherwise.
	secretPrefix = "seed-"
)

// registrationError says what is wrong with the annotations of a Seed. Its message tells the remedy.
type registrationError struct{ message string }

func (e *registrationError) Error() string { return e.message }

// ReferenceOf says where the kubeconfig of a seed is.
func ReferenceOf(seed *gardencorev1beta1.Seed) (connections.Reference, error) {
	kubeconfig, byKubeconfig := seed.Annotations[AnnotationKubeconfig]
	cluster, byCluster := seed.Annotations[AnnotationCluster]
	switch {
	case byKubeconfig && byCluster:
		return connections.Reference{}, &registrationError{fmt.Sprintf("annotations %s and %s exclude each other; remove one", AnnotationKubeconfig, AnnotationCluster)}
	case byKubeconfig:
		parts := strings.Split(kubeconfig, "/")
		if len(parts) == 2 {
			parts = append(parts, kubeconfigKey)
		}
		if len(parts) != 3 || parts[0] == "" || parts[1] == "" || parts[2] == "" {
			return connections.Reference{}, &registrationError{fmt.Sprintf("annotation %s is %q, and must be <namespace>/<name> of a Secret, or <namespace>/<name>/<key>", AnnotationKubeconfig, kubeconfig)}
		}
		return connections.Reference{Secret: client.ObjectKey{Namespace: parts[0], Name: parts[1]}, Key: parts[2]}, nil
	case byCluster && cluster == ManagementCluster:
		return connections.Reference{}, nil
	case byCluster:
		key, found := clusterKey(cluster)
		if !found {
			return connections.Reference{}, &registrationError{fmt.Sprintf("annotation %s is %q, and must be <namespace>/<name> of a Cluster, or %s", AnnotationCluster, cluster, ManagementCluster)}
		}
		return connections.Reference{Secret: client.ObjectKey{Namespace: key.Namespace, Name: secret.Name(key.Name, secret.Kubeconfig)}}, nil
	}
	return connections.Reference{
		Secret: client.ObjectKey{Namespace: v1beta1constants.GardenNamespace, Name: secretPrefix + seed.Name}, Key: kubeconfigKey,
	}, nil
}

func clusterKey(value string) (client.ObjectKey, bool) {
	namespace, name, _ := strings.Cut(value, "/")
	return client.ObjectKey{Namespace: namespace, Name: name}, namespace != "" && name != "" && !strings.Contains(name, "/")
}

// capacityOf returns how many Shoots a seed may have, and how many of them the scheduler may use.
func capacityOf(seed *gardencorev1beta1.Seed, byDefault int64) (capacity, allocatable corev1.ResourceList, err error) {
	total, err := count(seed, AnnotationCapacity, byDefault)
	if err != nil {
		return nil, nil, err
	}
	reserved, err := count(seed, AnnotationReserved, 0)
	if err != nil {
		return nil, nil, err
	}
	return shoots(total), shoots(max(0, total-reserved)), nil
}

func count(seed *gardencorev1beta1.Seed, annotation string, byDefault int64) (int64, error) {
	value, found := seed.Annotations[annotation]
	if !found {
		return byDefault, nil
	}
	quantity, err := resource.ParseQuantity(value)
	if number, exact := quantity.AsInt64(); err == nil && exact && number >= 0 {
		return number, nil
	}
	return 0, &registrationError{fmt.Sprintf("annotation %s is %q, and must be a number of Shoots", annotation, value)}
}

func shoots(number int64) corev1.ResourceList {
	return corev1.ResourceList{gardencorev1beta1.ResourceShoots: *resource.NewQuantity(number, resource.DecimalSI)}
}
