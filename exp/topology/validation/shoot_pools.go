// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// volumes checks the disks of machines.
func volumes(worker *gardencorev1beta1.Worker, path *field.Path) field.ErrorList {
	var out field.ErrorList
	if volume := worker.Volume; volume != nil {
		own := path.Child("volume")
		if volume.Name != nil {
			out = append(out, volumeName(*volume.Name, own.Child("name"))...)
		}
		out = append(out, sizeOf(volume.VolumeSize, own.Child("size"))...)
	}
	if len(worker.DataVolumes) > 0 && worker.Volume == nil {
		out = append(out, field.Required(path.Child("volume"), "machines with data volumes need it"))
	}
	names := unique[string]{}
	for i, volume := range worker.DataVolumes {
		own := path.Child("dataVolumes").Index(i)
		out = append(out, volumeName(volume.Name, own.Child("name"))...)
		out = append(out, sizeOf(volume.VolumeSize, own.Child("size"))...)
		if names.seen(volume.Name) {
			out = append(out, field.Duplicate(own.Child("name"), volume.Name))
		}
	}
	if name := worker.KubeletDataVolumeName; name != nil && !names[*name] {
		out = append(out, field.Invalid(path.Child("kubeletDataVolumeName"), *name, "must be the name of one of dataVolumes"))
	}
	return out
}

func volumeName(name string, path *field.Path) field.ErrorList {
	if name == "" {
		return field.ErrorList{field.Required(path, "give the volume a name")}
	}
	out := dnsLabel(name, path)
	if len(name) > maxVolumeName {
		out = append(out, field.TooLong(path, name, maxVolumeName))
	}
	return out
}

func sizeOf(size string, path *field.Path) field.ErrorList {
	if volumeSize.MatchString(size) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, size, "must be a size such as 50Gi")}
}

func containerRuntimes(cri *gardencorev1beta1.CRI, path *field.Path) field.ErrorList {
	if cri == nil {
		return nil
	}
	out := oneOf(&cri.Name, path.Child("name"), gardencorev1beta1.CRINameContainerD)
	types := unique[string]{}
	for i, runtime := range cri.ContainerRuntimes {
		own := path.Child("containerRuntimes").Index(i).Child("type")
		if runtime.Type == "" {
			out = append(out, field.Required(own, "name a container runtime"))
		}
		if types.seen(runtime.Type) {
			out = append(out, field.Duplicate(own, runtime.Type))
		}
	}
	return out
}

func workerAutoscaler(options *gardencorev1beta1.ClusterAutoscalerOptions, path *field.Path) field.ErrorList {
	if options == nil {
		return nil
	}
	return join(
		within(options.ScaleDownUtilizationThreshold, 0, 1, path.Child("scaleDownUtilizationThreshold"), "must be between 0 and 1"),
		within(options.ScaleDownGpuUtilizationThreshold, 0, 1, path.Child("scaleDownGpuUtilizationThreshold"), "must be between 0 and 1"),
		nonNegativeDurations(path, duration{"scaleDownUnneededTime", options.ScaleDownUnneededTime},
			duration{"scaleDownUnreadyTime", options.ScaleDownUnreadyTime}, duration{"maxNodeProvisionTime", options.MaxNodeProvisionTime}),
	)
}

// machineController checks how machines of a pool are created, drained and replaced.
func machineController(worker *gardencorev1beta1.Worker, path *field.Path) field.ErrorList {
	settings := worker.MachineControllerManagerSettings
	if settings == nil {
		return nil
	}
	out := join(
		nonNegativeDurations(path, duration{"machineDrainTimeout", settings.MachineDrainTimeout},
			duration{"machineHealthTimeout", settings.MachineHealthTimeout},
			duration{"machineCreationTimeout", settings.MachineCreationTimeout},
			duration{"machinePreserveTimeout", settings.MachinePreserveTimeout}),
		nonNegative(settings.MaxEvictRetries, path.Child("maxEvictRetries")),
	)
	if inPlace(worker) {
		out = append(out, nonNegativeDuration(settings.MachineInPlaceUpdateTimeout, path.Child("inPlaceUpdateTimeout"))...)
	} else {
		out = append(out, forbid(path, "has an effect only where updateStrategy is AutoInPlaceUpdate or ManualInPlaceUpdate; remove it",
			setting{"inPlaceUpdateTimeout", settings.MachineInPlaceUpdateTimeout != nil},
			setting{"disableHealthTimeout", deref(settings.DisableHealthTimeout)})...)
	}
	return append(out, preserved(worker, path.Child("autoPreserveFailedMachineMax"))...)
}

