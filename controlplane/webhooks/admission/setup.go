// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"fmt"

	ctrl "sigs.k8s.io/controller-runtime"
)

// SetupWithManager serves the webhooks of this package by the webhook server of the manager.
func SetupWithManager(mgr ctrl.Manager) error {
	controlPlane := &KubeceptionControlPlane{Client: mgr.GetClient()}
	if err := controlPlane.SetupWithManager(mgr); err != nil {
		return fmt.Errorf("set up the webhook for KubeceptionControlPlane: %w", err)
	}
	template := &KubeceptionControlPlaneTemplate{}
	if err := template.SetupWithManager(mgr); err != nil {
		return fmt.Errorf("set up the webhook for KubeceptionControlPlaneTemplate: %w", err)
	}
	return nil
}
