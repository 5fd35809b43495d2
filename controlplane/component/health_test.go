// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"strings"
	"testing"

	druidcommon "github.com/gardener/etcd-druid/api/common"
	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

func deploymentWith(change func(*appsv1.Deployment)) *appsv1.Deployment {
	d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Generation: 2}}
	d.Spec.Replicas = ptr.To[int32](2)
	d.Status = appsv1.DeploymentStatus{ObservedGeneration: 2, Replicas: 2, UpdatedReplicas: 2, ReadyReplicas: 2, AvailableReplicas: 2}
	if change != nil {
		change(d)
	}
	return d
}

func etcdWith(change func(*druidv1alpha1.Etcd), conditions ...druidv1alpha1.Condition) *druidv1alpha1.Etcd {
	e := &druidv1alpha1.Etcd{ObjectMeta: metav1.ObjectMeta{Generation: 2}}
	e.Spec.Replicas = 3
	e.Status = druidv1alpha1.EtcdStatus{ObservedGeneration: ptr.To[int64](2), ReadyReplicas: 3, Conditions: conditions}
	if change != nil {
		change(e)
	}
	return e
}

func etcdSays(kind druidv1alpha1.ConditionType, status druidv1alpha1.ConditionStatus) druidv1alpha1.Condition {
	return druidv1alpha1.Condition{Type: kind, Status: status, Reason: "Reason", Message: "message"}
}

func TestHealthOf(t *testing.T) {
	const (
		ready, all, updated = druidv1alpha1.ConditionTypeReady, druidv1alpha1.ConditionTypeAllMembersReady, druidv1alpha1.ConditionTypeAllMembersUpdated
		yes, no             = druidv1alpha1.ConditionTrue, druidv1alpha1.ConditionFalse
		ok, moving, bad     = controlplanev1.ComponentHealthy, controlplanev1.ComponentProgressing, controlplanev1.ComponentUnhealthy
	)
	failing := func(e *druidv1alpha1.Etcd) {
		e.Status.LastErrors = []druidcommon.LastError{{Description: "cannot create the StatefulSet"}}
	}
	cases := map[string]struct {
		obj     client.Object
		state   controlplanev1.ComponentState
		message string
	}{
		"what runs nothing":     {&corev1.Secret{}, ok, ""},
		"what is being deleted": {&corev1.Secret{ObjectMeta: metav1.ObjectMeta{DeletionTimestamp: ptr.To(metav1.Now())}}, moving, "being deleted"},

		"a complete Deployment": {deploymentWith(nil), ok, ""},
		"a rolling Deployment":  {deploymentWith(func(d *appsv1.Deployment) { d.Status.UpdatedReplicas = 1 }), moving, "1 of 2 pods are up to date"},

		"a complete etcd":                  {etcdWith(nil, etcdSays(ready, yes), etcdSays(all, yes), etcdSays(updated, yes)), ok, ""},
		"an etcd that is new":              {etcdWith(func(e *druidv1alpha1.Etcd) { e.Status = druidv1alpha1.EtcdStatus{} }), moving, "not carried out"},
		"an etcd that starts":              {etcdWith(nil, etcdSays(ready, druidv1alpha1.ConditionUnknown)), moving, "starting"},
		"an etcd without quorum":           {etcdWith(nil, etcdSays(ready, no)), bad, "Reason: message"},
		"an etcd that lacks a member":      {etcdWith(func(e *druidv1alpha1.Etcd) { e.Status.ReadyReplicas = 2 }, etcdSays(ready, yes), etcdSays(all, no)), moving, "2 of 3 members are ready"},
		"an etcd that rolls":               {etcdWith(nil, etcdSays(ready, yes), etcdSays(all, yes), etcdSays(updated, no)), moving, "being updated"},
		"an etcd with a pending change":    {etcdWith(func(e *druidv1alpha1.Etcd) { e.Generation = 3 }, etcdSays(ready, yes), etcdSays(all, yes), etcdSays(updated, yes)), moving, "not carried out"},
		"an etcd that druid cannot make":   {etcdWith(failing), bad, "etcd-druid: cannot create the StatefulSet"},
		"an etcd that druid cannot change": {etcdWith(failing, etcdSays(ready, yes)), moving, "etcd-druid: cannot create the StatefulSet"},
		"an etcd made of two":              {etcdWith(nil, etcdSays(ready, yes), etcdSays(druidv1alpha1.ConditionTypeClusterIDMismatch, yes)), bad, "restore it"},
		"an etcd whose backups fail, a warning": {etcdWith(nil, etcdSays(ready, yes), etcdSays(all, yes), etcdSays(updated, yes),
			etcdSays(druidv1alpha1.ConditionTypeBackupReady, no)), ok, "backups fail: message"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			health := HealthOf(c.obj)
			g.Expect(health.State).To(Equal(c.state), health.Message)
			g.Expect(health.Message).To(ContainSubstring(c.message))
			if c.message == "" {
				g.Expect(health.Message).To(BeEmpty())
			}
		})
	}
}

