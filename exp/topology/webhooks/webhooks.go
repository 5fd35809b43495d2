// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package webhooks complete and refuse objects of Gardener's API. Each kind has a package, which looks up what the rules
// need; the rules are functions of values elsewhere.
package webhooks

import (
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/webhooks/binding"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/webhooks/cloudprofile"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/webhooks/exposureclass"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/webhooks/project"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/webhooks/quota"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/webhooks/request"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/webhooks/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/webhooks/shoot"
)

// SetupWithManager serves all webhooks by the webhook server of the manager.
func SetupWithManager(mgr ctrl.Manager, tools request.Tools) error {
	for _, setup := range []func(ctrl.Manager, request.Tools) error{
		binding.SetupWithManager, cloudprofile.SetupWithManager, exposureclass.SetupWithManager, project.SetupWithManager,
		quota.SetupWithManager, seed.SetupWithManager, shoot.SetupWithManager,
	} {
		if err := setup(mgr, tools); err != nil {
			return err
		}
	}
	return nil
}
