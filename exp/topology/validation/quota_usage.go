// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/versions"
)

// Metrics of a Quota.
const (
	QuotaCPU             corev1.ResourceName = "cpu"
	QuotaGPU             corev1.ResourceName = "gpu"
	QuotaMemory          corev1.ResourceName = "memory"
	QuotaStorageStandard corev1.ResourceName = "storage.standard"
	QuotaStoragePremium  corev1.ResourceName = "storage.premium"
	QuotaLoadBalancer    corev1.ResourceName = "loadbalancer"
)

// quotaMetrics are all of them, in the order of messages.
var quotaMetrics = []corev1.ResourceName{QuotaCPU, QuotaGPU, QuotaMemory, QuotaStorageStandard, QuotaStoragePremium, QuotaLoadBalancer}

// ShootUsage returns what a Shoot counts for in a Quota, section 21: its machines and their volumes as if every pool had grown
// to its maximum, and one load balancer, or two with the nginx addon.
//
// Pools without a volume on machine types without storage count for no storage; Gardener fails on them.
func ShootUsage(shoot *gardencorev1beta1.Shoot, profile *gardencorev1beta1.CloudProfileSpec) (corev1.ResourceList, error) {
	out := corev1.ResourceList{}
	add := func(name corev1.ResourceName, amount resource.Quantity, times int32) {
		amount = amount.DeepCopy()
		amount.Mul(int64(times))
		total := out[name]
		total.Add(amount)
		out[name] = total
	}
	for _, worker := range shoot.Spec.Provider.Workers {
		machine := versions.FindMachineType(profile.MachineTypes, worker.Machine.Type)
		if machine == nil {
			return nil, fmt.Errorf("count pool %s: the CloudProfile has no machine type %q", worker.Name, worker.Machine.Type)
		}
		add(QuotaCPU, machine.CPU, worker.Maximum)
		add(QuotaGPU, machine.GPU, worker.Maximum)
		add(QuotaMemory, machine.Memory, worker.Maximum)
		class, size, err := storageOf(worker, machine, profile)
		if err != nil {
			return nil, fmt.Errorf("count pool %s: %w", worker.Name, err)
		}
		switch class {
		case "":
		case gardencorev1beta1.VolumeClassStandard:
			add(QuotaStorageStandard, size, worker.Maximum)
		case gardencorev1beta1.VolumeClassPremium:
			add(QuotaStoragePremium, size, worker.Maximum)
		default:
			return nil, fmt.Errorf("count pool %s: volumes of class %q are in no quota", worker.Name, class)
		}
	}
	balancers := int32(1)
	if hasNginx(shoot) {
		balancers = 2
	}
	add(QuotaLoadBalancer, resource.MustParse("1"), balancers)
	return out, nil
}

func hasNginx(shoot *gardencorev1beta1.Shoot) bool {
	return shoot.Spec.Addons != nil && shoot.Spec.Addons.NginxIngress != nil && shoot.Spec.Addons.NginxIngress.Enabled
}

// storageOf returns the class and size of the volume of a machine, and no class if it has none.
func storageOf(worker gardencorev1beta1.Worker, machine *gardencorev1beta1.MachineType, profile *gardencorev1beta1.CloudProfileSpec) (string, resource.Quantity, error) {
	if worker.Volume == nil {
		if machine.Storage == nil || machine.Storage.StorageSize == nil {
			return "", resource.Quantity{}, nil
		}
		return machine.Storage.Class, *machine.Storage.StorageSize, nil
	}
	size, err := resource.ParseQuantity(worker.Volume.VolumeSize)
	if err != nil {
		return "", resource.Quantity{}, fmt.Errorf("read the size of its volume, %q: %w", worker.Volume.VolumeSize, err)
	}
	if machine.Storage != nil {
		return machine.Storage.Class, size, nil
	}
	volume := findVolumeType(profile.VolumeTypes, deref(worker.Volume.Type))
	if volume == nil {
		return "", resource.Quantity{}, fmt.Errorf("the CloudProfile has no volume type %q", deref(worker.Volume.Type))
	}
	return volume.Class, size, nil
}

