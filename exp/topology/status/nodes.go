// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
)

// everyNodeReady compares the nodes of every MachineDeployment with what is wanted, as Gardener does for worker pools: at least
// the minimum is registered, each is ready and has the version of its pool, and no node is waited for or too many.
func everyNodeReady(shoot *gardencorev1beta1.Shoot, seen *Observation) finding {
	if seen.ControlPlane == nil {
		return notRunning(shoot, apiServerDown)
	}
	if missing := topologyDeployments(seen.Cluster) - len(seen.Deployments); missing > 0 {
		return unready("MissingNodes", "%d of %d groups of machines are not created yet.", missing, missing+len(seen.Deployments))
	}
	deployments := slices.SortedFunc(slices.Values(seen.Deployments), func(a, b clusterv1.MachineDeployment) int { return cmp.Compare(a.Name, b.Name) })
	for i := range deployments {
		if found, bad := missingNodes(&deployments[i], seen.Machines); bad {
			return found
		}
	}
	machines := slices.SortedFunc(slices.Values(seen.Machines), func(a, b clusterv1.Machine) int { return cmp.Compare(a.Name, b.Name) })
	for i := range machines {
		if found, bad := unhealthyNode(&machines[i]); bad {
			return found
		}
	}
	for i := range deployments {
		if found, bad := scaling(&deployments[i]); bad {
			return found
		}
	}
	return healthy("EveryNodeReady", "All nodes are ready.")
}

// topologyDeployments is how many MachineDeployments the topology of a Cluster asks for.
func topologyDeployments(cluster *clusterv1.Cluster) int {
	if cluster == nil || !cluster.Spec.Topology.IsDefined() {
		return 0
	}
	return len(cluster.Spec.Topology.Workers.MachineDeployments)
}

func missingNodes(deployment *clusterv1.MachineDeployment, machines []clusterv1.Machine) (finding, bool) {
	registered := 0
	for i := range machines {
		if machines[i].Labels[clusterv1.MachineDeploymentNameLabel] == deployment.Name && machines[i].Status.NodeRef.IsDefined() {
			registered++
		}
	}
	if minimum := minimumOf(deployment); registered < minimum {
		return unready("MissingNodes", "Not enough worker nodes registered in worker pool %q to meet minimum desired machine count. (%d/%d).",
			poolOf(deployment), registered, minimum), true
	}
	return finding{}, false
}

// minimumOf is what the autoscaler may go down to, or else what is wanted.
func minimumOf(deployment *clusterv1.MachineDeployment) int {
	if minimum, err := strconv.Atoi(deployment.Annotations[clusterv1.AutoscalerMinSizeAnnotation]); err == nil {
		return minimum
	}
	return int(ptr.Deref(deployment.Spec.Replicas, 0))
}

// poolOf is the name that the user knows.
func poolOf(deployment *clusterv1.MachineDeployment) string {
	return cmp.Or(deployment.Labels[clusterv1.ClusterTopologyMachineDeploymentNameLabel], deployment.Name)
}

func unhealthyNode(machine *clusterv1.Machine) (finding, bool) {
	if !machine.Status.NodeRef.IsDefined() || !machine.DeletionTimestamp.IsZero() {
		return finding{}, false // It joins, or goes.
	}
	node := machine.Status.NodeRef.Name
	condition := conditionOf(machine.Status.Conditions, clusterv1.MachineNodeReadyCondition)
	if !isTrue(condition) {
		return unready("NodeUnhealthy", "Node %q is unhealthy: %s", node, withEnd(cmp.Or(shorten(condition.Message), condition.Reason))), true
	}
	if info := machine.Status.NodeInfo; info != nil && machine.Spec.Version != "" && !sameVersion(info.KubeletVersion, machine.Spec.Version) {
		return unready("KubeletVersionMismatch", "The kubelet version for node %q (%s) does not match the desired Kubernetes version (%s).",
			node, info.KubeletVersion, machine.Spec.Version), true
	}
	return finding{}, false
}

func sameVersion(a, b string) bool { return strings.TrimPrefix(a, "v") == strings.TrimPrefix(b, "v") }

func scaling(deployment *clusterv1.MachineDeployment) (finding, bool) {
	wanted, have := ptr.Deref(deployment.Spec.Replicas, 0), ptr.Deref(deployment.Status.Replicas, 0)
	ready := ptr.Deref(deployment.Status.ReadyReplicas, 0)
	switch {
	case ready < wanted:
		return unready("NodesScalingUp", "%d of %d nodes of worker pool %q are ready.", ready, wanted, poolOf(deployment)), true
	case have > wanted:
		return unready("NodesScalingDown", "Worker pool %q has %d nodes more than desired, which are being removed.", poolOf(deployment), have-wanted), true
	}
	return finding{}, false
}

func unready(reason, format string, args ...any) finding {
	message := fmt.Sprintf(format, args...)
	return finding{status: gardencorev1beta1.ConditionFalse, reason: reason, message: message, codes: Codes(message)}
}

func withEnd(text string) string {
	if text == "" || strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}
