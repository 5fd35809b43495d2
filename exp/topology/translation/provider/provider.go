// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package provider

import (
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/fields"
)

// WorkerClass is the name of the one class of MachineDeployments in every ClusterClass. Patches of machines select it.
const WorkerClass = "worker"

// Provider translates for one provider type. What it refuses it names by the field of the CloudProfile or the Shoot.
type Provider interface {
	// Type is the provider type that CloudProfiles (spec.type) and Shoots (spec.provider.type) name, for example "aws".
	Type() string
	// Class returns the infrastructure's part of the ClusterClass for a profile.
	Class(profile Profile) (Class, field.ErrorList)
	// Cluster returns the infrastructure's part of the Cluster for a Shoot.
	Cluster(shoot Shoot) (Cluster, field.ErrorList)
	// Pool returns the infrastructure's part of the MachineDeployment for one zone of a worker pool. Zone is empty where the
	// pool names none. Path is that of the pool, for example spec.provider.workers[0].
	Pool(shoot Shoot, worker *gardencorev1beta1.Worker, zone string, path *field.Path) (Pool, field.ErrorList)
}

// Profile is a CloudProfile, with what a NamespacedCloudProfile makes of it.
type Profile struct {
	Name string
	Spec *gardencorev1beta1.CloudProfileSpec
}

// Shoot is a Shoot with what belongs to it.
type Shoot struct {
	Shoot   *gardencorev1beta1.Shoot
	Profile Profile
	// Namespace and Name are those of the Cluster.
	Namespace, Name string
	// Credentials are the data of the Secret of the Shoot's binding, nil if the Shoot has none.
	Credentials map[string][]byte
}

// Class is a provider's part of a ClusterClass. The templates have no names; the translation gives names by their content.
type Class struct {
	// Infrastructure and Machine are the templates of the infrastructure cluster and of machines. A class without Machine has
	// no workers.
	Infrastructure, Machine client.Object
	// Variables are set by Cluster and Pool, with schemas from the profile. Patches carry them into the templates.
	Variables []clusterv1.ClusterClassVariable
	Patches   []clusterv1.ClusterClassPatch
	// UnhealthyMachineConditions are conditions of Machines upon which these are replaced, besides Gardener's of nodes.
	UnhealthyMachineConditions []clusterv1.UnhealthyMachineCondition
}

// Cluster is a provider's part of a Cluster.
type Cluster struct {
	// Variables are those of the whole cluster.
	Variables []clusterv1.ClusterVariable
	// Objects are applied before the Cluster: credentials and what refers to them. They may be in other namespaces or in none.
	// They are deleted when the Cluster is gone and not before, because what the Cluster consists of is deleted with them.
	Objects []client.Object
	// HostGateway says that packets of pods travel between machines as they are, so that a network of pods needs no tunnel.
	HostGateway bool
	// SharedDisk says that machines share the disk of a host with others, so that shares of it say nothing about a machine.
	SharedDisk bool
	// CloudProvider is that of kubelets: External where a cloud controller manager in the cluster completes nodes, and gives them
	// the provider ID by which Cluster API finds them. If empty, there is none.
	CloudProvider string
}

// Pool is a provider's part of a MachineDeployment.
type Pool struct {
	// Variables override those of the cluster.
	Variables []clusterv1.ClusterVariable
	// FailureDomain is where the machines are, for example the zone. If empty, the infrastructure provider chooses.
	FailureDomain string
	// Format is the language of bootstrap data that the image of the machines understands. If empty, cloud-config.
	Format bootstrapv1.Format
}

// Reporter is a Provider some of whose fields are accepted and not carried out.
type Reporter interface {
	// NotCarriedOut lists those that the Shoot sets. It skips what it cannot decode.
	NotCarriedOut(shoot *gardencorev1beta1.Shoot) []fields.Field
}

// Updater is a Provider some of whose fields cannot change.
type Updater interface {
	// ValidateUpdate compares the configurations of a Shoot with those before.
	ValidateUpdate(now, before *gardencorev1beta1.Shoot) field.ErrorList
}
