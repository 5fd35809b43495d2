// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const (
	maxWorkerName = 15
	maxVolumeName = 15
	// maxKubeletSkew is how many minor versions kubelets may be behind kube-apiserver.
	maxKubeletSkew = 3
)

// volumeSize is what the size of a volume looks like.
var volumeSize = regexp.MustCompile(`^[0-9]+Gi$`)

// provider checks the infrastructure of a Shoot and its pools of workers, sections 15 and 17.
func provider(spec *gardencorev1beta1.ShootSpec, workerless bool) field.ErrorList {
	path := specPath.Child("provider")
	var out field.ErrorList
	if spec.Provider.Type == "" {
		out = append(out, field.Required(path.Child("type"), "name the type of infrastructure of the CloudProfile"))
	} else {
		out = append(out, dnsLabel(spec.Provider.Type, path.Child("type"))...)
	}
	if workerless {
		return append(out, forbid(path, workerlessDetail,
			setting{"infrastructureConfig", spec.Provider.InfrastructureConfig != nil},
			setting{"controlPlaneConfig", spec.Provider.ControlPlaneConfig != nil},
			setting{"workersSettings", spec.Provider.WorkersSettings != nil})...)
	}
	names := unique[string]{}
	for i := range spec.Provider.Workers {
		own := path.Child("workers").Index(i)
		out = append(out, worker(&spec.Provider.Workers[i], &spec.Kubernetes, own)...)
		if names.seen(spec.Provider.Workers[i].Name) {
			out = append(out, field.Duplicate(own.Child("name"), spec.Provider.Workers[i].Name))
		}
	}
	return append(out, systemPools(spec.Provider.Workers, path.Child("workers"))...)
}

func worker(worker *gardencorev1beta1.Worker, cluster *gardencorev1beta1.Kubernetes, path *field.Path) field.ErrorList {
	out := dnsLabel(worker.Name, path.Child("name"))
	if len(worker.Name) > maxWorkerName {
		out = append(out, field.TooLong(path.Child("name"), worker.Name, maxWorkerName))
	}
	out = join(out,
		workerMachine(worker, path.Child("machine")),
		workerSize(worker, path),
		metav1validation.ValidateLabels(worker.Labels, path.Child("labels")),
		apivalidation.ValidateAnnotations(worker.Annotations, path.Child("annotations")),
		workerTaints(worker.Taints, path.Child("taints")),
		workerKubernetes(worker.Kubernetes, cluster, path.Child("kubernetes")),
		certificate(worker.CABundle, path.Child("caBundle")),
		volumes(worker, path),
		containerRuntimes(worker.CRI, path.Child("cri")),
		workerAutoscaler(worker.ClusterAutoscaler, path.Child("clusterAutoscaler")),
		machineController(worker, path.Child("machineControllerManager")),
		sysctls(worker.Sysctls, path.Child("sysctls")),
		oneOf(worker.UpdateStrategy, path.Child("updateStrategy"), gardencorev1beta1.AutoRollingUpdate,
			gardencorev1beta1.AutoInPlaceUpdate, gardencorev1beta1.ManualInPlaceUpdate),
	)
	if worker.Priority != nil && *worker.Priority < -1 {
		out = append(out, field.Invalid(path.Child("priority"), *worker.Priority, "must be at least -1"))
	}
	return out
}

func workerMachine(worker *gardencorev1beta1.Worker, path *field.Path) field.ErrorList {
	var out field.ErrorList
	if worker.Machine.Type == "" {
		out = append(out, field.Required(path.Child("type"), "name a machine type of the CloudProfile"))
	}
	image := worker.Machine.Image
	if image == nil {
		out = append(out, field.Required(path.Child("image"), "name a machine image of the CloudProfile"))
	}
	if image != nil && image.Name == "" {
		out = append(out, field.Required(path.Child("image", "name"), "name a machine image of the CloudProfile"))
	}
	if image != nil && deref(image.Version) == "" {
		out = append(out, field.Required(path.Child("image", "version"), "name a version of the machine image"))
	}
	return append(out, oneOf(worker.Machine.Architecture, path.Child("architecture"), slices.Clone(v1beta1constants.ValidArchitectures)...)...)
}

