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
	config := &KubeceptionConfig{}
	if err := config.SetupWithManager(mgr); err != nil {
		return fmt.Errorf("set up the webhook for KubeceptionConfig: %w", err)
	}
	template := &KubeceptionConfigTemplate{}
	if err := template.SetupWithManager(mgr); err != nil {
		return fmt.Errorf("set up the webhook for KubeceptionConfigTemplate: %w", err)
	}
	return nil
}
