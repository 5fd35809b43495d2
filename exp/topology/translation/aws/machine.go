// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"math"
	"path"
	"slices"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// machineSpec is spec of an AWSMachine, as far as it is used.
type machineSpec struct {
	InstanceType                  string                   `json:"instanceType"`
	AMI                           amiReference             `json:"ami"`
	IAMInstanceProfile            string                   `json:"iamInstanceProfile"`
	SSHKeyName                    string                   `json:"sshKeyName"`
	Subnet                        *resourceReference       `json:"subnet,omitempty"`
	RootVolume                    volume                   `json:"rootVolume"`
	NonRootVolumes                []volume                 `json:"nonRootVolumes,omitempty"`
	InstanceMetadataOptions       *instanceMetadataOptions `json:"instanceMetadataOptions,omitempty"`
	CPUOptions                    *cpuOptions              `json:"cpuOptions,omitempty"`
	UncompressedUserData          *bool                    `json:"uncompressedUserData,omitempty"`
	CloudInit                     *cloudInit               `json:"cloudInit,omitempty"`
	Ignition                      *ignition                `json:"ignition,omitempty"`
	SpotMarketOptions             *spotMarketOptions       `json:"spotMarketOptions,omitempty"`
	MarketType                    string                   `json:"marketType,omitempty"`
	Tenancy                       string                   `json:"tenancy,omitempty"`
	HostID                        string                   `json:"hostID,omitempty"`
	HostAffinity                  string                   `json:"hostAffinity,omitempty"`
	CapacityReservationID         string                   `json:"capacityReservationId,omitempty"`
	CapacityReservationPreference string                   `json:"capacityReservationPreference,omitempty"`
}

type amiReference struct {
	ID string `json:"id"`
}

type volume struct {
	DeviceName string `json:"deviceName,omitempty"`
	Size       int64  `json:"size"`
	Type       string `json:"type,omitempty"`
	IOPS       int64  `json:"iops,omitempty"`
	Throughput int64  `json:"throughput,omitempty"`
	Encrypted  bool   `json:"encrypted"`
}

type instanceMetadataOptions struct {
	HTTPTokens              string `json:"httpTokens,omitempty"`
	HTTPPutResponseHopLimit int64  `json:"httpPutResponseHopLimit,omitempty"`
}

type cpuOptions struct {
	ConfidentialCompute string `json:"confidentialCompute"`
}

type cloudInit struct {
	InsecureSkipSecretsManager bool `json:"insecureSkipSecretsManager"`
}

type ignition struct {
	StorageType string `json:"storageType"`
}

// spotMarketOptions says by being there that machines are of the spot market.
type spotMarketOptions struct {
	MaxPrice string `json:"maxPrice,omitempty"`
}

// dataVolumeDevices are the last letters of the devices of data volumes, which are sorted by name.
const dataVolumeDevices = "fghijklmnop"

// ignitionImages are those of which Gardener's extensions for operating systems know that they boot with Ignition. The others
// boot with cloud-init.
var ignitionImages = []string{"flatcar", "coreos", "fedora-coreos", "rhcos"}

// machine is what becomes of a pool that is valid.
func (p Provider) machine(worker *gardencorev1beta1.Worker, config *workerConfigType, ami string) machineSpec {
	out := machineSpec{
		InstanceType: worker.Machine.Type, AMI: amiReference{ID: ami},
		// Machines have no key pair: an empty name says so, an absent one would mean the key pair "default".
		SSHKeyName:              "",
		IAMInstanceProfile:      p.instanceProfile(config.IAMInstanceProfile),
		InstanceMetadataOptions: config.InstanceMetadataOptions.options(),
	}
	out.RootVolume = volumeOf(worker.Volume.VolumeSize, worker.Volume.Type, worker.Volume.Encrypted, deref(config.Volume))
	out.NonRootVolumes = config.nonRootVolumes(worker.DataVolumes)
	if bootsWithIgnition(worker) {
		out.Ignition = &ignition{StorageType: "UnencryptedUserData"}
	} else {
		// As in Gardener the data comes with the instance. The other way needs AWS' command line in the image. Compressed it
		// stays below the 16 KiB that AWS allows.
		out.CloudInit, out.UncompressedUserData = &cloudInit{InsecureSkipSecretsManager: true}, new(false)
	}
	config.place(&out)
	return out
}