// workerSize checks how many machines there are, and how many more or less while they are replaced.
func workerSize(worker *gardencorev1beta1.Worker, path *field.Path) field.ErrorList {
	out := join(nonNegative(&worker.Minimum, path.Child("minimum")), nonNegative(&worker.Maximum, path.Child("maximum")))
	if worker.Maximum < worker.Minimum {
		out = append(out, field.Forbidden(path.Child("maximum"), "must not be less than minimum"))
	}
	surge, unavailable := path.Child("maxSurge"), path.Child("maxUnavailable")
	out = append(out, numberOrPercent(worker.MaxSurge, surge)...)
	out = append(out, numberOrPercent(worker.MaxUnavailable, unavailable)...)
	if percent, isPercent := percentage(worker.MaxUnavailable); isPercent && percent > 100 {
		out = append(out, field.Invalid(unavailable, worker.MaxUnavailable.String(), "must not be more than 100%"))
	}
	if deref(worker.UpdateStrategy) == gardencorev1beta1.ManualInPlaceUpdate {
		const detail = "must not be set where updateStrategy is ManualInPlaceUpdate; remove it"
		if worker.MaxSurge != nil {
			out = append(out, field.Invalid(surge, worker.MaxSurge.String(), detail))
		}
		if worker.MaxUnavailable != nil {
			out = append(out, field.Invalid(unavailable, worker.MaxUnavailable.String(), detail))
		}
		return out
	}
	if isZero(worker.MaxSurge) && isZero(worker.MaxUnavailable) {
		out = append(out, field.Invalid(unavailable, worker.MaxUnavailable.String(), "must not be 0 where maxSurge is 0, because no machine could be replaced"))
	}
	return out
}

func numberOrPercent(value *intstr.IntOrString, path *field.Path) field.ErrorList {
	switch {
	case value == nil:
		return nil
	case value.Type == intstr.String:
		if len(validation.IsValidPercent(value.StrVal)) > 0 {
			return field.ErrorList{field.Invalid(path, value.StrVal, "must be a number or a percentage such as 5%")}
		}
		return nil
	default:
		return nonNegative(&value.IntVal, path)
	}
}

// percentage returns the number before the sign, and false for what is no percentage.
func percentage(value *intstr.IntOrString) (int, bool) {
	if value == nil || value.Type != intstr.String || len(validation.IsValidPercent(value.StrVal)) > 0 {
		return 0, false
	}
	number, err := strconv.Atoi(strings.TrimSuffix(value.StrVal, "%"))
	if err != nil {
		return 101, true // It has more digits than fit.
	}
	return number, true
}

func isZero(value *intstr.IntOrString) bool {
	if percent, isPercent := percentage(value); isPercent {
		return percent == 0
	}
	return value == nil || value.IntValue() == 0
}

// workerKubernetes checks the version and the kubelet of a pool: it is not newer than the control plane and not much older.
func workerKubernetes(own *gardencorev1beta1.WorkerKubernetes, cluster *gardencorev1beta1.Kubernetes, path *field.Path) field.ErrorList {
	if own == nil {
		return nil
	}
	var out field.ErrorList
	version := parseVersion(cluster.Version)
	if own.Version != nil {
		out = append(out, skew(*own.Version, version, path.Child("version"))...)
		version = parseVersion(*own.Version)
	}
	switch {
	case own.Kubelet != nil:
		out = append(out, kubelet(own.Kubelet, version, path.Child("kubelet"))...)
	case cluster.Kubelet != nil && own.Version != nil:
		out = append(out, kubelet(cluster.Kubelet, version, path.Child("kubelet"))...)
	}
	return out
}

func skew(own string, controlPlane kubernetesVersion, path *field.Path) field.ErrorList {
	parsed, err := semver.NewVersion(own)
	switch {
	case err != nil:
		return field.ErrorList{field.Invalid(path, own, "must be a version such as 1.36.2")}
	case controlPlane.parsed == nil:
		return nil
	case parsed.GreaterThan(controlPlane.parsed):
		return field.ErrorList{field.Forbidden(path, fmt.Sprintf("must not be newer than the control plane, %s", controlPlane.parsed))}
	case parsed.Major() != controlPlane.parsed.Major() || parsed.Minor()+maxKubeletSkew < controlPlane.parsed.Minor():
		return field.ErrorList{field.Forbidden(path, fmt.Sprintf("must be at most %d minor versions behind the control plane, %s", maxKubeletSkew, controlPlane.parsed))}
	default:
		return nil
	}
}

func workerTaints(taints []corev1.Taint, path *field.Path) field.ErrorList {
	type taintID struct {
		key    string
		effect corev1.TaintEffect
	}
	var out field.ErrorList
	seen := unique[taintID]{}
	for i, taint := range taints {
		own := path.Index(i)
		out = append(out, metav1validation.ValidateLabelName(taint.Key, own.Child("key"))...)
		if taint.Key == reservedTaint {
			out = append(out, field.Forbidden(own.Child("key"), "is set and removed by controllers; choose another key"))
		}
		out = append(out, invalid(own.Child("value"), taint.Value, validation.IsValidLabelValue(taint.Value))...)
		if taint.Effect == "" {
			out = append(out, field.Required(own.Child("effect"), "choose NoSchedule, PreferNoSchedule or NoExecute"))
		} else {
			out = append(out, oneOf(&taint.Effect, own.Child("effect"), corev1.TaintEffectNoSchedule,
				corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute)...)
		}
		if seen.seen(taintID{taint.Key, taint.Effect}) {
			out = append(out, field.Duplicate(own, taint.Key+":"+string(taint.Effect)))
		}
	}
	return out
}
