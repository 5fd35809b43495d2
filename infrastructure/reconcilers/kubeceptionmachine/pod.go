// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptionmachine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/hosts"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/machine"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/images"
)

// step is what is to be done next for a machine.
type step string

const (
	// create makes the pod, gated: nobody recorded one, so none has ever run.
	create step = "create"
	// record writes the provider ID: the pod exists and has not run.
	record step = "record"
	// start removes the gate: the pod is recorded.
	start step = "start"
	// observe reads the state of a pod that may run.
	observe step = "observe"
	// lost finds that a recorded pod is gone. It is not made again.
	lost step = "lost"
	// foreign finds a pod that ran and that nobody recorded for this machine.
	foreign step = "foreign"
	// wait lets a pod that has not run go before another is made.
	wait step = "wait"
)

// decide tells the next step from what is recorded and what exists.
func decide(providerID string, pod *corev1.Pod) step {
	switch {
	case providerID == "" && pod == nil:
		return create
	case providerID == "" && !gated(pod):
		return foreign
	case providerID == "" && !pod.DeletionTimestamp.IsZero():
		return wait
	case providerID == "":
		return record
	case pod == nil:
		return lost
	case gated(pod) && pod.DeletionTimestamp.IsZero():
		return start
	default:
		return observe
	}
}

// final reports whether a step must not be taken on the word of a cache, which may be behind.
func (s step) final() bool { return s == create || s == lost || s == foreign }

func gated(pod *corev1.Pod) bool {
	return slices.ContainsFunc(pod.Spec.SchedulingGates, func(gate corev1.PodSchedulingGate) bool { return gate.Name == machine.Gate })
}

// reconcilePod takes the next step.
func (r *Reconciler) reconcilePod(ctx context.Context, s *scope) (bool, error) {
	s.infraMachine.Status.Host.KubeconfigRef, s.infraMachine.Status.Host.Namespace = s.place().KubeconfigRef, s.place().Namespace
	pod, err := getPod(ctx, s.host.Client, s.podKey())
	if err != nil {
		return false, err
	}
	next := decide(s.infraMachine.Spec.ProviderID, pod)
	if next.final() {
		current, err := r.isCurrent(ctx, s)
		if err != nil || !current {
			return false, err // The change that the cache has not seen yet calls again.
		}
		if pod, err = getPod(ctx, s.host.Live, s.podKey()); err != nil {
			return false, err
		}
		next = decide(s.infraMachine.Spec.ProviderID, pod)
	}
	s.pod = pod
	return r.take(ctx, s, next)
}

// take takes a step. What follows from it is an event that calls again.
func (r *Reconciler) take(ctx context.Context, s *scope, next step) (bool, error) {
	switch next {
	case create:
		return false, r.create(ctx, s)
	case record:
		s.infraMachine.Spec.ProviderID = machine.ProviderID(s.podKey())
		s.waits(infrav1.PodStartingReason, "Waiting for the pod to start")
		return false, nil
	case wait:
		s.waits(infrav1.PodStartingReason, "Waiting for a pod that has not run to be deleted")
		return false, nil
	case lost:
		s.stuck(infrav1.PodDeletedReason, "The pod is gone; it is not made again. Delete the Machine to have it replaced")
		setBootstrapFailed(s)
		return false, nil
	case foreign:
		s.stuck(infrav1.PodNotOwnedReason, fmt.Sprintf(
			"Pod %s of the host cluster has run for another machine of this name; delete the pod, or delete the Machine to have it replaced", s.podKey()))
		return false, nil
	case start:
		if _, err := apply.Ungate(ctx, s.host.Client, s.pod); err != nil {
			return false, fmt.Errorf("let the pod run: %w", err)
		}
	}
	report(s, machine.Observe(s.pod, conditions.IsTrue(s.infraMachine, infrav1.BootstrapSucceededCondition)))
	return true, nil
}

// isCurrent reports whether the machine was read as it is.
func (r *Reconciler) isCurrent(ctx context.Context, s *scope) (bool, error) {
	live := &infrav1.KubeceptionMachine{}
	if err := r.Live.Get(ctx, client.ObjectKeyFromObject(s.infraMachine), live); err != nil {
		return false, client.IgnoreNotFound(err)
	}
	return live.UID == s.infraMachine.UID && live.Spec.ProviderID == s.infraMachine.Spec.ProviderID && live.DeletionTimestamp.IsZero(), nil
}

// getPod returns nil if there is none.
func getPod(ctx context.Context, reader client.Reader, key client.ObjectKey) (*corev1.Pod, error) {
	pod := &corev1.Pod{}
	if err := reader.Get(ctx, key, pod); apierrors.IsNotFound(err) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("get pod %s of the host cluster: %w", key, err)
	}
	return pod, nil
}

// create makes the pod and what it is told.
func (r *Reconciler) create(ctx context.Context, s *scope) error {
	wanted, err := r.wanted(ctx, s)
	if wanted == nil || err != nil {
		return err
	}
	secret, err := machine.Secret(*wanted)
	if err != nil {
		return err
	}
	if _, _, err := apply.Apply(ctx, s.host.Client, secret); err != nil {
		return r.refused(s, err)
	}
	if _, err := apply.Create(ctx, s.host.Client, machine.Pod(*wanted)); err != nil {
		return r.refused(s, err)
	}
	s.waits(infrav1.PodStartingReason, "Waiting for the pod to start")
	return nil
}

