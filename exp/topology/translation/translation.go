// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	corev1 "k8s.io/api/core/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
)

// Class is what a profile becomes for its provider type.
type Class struct {
	// Templates are what the ClusterClass refers to. They cannot change; their names carry a hash of their content.
	Templates []client.Object
	// ClusterClass is applied after the templates.
	ClusterClass *clusterv1.ClusterClass
}

// Input is what a Shoot becomes a Cluster from.
type Input struct {
	Shoot *gardencorev1beta1.Shoot
	// Project is the name of the Shoot's project.
	Project string
	Profile provider.Profile
	// Seed is the one that the Shoot is scheduled to.
	Seed *gardencorev1beta1.Seed
	// SeedKubeconfig is the kubeconfig of the seed, nil if the management cluster is the seed.
	SeedKubeconfig []byte
	// SeedBackup are the data of the Secret with the credentials of the seed's backups, nil if it has none. BackupOf says which
	// Secret that is.
	SeedBackup map[string][]byte
	// Credentials are the data of the Secret of the Shoot's binding, nil if the Shoot has none.
	Credentials map[string][]byte
	// Class is the ClusterClass of the profile.
	Class *clusterv1.ClusterClass
	// ConfigMaps and Secrets are those of the Shoot's namespace that it refers to, by name. References says which these are.
	ConfigMaps map[string]map[string]string
	Secrets    map[string]map[string][]byte
	// Network are the manifests of the Shoot's network of pods, by the name of the ConfigMap that holds them. Networks other
	// than Flannel need them.
	Network map[string]map[string]string
}

// Output is what a Shoot becomes, in the order in which it is applied.
type Output struct {
	// Namespace holds everything else.
	Namespace *corev1.Namespace
	// Objects are credentials, and what else the Cluster refers to.
	Objects []client.Object
	// Cluster is of the class of the profile.
	Cluster *clusterv1.Cluster
	// Pools are MachineDeployments, with their templates before them, that the topology of a Cluster cannot say: those of
	// worker pools that name a Kubernetes version of their own. With them are their MachineHealthChecks.
	Pools []client.Object
}
