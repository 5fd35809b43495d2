// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
)

// milestone is a part of an operation.
type milestone struct {
	// weight is its share of the operation.
	weight int
	// done is between 0 and 1.
	done float64
	// waiting says what is waited for while it is not done.
	waiting string
}

// progressOf is how much of an operation is done, in percent, and what is waited for first; empty if nothing is.
func progressOf(shoot *gardencorev1beta1.Shoot, seen *Observation) (percent int32, waiting string) {
	list := reconcileMilestones(shoot, seen)
	if !shoot.DeletionTimestamp.IsZero() {
		list = deleteMilestones(seen)
	}
	total, done := 0, 0.0
	for _, m := range list {
		total += m.weight
		done += m.done * float64(m.weight)
		if waiting == "" && m.done < 1 {
			waiting = m.waiting
		}
	}
	return int32(done * fullProgress / float64(total)), waiting
}

// reconcileMilestones are in the order in which a cluster comes up. The weights follow the time that each usually takes.
func reconcileMilestones(shoot *gardencorev1beta1.Shoot, seen *Observation) []milestone {
	cluster, controlPlane := seen.Cluster, seen.ControlPlane
	if cluster == nil {
		cluster = &clusterv1.Cluster{}
	}
	if controlPlane == nil {
		controlPlane = &controlplanev1.KubeceptionControlPlane{}
	}
	topology := conditionOf(cluster.Status.Conditions, clusterv1.ClusterTopologyReconciledCondition)
	infrastructure := metav1.Condition{}
	if seen.Cluster != nil {
		infrastructure = infrastructureOf(seen)
	}
	list := []milestone{
		reached(5, translated(shoot, seen.Cluster), "the Cluster to be created or changed", metav1.Condition{}),
		reached(5, reconciled(seen.Cluster, topology), "the parts of the Cluster to be created or changed", topology),
		reached(10, ptr.Deref(cluster.Status.Initialization.InfrastructureProvisioned, false) && !isFalse(infrastructure), "the infrastructure", infrastructure),
		hostedMilestone(5, controlPlane, controlplanev1.SeedReachableCondition, "the seed"),
		hostedMilestone(5, controlPlane, controlplanev1.CertificatesAvailableCondition, "the certificates of the control plane"),
		hostedMilestone(5, controlPlane, controlplanev1.EndpointAvailableCondition, "the address of the API server"),
		hostedMilestone(15, controlPlane, controlplanev1.EtcdClusterAvailableCondition, "etcd"),
		hostedMilestone(15, controlPlane, controlplanev1.APIServerAvailableCondition, "the API server"),
		componentsMilestone(10, controlPlane),
	}
	if len(shoot.Spec.Provider.Workers) > 0 {
		list = append(list, nodesMilestone(20, seen),
			hostedMilestone(5, controlPlane, controlplanev1.SystemComponentsAvailableCondition, "system components"))
	}
	return list
}

// translated reports whether the Cluster says what this generation of the Shoot says.
func translated(shoot *gardencorev1beta1.Shoot, cluster *clusterv1.Cluster) bool {
	if cluster == nil {
		return false
	}
	of, marked := cluster.Annotations[lookup.AnnotationGeneration]
	return !marked || of == strconv.FormatInt(shoot.Generation, 10)
}

// reconciled reports whether the parts of a Cluster are as its topology is now, not as it was.
func reconciled(cluster *clusterv1.Cluster, topology metav1.Condition) bool {
	return cluster != nil && (!cluster.Spec.Topology.IsDefined() || isTrue(topology) && topology.ObservedGeneration == cluster.Generation)
}

func reached(weight int, done bool, what string, condition metav1.Condition) milestone {
	m := milestone{weight: weight, waiting: "Waiting for " + what + "."}
	if done {
		m.done = 1
	} else if condition.Message != "" && condition.Reason != controlplanev1.NotYetObservedReason {
		m.waiting = fmt.Sprintf("Waiting for %s: %s", what, withEnd(shorten(condition.Message)))
	}
	return m
}

func hostedMilestone(weight int, controlPlane *controlplanev1.KubeceptionControlPlane, kind, what string) milestone {
	condition := of(controlPlane, kind)
	return reached(weight, isTrue(condition), what, condition)
}

// componentsMilestone is reached when all components are healthy and have the configuration and version that is wanted.
func componentsMilestone(weight int, controlPlane *controlplanev1.KubeceptionControlPlane) milestone {
	condition, rolling := of(controlPlane, controlplanev1.ComponentsAvailableCondition), of(controlPlane, controlplanev1.RollingOutCondition)
	if !isTrue(condition) {
		return reached(weight, false, "the components of the control plane", condition)
	}
	version := controlPlane.Status.Version
	done := !isTrue(rolling) && controlPlane.Status.ObservedGeneration == controlPlane.Generation && (version == "" || sameVersion(version, controlPlane.Spec.Version))
	return reached(weight, done, "the API server to have its new configuration", rolling)
}

