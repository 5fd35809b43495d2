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

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/health"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/targets"
)

// targetPeriod is the time between two attempts to apply what the workload cluster refused, or could not answer to.
const targetPeriod = 10 * time.Second

// reconcileSystemComponents keeps the target objects in the workload cluster. It comes last, so that nothing waits for
// what only the workload cluster can answer.
func (r *Reconciler) reconcileSystemComponents(ctx context.Context, s *scope) (phaseResult, error) {
	const condition = controlplanev1.SystemComponentsAvailableCondition
	if s.input.Workerless() {
		s.isTrue(condition, controlplanev1.SystemComponentsWorkerlessReason)
		return next(), nil
	}
	report, err := r.Targets.Reconcile(ctx, s.user.Cluster, s.user.Request, targetSets(s.report))
	var silent *targets.UnreachableError
	switch {
	case errors.Is(err, targets.ErrNotConnected):
		s.isUnknown(condition, controlplanev1.SystemComponentsNotConnectedReason, "Connecting to the workload cluster")
		return stop(), nil // The connection calls again.
	case errors.As(err, &silent):
		s.isUnknown(condition, controlplanev1.SystemComponentsNotConnectedReason, silent.Error())
		return stopFor(targetPeriod), nil
	case err != nil:
		return phaseResult{}, fmt.Errorf("reconcile system components: %w", err)
	}
	s.targets = report
	s.reportSystemComponents()
	for _, set := range report {
		if set.Err != nil {
			return nextAndAgain(targetPeriod), nil // It need not tell when it would accept it.
		}
	}
	return next(), nil
}

// targetSets are the target objects by component. What is not rendered stays as it is.
func targetSets(report *component.Report) []targets.Set {
	var list []targets.Set
	for _, c := range report.Components {
		list = append(list, targets.Set{Name: c.Name, Objects: c.Target, Hold: !c.Rendered})
	}
	return list
}

func (s *scope) reportSystemComponents() {
	var failed, lagging []string
	for _, c := range s.report.Components {
		set := s.targets[c.Name]
		switch {
		case set == nil:
		case isRefused(set.Err):
			failed = append(failed, fmt.Sprintf("%s: %v", c.Name, set.Err))
		case set.Err != nil:
			lagging = append(lagging, fmt.Sprintf("%s: %v", c.Name, set.Err))
		case set.Health.State != health.Healthy:
			lagging = append(lagging, fmt.Sprintf("%s: %s", c.Name, set.Health.Message))
		}
	}
	const condition = controlplanev1.SystemComponentsAvailableCondition
	switch {
	case len(failed) > 0:
		s.isFalse(condition, controlplanev1.SystemComponentsFailedReason, strings.Join(append(failed, lagging...), "\n"))
	case len(lagging) > 0 && len(s.input.Workers.Versions) == 0:
		s.isFalse(condition, controlplanev1.SystemComponentsNoWorkersReason,
			"There is no worker machine to run them:\n"+strings.Join(lagging, "\n"))
	case len(lagging) > 0:
		s.isFalse(condition, controlplanev1.SystemComponentsNotAvailableReason, strings.Join(lagging, "\n"))
	default:
		s.isTrue(condition, controlplanev1.SystemComponentsAvailableReason)
	}
}

// isRefused leaves out kinds that are not served yet: often another object of the same set defines them.
func isRefused(err error) bool {
	var applied *apply.Error
	return err != nil && (!errors.As(err, &applied) || applied.Reason != apply.KindMissing)
}

// componentStatus joins what the seed and the workload cluster tell of a component.
func (s *scope) componentStatus(c component.ComponentReport) controlplanev1.ComponentStatus {
	status := c.Status()
	if len(c.Target) == 0 || c.State != controlplanev1.ComponentHealthy {
		return status
	}
	set := s.targets[c.Name]
	if set == nil { // It was not looked at this time.
		for _, last := range s.controlPlane.Status.Components {
			if last.Name == c.Name {
				return last
			}
		}
		status.State, status.Message = controlplanev1.ComponentWaiting, "waits for the API server"
		return status
	}
	c.State, c.Message = controlplanev1.ComponentState(set.Health.State), set.Health.Message
	if set.Err != nil {
		c.State, c.Message = controlplanev1.ComponentUnhealthy, set.Err.Error()
	}
	return c.Status()
}