func TestPodProblemTellsWhatHelpsMost(t *testing.T) {
	pod := func(name string, change func(*corev1.Pod)) corev1.Pod {
		p := corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name}}
		change(&p)
		return p
	}
	waiting := func(name, reason, message, last string) corev1.Pod {
		return pod(name, func(p *corev1.Pod) {
			status := corev1.ContainerStatus{Name: "main", State: corev1.ContainerState{
				Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}}
			if last != "" {
				status.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{Reason: "Error", ExitCode: 1, Message: last}
			}
			p.Status.ContainerStatuses = []corev1.ContainerStatus{status}
		})
	}
	unschedulable := pod("a", func(p *corev1.Pod) {
		p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Message: "0/1 nodes are available"}}
	})
	unready := pod("r", func(p *corev1.Pod) {
		p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "main", State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}}
	})
	ready := pod("g", func(p *corev1.Pod) {
		p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "main", Ready: true, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}}
	})
	failed := pod("f", func(p *corev1.Pod) { p.Status.Phase, p.Status.Reason = corev1.PodFailed, "Evicted" })
	going := waiting("d", "ImagePullBackOff", "", "")
	going.DeletionTimestamp = ptr.To(metav1.Now())
	crash := waiting("c", "CrashLoopBackOff", "back-off 5m0s", "first line\nunknown flag: --x\n")
	cases := map[string]struct {
		pods []corev1.Pod
		want string
	}{
		"no pods":                     {nil, ""},
		"pods that run":               {[]corev1.Pod{ready}, ""},
		"a pod that is not ready":     {[]corev1.Pod{ready, unready}, "container main of pod r is not ready yet"},
		"a pod without a place":       {[]corev1.Pod{crash, unschedulable}, "pod a cannot be scheduled: 0/1 nodes are available"},
		"an image that is missing":    {[]corev1.Pod{waiting("i", "ImagePullBackOff", "not found", "")}, "container main of pod i: ImagePullBackOff: not found"},
		"a Secret that is missing":    {[]corev1.Pod{waiting("s", "CreateContainerConfigError", `secret "x" not found`, "")}, `container main of pod s: CreateContainerConfigError: secret "x" not found`},
		"a crash, with its last line": {[]corev1.Pod{crash}, "container main of pod c: CrashLoopBackOff: Error, exit code 1: unknown flag: --x"},
		"a start that is normal":      {[]corev1.Pod{waiting("n", "ContainerCreating", "", "")}, ""},
		"a pod that was evicted":      {[]corev1.Pod{failed}, "pod f failed: Evicted"},
		"a pod that leaves anyway":    {[]corev1.Pod{going}, ""},
		"of equals always the same":   {[]corev1.Pod{waiting("b", "ErrImagePull", "", ""), waiting("a", "ErrImagePull", "", "")}, "container main of pod a: ErrImagePull: "},
		"a long message is shortened": {[]corev1.Pod{waiting("l", "ErrImagePull", strings.Repeat("x", 999), "")}, "container main of pod l: ErrImagePull: " + strings.Repeat("x", 260) + "…"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			NewWithT(t).Expect(PodProblem(c.pods)).To(Equal(c.want))
		})
	}
}

func TestInstancesOf(t *testing.T) {
	replicaSet := func(version string, replicas int32) appsv1.ReplicaSet {
		rs := appsv1.ReplicaSet{Status: appsv1.ReplicaSetStatus{Replicas: replicas}}
		rs.Spec.Template.Annotations = map[string]string{wiring.AnnotationVersion: version}
		return rs
	}
	g := NewWithT(t)
	rolling := deploymentWith(func(d *appsv1.Deployment) { d.Status.Replicas, d.Status.UpdatedReplicas = 3, 1 })
	got := InstancesOf(rolling, []appsv1.ReplicaSet{
		replicaSet("v1.36.0", 1), replicaSet("v1.35.10", 1), replicaSet("v1.35.9", 1), replicaSet("v1.34.0", 0)})
	g.Expect(got).To(Equal(Instances{
		Exist: true, Desired: 2, Total: 3, Ready: 2, Available: 2, UpToDate: 1,
		Versions: []clusterv1.StatusVersion{{Version: "v1.35.9", Replicas: 1}, {Version: "v1.35.10", Replicas: 1}, {Version: "v1.36.0", Replicas: 1}},
	}))
	changed := deploymentWith(func(d *appsv1.Deployment) { d.Generation = 3 })
	g.Expect(InstancesOf(changed, nil).UpToDate).To(BeZero(), "nothing is up to date before the change was observed")
}