// nodesMilestone is reached as far as machines are ready and up to date, and those that they replace are gone.
func nodesMilestone(weight int, seen *Observation) milestone {
	wanted, ready, surplus, names := 0, 0, 0, []string{}
	for i := range seen.Deployments {
		d := &seen.Deployments[i]
		want, got := readyMachines(d, seen)
		extra := max(int(ptr.Deref(d.Status.Replicas, 0))-want, 0)
		if got < want || extra > 0 {
			names = append(names, poolOf(d))
		}
		wanted, ready, surplus = wanted+want, ready+got, surplus+extra
	}
	missing := max(topologyDeployments(seen.Cluster)-len(seen.Deployments), 0)
	m := milestone{weight: weight, waiting: "Waiting for worker pools to be created."}
	slices.SortFunc(names, cmp.Compare)
	switch {
	case missing > 0 || seen.Cluster == nil:
	case ready < wanted:
		m.done = float64(ready) / float64(wanted)
		m.waiting = fmt.Sprintf("Waiting for nodes: %d of %d are ready and up to date (%s).", ready, wanted, list(names))
	case surplus > 0:
		m.done = float64(wanted) / float64(wanted+surplus)
		m.waiting = fmt.Sprintf("Waiting for %d nodes to be removed (%s).", surplus, list(names))
	default:
		m.done = 1
	}
	return m
}

// readyMachines are how many machines a MachineDeployment is to have, and how many of these are as they should be. It observes
// another template before its MachineSets and Machines are known to be out of date, so that only MachineSets of the template
// that it has now count.
func readyMachines(d *clusterv1.MachineDeployment, seen *Observation) (wanted, ready int) {
	wanted = wantedMachines(d, seen.Cluster)
	if d.Status.ObservedGeneration != d.Generation {
		return wanted, 0
	}
	current := 0
	for i := range seen.Sets {
		if set := &seen.Sets[i]; set.Labels[clusterv1.MachineDeploymentNameLabel] == d.Name && sameMachines(&set.Spec.Template.Spec, &d.Spec.Template.Spec) {
			current += int(ptr.Deref(set.Status.ReadyReplicas, 0))
		}
	}
	return wanted, min(wanted, current, int(ptr.Deref(d.Status.ReadyReplicas, 0)), int(ptr.Deref(d.Status.UpToDateReplicas, 0)))
}

// wantedMachines is what the topology says, which may be newer, or else the MachineDeployment, which an autoscaler may scale.
func wantedMachines(d *clusterv1.MachineDeployment, cluster *clusterv1.Cluster) int {
	if cluster != nil {
		for _, topology := range cluster.Spec.Topology.Workers.MachineDeployments {
			if topology.Name != "" && topology.Name == d.Labels[clusterv1.ClusterTopologyMachineDeploymentNameLabel] && topology.Replicas != nil {
				return int(*topology.Replicas)
			}
		}
	}
	return int(ptr.Deref(d.Spec.Replicas, 0))
}

// sameMachines reports whether machines of one specification need not be replaced for another.
func sameMachines(a, b *clusterv1.MachineSpec) bool {
	return a.Version == b.Version && a.InfrastructureRef == b.InfrastructureRef && a.Bootstrap.ConfigRef == b.Bootstrap.ConfigRef
}

// namedPools is how many worker pools a description names.
const namedPools = 5

func list(names []string) string {
	if more := len(names) - namedPools; more > 0 {
		names = append(slices.Clone(names[:namedPools]), fmt.Sprintf("and %d more", more))
	}
	out := ""
	for i, name := range names {
		if i > 0 {
			out += ", "
		}
		out += name
	}
	return out
}

// deleteMilestones are in the order in which Cluster API deletes. The last one is for who deletes the namespace of the Cluster;
// the Shoot is gone with it.
func deleteMilestones(seen *Observation) []milestone {
	deleting := metav1.Condition{}
	if seen.Cluster != nil {
		deleting = conditionOf(seen.Cluster.Status.Conditions, clusterv1.ClusterDeletingCondition)
	}
	gone := seen.Cluster == nil
	return []milestone{
		reached(5, gone || !seen.Cluster.DeletionTimestamp.IsZero(), "the deletion of the Cluster to begin", metav1.Condition{}),
		reached(40, gone || len(seen.Machines)+len(seen.Deployments) == 0, "machines to be removed", deleting),
		reached(35, gone || seen.ControlPlane == nil, "the control plane to be removed", deleting),
		reached(15, gone, "the infrastructure to be removed", deleting),
		reached(5, false, "what is left of the cluster to be removed", metav1.Condition{}),
	}
}
