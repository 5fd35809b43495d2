// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// smallestVolume is the smallest that Cluster API Provider AWS allows, in GiB.
const smallestVolume = 8

var (
	hostID        = regexp.MustCompile(`^h-[0-9a-f]{17}$`)
	profileName   = regexp.MustCompile(`^[\w+=,.@-]{1,128}$`)
	profileARN    = regexp.MustCompile(`^arn:[\w +=,.@\-/:]+/[\w+=,.@-]+$`)
	reservationID = regexp.MustCompile(`^cr-[a-z0-9]+$`)
)

// validateVolumes checks the volumes of a pool, which AWS needs.
func validateVolumes(worker *gardencorev1beta1.Worker, path *field.Path) field.ErrorList {
	if worker.Volume == nil {
		return field.ErrorList{field.Required(path.Child("volume"), "machines on AWS need a volume with size and type")}
	}
	out := validateVolume(worker.Volume.VolumeSize, worker.Volume.Type, path.Child("volume"))
	if have := len(worker.DataVolumes); have > len(dataVolumeDevices) {
		out = append(out, field.TooMany(path.Child("dataVolumes"), have, len(dataVolumeDevices)))
	}
	for i, data := range worker.DataVolumes {
		out = append(out, validateVolume(data.VolumeSize, data.Type, path.Child("dataVolumes").Index(i))...)
	}
	return out
}

func validateVolume(size string, kind *string, path *field.Path) field.ErrorList {
	var out field.ErrorList
	if kind == nil {
		out = append(out, field.Required(path.Child("type"), "name a volume type of the profile"))
	}
	if gibibytes(size) < smallestVolume {
		out = append(out, field.Invalid(path.Child("size"), size, fmt.Sprintf("must be at least %dGi", smallestVolume)))
	}
	return out
}

// validate checks what Gardener's AWS extension checks, and refuses what Cluster API Provider AWS cannot do.
func (c *workerConfigType) validate(worker *gardencorev1beta1.Worker, path *field.Path) field.ErrorList {
	own := path.Child("providerConfig")
	var out field.ErrorList
	if worker.Volume != nil {
		out = append(out, deref(c.Volume).validate(deref(worker.Volume.Type), own.Child("volume"))...)
	}
	out = append(out, c.validateDataVolumes(worker, own.Child("dataVolumes"))...)
	out = append(out, c.IAMInstanceProfile.validate(own.Child("iamInstanceProfile"))...)
	out = append(out, c.InstanceMetadataOptions.validate(own.Child("instanceMetadataOptions"))...)
	out = append(out, c.CPUOptions.validate(own.Child("cpuOptions"))...)
	out = append(out, c.CapacityReservation.validate(own.Child("capacityReservation"))...)
	out = append(out, c.Placement.validate(own.Child("placement"))...)
	out = append(out, c.validateMarket(own)...)
	if len(c.NetworkInterfaces) > 0 {
		out = append(out, field.Forbidden(own.Child("networkInterfaces"), "Cluster API Provider AWS gives machines one interface of the usual kind"))
	}
	return out
}

func (v volumeConfig) validate(kind string, path *field.Path) field.ErrorList {
	var out field.ErrorList
	switch {
	case v.IOPS != nil && *v.IOPS <= 0:
		out = append(out, field.Invalid(path.Child("iops"), *v.IOPS, "must be greater than 0"))
	case v.IOPS == nil && (kind == "io1" || kind == "io2"):
		out = append(out, field.Required(path.Child("iops"), "volumes of type "+kind+" need it"))
	}
	switch {
	case v.Throughput != nil && *v.Throughput <= 0:
		out = append(out, field.Invalid(path.Child("throughput"), *v.Throughput, "must be greater than 0"))
	case v.Throughput != nil && kind != "gp3":
		out = append(out, field.Invalid(path.Child("throughput"), *v.Throughput, "only volumes of type gp3 have it"))
	}
	return out
}

func (c *workerConfigType) validateDataVolumes(worker *gardencorev1beta1.Worker, path *field.Path) field.ErrorList {
	var out field.ErrorList
	seen := map[string]bool{}
	for i, config := range c.DataVolumes {
		own := path.Index(i)
		if !slices.ContainsFunc(worker.DataVolumes, func(v gardencorev1beta1.DataVolume) bool { return v.Name == config.Name }) {
			out = append(out, field.Invalid(own.Child("name"), config.Name, "the pool has no such data volume"))
		}
		if seen[config.Name] {
			out = append(out, field.Duplicate(own.Child("name"), config.Name))
		}
		seen[config.Name] = true
		if config.SnapshotID != nil {
			out = append(out, field.Forbidden(own.Child("snapshotID"), "Cluster API Provider AWS makes empty volumes only"))
		}
	}
	for _, data := range worker.DataVolumes {
		own := path.Key(data.Name)
		if i := slices.IndexFunc(c.DataVolumes, func(v dataVolumeConfig) bool { return v.Name == data.Name }); i >= 0 {
			own = path.Index(i)
		}
		out = append(out, c.dataVolume(data.Name).volumeConfig.validate(deref(data.Type), own)...)
	}
	return out
}