// refused says that the host cluster does not take what a machine consists of. It is tried again.
func (r *Reconciler) refused(s *scope, err error) error {
	s.stuck(infrav1.PodRefusedReason, err.Error())
	return fmt.Errorf("make the machine: %w", err)
}

// wanted is what the machine is made from; nil if something is missing, which a condition then says.
func (r *Reconciler) wanted(ctx context.Context, s *scope) (*machine.Machine, error) {
	userData, err := r.userData(ctx, s)
	if userData == nil || err != nil {
		return nil, err
	}
	spec := s.infraMachine.Spec
	image := spec.Image
	if image == "" {
		if image, err = r.Images.Find(images.KubeceptionMachine, s.machine.Spec.Version); err != nil {
			s.stuck(infrav1.ImageUnknownReason, err.Error()+"; or set spec.image, and spec.version of the Machine")
			return nil, nil
		}
	}
	domain := s.machine.Spec.FailureDomain
	return &machine.Machine{
		Key: s.podKey(), Cluster: client.ObjectKeyFromObject(s.cluster), InstanceID: string(s.infraMachine.UID), Image: image,
		CPU: spec.CPU, Memory: spec.Memory, Architecture: string(spec.Architecture),
		FailureDomain: domain, Virtual: s.isVirtual(domain), UserData: userData,
	}, nil
}

// isVirtual reports whether a failure domain exists by name alone.
func (s *scope) isVirtual(domain string) bool {
	return slices.ContainsFunc(s.infraCluster.Spec.FailureDomains, func(d infrav1.VirtualFailureDomain) bool { return d.Name == domain })
}

// userData reads the bootstrap data; nil if there is none that can be used.
func (r *Reconciler) userData(ctx context.Context, s *scope) ([]byte, error) {
	name := s.machine.Spec.Bootstrap.DataSecretName
	if name == nil || *name == "" {
		s.waits(infrav1.WaitingForBootstrapDataReason, "Waiting for the bootstrap provider to make its data")
		return nil, nil
	}
	secret := &corev1.Secret{}
	if err := r.Live.Get(ctx, client.ObjectKey{Namespace: s.infraMachine.Namespace, Name: *name}, secret); apierrors.IsNotFound(err) {
		s.stuck(infrav1.BootstrapDataInvalidReason, fmt.Sprintf("Secret %s with the bootstrap data does not exist", *name))
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("get Secret %s with the bootstrap data: %w", *name, err)
	}
	if err := checkBootstrapData(secret.Data); err != nil {
		s.stuck(infrav1.BootstrapDataInvalidReason, fmt.Sprintf("Secret %s with the bootstrap data: %v", *name, err))
		return nil, nil
	}
	return secret.Data["value"], nil
}

// checkBootstrapData refuses what local machines do not read, before one is made of it.
func checkBootstrapData(data map[string][]byte) error {
	if format := string(data["format"]); format != "" && format != "cloud-config" {
		return fmt.Errorf("the format is %q, and local machines read cloud-config; set the format of the bootstrap configuration", format)
	}
	if len(data["value"]) == 0 {
		return errors.New("the key \"value\" is missing or empty")
	}
	return nil
}

// report writes what the pod tells.
func report(s *scope, o machine.Observation) {
	status := &s.infraMachine.Status
	if addresses := machine.Addresses(s.pod); addresses != nil {
		status.Addresses = addresses
	}
	if node := s.pod.Spec.NodeName; node != "" {
		status.Host.Node = node
	}
	switch o.Phase {
	case machine.Starting:
		s.waits(o.Reason, o.Message)
	case machine.Stuck:
		s.stuck(o.Reason, o.Message)
	case machine.Failed:
		s.stuck(o.Reason, o.Message)
		setBootstrapFailed(s)
	case machine.Running:
		status.Initialization.Provisioned = new(true)
		s.set(infrav1.PodRunningCondition, metav1.ConditionTrue, o.Reason, "")
		s.set(infrav1.BootstrapSucceededCondition, metav1.ConditionUnknown, infrav1.BootstrappingReason, o.Message)
	case machine.Bootstrapped:
		status.Initialization.Provisioned = new(true)
		s.set(infrav1.PodRunningCondition, metav1.ConditionTrue, o.Reason, "")
		s.set(infrav1.BootstrapSucceededCondition, metav1.ConditionTrue, infrav1.BootstrapSucceededReason, "")
	}
}

// setBootstrapFailed says so of a machine that ended before it was bootstrapped.
func setBootstrapFailed(s *scope) {
	if !conditions.IsTrue(s.infraMachine, infrav1.BootstrapSucceededCondition) {
		s.set(infrav1.BootstrapSucceededCondition, metav1.ConditionFalse, infrav1.BootstrapFailedReason, "The machine ended before its bootstrap data was carried out")
	}
}

// reconcileZone reports where the machine is: where the Machine asks for or, by the zone of the host's node, where it
// was put.
func (r *Reconciler) reconcileZone(ctx context.Context, s *scope) (bool, error) {
	status := &s.infraMachine.Status
	if domain := s.machine.Spec.FailureDomain; domain != "" {
		status.FailureDomain = domain
		return true, nil
	}
	if status.FailureDomain != "" || status.Host.Node == "" || len(s.infraCluster.Spec.FailureDomains) > 0 {
		return true, nil
	}
	node := hosts.Metadata("Node")
	if err := s.host.Live.Get(ctx, client.ObjectKey{Name: status.Host.Node}, node); err != nil {
		return false, client.IgnoreNotFound(err)
	}
	status.FailureDomain = node.Labels[machine.LabelZone]
	return true, nil
}
