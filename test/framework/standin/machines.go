// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"context"
	"fmt"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/cloudconfig"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/machine"
)

// Stage is how far a machine gets.
type Stage string

const (
	// Pending pods find no node.
	Pending Stage = "pending"
	// Pulling pods wait for an image that is not there.
	Pulling Stage = "pulling"
	// Booting machines run and do not carry out their bootstrap data.
	Booting Stage = "booting"
	// Joined machines are nodes.
	Joined Stage = "joined"
	// Ending pods are deleted and do not end.
	Ending Stage = "ending"
)

// HostNode is the node that all machines run on.
const HostNode = "host-1"

// Machines plays, in a host cluster, the scheduler and the kubelet that run machine pods, and in a workload cluster the
// nodes that the machines become, by what their meta-data says.
type Machines struct {
	host, workload client.Client

	mu     sync.Mutex
	limits map[string]Stage // by namespace
}

// StartMachines plays until the context ends.
func StartMachines(ctx context.Context, host *rest.Config, workload client.Client) (*Machines, error) {
	mgr, err := newManager(host)
	if err != nil {
		return nil, err
	}
	m := &Machines{host: mgr.GetClient(), workload: workload, limits: map[string]Stage{}}
	if err := ctrl.NewControllerManagedBy(mgr).For(&corev1.Pod{}).Complete(reconcile.Func(m.run)); err != nil {
		return nil, fmt.Errorf("play machines: %w", err)
	}
	go func() { _ = mgr.Start(ctx) }()
	if !mgr.GetCache().WaitForCacheSync(ctx) {
		return nil, ctx.Err()
	}
	return m, nil
}

// Limit lets the machines of a namespace get to a stage and no further.
func (m *Machines) Limit(namespace string, stage Stage) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.limits[namespace] = stage
}

func (m *Machines) limit(namespace string) Stage {
	m.mu.Lock()
	defer m.mu.Unlock()
	if stage, limited := m.limits[namespace]; limited {
		return stage
	}
	return Joined
}

// Kill ends a machine as if its host had.
func (m *Machines) Kill(ctx context.Context, pod client.ObjectKey, exitCode int32, message string) error {
	found := &corev1.Pod{}
	if err := m.host.Get(ctx, pod, found); err != nil {
		return err
	}
	found.Status.Phase = corev1.PodFailed
	found.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: machine.Container, State: corev1.ContainerState{
		Terminated: &corev1.ContainerStateTerminated{Reason: "Error", ExitCode: exitCode, Message: message},
	}}}
	return m.host.Status().Update(ctx, found)
}

// run brings one pod as far as it may get.
func (m *Machines) run(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	pod := &corev1.Pod{}
	if err := m.host.Get(ctx, req.NamespacedName, pod); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if pod.Labels[machine.LabelMachine] == "" {
		return ctrl.Result{}, nil
	}
	limit := m.limit(req.Namespace)
	switch {
	case !pod.DeletionTimestamp.IsZero():
		if limit == Ending {
			return later, nil
		}
		return done(m.host.Delete(ctx, pod, client.GracePeriodSeconds(0)))
	case len(pod.Spec.SchedulingGates) > 0, pod.Status.Phase == corev1.PodFailed:
		return ctrl.Result{}, nil
	case pod.Spec.NodeName == "":
		return m.schedule(ctx, pod, limit)
	}
	return m.boot(ctx, pod, limit)
}

func (m *Machines) schedule(ctx context.Context, pod *corev1.Pod, limit Stage) (ctrl.Result, error) {
	if limit != Pending {
		binding := &corev1.Binding{Target: corev1.ObjectReference{Kind: "Node", Name: HostNode}}
		return done(m.host.SubResource("binding").Create(ctx, pod, binding))
	}
	if len(pod.Status.Conditions) > 0 && pod.Status.Conditions[0].Reason == corev1.PodReasonUnschedulable {
		return later, nil
	}
	pod.Status.Conditions = []corev1.PodCondition{{
		Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonUnschedulable, Message: "0/1 nodes are available",
	}}
	return again(m.host.Status().Update(ctx, pod))
}

// boot writes the state of a stage once, and looks again while the machine may not go on.
func (m *Machines) boot(ctx context.Context, pod *corev1.Pod, limit Stage) (ctrl.Result, error) {
	state := corev1.ContainerStatus{Name: machine.Container, Image: "played", ImageID: "played", ContainerID: "played://1"}
	phase := corev1.PodRunning
	switch limit {
	case Pulling:
		phase = corev1.PodPending
		state.State.Waiting = &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff", Message: "not found"}
	case Booting:
		state.State.Running = &corev1.ContainerStateRunning{StartedAt: metav1.Now()}
	default:
		state.State.Running, state.Ready, state.Started = &corev1.ContainerStateRunning{StartedAt: metav1.Now()}, true, ptr.To(true)
		if err := m.join(ctx, pod); err != nil {
			return done(err)
		}
	}
	if was := pod.Status.ContainerStatuses; len(was) > 0 && was[0].Ready == state.Ready && (was[0].State.Running == nil) == (state.State.Running == nil) {
		if state.Ready {
			return ctrl.Result{}, nil
		}
		return later, nil
	}
	pod.Status.Phase = phase
	pod.Status.ContainerStatuses = []corev1.ContainerStatus{state}
	if phase == corev1.PodRunning {
		pod.Status.PodIPs = []corev1.PodIP{{IP: "10.0.0.7"}}
		pod.Status.PodIP = "10.0.0.7"
	}
	return again(m.host.Status().Update(ctx, pod))
}

// join makes the node that a machine becomes, as its kubelet would.
func (m *Machines) join(ctx context.Context, pod *corev1.Pod) error {
	secret := &corev1.Secret{}
	if err := m.host.Get(ctx, client.ObjectKeyFromObject(pod), secret); err != nil {
		return err
	}
	told, err := cloudconfig.ParseMetaData(secret.Data[cloudconfig.MetaDataFile])
	if err != nil {
		return err
	}
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: told.LocalHostname}, Spec: corev1.NodeSpec{ProviderID: told.ProviderID}}
	if err := m.workload.Create(ctx, node); err != nil {
		return client.IgnoreAlreadyExists(err)
	}
	node.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "Played", LastTransitionTime: metav1.Now()}}
	node.Status.Addresses = []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: "10.0.0.7"}}
	return m.workload.Status().Update(ctx, node)
}

// again looks again after a write; an outdated cache is no error.
func again(err error) (ctrl.Result, error) {
	if _, err := done(err); err != nil {
		return ctrl.Result{}, err
	}
	return later, nil
}
