// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The types below are those of aws.provider.extensions.gardener.cloud/v1alpha1, whose module has no place where the Go command
// finds it. They know every field of it, so that what is not here is a mistake of the user.

// cloudProfileConfigType is CloudProfileConfig.
type cloudProfileConfigType struct {
	metav1.TypeMeta `json:",inline"`
	MachineImages   []machineImages `json:"machineImages"`
}

type machineImages struct {
	Name     string                `json:"name"`
	Versions []machineImageVersion `json:"versions"`
}

type machineImageVersion struct {
	Version           string               `json:"version"`
	Regions           []regionAMI          `json:"regions,omitempty"`
	CapabilityFlavors []machineImageFlavor `json:"capabilityFlavors,omitempty"`
}

type machineImageFlavor struct {
	Regions      []regionAMI                    `json:"regions,omitempty"`
	Capabilities gardencorev1beta1.Capabilities `json:"capabilities,omitempty"`
}

type regionAMI struct {
	Name string `json:"name"`
	AMI  string `json:"ami"`
	// Architecture is amd64 if absent.
	Architecture *string `json:"architecture,omitempty"`
}

// infrastructureConfigType is InfrastructureConfig.
type infrastructureConfigType struct {
	metav1.TypeMeta              `json:",inline"`
	EnableECRAccess              *bool              `json:"enableECRAccess,omitempty"`
	DualStack                    *dualStack         `json:"dualStack,omitempty"`
	Networks                     networksConfig     `json:"networks"`
	IgnoreTags                   *ignoreTags        `json:"ignoreTags,omitempty"`
	EnableDedicatedTenancyForVPC *bool              `json:"enableDedicatedTenancyForVPC,omitempty"`
	ElasticFileSystem            *elasticFileSystem `json:"elasticFileSystem,omitempty"`
	EnableMTUCustomizer          *bool              `json:"enableMTUCustomizer,omitempty"`
}

type dualStack struct {
	Enabled bool `json:"enabled"`
}

type ignoreTags struct {
	Keys        []string `json:"keys,omitempty"`
	KeyPrefixes []string `json:"keyPrefixes,omitempty"`
}

type elasticFileSystem struct {
	Enabled bool    `json:"enabled"`
	ID      *string `json:"id,omitempty"`
}

type networksConfig struct {
	VPC                  vpcConfig    `json:"vpc"`
	Zones                []zoneConfig `json:"zones"`
	NodesSecurityGroupID *string      `json:"nodesSecurityGroupID,omitempty"`
}

type vpcConfig struct {
	ID               *string   `json:"id,omitempty"`
	CIDR             *string   `json:"cidr,omitempty"`
	GatewayEndpoints []string  `json:"gatewayEndpoints,omitempty"`
	IPv6IPAMPool     *ipamPool `json:"ipv6IpamPool,omitempty"`
}

type ipamPool struct {
	ID        *string `json:"id"`
	CIDRBlock *string `json:"cidrBlock,omitempty"`
}

type zoneConfig struct {
	Name                  string  `json:"name"`
	Internal              *string `json:"internal,omitempty"`
	Public                *string `json:"public,omitempty"`
	Workers               *string `json:"workers,omitempty"`
	WorkersSubnetID       *string `json:"workersSubnetID,omitempty"`
	PublicSubnetID        *string `json:"publicSubnetID,omitempty"`
	InternalSubnetID      *string `json:"internalSubnetID,omitempty"`
	ElasticIPAllocationID *string `json:"elasticIPAllocationID,omitempty"`
}

// controlPlaneConfigType is ControlPlaneConfig.
type controlPlaneConfigType struct {
	metav1.TypeMeta        `json:",inline"`
	CloudControllerManager *cloudControllerManagerConfig `json:"cloudControllerManager,omitempty"`
	LoadBalancerController *loadBalancerControllerConfig `json:"loadBalancerController,omitempty"`
	Storage                *storageConfig                `json:"storage,omitempty"`
}