func (p *iamInstanceProfile) validate(path *field.Path) field.ErrorList {
	switch {
	case p == nil:
		return nil
	case (p.Name == nil) == (p.ARN == nil):
		return field.ErrorList{field.Invalid(path, deref(p.Name), "must have either a name or an arn")}
	case p.Name != nil:
		return matches(*p.Name, profileName, path.Child("name"))
	}
	return matches(*p.ARN, profileARN, path.Child("arn"))
}

func (c *instanceMetadataConfig) validate(path *field.Path) field.ErrorList {
	if c == nil {
		return nil
	}
	out := oneOf(c.HTTPTokens, []string{"optional", "required"}, path.Child("httpTokens"))
	if limit := c.HTTPPutResponseHopLimit; limit != nil && (*limit < 1 || *limit > 64) {
		out = append(out, field.Invalid(path.Child("httpPutResponseHopLimit"), *limit, "must be from 1 to 64"))
	}
	return out
}

func (c *cpuConfig) validate(path *field.Path) field.ErrorList {
	if c == nil {
		return nil
	}
	out := oneOf(c.AMDSEVSNP, slices.Sorted(maps.Keys(confidentialComputes)), path.Child("amdSevSnp"))
	for name, value := range map[string]*int32{"coreCount": c.CoreCount, "threadsPerCore": c.ThreadsPerCore} {
		if value != nil {
			out = append(out, field.Forbidden(path.Child(name), "Cluster API Provider AWS cannot change it; choose another machine type"))
		}
	}
	return out
}

func (c *capacityReservation) validate(path *field.Path) field.ErrorList {
	if c == nil {
		return nil
	}
	preference := path.Child("capacityReservationPreference")
	out := oneOf(c.Preference, slices.Sorted(maps.Keys(reservationPreferences)), preference)
	if c.ID != nil {
		out = append(out, matches(*c.ID, reservationID, path.Child("capacityReservationId"))...)
		if c.Preference != nil && *c.Preference != "capacity-reservations-only" {
			out = append(out, field.Forbidden(preference, "a reservation that is named must be used: capacity-reservations-only, or nothing"))
		}
	}
	if c.ResourceGroupARN != nil {
		out = append(out, field.Forbidden(path.Child("capacityReservationResourceGroupArn"), "Cluster API Provider AWS knows no groups; name a reservation"))
	}
	return out
}

func (c *placementConfig) validate(path *field.Path) field.ErrorList {
	if c == nil {
		return nil
	}
	out := oneOf(c.Tenancy, []string{"default", "dedicated", "host"}, path.Child("tenancy"))
	out = append(out, oneOf(c.Affinity, []string{"default", "host"}, path.Child("affinity"))...)
	if c.GroupID != nil {
		out = append(out, field.Forbidden(path.Child("groupId"), "Cluster API Provider AWS finds placement groups by name, not by id"))
	}
	if c.PartitionNumber != nil {
		out = append(out, field.Forbidden(path.Child("partitionNumber"), "needs a placement group"))
	}
	if c.HostID != nil {
		out = append(out, matches(*c.HostID, hostID, path.Child("hostId"))...)
		if deref(c.Tenancy) != "host" {
			out = append(out, field.Forbidden(path.Child("hostId"), "needs tenancy host"))
		}
	}
	if deref(c.Affinity) == "host" && c.HostID == nil {
		out = append(out, field.Required(path.Child("hostId"), "affinity host needs it"))
	}
	return out
}

func (c *workerConfigType) validateMarket(path *field.Path) field.ErrorList {
	if c.InstanceMarketOptions == nil {
		return nil
	}
	own, reserved := c.InstanceMarketOptions.MarketType, path.Child("capacityReservation", "capacityReservationId")
	out := oneOf(&own, slices.Sorted(maps.Keys(marketTypes)), path.Child("instanceMarketOptions", "marketType"))
	reservation := deref(c.CapacityReservation)
	switch {
	case own == "spot" && reservation.ID != nil:
		out = append(out, field.Forbidden(reserved, "instances of the spot market use no reservation"))
	case own == "spot" && deref(reservation.Preference) == "capacity-reservations-only":
		out = append(out, field.Forbidden(path.Child("capacityReservation", "capacityReservationPreference"), "instances of the spot market use no reservation"))
	case own == "capacity-block" && reservation.ID == nil:
		out = append(out, field.Required(reserved, "name the reservation that is the capacity block"))
	}
	return out
}

func oneOf(value *string, allowed []string, path *field.Path) field.ErrorList {
	if value == nil || slices.Contains(allowed, *value) {
		return nil
	}
	return field.ErrorList{field.NotSupported(path, *value, allowed)}
}
