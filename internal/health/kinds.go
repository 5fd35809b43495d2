// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package health

import (
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/utils/ptr"
)

const (
	deadlineExceededReason = "ProgressDeadlineExceeded"
	rolledOutReason        = "NewReplicaSetAvailable"
)

func deployment(d *appsv1.Deployment) Health {
	status, desired := d.Status, ptr.Deref(d.Spec.Replicas, 1)
	if status.ObservedGeneration < d.Generation {
		return unobserved()
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
		return healthy()
	case status.AvailableReplicas == 0 && progress.Reason == rolledOutReason:
		return unhealthy("none of %d pods is available", desired)
	}
	return progressing("%d of %d pods are available", status.AvailableReplicas, desired)
}

func unobserved() Health { return progressing("its change has not been observed yet") }

func deploymentCondition(d *appsv1.Deployment, kind appsv1.DeploymentConditionType) appsv1.DeploymentCondition {
	for _, condition := range d.Status.Conditions {
		if condition.Type == kind {
			return condition
		}
	}
	return appsv1.DeploymentCondition{}
}

// daemonSet counts pods on nodes that should have one; without such nodes there is nothing to miss.
func daemonSet(d *appsv1.DaemonSet) Health {
	status, desired := d.Status, d.Status.DesiredNumberScheduled
	switch {
	case status.ObservedGeneration < d.Generation:
		return unobserved()
	case d.Spec.UpdateStrategy.Type != appsv1.OnDeleteDaemonSetStrategyType && status.UpdatedNumberScheduled < desired:
		return progressing("%d of %d pods are up to date", status.UpdatedNumberScheduled, desired)
	case status.NumberAvailable < desired && status.NumberAvailable == 0:
		return unhealthy("none of %d pods is available", desired)
	case status.NumberAvailable < desired:
		return progressing("%d of %d pods are available", status.NumberAvailable, desired)
	}
	return healthy()
}

func statefulSet(s *appsv1.StatefulSet) Health {
	status, desired := s.Status, ptr.Deref(s.Spec.Replicas, 1)
	switch {
	case status.ObservedGeneration < s.Generation:
		return unobserved()
	case status.AvailableReplicas < desired:
		return progressing("%d of %d pods are available", status.AvailableReplicas, desired)
	case s.Spec.UpdateStrategy.Type != appsv1.OnDeleteStatefulSetStrategyType && status.CurrentRevision != status.UpdateRevision:
		return progressing("%d of %d pods are up to date", status.UpdatedReplicas, desired)
	}
	return healthy()
}

func job(j *batchv1.Job) Health {
	for _, condition := range j.Status.Conditions {
		if condition.Status != corev1.ConditionTrue {
			continue
		}
		switch condition.Type {
		case batchv1.JobFailed:
			return unhealthy("it failed: %s", condition.Message)
		case batchv1.JobComplete, batchv1.JobSuspended:
			return healthy()
		}
	}
	return progressing("it has not completed yet")
}

func customResourceDefinition(c *apiextensionsv1.CustomResourceDefinition) Health {
	established := false
	for _, condition := range c.Status.Conditions {
		switch condition.Type {
		case apiextensionsv1.NamesAccepted:
			if condition.Status == apiextensionsv1.ConditionFalse {
				return unhealthy("its names are taken: %s", condition.Message)
			}
		case apiextensionsv1.Established:
			established = condition.Status == apiextensionsv1.ConditionTrue
		}
	}
	if !established {
		return progressing("it is not served yet")
	}
	return healthy()
}

func apiServiceHealth(u *unstructured.Unstructured) Health {
	conditions, _, _ := unstructured.NestedSlice(u.Object, "status", "conditions")
	for _, item := range conditions {
		condition, _ := item.(map[string]any)
		if condition["type"] != "Available" {
			continue
		}
		if condition["status"] == "True" {
			return healthy()
		}
		message, _ := condition["message"].(string)
		return unhealthy("it is not available: %s", message)
	}
	return progressing("its availability has not been observed yet")
}