type cloudControllerManagerConfig struct {
	FeatureGates             map[string]bool `json:"featureGates,omitempty"`
	UseCustomRouteController *bool           `json:"useCustomRouteController,omitempty"`
}

type loadBalancerControllerConfig struct {
	Enabled          bool    `json:"enabled"`
	IngressClassName *string `json:"ingressClassName,omitempty"`
}

type storageConfig struct {
	ManagedDefaultClass *bool `json:"managedDefaultClass,omitempty"`
}

// workerConfigType is WorkerConfig.
type workerConfigType struct {
	metav1.TypeMeta         `json:",inline"`
	NodeTemplate            *nodeTemplate            `json:"nodeTemplate,omitempty"`
	Volume                  *volumeConfig            `json:"volume,omitempty"`
	DataVolumes             []dataVolumeConfig       `json:"dataVolumes,omitempty"`
	IAMInstanceProfile      *iamInstanceProfile      `json:"iamInstanceProfile,omitempty"`
	InstanceMetadataOptions *instanceMetadataConfig  `json:"instanceMetadataOptions,omitempty"`
	CPUOptions              *cpuConfig               `json:"cpuOptions,omitempty"`
	CapacityReservation     *capacityReservation     `json:"capacityReservation,omitempty"`
	NetworkInterfaces       []networkInterfaceConfig `json:"networkInterfaces,omitempty"`
	Placement               *placementConfig         `json:"placement,omitempty"`
	InstanceMarketOptions   *instanceMarketConfig    `json:"instanceMarketOptions,omitempty"`
}

type nodeTemplate struct {
	Capacity        corev1.ResourceList `json:"capacity"`
	VirtualCapacity corev1.ResourceList `json:"virtualCapacity,omitempty"`
}

type volumeConfig struct {
	IOPS       *int32 `json:"iops,omitempty"`
	Throughput *int32 `json:"throughput,omitempty"`
}

type dataVolumeConfig struct {
	Name         string `json:"name"`
	volumeConfig `json:",inline"`
	SnapshotID   *string `json:"snapshotID,omitempty"`
}

type iamInstanceProfile struct {
	Name *string `json:"name,omitempty"`
	ARN  *string `json:"arn,omitempty"`
}

type instanceMetadataConfig struct {
	HTTPTokens              *string `json:"httpTokens,omitempty"`
	HTTPPutResponseHopLimit *int32  `json:"httpPutResponseHopLimit,omitempty"`
}

type cpuConfig struct {
	CoreCount      *int32  `json:"coreCount"`
	ThreadsPerCore *int32  `json:"threadsPerCore"`
	AMDSEVSNP      *string `json:"amdSevSnp"`
}

type capacityReservation struct {
	Preference       *string `json:"capacityReservationPreference,omitempty"`
	ID               *string `json:"capacityReservationId,omitempty"`
	ResourceGroupARN *string `json:"capacityReservationResourceGroupArn,omitempty"`
}

type networkInterfaceConfig struct {
	NetworkCardIndex      *int64      `json:"networkCardIndex,omitempty"`
	NetworkCardIndexRange *indexRange `json:"networkCardIndexRange,omitempty"`
	DeviceIndex           int64       `json:"deviceIndex,omitempty"`
	Type                  *string     `json:"type,omitempty"`
	Description           *string     `json:"description,omitempty"`
	SubnetID              *string     `json:"subnetID,omitempty"`
}

type indexRange struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

type placementConfig struct {
	GroupID         *string `json:"groupId,omitempty"`
	Tenancy         *string `json:"tenancy,omitempty"`
	HostID          *string `json:"hostId,omitempty"`
	PartitionNumber *int64  `json:"partitionNumber,omitempty"`
	Affinity        *string `json:"affinity,omitempty"`
}

type instanceMarketConfig struct {
	MarketType string `json:"marketType"`
}
