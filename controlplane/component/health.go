// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"fmt"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/health"
)

// Health is what an object's status tells.
type Health struct {
	State controlplanev1.ComponentState
	// Message says what is missing or wrong. It may also warn although the state is healthy.
	Message string
}

// HealthOf reads the health of an object from its status. Objects that run nothing are healthy by existing.
func HealthOf(obj client.Object) Health {
	if etcd, ok := obj.(*druidv1alpha1.Etcd); ok && etcd.DeletionTimestamp.IsZero() {
		return etcdHealth(etcd)
	}
	found := health.Of(obj)
	return Health{State: controlplanev1.ComponentState(found.State), Message: found.Message}
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
