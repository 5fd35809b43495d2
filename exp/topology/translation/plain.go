// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"fmt"
	"maps"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation/field"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// ownVersionPools are the pools that name a Kubernetes version: in the topology of a Cluster every MachineDeployment has the
// version of the control plane, and one that lags behind keeps the whole Cluster from going on. They are what the topology
// would make of them, with a version of their own. Their names end in another way, so that a pool that comes to name a
// version, or no longer does, is another MachineDeployment.
func (t *translator) ownVersionPools(cluster *clusterv1.Cluster) []client.Object {
	pools := t.pools(hasOwnVersion)
	if len(pools) == 0 || len(t.problems) > 0 {
		return nil
	}
	class, problems := ClassOf(t.Profile, t.provider)
	if len(problems) > 0 {
		t.refuse(field.Invalid(field.NewPath("spec", "cloudProfile", "name"), t.Profile.Name, problems.ToAggregate().Error()))
		return nil
	}
	var templates, out []client.Object
	seen := map[string]bool{}
	for _, pool := range pools {
		version := *pool.worker.Kubernetes.Version
		t.refuse(checkVersion(version, pool.path.Child("kubernetes", "version"))...)
		own, err := t.templatesOf(class, cluster, pool)
		if err != nil {
			t.refuse(field.InternalError(pool.path, err))
			return nil
		}
		for _, template := range own {
			if id := template.GetKind() + "/" + template.GetName(); !seen[id] {
				seen[id] = true
				templates = append(templates, template)
			}
		}
		out = append(out, t.machineDeployment(pool, own[0], own[1]), t.machineHealthCheck(pool))
	}
	return append(templates, out...)
}

// templatesOf are those of the class with the variables of a pool in them: of the bootstrap, and of the infrastructure.
func (t *translator) templatesOf(class Class, cluster *clusterv1.Cluster, pool zonePool) ([]*unstructured.Unstructured, error) {
	// After those of the control plane and of the infrastructure cluster come those of machines.
	const bootstrap, infrastructure = 2, 3
	out := make([]*unstructured.Unstructured, 0, 2)
	for _, one := range []struct {
		index int
		path  string
	}{{bootstrap, bootstrapPath}, {infrastructure, infrastructurePath}} {
		base, err := content(class.Templates[one.index])
		if err != nil {
			return nil, err
		}
		unstructured.RemoveNestedField(base.Object, "metadata")
		template, err := patched(base, one.path, class.ClusterClass.Spec.Patches, cluster, pool)
		if err != nil {
			return nil, err
		}
		if err := named(template, t.key.Name+"-"+pool.worker.Name); err != nil {
			return nil, err
		}
		template.SetNamespace(t.key.Namespace)
		template.SetLabels(t.poolLabels(pool.worker))
		out = append(out, template)
	}
	return out, nil
}

func (t *translator) poolLabels(worker *gardencorev1beta1.Worker) map[string]string {
	out := t.clusterLabels()
	out[PoolLabel] = label(worker.Name)
	return out
}

// ownVersionName is the name of the MachineDeployment. Those of the topology end in the number of the zone.
func (t *translator) ownVersionName(pool zonePool) string {
	return fmt.Sprintf("%s-%s-own-version", t.key.Name, pool.name)
}

func (t *translator) machineDeployment(pool zonePool, config, machine client.Object) *clusterv1.MachineDeployment {
	selected := map[string]string{
		clusterv1.ClusterNameLabel: t.key.Name, clusterv1.MachineDeploymentNameLabel: t.ownVersionName(pool),
	}
	labels, annotations := copied(pool.worker), nodeLabels(pool.worker)
	maps.Copy(annotations, pool.worker.Annotations)
	for key, value := range selected {
		labels[key] = value
	}
	out := &clusterv1.MachineDeployment{ObjectMeta: metav1.ObjectMeta{
		Namespace: t.key.Namespace, Name: t.ownVersionName(pool), Labels: t.poolLabels(pool.worker), Annotations: pool.annotations(),
	}}
	out.SetGroupVersionKind(clusterv1.GroupVersion.WithKind("MachineDeployment"))
	out.Spec = clusterv1.MachineDeploymentSpec{
		ClusterName: t.key.Name,
		Replicas:    pool.replicas(),
		Selector:    metav1.LabelSelector{MatchLabels: selected},
		Template: clusterv1.MachineTemplateSpec{
			ObjectMeta: clusterv1.ObjectMeta{Labels: labels, Annotations: annotations},
			Spec: clusterv1.MachineSpec{
				ClusterName:       t.key.Name,
				Version:           clusterVersion(*pool.worker.Kubernetes.Version),
				FailureDomain:     pool.infrastructure.FailureDomain,
				Bootstrap:         clusterv1.Bootstrap{ConfigRef: contractReference(config)},
				InfrastructureRef: contractReference(machine),
				Deletion: clusterv1.MachineDeletionSpec{
					NodeDrainTimeoutSeconds:        new(pool.timeouts.drain),
					NodeVolumeDetachTimeoutSeconds: new(int32(volumeDetachTimeout.Seconds())),
				},
			},
		},
	}
	out.Spec.Remediation.MaxInFlight = new(intstr.FromInt32(1))
	out.Spec.Rollout.Strategy = clusterv1.MachineDeploymentRolloutStrategy{
		Type: clusterv1.RollingUpdateMachineDeploymentStrategyType,
		RollingUpdate: clusterv1.MachineDeploymentRolloutStrategyRollingUpdate{
			MaxSurge: &pool.maxSurge, MaxUnavailable: &pool.maxUnavailable,
		},
	}
	return out
}

func (t *translator) machineHealthCheck(pool zonePool) *clusterv1.MachineHealthCheck {
	out := &clusterv1.MachineHealthCheck{ObjectMeta: metav1.ObjectMeta{
		Namespace: t.key.Namespace, Name: t.ownVersionName(pool), Labels: t.poolLabels(pool.worker),
	}}
	out.SetGroupVersionKind(clusterv1.GroupVersion.WithKind("MachineHealthCheck"))
	out.Spec = clusterv1.MachineHealthCheckSpec{
		ClusterName: t.key.Name,
		Selector: metav1.LabelSelector{MatchLabels: map[string]string{
			clusterv1.ClusterNameLabel: t.key.Name, clusterv1.MachineDeploymentNameLabel: t.ownVersionName(pool),
		}},
		Checks: clusterv1.MachineHealthCheckChecks{
			NodeStartupTimeoutSeconds: new(pool.timeouts.creation), UnhealthyNodeConditions: pool.timeouts.unhealthy(),
			UnhealthyMachineConditions: pool.unhealthyMachine,
		},
	}
	return out
}

func contractReference(template client.Object) clusterv1.ContractVersionedObjectReference {
	kind := template.GetObjectKind().GroupVersionKind()
	return clusterv1.ContractVersionedObjectReference{APIGroup: kind.Group, Kind: kind.Kind, Name: template.GetName()}
}
