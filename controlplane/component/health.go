// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"fmt"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

// Health is what an object's status tells.
type Health struct {
	State controlplanev1.ComponentState
	// Message says what is missing or wrong. It may also warn although the state is healthy.
	Message string
}

// HealthOf reads the health of an object from its status. Objects that run nothing are healthy by existing.
func HealthOf(obj client.Object) Health {
	if !obj.GetDeletionTimestamp().IsZero() {
		return progressing("it is being deleted and will be made anew")
	}
	switch o := obj.(type) {
	case *appsv1.Deployment:
		return deploymentHealth(o)
	case *druidv1alpha1.Etcd:
		return etcdHealth(o)
	}
	return healthy("")
}

func healthy(message string) Health {
	return Health{State: controlplanev1.ComponentHealthy, Message: message}
}

func progressing(format string, args ...any) Health {
	return Health{State: controlplanev1.ComponentProgressing, Message: fmt.Sprintf(format, args...)}
}

func unhealthy(format string, args ...any) Health {
	return Health{State: controlplanev1.ComponentUnhealthy, Message: fmt.Sprintf(format, args...)}
}

const (
	deadlineExceededReason = "ProgressDeadlineExceeded"
	rolledOutReason        = "NewReplicaSetAvailable"
)

func deploymentHealth(d *appsv1.Deployment) Health {
	status, desired := d.Status, ptr.Deref(d.Spec.Replicas, 1)
	if status.ObservedGeneration < d.Generation {
		return progressing("its change has not been observed yet")
	}
	if failure := deploymentCondition(d, appsv1.DeploymentReplicaFailure); failure.Status == corev1.ConditionTrue {
		return unhealthy("pods cannot be created: %s", failure.Message)
	}
	progress := deploymentCondition(d, appsv1.DeploymentProgressing)
	switch {
	case progress.Reason == deadlineExceededReason:
		return unhealthy("the rollout is stuck: %d of %d new pods are available", min(status.AvailableReplicas, status.UpdatedReplicas), desired)
	case status.UpdatedReplicas < desired:
		return progressing("%d of %d pods are up to date", status.UpdatedReplicas, desired)
	case status.Replicas > status.UpdatedReplicas:
		return progressing("%d old pods are still there", status.Replicas-status.UpdatedReplicas)
	case status.AvailableReplicas >= desired:
		return healthy("")
	case status.AvailableReplicas == 0 && progress.Reason == rolledOutReason:
		return unhealthy("none of %d pods is available", desired)
	}
	return progressing("%d of %d pods are available", status.AvailableReplicas, desired)
}

func deploymentCondition(d *appsv1.Deployment, kind appsv1.DeploymentConditionType) appsv1.DeploymentCondition {
	for _, condition := range d.Status.Conditions {
		if condition.Type == kind {
			return condition
		}
	}
	return appsv1.DeploymentCondition{}
}

func etcdHealth(e *druidv1alpha1.Etcd) Health {
	ready := etcdCondition(e, druidv1alpha1.ConditionTypeReady)
	quorate := ready.Status == druidv1alpha1.ConditionTrue
	switch {
	case etcdCondition(e, druidv1alpha1.ConditionTypeClusterIDMismatch).Status == druidv1alpha1.ConditionTrue:
		return unhealthy("its members belong to different clusters: restore it from a backup")
	case len(e.Status.LastErrors) > 0 && !quorate:
		return unhealthy("etcd-druid: %s", e.Status.LastErrors[len(e.Status.LastErrors)-1].Description)
	case len(e.Status.LastErrors) > 0:
		return progressing("etcd-druid: %s", e.Status.LastErrors[len(e.Status.LastErrors)-1].Description)
	case ptr.Deref(e.Status.ObservedGeneration, 0) < e.Generation:
		return progressing("etcd-druid has not carried out its change yet")
	case ready.Status == druidv1alpha1.ConditionFalse:
		return unhealthy("%s: %s", ready.Reason, ready.Message)
	case !quorate:
		return progressing("its members are starting")
	}
	return quorateEtcdHealth(e)
}

// quorateEtcdHealth is about an etcd that serves.
func quorateEtcdHealth(e *druidv1alpha1.Etcd) Health {
	switch {
	case etcdCondition(e, druidv1alpha1.ConditionTypeAllMembersReady).Status != druidv1alpha1.ConditionTrue:
		return progressing("%d of %d members are ready", e.Status.ReadyReplicas, e.Spec.Replicas)
	case etcdCondition(e, druidv1alpha1.ConditionTypeAllMembersUpdated).Status != druidv1alpha1.ConditionTrue:
		return progressing("its members are being updated")
	}
	if backup := etcdCondition(e, druidv1alpha1.ConditionTypeBackupReady); backup.Status == druidv1alpha1.ConditionFalse {
		return healthy(fmt.Sprintf("backups fail: %s", backup.Message))
	}
	return healthy("")
}

func etcdCondition(e *druidv1alpha1.Etcd, kind druidv1alpha1.ConditionType) druidv1alpha1.Condition {
	for _, condition := range e.Status.Conditions {
		if condition.Type == kind {
			return condition
		}
	}
	return druidv1alpha1.Condition{}
}

// rolledOut reports whether no pod runs with an earlier version of the object any more.
func rolledOut(obj client.Object) bool {
	switch o := obj.(type) {
	case *appsv1.Deployment:
		s := o.Status
		return s.ObservedGeneration >= o.Generation && s.UpdatedReplicas == ptr.Deref(o.Spec.Replicas, 1) &&
			s.Replicas == s.UpdatedReplicas
	case *druidv1alpha1.Etcd:
		return ptr.Deref(o.Status.ObservedGeneration, 0) >= o.Generation &&
			etcdCondition(o, druidv1alpha1.ConditionTypeAllMembersUpdated).Status == druidv1alpha1.ConditionTrue
	}
	return true
}

// worst joins the healths of a component's objects: the worst one speaks for all.
func worst(healths []Health) Health {
	order := map[controlplanev1.ComponentState]int{
		controlplanev1.ComponentHealthy: 0, controlplanev1.ComponentProgressing: 1, controlplanev1.ComponentUnhealthy: 2,
	}
	result := healthy("")
	for _, health := range healths {
		worse := order[health.State] > order[result.State]
		if worse || health.State == result.State && result.Message == "" {
			result = health
		}
	}
	return result
}