// preserved checks how many failed machines are kept to be looked at: not so many that none is left for system components.
func preserved(worker *gardencorev1beta1.Worker, path *field.Path) field.ErrorList {
	kept := worker.MachineControllerManagerSettings.AutoPreserveFailedMachineMax
	switch {
	case kept == nil:
		return nil
	case *kept < 0:
		return field.ErrorList{field.Invalid(path, *kept, "must be greater than or equal to 0")}
	case runsSystemComponents(worker) && worker.Maximum > 0 && *kept >= worker.Maximum:
		return field.ErrorList{field.Invalid(path, *kept, "must be less than maximum, so that a machine is left for system components")}
	case *kept > worker.Maximum:
		return field.ErrorList{field.Invalid(path, *kept, "must not be more than maximum")}
	default:
		return nil
	}
}

func runsSystemComponents(worker *gardencorev1beta1.Worker) bool {
	return worker.SystemComponents == nil || worker.SystemComponents.Allow
}

// systemPools checks that system components find machines: one active pool allows them, and for each set of zones that such
// pools have, one of them has a machine for each zone.
func systemPools(workers []gardencorev1beta1.Worker, path *field.Path) field.ErrorList {
	type pool struct {
		index  int
		enough bool
	}
	pools := map[string]pool{}
	for i := range workers {
		if !runsSystemComponents(&workers[i]) || workers[i].Maximum == 0 {
			continue
		}
		zones := slices.Clone(workers[i].Zones)
		slices.Sort(zones)
		key := strings.Join(slices.Compact(zones), "\n")
		if enough := int(workers[i].Maximum) >= len(workers[i].Zones); enough || !pools[key].enough {
			pools[key] = pool{i, enough}
		}
	}
	if len(pools) == 0 {
		return field.ErrorList{field.Forbidden(path, "one pool with maximum greater than 0 must have systemComponents.allow=true")}
	}
	var out field.ErrorList
	for _, key := range sorted(pools) {
		if !pools[key].enough {
			out = append(out, field.Forbidden(path.Index(pools[key].index).Child("maximum"),
				"must be at least the number of zones, so that system components find a machine in each; raise it or remove zones"))
		}
	}
	return out
}

// sysctlName is what the name of a kernel parameter looks like.
var sysctlName = regexp.MustCompile(`^(?:(?:[a-zA-Z0-9-][a-zA-Z0-9_/-]*|\*)\.)*[a-zA-Z0-9_/-]*[a-zA-Z0-9]$`)

// Names of kernel parameters are paths below /proc/sys, and bounded like paths.
const (
	maxSysctl     = 4096 - len("/proc/sys/")
	maxSysctlPart = 255
)

func sysctls(parameters map[string]string, path *field.Path) field.ErrorList {
	var out field.ErrorList
	for _, name := range sorted(parameters) {
		own := path.Child(name)
		if !sysctlName.MatchString(name) {
			out = append(out, field.Invalid(own, name, "must be the name of a kernel parameter such as net.ipv4.tcp_rmem"))
		}
		if len(name) > maxSysctl {
			out = append(out, field.TooLong(own, name, maxSysctl))
		}
		for part := range strings.SplitSeq(name, ".") {
			if len(part) > maxSysctlPart {
				out = append(out, field.Invalid(own, part, fmt.Sprintf("must not have parts of more than %d characters", maxSysctlPart)))
			}
		}
		if parameters[name] == "" {
			out = append(out, field.Required(own, "give the kernel parameter a value"))
		}
	}
	return out
}
