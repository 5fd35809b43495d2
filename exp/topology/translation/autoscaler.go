// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"maps"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
)

// Annotations by which an autoscaler knows what a MachineDeployment without machines would bring.
const (
	capacityPrefix   = "capacity.cluster-autoscaler.kubernetes.io/"
	capacityCPU      = capacityPrefix + "cpu"
	capacityMemory   = capacityPrefix + "memory"
	capacityLabels   = capacityPrefix + "labels"
	capacityTaints   = capacityPrefix + "taints"
	optionsPrefix    = "cluster.x-k8s.io/autoscaling-options-"
	optionUsage      = optionsPrefix + "scaledownutilizationthreshold"
	optionGPUUsage   = optionsPrefix + "scaledowngpuutilizationthreshold"
	optionUnneeded   = optionsPrefix + "scaledownunneededtime"
	optionUnready    = optionsPrefix + "scaledownunreadytime"
	optionProvisions = optionsPrefix + "maxnodeprovisiontime"
)

// annotations are those of the pool and, where an autoscaler chooses the number of machines, what it must know.
func (p zonePool) annotations() map[string]string {
	out := nodeLabels(p.worker)
	maps.Copy(out, p.worker.Annotations)
	if !p.isScaled() {
		return out
	}
	out[clusterv1.AutoscalerMinSizeAnnotation] = strconv.Itoa(int(p.minimum))
	out[clusterv1.AutoscalerMaxSizeAnnotation] = strconv.Itoa(int(p.maximum))
	out[capacityLabels] = joined(registered(p.worker))
	if p.machineType != nil {
		out[capacityCPU], out[capacityMemory] = p.machineType.CPU.String(), p.machineType.Memory.String()
	}
	var taints []string
	for _, taint := range p.worker.Taints {
		taints = append(taints, taint.Key+"="+taint.Value+":"+string(taint.Effect))
	}
	if len(taints) > 0 {
		out[capacityTaints] = strings.Join(taints, ",")
	}
	options := deref(p.worker.ClusterAutoscaler)
	setShare(out, optionUsage, options.ScaleDownUtilizationThreshold)
	setShare(out, optionGPUUsage, options.ScaleDownGpuUtilizationThreshold)
	setDuration(out, optionUnneeded, options.ScaleDownUnneededTime)
	setDuration(out, optionUnready, options.ScaleDownUnreadyTime)
	setDuration(out, optionProvisions, options.MaxNodeProvisionTime)
	return out
}

func joined(labels map[string]string) string {
	var out []string
	for _, key := range sets.List(sets.KeySet(labels)) {
		out = append(out, key+"="+labels[key])
	}
	return strings.Join(out, ",")
}

func setShare(out map[string]string, key string, share *float64) {
	if share != nil {
		out[key] = strconv.FormatFloat(*share, 'f', -1, 64)
	}
}

func setDuration(out map[string]string, key string, duration *metav1.Duration) {
	if duration != nil {
		out[key] = duration.Duration.String()
	}
}
