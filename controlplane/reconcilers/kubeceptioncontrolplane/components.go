// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncontrolplane

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	ctrl "sigs.k8s.io/controller-runtime"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
)

// reconcileComponents renders and applies the hosted components and observes them.
func (r *Reconciler) reconcileComponents(ctx context.Context, s *scope) (phaseResult, error) {
	report, err := s.engine().Reconcile(ctx, s.input, r.Components, s.roots, s.now)
	if err != nil {
		return phaseResult{}, fmt.Errorf("reconcile components: %w", err) // Nothing was observed.
	}
	report.Certificates = append(report.Certificates, authorities(s)...)
	s.report = &report
	s.reportComponents()
	if refused := refusals(report); len(refused) > 0 {
		// The seed may accept it later and need not tell when. The other phases go on meanwhile.
		ctrl.LoggerFrom(ctx).Info("Components were refused by the seed", "components", refused, "reason", report.Err().Error())
	}
	return nextAndAgain(nextCheck(report)), nil
}

// authorities are the ends of the authorities, by the names of their Secrets.
func authorities(s *scope) []pki.Expiry {
	list := s.roots.Expiries()
	for i := range list {
		list[i].Name = pki.RootName(list[i].Name).SecretName(s.cluster.Name)
	}
	return list
}

// refusedPeriod is the time between two attempts to apply what the seed refused.
const refusedPeriod = 10 * time.Second

// nextCheck is the time until a certificate is to be renewed, or until what the seed refused is tried again.
func nextCheck(report component.Report) time.Duration {
	if len(refusals(report)) == 0 {
		return report.NextCheck
	}
	if report.NextCheck == 0 {
		return refusedPeriod
	}
	return min(report.NextCheck, refusedPeriod)
}

// refusals names the components that failed for reasons outside the specification.
func refusals(report component.Report) []string {
	var names []string
	for _, c := range report.Components {
		var failed *component.Error
		if errors.As(c.Err, &failed) && failed.Step != component.StepRender && failed.Step != component.StepPatch {
			names = append(names, c.Name)
		}
	}
	return names
}

// reportComponents sets the conditions that summarise the components.
func (s *scope) reportComponents() {
	var failed, lagging []string
	patch := false
	for _, c := range s.report.Components {
		var patchError *component.PatchError
		switch {
		case c.Err != nil:
			failed = append(failed, fmt.Sprintf("%s: %v", c.Name, c.Err))
			patch = patch || errors.As(c.Err, &patchError)
		case c.State != controlplanev1.ComponentHealthy:
			lagging = append(lagging, fmt.Sprintf("%s: %s", c.Name, c.Message))
		}
	}
	const condition = controlplanev1.ComponentsAvailableCondition
	switch {
	case patch:
		s.isFalse(condition, controlplanev1.PatchFailedReason, strings.Join(failed, "\n"))
	case len(failed) > 0:
		s.isFalse(condition, controlplanev1.ComponentFailedReason, strings.Join(append(failed, lagging...), "\n"))
	case len(lagging) > 0:
		s.isFalse(condition, controlplanev1.ComponentsNotAvailableReason, strings.Join(lagging, "\n"))
	default:
		s.isTrue(condition, controlplanev1.ComponentsAvailableReason)
	}
}
