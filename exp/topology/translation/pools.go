// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"fmt"
	"slices"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation/field"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/versions"
)

// zonePool is the part of a worker pool in one zone: a MachineDeployment.
type zonePool struct {
	worker *gardencorev1beta1.Worker
	path   *field.Path
	// name is <pool>-z<number>, where zones are numbered from one on in their order: zones are only ever added at the end.
	name                     string
	minimum, maximum         int32
	maxSurge, maxUnavailable intstr.IntOrString
	timeouts                 timeouts
	infrastructure           provider.Pool
	variables                []clusterv1.ClusterVariable
	machineType              *gardencorev1beta1.MachineType
	unhealthyMachine         []clusterv1.UnhealthyMachineCondition
}

// hasOwnVersion says whether a pool names a Kubernetes version, as only a plain MachineDeployment can. It does not depend on
// which version that is: nothing may change hands when a control plane is upgraded and the pool is not.
func hasOwnVersion(worker *gardencorev1beta1.Worker) bool {
	return worker.Kubernetes != nil && deref(worker.Kubernetes.Version) != ""
}

// pools are the parts of the worker pools that are wanted, in the order of the Shoot.
func (t *translator) pools(want func(*gardencorev1beta1.Worker) bool) []zonePool {
	var out []zonePool
	for i := range t.spec().Provider.Workers {
		worker := &t.spec().Provider.Workers[i]
		if !want(worker) {
			continue
		}
		path := field.NewPath("spec", "provider", "workers").Index(i)
		t.checkLabels(worker, path)
		variables := t.nodeVariables(worker, path)
		zones := worker.Zones
		if len(zones) == 0 {
			zones = []string{""}
		}
		for index, zone := range zones {
			pool := t.zonePool(worker, path, index, len(zones))
			own, problems := t.provider.Pool(t.shoot, worker, zone, path)
			t.refuse(problems...)
			pool.infrastructure = own
			pool.variables = slices.Concat(variables, own.Variables)
			if own.Format != "" {
				pool.variables = append(pool.variables, t.variable("format", own.Format)...)
			}
			out = append(out, pool)
		}
	}
	return out
}

func (t *translator) zonePool(worker *gardencorev1beta1.Worker, path *field.Path, index, zones int) zonePool {
	machineType := versions.FindMachineType(t.Profile.Spec.MachineTypes, worker.Machine.Type)
	out := zonePool{
		worker:      worker,
		path:        path,
		name:        fmt.Sprintf("%s-z%d", worker.Name, index+1),
		minimum:     max(0, share(worker.Minimum, index, zones)),
		maximum:     max(0, share(worker.Maximum, index, zones)),
		timeouts:    timeoutsOf(worker.MachineControllerManagerSettings, machineType),
		machineType: machineType,
	}
	for _, class := range t.Class.Spec.Workers.MachineDeployments {
		out.unhealthyMachine = class.HealthCheck.Checks.UnhealthyMachineConditions
	}
	var err error
	if out.maxSurge, err = shareOf(valueOr(worker.MaxSurge, 1), worker.Maximum, index, zones); err != nil {
		t.refuse(field.Invalid(path.Child("maxSurge"), worker.MaxSurge.String(), err.Error()))
	}
	if out.maxUnavailable, err = shareOf(valueOr(worker.MaxUnavailable, 0), worker.Minimum, index, zones); err != nil {
		t.refuse(field.Invalid(path.Child("maxUnavailable"), worker.MaxUnavailable.String(), err.Error()))
	}
	// Where a zone has a share of neither, Gardener's machine controller replaces one machine at a time all the same, and takes
	// the old one away first. Cluster API wants that to be said.
	if isZero(out.maxSurge) && isZero(out.maxUnavailable) {
		out.maxUnavailable = intstr.FromInt32(1)
	}
	return out
}

func valueOr(value *intstr.IntOrString, otherwise int32) intstr.IntOrString {
	if value == nil {
		return intstr.FromInt32(otherwise)
	}
	return *value
}

func isZero(value intstr.IntOrString) bool {
	return value.Type == intstr.Int && value.IntVal == 0 || value.Type == intstr.String && value.StrVal == "0%"
}

// isScaled says whether an autoscaler chooses the number of machines.
func (p zonePool) isScaled() bool { return p.minimum < p.maximum }

// replicas is the number of machines, unless an autoscaler chooses it: then Cluster API begins with the least, and keeps the
// number within its bounds.
func (p zonePool) replicas() *int32 {
	if p.isScaled() {
		return nil
	}
	return new(p.minimum)
}

// machineDeployments are those of the pools that have the version of the control plane.
func (t *translator) machineDeployments() []clusterv1.MachineDeploymentTopology {
	var out []clusterv1.MachineDeploymentTopology
	for _, pool := range t.pools(func(worker *gardencorev1beta1.Worker) bool { return !hasOwnVersion(worker) }) {
		out = append(out, pool.topology())
	}
	return out
}

func (p zonePool) topology() clusterv1.MachineDeploymentTopology {
	out := clusterv1.MachineDeploymentTopology{
		Class:         provider.WorkerClass,
		Name:          p.name,
		Metadata:      clusterv1.ObjectMeta{Labels: copied(p.worker), Annotations: p.annotations()},
		FailureDomain: p.infrastructure.FailureDomain,
		Replicas:      p.replicas(),
		Variables:     clusterv1.MachineDeploymentVariables{Overrides: p.variables},
	}
	out.Rollout.Strategy = clusterv1.MachineDeploymentTopologyRolloutStrategy{
		Type: clusterv1.RollingUpdateMachineDeploymentStrategyType,
		RollingUpdate: clusterv1.MachineDeploymentTopologyRolloutStrategyRollingUpdate{
			MaxSurge: &p.maxSurge, MaxUnavailable: &p.maxUnavailable,
		},
	}
	if !p.timeouts.isDefault() {
		out.Deletion.NodeDrainTimeoutSeconds = new(p.timeouts.drain)
		out.HealthCheck.Checks = clusterv1.MachineDeploymentTopologyHealthCheckChecks{
			NodeStartupTimeoutSeconds: new(p.timeouts.creation), UnhealthyNodeConditions: p.timeouts.unhealthy(),
			UnhealthyMachineConditions: p.unhealthyMachine,
		}
		out.HealthCheck.Remediation.MaxInFlight = new(intstr.FromInt32(1))
	}
	return out
}
