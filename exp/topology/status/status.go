// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"slices"
	"strings"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/names"
)

// Observation is what can be seen of the Cluster of a Shoot.
type Observation struct {
	// Now is the time of the observation.
	Now time.Time
	// Project is the name of the Shoot's project.
	Project string
	// Cluster is nil while it does not exist.
	Cluster *clusterv1.Cluster
	// ControlPlane is nil while it does not exist.
	ControlPlane *controlplanev1.KubeceptionControlPlane
	// Infrastructure are the conditions of the infrastructure cluster. They are not looked at once it is ready.
	Infrastructure []metav1.Condition
	// Deployments, Sets and Machines are those of the Cluster, in any order.
	Deployments []clusterv1.MachineDeployment
	Sets        []clusterv1.MachineSet
	Machines    []clusterv1.Machine
	// Gardener is who observes.
	Gardener gardencorev1beta1.Gardener
}

// Result is what an observation makes of the status of a Shoot.
type Result struct {
	Status gardencorev1beta1.ShootStatus
	// Health is the value of the label shoot.gardener.cloud/status.
	Health Health
	// Again is the time after which the same observation means something else. Zero if it never does.
	Again time.Duration
}

// Of returns the status of a Shoot after an observation. What belongs to others stays as it is: the times of maintenance and
// hibernation, advertised addresses, constraints of others, errors of the scheduler and of the translation. The same observation
// at the same time changes nothing.
func Of(shoot *gardencorev1beta1.Shoot, seen Observation) Result {
	status := shoot.Status.DeepCopy()
	setFacts(status, shoot, &seen)
	if shoot.Spec.SeedName == nil && shoot.DeletionTimestamp.IsZero() {
		return Result{Status: *status, Health: healthOf(status)} // The scheduler tells what is waited for.
	}
	setOperation(status, shoot, &seen)
	setConditions(status, shoot, &seen)
	setConstraints(status, &seen)
	return Result{Status: *status, Health: healthOf(status), Again: again(status, seen.Now)}
}

// setFacts copies what needs no judgement. What is not known any more keeps what was known last.
func setFacts(status *gardencorev1beta1.ShootStatus, shoot *gardencorev1beta1.Shoot, seen *Observation) {
	status.UID = shoot.UID
	if status.TechnicalID == "" && seen.Project != "" {
		status.TechnicalID = names.Namespace("shoot", seen.Project, shoot.Name)
	}
	controlPlane := seen.ControlPlane
	if controlPlane == nil {
		return
	}
	effective := &controlPlane.Status.Effective
	status.IsHibernated = hibernated(seen)
	status.Networking = networking(status.Networking, shoot, effective)
	if resources := encrypted(effective.EncryptedResources); len(resources) > 0 || encryption(status) != nil {
		status.Credentials = withEncryption(status.Credentials, resources)
	}
}

// hibernated reports whether neither an instance of the API server nor a machine is wanted or left.
func hibernated(seen *Observation) bool {
	replicas := seen.ControlPlane.Status.Effective.Replicas
	return replicas != nil && *replicas == 0 && ptr.Deref(seen.ControlPlane.Status.Replicas, 0) == 0 && len(seen.Machines) == 0
}

func networking(before *gardencorev1beta1.NetworkingStatus, shoot *gardencorev1beta1.Shoot, effective *controlplanev1.EffectiveConfiguration) *gardencorev1beta1.NetworkingStatus {
	out := before.DeepCopy()
	if out == nil {
		out = &gardencorev1beta1.NetworkingStatus{}
	}
	if len(effective.PodCIDRs) > 0 && len(shoot.Spec.Provider.Workers) > 0 {
		out.Pods = slices.Clone(effective.PodCIDRs)
	}
	if len(effective.ServiceCIDRs) > 0 {
		out.Services = slices.Clone(effective.ServiceCIDRs)
	}
	if spec := shoot.Spec.Networking; spec != nil && ptr.Deref(spec.Nodes, "") != "" {
		out.Nodes = []string{*spec.Nodes}
	}
	if out.Pods == nil && out.Services == nil && out.Nodes == nil {
		return before
	}
	return out
}

// encrypted leaves out Secrets, which are always encrypted and which Gardener does not list.
func encrypted(resources []string) []string {
	var out []string
	for _, resource := range resources {
		if name, _, _ := strings.Cut(resource, "."); name != "secrets" {
			out = append(out, resource)
		}
	}
	return out
}

func encryption(status *gardencorev1beta1.ShootStatus) *gardencorev1beta1.EncryptionAtRest {
	if status.Credentials == nil {
		return nil
	}
	return status.Credentials.EncryptionAtRest
}

func withEncryption(credentials *gardencorev1beta1.ShootCredentials, resources []string) *gardencorev1beta1.ShootCredentials {
	if credentials == nil {
		credentials = &gardencorev1beta1.ShootCredentials{}
	}
	if credentials.EncryptionAtRest == nil {
		credentials.EncryptionAtRest = &gardencorev1beta1.EncryptionAtRest{
			Provider: gardencorev1beta1.EncryptionProviderStatus{Type: gardencorev1beta1.EncryptionProviderTypeAESCBC},
		}
	}
	credentials.EncryptionAtRest.Resources = resources
	return credentials
}
