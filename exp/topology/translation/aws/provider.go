// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"fmt"
	"slices"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
)

// Type is the provider type.
const Type = "aws"

const (
	// DefaultControllerNamespace is where the manifests of Cluster API Provider AWS put its manager.
	DefaultControllerNamespace = "capa-system"
	// DefaultInstanceProfile is the profile for nodes that clusterawsadm makes. It lets them pull from ECR.
	DefaultInstanceProfile = "nodes.cluster-api-provider-aws.sigs.k8s.io"
)

// Provider translates Shoots of type aws.
type Provider struct {
	// ControllerNamespace is where the manager of Cluster API Provider AWS runs: it reads the Secrets of identities there and
	// nowhere else. Default: DefaultControllerNamespace.
	ControllerNamespace string
	// InstanceProfile is the IAM instance profile of nodes whose pool names none. Default: DefaultInstanceProfile.
	InstanceProfile string
}

var (
	_ provider.Provider = Provider{}
	_ provider.Reporter = Provider{}
	_ provider.Updater  = Provider{}
)

var (
	providerPath       = field.NewPath("spec", "provider")
	infrastructurePath = providerPath.Child("infrastructureConfig")
	controlPlanePath   = providerPath.Child("controlPlaneConfig")
)

// Type implements provider.Provider.
func (Provider) Type() string { return Type }

// Cluster implements provider.Provider.
func (p Provider) Cluster(shoot provider.Shoot) (provider.Cluster, field.ErrorList) {
	if len(shoot.Shoot.Spec.Provider.Workers) == 0 {
		return provider.Cluster{}, field.ErrorList{field.Required(providerPath.Child("workers"),
			"a Shoot without workers has no infrastructure on AWS; it is of the class without one")}
	}
	infrastructure, problems := infrastructureConfig(shoot.Shoot)
	_, more := controlPlaneConfig(shoot.Shoot)
	problems = append(problems, more...)
	problems = append(problems, controlPlaneNotCarriedOut(shoot.Shoot)...)
	objects, more := p.identity(shoot)
	problems = append(problems, more...)
	if infrastructure != nil {
		problems = append(problems, infrastructure.validate(&shoot.Shoot.Spec, shoot.Profile.Spec)...)
	}
	if len(problems) > 0 {
		return provider.Cluster{}, problems
	}
	return provider.Cluster{
		Variables: []clusterv1.ClusterVariable{
			variable(regionVariable, shoot.Shoot.Spec.Region),
			variable(identityVariable, identityName(shoot)),
			variable(networkVariable, infrastructure.network()),
		},
		Objects:       objects,
		CloudProvider: "External",
	}, nil
}

// Pool implements provider.Provider.
func (p Provider) Pool(
	shoot provider.Shoot, worker *gardencorev1beta1.Worker, zone string, path *field.Path,
) (provider.Pool, field.ErrorList) {
	infrastructure, problems := infrastructureConfig(shoot.Shoot)
	config, more := workerConfig(worker, path.Child("providerConfig"))
	problems = append(problems, more...)
	ami, more := image(shoot, worker, path.Child("machine"))
	problems = append(problems, more...)
	if config != nil {
		problems = append(problems, config.validate(worker, path)...)
	}
	problems = append(problems, validateVolumes(worker, path)...)
	if len(problems) > 0 {
		return provider.Pool{}, problems
	}
	i := slices.IndexFunc(infrastructure.Networks.Zones, func(z zoneConfig) bool { return z.Name == zone })
	if i < 0 {
		return provider.Pool{}, field.ErrorList{field.Invalid(path.Child("zones"), zone,
			fmt.Sprintf("%s has no such zone; add it there", infrastructurePath.Child("networks", "zones")))}
	}
	spec := p.machine(worker, config, ami)
	spec.Subnet = workersSubnet(shoot.Name, infrastructure.Networks.Zones[i])
	if deref(infrastructure.EnableDedicatedTenancyForVPC) && spec.Tenancy == "" {
		spec.Tenancy = "dedicated"
	}
	out := provider.Pool{Variables: []clusterv1.ClusterVariable{variable(machineVariable, spec)}, FailureDomain: zone}
	if spec.Ignition != nil {
		out.Format = bootstrapv1.Ignition
	}
	return out, nil
}

func deref[T any](value *T) T {
	if value == nil {
		var zero T
		return zero
	}
	return *value
}
