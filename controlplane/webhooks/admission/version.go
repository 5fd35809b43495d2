// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/kubernetes"
)

// validateVersion refuses versions that this release cannot run.
func validateVersion(path *field.Path, version string) field.ErrorList {
	if err := kubernetes.Supported(version); err != nil {
		return field.ErrorList{field.Invalid(path, version, err.Error())}
	}
	return nil
}

// validateUpgrade refuses steps that Kubernetes does not support: from what was asked for before, and from the oldest
// version that still runs. The second holds an upgrade back until the one before has rolled out.
func validateUpgrade(before *controlplanev1.KubeceptionControlPlane, version string) field.ErrorList {
	if version == before.Spec.Version || kubernetes.Supported(version) != nil {
		return nil // validateVersion has its say.
	}
	path := field.NewPath("spec", "version")
	if err := kubernetes.CheckUpgrade(before.Spec.Version, version); err != nil {
		return field.ErrorList{field.Forbidden(path, err.Error())}
	}
	running := oldestRunning(&before.Status)
	if running == "" || kubernetes.CheckUpgrade(running, version) == nil {
		return nil
	}
	return field.ErrorList{field.Forbidden(path, fmt.Sprintf(
		"the upgrade to %s is still rolling out and some instances run %s; wait until status.versions shows %s alone",
		before.Spec.Version, running, before.Spec.Version))}
}

// oldestRunning returns the oldest version that instances run, or nothing while there are none.
func oldestRunning(status *controlplanev1.KubeceptionControlPlaneStatus) string {
	if len(status.Versions) > 0 {
		return status.Versions[0].Version
	}
	return status.Version
}
