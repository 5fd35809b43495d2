// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"slices"

	"github.com/Masterminds/semver/v3"
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// findWorker returns the pool of this name, or nil. Names are unique, or refused.
func findWorker(workers []gardencorev1beta1.Worker, name string) *gardencorev1beta1.Worker {
	for i := range workers {
		if workers[i].Name == name {
			return &workers[i]
		}
	}
	return nil
}

// effectiveVersion is the version of the kubelets of a pool.
func effectiveVersion(spec *gardencorev1beta1.ShootSpec, worker *gardencorev1beta1.Worker) string {
	if worker.Kubernetes != nil && worker.Kubernetes.Version != nil {
		return *worker.Kubernetes.Version
	}
	return spec.Kubernetes.Version
}

// workersUpdate checks how pools change: workers stay or stay away, versions rise, and what is updated in place keeps what
// only new machines could have, sections 15 and 17.
func workersUpdate(now, before *gardencorev1beta1.ShootSpec) field.ErrorList {
	path := specPath.Child("provider", "workers")
	switch {
	case len(before.Provider.Workers) > 0 && len(now.Provider.Workers) == 0:
		return field.ErrorList{field.Forbidden(path, "cannot all be removed; hibernate the Shoot, or create one without workers")}
	case len(before.Provider.Workers) == 0 && len(now.Provider.Workers) > 0:
		return field.ErrorList{field.Forbidden(path, "cannot be added to a Shoot without workers; create another one")}
	}
	var out field.ErrorList
	for i := range now.Provider.Workers {
		worker, own := &now.Provider.Workers[i], path.Index(i)
		last := findWorker(before.Provider.Workers, worker.Name)
		if last == nil {
			continue
		}
		if len(worker.Zones) < len(last.Zones) || !slices.Equal(worker.Zones[:len(last.Zones)], last.Zones) {
			out = append(out, field.Invalid(own.Child("zones"), worker.Zones,
				fmt.Sprintf("must begin with %v, because machines are counted by the place of their zone; append zones, or add another pool", last.Zones)))
		}
		out = append(out, versionUpdate(effectiveVersion(now, worker), effectiveVersion(before, last), !inPlace(worker), own.Child("kubernetes", "version"))...)
		if inPlace(worker) != inPlace(last) {
			out = append(out, field.Invalid(own.Child("updateStrategy"), deref(worker.UpdateStrategy),
				"cannot change between updates in place and new machines; add another pool"))
		} else if inPlace(worker) {
			out = append(out, keptInPlace(worker, last, own)...)
		}
	}
	return out
}

// keptInPlace checks what a machine keeps as long as it lives.
func keptInPlace(now, before *gardencorev1beta1.Worker, path *field.Path) field.ErrorList {
	const remedy = "machines that are updated in place keep it; add another pool"
	machine := path.Child("machine")
	out := immutable(now.Machine.Type, before.Machine.Type, machine.Child("type"), remedy)
	if now.CRI != nil && before.CRI != nil {
		out = append(out, immutable(now.CRI.Name, before.CRI.Name, path.Child("cri", "name"), remedy)...)
	}
	out = append(out, immutable(now.Volume, before.Volume, path.Child("volume"), remedy)...)
	if now.Machine.Image == nil || before.Machine.Image == nil {
		return out
	}
	out = append(out, immutable(now.Machine.Image.Name, before.Machine.Image.Name, machine.Child("image", "name"), remedy)...)
	if equal(now.Machine.Image.Version, before.Machine.Image.Version) {
		return out
	}
	current, err := semver.NewVersion(deref(now.Machine.Image.Version))
	if err != nil {
		return append(out, field.Invalid(machine.Child("image", "version"), deref(now.Machine.Image.Version), "must be a version"))
	}
	if last, err := semver.NewVersion(deref(before.Machine.Image.Version)); err == nil && current.LessThan(last) {
		out = append(out, field.Forbidden(machine.Child("image", "version"), fmt.Sprintf("cannot go back from %s on machines that are updated in place", last)))
	}
	return out
}

