// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"cmp"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
)

// Gardener's times for machines, and its bad conditions of nodes.
const (
	drainTimeout        = 2 * time.Hour
	volumeDetachTimeout = 2 * time.Minute
	healthTimeout       = 10 * time.Minute
	creationTimeout     = 20 * time.Minute
)

var badConditions = []string{"KernelDeadlock", "ReadonlyFilesystem", "DiskPressure", "NetworkUnavailable"}

// timeouts are those of the machines of a pool.
type timeouts struct {
	drain, health, creation int32
	badConditions           []string
}

// timeoutsOf are those that a pool names, or that its machine type names, or Gardener's.
func timeoutsOf(settings *gardencorev1beta1.MachineControllerManagerSettings, machine *gardencorev1beta1.MachineType) timeouts {
	own := deref(settings)
	creation := own.MachineCreationTimeout
	if creation == nil && machine != nil && machine.MachineControllerManager != nil {
		creation = machine.MachineControllerManager.MachineCreationTimeout
	}
	out := timeouts{
		drain:         secondsOr(own.MachineDrainTimeout, drainTimeout),
		health:        secondsOr(own.MachineHealthTimeout, healthTimeout),
		creation:      secondsOr(creation, creationTimeout),
		badConditions: own.NodeConditions,
	}
	if out.badConditions == nil {
		out.badConditions = badConditions
	}
	// Cluster API takes 0 for no limit, Gardener for no time.
	out.drain = max(1, out.drain)
	return out
}

// isDefault says whether a pool needs nothing but what the class says.
func (t timeouts) isDefault() bool {
	usual := timeoutsOf(nil, nil)
	return t.drain == usual.drain && t.health == usual.health && t.creation == usual.creation && equal(t.badConditions, usual.badConditions)
}

// unhealthy are the conditions of nodes whose machines are replaced.
func (t timeouts) unhealthy() []clusterv1.UnhealthyNodeCondition {
	out := []clusterv1.UnhealthyNodeCondition{
		{Type: corev1.NodeReady, Status: corev1.ConditionFalse, TimeoutSeconds: &t.health},
		{Type: corev1.NodeReady, Status: corev1.ConditionUnknown, TimeoutSeconds: &t.health},
	}
	for _, condition := range t.badConditions {
		out = append(out, clusterv1.UnhealthyNodeCondition{
			Type: corev1.NodeConditionType(condition), Status: corev1.ConditionTrue, TimeoutSeconds: &t.health,
		})
	}
	return out
}

func secondsOr(duration *metav1.Duration, otherwise time.Duration) int32 {
	if duration == nil {
		return int32(otherwise / time.Second)
	}
	return deref(seconds(duration))
}

// seconds are those of a duration, rounded up, within what an API can hold.
func seconds(duration *metav1.Duration) *int32 {
	if duration == nil {
		return nil
	}
	whole := (int64(duration.Duration) + int64(time.Second) - 1) / int64(time.Second)
	if int64(duration.Duration) > int64(1<<63-1)-int64(time.Second) {
		whole = int64(duration.Duration / time.Second)
	}
	return new(int32(clamp(whole, 0, 1<<31-1)))
}

func clamp[T cmp.Ordered](value, least, most T) T { return min(max(value, least), most) }