// NeedsQuota says whether an update makes a Shoot larger, so that quotas have to be looked at: a pool comes or changes its
// machine type, maximum or volume, or the nginx addon is enabled. A new Shoot always needs it, one being deleted never does.
func NeedsQuota(now, before *gardencorev1beta1.Shoot) bool {
	switch {
	case now.DeletionTimestamp != nil:
		return false
	case before == nil:
		return true
	case hasNginx(now) && !hasNginx(before):
		return true
	}
	return slices.ContainsFunc(now.Spec.Provider.Workers, func(worker gardencorev1beta1.Worker) bool {
		last := findWorker(before.Spec.Provider.Workers, worker.Name)
		return last == nil || worker.Machine.Type != last.Machine.Type || worker.Maximum != last.Maximum || !equal(worker.Volume, last.Volume)
	})
}

// QuotaExceeded checks that a Shoot and all others of its quota need no more than the quota has. used is the sum of ShootUsage
// of the others.
func QuotaExceeded(quota *gardencorev1beta1.Quota, used, wanted corev1.ResourceList) field.ErrorList {
	var out field.ErrorList
	for _, name := range quotaMetrics {
		limit, bounded := quota.Spec.Metrics[name]
		if !bounded {
			continue
		}
		total := used[name].DeepCopy()
		total.Add(wanted[name])
		if limit.Cmp(total) < 0 {
			free := limit.DeepCopy()
			free.Sub(used[name])
			asked := wanted[name]
			out = append(out, field.Forbidden(specPath.Child("provider", "workers"), fmt.Sprintf(
				"quota %s/%s: %s would be exceeded; %s of %s are left, and the Shoot may grow to %s; lower maximum or choose smaller machines",
				quota.Namespace, quota.Name, name, free.String(), limit.String(), asked.String())))
		}
	}
	return out
}

// QuotaUsesOf returns which of the Shoots count in a quota: those that name one of the bindings, by namespace and name, of which
// one is a SecretBinding or a CredentialsBinding. A quota for projects counts only Shoots of the namespace.
func QuotaUsesOf(shoots []*gardencorev1beta1.Shoot, quota *gardencorev1beta1.Quota, namespace string, secretBindings, credentialsBindings map[string]bool) []*gardencorev1beta1.Shoot {
	perProject := strings.EqualFold(quota.Spec.Scope.Kind, projectKind.Kind)
	var out []*gardencorev1beta1.Shoot
	for _, shoot := range shoots {
		if perProject && shoot.Namespace != namespace {
			continue
		}
		if secretBindings[shoot.Namespace+"/"+deref(shoot.Spec.SecretBindingName)] ||
			credentialsBindings[shoot.Namespace+"/"+deref(shoot.Spec.CredentialsBindingName)] {
			out = append(out, shoot)
		}
	}
	return out
}

// ShootLifetime checks that the end of a Shoot is not put off further than its quotas allow, counted from now on.
func ShootLifetime(now, before *gardencorev1beta1.Shoot, quotas []*gardencorev1beta1.Quota, at time.Time) field.ErrorList {
	const annotation = v1beta1constants.ShootExpirationTimestamp
	wanted, said := now.Annotations[annotation]
	var days *int32
	for _, quota := range quotas {
		if own := quota.Spec.ClusterLifetimeDays; own != nil && (days == nil || *own < *days) {
			days = own
		}
	}
	if !said || days == nil || before != nil && before.Annotations[annotation] == wanted {
		return nil
	}
	path := field.NewPath("metadata", "annotations").Key(annotation)
	end, err := time.Parse(time.RFC3339, wanted)
	if err != nil {
		return field.ErrorList{field.Invalid(path, wanted, "must be a time such as 2026-12-31T12:00:00Z")}
	}
	if most := at.Add(time.Duration(*days) * 24 * time.Hour); end.After(most) {
		return field.ErrorList{field.Forbidden(path, fmt.Sprintf("can be at most %d days from now, %s", *days, most.UTC().Format(time.RFC3339)))}
	}
	return nil
}