// newPoolsRoll refuses new pools that would be updated in place, which Gardener offers only behind a gate that is off.
func newPoolsRoll(now, before *gardencorev1beta1.Shoot) field.ErrorList {
	var out field.ErrorList
	for i := range now.Spec.Provider.Workers {
		worker := &now.Spec.Provider.Workers[i]
		if inPlace(worker) && (before == nil || findWorker(before.Spec.Provider.Workers, worker.Name) == nil) {
			out = append(out, field.Invalid(specPath.Child("provider", "workers").Index(i).Child("updateStrategy"), *worker.UpdateStrategy,
				"updates in place are not offered; use AutoRollingUpdate"))
		}
	}
	return out
}

// inPlaceUpdates checks that a pool which is being updated in place does not change, unless it is forced.
func inPlaceUpdates(now, before *gardencorev1beta1.Shoot) field.ErrorList {
	status := now.Status.InPlaceUpdates
	if status == nil || status.PendingWorkerUpdates == nil ||
		now.Annotations[v1beta1constants.GardenerOperation] == v1beta1constants.ShootOperationForceInPlaceUpdate {
		return nil
	}
	pending := sets.New(status.PendingWorkerUpdates.AutoInPlaceUpdate...).Insert(status.PendingWorkerUpdates.ManualInPlaceUpdate...)
	var out field.ErrorList
	for i := range now.Spec.Provider.Workers {
		worker := &now.Spec.Provider.Workers[i]
		last := findWorker(before.Spec.Provider.Workers, worker.Name)
		if last == nil || !inPlace(worker) || !pending.Has(worker.Name) {
			continue
		}
		if !equal(worker, last) || effectiveVersion(&now.Spec, worker) != effectiveVersion(&before.Spec, last) ||
			!equal(effectiveKubelet(&now.Spec, worker), effectiveKubelet(&before.Spec, last)) {
			out = append(out, field.Forbidden(specPath.Child("provider", "workers").Index(i), fmt.Sprintf(
				"cannot change while it is being updated in place; wait, or force it with annotation %s=%s",
				v1beta1constants.GardenerOperation, v1beta1constants.ShootOperationForceInPlaceUpdate)))
		}
	}
	return out
}

func effectiveKubelet(spec *gardencorev1beta1.ShootSpec, worker *gardencorev1beta1.Worker) *gardencorev1beta1.KubeletConfig {
	if worker.Kubernetes != nil && worker.Kubernetes.Kubelet != nil {
		return worker.Kubernetes.Kubelet
	}
	return spec.Kubernetes.Kubelet
}

// nodeLocalDNSUpdate checks that the node-local cache is not switched on or off where nodes that exist would have to follow
// and cannot: pools that are updated in place, with kubelets before 1.34 or with kube-proxy in mode IPVS.
func nodeLocalDNSUpdate(now, before *gardencorev1beta1.ShootSpec) field.ErrorList {
	enabled := func(spec *gardencorev1beta1.ShootSpec) bool {
		return spec.SystemComponents != nil && spec.SystemComponents.NodeLocalDNS != nil && spec.SystemComponents.NodeLocalDNS.Enabled
	}
	if enabled(now) == enabled(before) {
		return nil
	}
	proxy := before.Kubernetes.KubeProxy
	ipvs := proxy != nil && deref(proxy.Enabled) && deref(proxy.Mode) == gardencorev1beta1.ProxyModeIPVS
	for i := range before.Provider.Workers {
		worker := &before.Provider.Workers[i]
		if inPlace(worker) && (ipvs || parseVersion(effectiveVersion(before, worker)).before(34)) {
			return field.ErrorList{field.Forbidden(specPath.Child("systemComponents", "nodeLocalDNS"),
				"cannot be switched while a pool that is updated in place has kubelets before 1.34 or kube-proxy is in mode IPVS")}
		}
	}
	return nil
}
