// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package shoot

import (
	"fmt"
	"slices"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/cidr"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/versions"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/webhooks/request"
)

// choose completes versions, architectures and images from the profile. What cannot be resolved stays as it is.
func choose(now, before *gardencorev1beta1.Shoot, profile *gardencorev1beta1.CloudProfileSpec, at time.Time) {
	if version, err := versions.Resolve(profile.Kubernetes.Versions, now.Spec.Kubernetes.Version, at); err == nil {
		now.Spec.Kubernetes.Version = version
	}
	for i := range now.Spec.Provider.Workers {
		worker := &now.Spec.Provider.Workers[i]
		if worker.Kubernetes != nil && worker.Kubernetes.Version != nil {
			if version, err := versions.Resolve(profile.Kubernetes.Versions, *worker.Kubernetes.Version, at); err == nil {
				worker.Kubernetes.Version = ptr.To(version)
			}
		}
		machineType := versions.FindMachineType(profile.MachineTypes, worker.Machine.Type)
		if worker.Machine.Architecture == nil {
			worker.Machine.Architecture = ptr.To(architectureOf(machineType, profile))
		}
		chooseImage(worker, lastImage(before, worker), profile, machineType, at)
	}
}

func architectureOf(machineType *gardencorev1beta1.MachineType, profile *gardencorev1beta1.CloudProfileSpec) string {
	if machineType != nil {
		if architecture := machineType.GetArchitecture(profile.MachineCapabilities); architecture != "" {
			return architecture
		}
	}
	return v1beta1constants.ArchitectureAMD64
}

// lastImage is the image that a pool had.
func lastImage(before *gardencorev1beta1.Shoot, worker *gardencorev1beta1.Worker) *gardencorev1beta1.ShootMachineImage {
	if before == nil {
		return nil
	}
	at := slices.IndexFunc(before.Spec.Provider.Workers, func(w gardencorev1beta1.Worker) bool { return w.Name == worker.Name })
	if at < 0 {
		return nil
	}
	return before.Spec.Provider.Workers[at].Machine.Image
}

// chooseImage keeps the image of a pool that says nothing of it: another one comes with maintenance, not by the way.
func chooseImage(
	worker *gardencorev1beta1.Worker, last *gardencorev1beta1.ShootMachineImage, profile *gardencorev1beta1.CloudProfileSpec,
	machineType *gardencorev1beta1.MachineType, at time.Time,
) {
	image := &worker.Machine.Image
	if last != nil {
		if *image == nil {
			*image = last.DeepCopy()
			return
		}
		if (*image).Name == last.Name && ptr.Deref((*image).Version, "") == "" {
			(*image).Version = last.Version
			return
		}
	}
	pool := versions.Pool{
		Architecture: ptr.Deref(worker.Machine.Architecture, ""), MachineType: machineType,
		InPlace: worker.UpdateStrategy != nil && *worker.UpdateStrategy != gardencorev1beta1.AutoRollingUpdate,
	}
	if chosen, err := versions.Image(profile, *image, pool, at); err == nil {
		*image = chosen
	}
}

// network gives a Shoot the networks that its seed has for Shoots.
func network(shoot *gardencorev1beta1.Shoot, seed *gardencorev1beta1.Seed) {
	networking := shoot.Spec.Networking
	if networking == nil {
		return
	}
	pods, services := cidr.Defaults(seed.Spec.Networks, networking.IPFamilies)
	if networking.Pods == nil && pods != "" && len(shoot.Spec.Provider.Workers) > 0 {
		networking.Pods = ptr.To(pods)
	}
	if networking.Services == nil && services != "" {
		networking.Services = ptr.To(services)
	}
}

// tolerateProject adds what all Shoots of a project tolerate.
func tolerateProject(shoot *gardencorev1beta1.Shoot, project *gardencorev1beta1.Project) {
	if project.Spec.Tolerations == nil {
		return
	}
	for _, toleration := range project.Spec.Tolerations.Defaults {
		if !tolerates(shoot, toleration.Key) {
			shoot.Spec.Tolerations = append(shoot.Spec.Tolerations, toleration)
		}
	}
}

func tolerates(shoot *gardencorev1beta1.Shoot, key string) bool {
	return slices.ContainsFunc(shoot.Spec.Tolerations, func(t gardencorev1beta1.Toleration) bool { return t.Key == key })
}

// expose adds what an ExposureClass asks of seeds. A Shoot that asks for the contrary is refused.
func expose(shoot *gardencorev1beta1.Shoot, class *gardencorev1beta1.ExposureClass) error {
	if class.Scheduling == nil {
		return nil
	}
	if selector := class.Scheduling.SeedSelector; selector != nil {
		if err := unite(shoot, selector, class.Name); err != nil {
			return err
		}
	}
	for _, toleration := range class.Scheduling.Tolerations {
		if tolerates(shoot, toleration.Key) {
			return conflict(shoot, fmt.Sprintf("spec.tolerations has the key %s, which ExposureClass %s has as well; remove it", toleration.Key, class.Name))
		}
		shoot.Spec.Tolerations = append(shoot.Spec.Tolerations, toleration)
	}
	return nil
}

func unite(shoot *gardencorev1beta1.Shoot, selector *gardencorev1beta1.SeedSelector, class string) error {
	if shoot.Spec.SeedSelector == nil {
		shoot.Spec.SeedSelector = &gardencorev1beta1.SeedSelector{}
	}
	own := shoot.Spec.SeedSelector
	for key, value := range selector.MatchLabels {
		if mine, has := own.MatchLabels[key]; has && mine != value {
			return conflict(shoot, fmt.Sprintf("spec.seedSelector wants %s=%s, and ExposureClass %s wants %s=%s; remove it", key, mine, class, key, value))
		}
		if own.MatchLabels == nil {
			own.MatchLabels = map[string]string{}
		}
		own.MatchLabels[key] = value
	}
	own.MatchExpressions = append(own.MatchExpressions, selector.MatchExpressions...)
	for _, provider := range selector.ProviderTypes {
		if !slices.Contains(own.ProviderTypes, provider) {
			own.ProviderTypes = append(own.ProviderTypes, provider)
		}
	}
	return nil
}

func conflict(shoot *gardencorev1beta1.Shoot, message string) error {
	return request.Forbidden(shoots, shoot.Name, "%s", message)
}