func bootsWithIgnition(worker *gardencorev1beta1.Worker) bool {
	return worker.Machine.Image != nil && slices.Contains(ignitionImages, worker.Machine.Image.Name)
}

// place sets where and on which terms instances run.
func (c *workerConfigType) place(out *machineSpec) {
	if placement := c.Placement; placement != nil {
		out.Tenancy, out.HostID, out.HostAffinity = deref(placement.Tenancy), deref(placement.HostID), deref(placement.Affinity)
	}
	if reservation := c.CapacityReservation; reservation != nil {
		out.CapacityReservationID = deref(reservation.ID)
		out.CapacityReservationPreference = reservationPreferences[deref(reservation.Preference)]
	}
	if c.CPUOptions != nil && c.CPUOptions.AMDSEVSNP != nil {
		out.CPUOptions = &cpuOptions{ConfidentialCompute: confidentialComputes[*c.CPUOptions.AMDSEVSNP]}
	}
	if c.InstanceMarketOptions == nil {
		return
	}
	if out.MarketType = marketTypes[c.InstanceMarketOptions.MarketType]; out.MarketType == "Spot" {
		out.SpotMarketOptions = &spotMarketOptions{}
	}
}

// What values of Gardener's AWS extension are for Cluster API Provider AWS.
var (
	reservationPreferences = map[string]string{"open": "Open", "none": "None", "capacity-reservations-only": "CapacityReservationsOnly"}
	confidentialComputes   = map[string]string{"enabled": "AMDEncryptedVirtualizationNestedPaging", "disabled": "Disabled"}
	marketTypes            = map[string]string{"spot": "Spot", "capacity-block": "CapacityBlock"}
)

// instanceProfile is the name of the profile; names are unique in an account, whatever the path in the ARN.
func (p Provider) instanceProfile(named *iamInstanceProfile) string {
	switch {
	case named != nil && named.Name != nil:
		return *named.Name
	case named != nil && named.ARN != nil:
		return path.Base(*named.ARN)
	case p.InstanceProfile != "":
		return p.InstanceProfile
	}
	return DefaultInstanceProfile
}

// options are what instances tell about themselves; without configuration as Gardener does it, with one as AWS does.
func (c *instanceMetadataConfig) options() *instanceMetadataOptions {
	if c == nil {
		return &instanceMetadataOptions{HTTPTokens: "required", HTTPPutResponseHopLimit: 2}
	}
	return &instanceMetadataOptions{HTTPTokens: deref(c.HTTPTokens), HTTPPutResponseHopLimit: int64(deref(c.HTTPPutResponseHopLimit))}
}

func (c *workerConfigType) nonRootVolumes(volumes []gardencorev1beta1.DataVolume) []volume {
	sorted := slices.SortedFunc(slices.Values(volumes), func(one, other gardencorev1beta1.DataVolume) int {
		return strings.Compare(one.Name, other.Name)
	})
	var out []volume
	for i, data := range sorted {
		made := volumeOf(data.VolumeSize, data.Type, data.Encrypted, c.dataVolume(data.Name).volumeConfig)
		made.DeviceName = "/dev/sd" + dataVolumeDevices[i:i+1]
		out = append(out, made)
	}
	return out
}

// dataVolume is what is configured for a data volume.
func (c *workerConfigType) dataVolume(name string) dataVolumeConfig {
	for _, config := range c.DataVolumes {
		if config.Name == name {
			return config
		}
	}
	return dataVolumeConfig{}
}

func volumeOf(size string, kind *string, encrypted *bool, config volumeConfig) volume {
	return volume{
		Size: gibibytes(size), Type: deref(kind), IOPS: int64(deref(config.IOPS)), Throughput: int64(deref(config.Throughput)),
		Encrypted: encrypted == nil || *encrypted,
	}
}

// gibibytes rounds a size up. It is 0 for what is no size.
func gibibytes(size string) int64 {
	quantity, err := resource.ParseQuantity(size)
	if err != nil {
		return 0
	}
	return int64(math.Ceil(quantity.AsApproximateFloat64() / (1 << 30)))
}
