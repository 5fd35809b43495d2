// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package machines

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// pollPeriod is the time between two looks while a test waits.
const pollPeriod = 250 * time.Millisecond

// Pool is a MachineDeployment and its machines.
type Pool struct {
	client.ObjectKey
	// Management is a client of the management cluster.
	Management client.Client
}

// Deployment reads the MachineDeployment.
func (p *Pool) Deployment(ctx context.Context) (*clusterv1.MachineDeployment, error) {
	deployment := &clusterv1.MachineDeployment{}
	return deployment, p.Management.Get(ctx, p.ObjectKey, deployment)
}

// Patch changes the MachineDeployment.
func (p *Pool) Patch(ctx context.Context, change func(*clusterv1.MachineDeployment)) error {
	deployment, err := p.Deployment(ctx)
	if err != nil {
		return err
	}
	before := deployment.DeepCopy()
	change(deployment)
	return p.Management.Patch(ctx, deployment, client.MergeFrom(before))
}

// Machines are those that exist, oldest first; some may be going.
func (p *Pool) Machines(ctx context.Context) ([]clusterv1.Machine, error) {
	list := &clusterv1.MachineList{}
	err := p.Management.List(ctx, list, client.InNamespace(p.Namespace), client.MatchingLabels{clusterv1.MachineDeploymentNameLabel: p.Name})
	slices.SortFunc(list.Items, func(a, b clusterv1.Machine) int {
		if order := a.CreationTimestamp.Compare(b.CreationTimestamp.Time); order != 0 {
			return order
		}
		return strings.Compare(a.Name, b.Name)
	})
	return list.Items, err
}

// replaced returns the MachineSets that have machines although their template is not the one that the MachineDeployment
// has now. What conditions say of machines follows later than what is observed of the MachineDeployment.
func (p *Pool) replaced(ctx context.Context, deployment *clusterv1.MachineDeployment) ([]string, error) {
	list := &clusterv1.MachineSetList{}
	err := p.Management.List(ctx, list, client.InNamespace(p.Namespace), client.MatchingLabels{clusterv1.MachineDeploymentNameLabel: p.Name})
	var names []string
	now := deployment.Spec.Template.Spec
	for _, set := range list.Items {
		was := set.Spec.Template.Spec
		same := was.Version == now.Version && was.InfrastructureRef == now.InfrastructureRef && was.Bootstrap.ConfigRef == now.Bootstrap.ConfigRef
		if !same && (ptr.Deref(set.Spec.Replicas, 0) > 0 || ptr.Deref(set.Status.Replicas, 0) > 0) {
			names = append(names, set.Name)
		}
	}
	return names, err
}

// UntilSettled waits until there are exactly so many machines, all of them available and as the MachineDeployment wants
// them, and returns them. The error says what each machine lacks.
func (p *Pool) UntilSettled(ctx context.Context, count int, timeout time.Duration) ([]clusterv1.Machine, error) {
	var machines []clusterv1.Machine
	err := until(ctx, timeout, func(ctx context.Context) (bool, string) {
		deployment, err := p.Deployment(ctx)
		var replaced []string
		if err == nil {
			replaced, err = p.replaced(ctx, deployment)
		}
		if err == nil {
			machines, err = p.Machines(ctx)
		}
		if err != nil {
			return false, err.Error()
		}
		var lacking []string
		for _, set := range replaced {
			lacking = append(lacking, set+": has machines of another template")
		}
		for i := range machines {
			if problem := unsettled(&machines[i], deployment.Spec.Template.Spec.Version); problem != "" {
				lacking = append(lacking, machines[i].Name+": "+problem)
			}
		}
		return len(machines) == count && len(lacking) == 0 && deployment.Status.ObservedGeneration == deployment.Generation,
			fmt.Sprintf("%s: %d machines, want %d\n%s", p.Name, len(machines), count, strings.Join(lacking, "\n"))
	})
	return machines, err
}

// unsettled says what a machine lacks; nothing if it is as it should be.
func unsettled(machine *clusterv1.Machine, version string) string {
	if !machine.DeletionTimestamp.IsZero() {
		return "it is going: " + conditions.GetMessage(machine, clusterv1.MachineDeletingCondition)
	}
	if machine.Spec.Version != version {
		return fmt.Sprintf("its version is %s, want %s", machine.Spec.Version, version)
	}
	for _, wanted := range []string{clusterv1.MachineUpToDateCondition, clusterv1.MachineReadyCondition, clusterv1.MachineAvailableCondition} {
		if condition := conditions.Get(machine, wanted); condition == nil || condition.Status != metav1.ConditionTrue {
			return fmt.Sprintf("not %s: %s", wanted, conditions.GetMessage(machine, wanted))
		}
	}
	return ""
}

// UntilGone waits until machines are gone. The error says what they wait for.
func (p *Pool) UntilGone(ctx context.Context, timeout time.Duration, names ...string) error {
	return until(ctx, timeout, func(ctx context.Context) (bool, string) {
		machines, err := p.Machines(ctx)
		if err != nil {
			return false, err.Error()
		}
		var left []string
		for i := range machines {
			if slices.Contains(names, machines[i].Name) {
				left = append(left, machines[i].Name+": "+conditions.GetMessage(&machines[i], clusterv1.MachineDeletingCondition))
			}
		}
		return len(left) == 0, strings.Join(left, "\n")
	})
}

// until checks until the check passes. When it never does, the error says what it saw last.
func until(ctx context.Context, timeout time.Duration, check func(context.Context) (passed bool, saw string)) error {
	var last string
	err := wait.PollUntilContextTimeout(ctx, pollPeriod, timeout, true, func(ctx context.Context) (bool, error) {
		passed, saw := check(ctx)
		last = saw
		return passed, nil
	})
	if err != nil {
		return fmt.Errorf("%w: %s", err, last)
	}
	return nil
}
