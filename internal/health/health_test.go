// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package health_test

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/health"
)

const (
	rolledOutReason        = "NewReplicaSetAvailable"
	deadlineExceededReason = "ProgressDeadlineExceeded"
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

func deploymentSays(kind appsv1.DeploymentConditionType, status corev1.ConditionStatus, reason, message string) appsv1.DeploymentCondition {
	return appsv1.DeploymentCondition{Type: kind, Status: status, Reason: reason, Message: message}
}

func daemonSetWith(change func(*appsv1.DaemonSet)) *appsv1.DaemonSet {
	d := &appsv1.DaemonSet{ObjectMeta: metav1.ObjectMeta{Generation: 2}}
	d.Status = appsv1.DaemonSetStatus{ObservedGeneration: 2, DesiredNumberScheduled: 2, UpdatedNumberScheduled: 2, NumberAvailable: 2}
	change(d)
	return d
}

func statefulSetWith(change func(*appsv1.StatefulSet)) *appsv1.StatefulSet {
	s := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Generation: 2}}
	s.Status = appsv1.StatefulSetStatus{ObservedGeneration: 2, AvailableReplicas: 1, CurrentRevision: "a", UpdateRevision: "a"}
	change(s)
	return s
}

func jobWith(kind batchv1.JobConditionType) *batchv1.Job {
	return &batchv1.Job{Status: batchv1.JobStatus{Conditions: []batchv1.JobCondition{{Type: kind, Status: corev1.ConditionTrue, Message: "message"}}}}
}

func definitionWith(kind apiextensionsv1.CustomResourceDefinitionConditionType, status apiextensionsv1.ConditionStatus) *apiextensionsv1.CustomResourceDefinition {
	return &apiextensionsv1.CustomResourceDefinition{Status: apiextensionsv1.CustomResourceDefinitionStatus{
		Conditions: []apiextensionsv1.CustomResourceDefinitionCondition{{Type: kind, Status: status, Message: "message"}},
	}}
}

func apiServiceWith(status string) *unstructured.Unstructured {
	u := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService"}}
	if status != "" {
		u.Object["status"] = map[string]any{"conditions": []any{map[string]any{"type": "Available", "status": status, "message": "message"}}}
	}
	return u
}

func TestOf(t *testing.T) {
	cases := map[string]struct {
		obj     client.Object
		state   health.State
		message string
	}{
		"what runs nothing":     {&corev1.Secret{}, health.Healthy, ""},
		"what is being deleted": {&corev1.Secret{ObjectMeta: metav1.ObjectMeta{DeletionTimestamp: ptr.To(metav1.Now())}}, health.Progressing, "being deleted"},

		"a complete Deployment": {deploymentWith(nil), health.Healthy, ""},
		"a Deployment without instances": {deploymentWith(func(d *appsv1.Deployment) {
			d.Spec.Replicas, d.Status = ptr.To[int32](0), appsv1.DeploymentStatus{ObservedGeneration: 2}
		}), health.Healthy, ""},
		"a Deployment that nobody looked at":           {deploymentWith(func(d *appsv1.Deployment) { d.Generation = 3 }), health.Progressing, "not been observed"},
		"a Deployment that is new":                     {deploymentWith(func(d *appsv1.Deployment) { d.Status = appsv1.DeploymentStatus{} }), health.Progressing, "not been observed"},
		"a rolling Deployment":                         {deploymentWith(func(d *appsv1.Deployment) { d.Status.UpdatedReplicas = 1 }), health.Progressing, "1 of 2 pods are up to date"},
		"a Deployment with old pods":                   {deploymentWith(func(d *appsv1.Deployment) { d.Status.Replicas = 3 }), health.Progressing, "1 old pods are still there"},
		"a Deployment of which one pod is unavailable": {deploymentWith(func(d *appsv1.Deployment) { d.Status.AvailableReplicas = 1 }), health.Progressing, "1 of 2 pods are available"},
		"a Deployment that starts":                     {deploymentWith(func(d *appsv1.Deployment) { d.Status.AvailableReplicas = 0 }), health.Progressing, "0 of 2"},
		"a Deployment that ran and lost its pods": {deploymentWith(func(d *appsv1.Deployment) {
			d.Status.AvailableReplicas = 0
			d.Status.Conditions = []appsv1.DeploymentCondition{deploymentSays(appsv1.DeploymentProgressing, corev1.ConditionTrue, rolledOutReason, "")}
		}), health.Unhealthy, "none of 2 pods is available"},
		"a stuck Deployment": {deploymentWith(func(d *appsv1.Deployment) {
			d.Status.AvailableReplicas = 1
			d.Status.Conditions = []appsv1.DeploymentCondition{deploymentSays(appsv1.DeploymentProgressing, corev1.ConditionFalse, deadlineExceededReason, "")}
		}), health.Unhealthy, "stuck"},
		"a Deployment beyond the quota": {deploymentWith(func(d *appsv1.Deployment) {
			d.Status.Conditions = []appsv1.DeploymentCondition{deploymentSays(appsv1.DeploymentReplicaFailure, corev1.ConditionTrue, "FailedCreate", "exceeded quota: q")}
		}), health.Unhealthy, "pods cannot be created: exceeded quota: q"},

		"a complete DaemonSet":               {daemonSetWith(func(*appsv1.DaemonSet) {}), health.Healthy, ""},
		"a DaemonSet without nodes":          {daemonSetWith(func(d *appsv1.DaemonSet) { d.Status = appsv1.DaemonSetStatus{ObservedGeneration: 2} }), health.Healthy, ""},
		"a DaemonSet that nobody looked at":  {daemonSetWith(func(d *appsv1.DaemonSet) { d.Generation = 3 }), health.Progressing, "not been observed"},
		"a rolling DaemonSet":                {daemonSetWith(func(d *appsv1.DaemonSet) { d.Status.UpdatedNumberScheduled = 1 }), health.Progressing, "1 of 2 pods are up to date"},
		"a DaemonSet that lacks a pod":       {daemonSetWith(func(d *appsv1.DaemonSet) { d.Status.NumberAvailable = 1 }), health.Progressing, "1 of 2 pods are available"},
		"a DaemonSet that does not run":      {daemonSetWith(func(d *appsv1.DaemonSet) { d.Status.NumberAvailable = 0 }), health.Unhealthy, "none of 2 pods is available"},
		"a complete StatefulSet":             {statefulSetWith(func(*appsv1.StatefulSet) {}), health.Healthy, ""},
		"a StatefulSet that nobody saw":      {statefulSetWith(func(s *appsv1.StatefulSet) { s.Generation = 3 }), health.Progressing, "not been observed"},
		"a StatefulSet that lacks a pod":     {statefulSetWith(func(s *appsv1.StatefulSet) { s.Status.AvailableReplicas = 0 }), health.Progressing, "0 of 1 pods are available"},
		"a rolling StatefulSet":              {statefulSetWith(func(s *appsv1.StatefulSet) { s.Status.UpdateRevision = "b" }), health.Progressing, "0 of 1 pods are up to date"},
		"a Job that runs":                    {&batchv1.Job{}, health.Progressing, "not completed"},
		"a Job that is done":                 {jobWith(batchv1.JobComplete), health.Healthy, ""},
		"a Job that failed":                  {jobWith(batchv1.JobFailed), health.Unhealthy, "it failed: message"},
		"a kind that is served":              {definitionWith(apiextensionsv1.Established, apiextensionsv1.ConditionTrue), health.Healthy, ""},
		"a kind that is new":                 {&apiextensionsv1.CustomResourceDefinition{}, health.Progressing, "not served yet"},
		"a kind whose names are taken":       {definitionWith(apiextensionsv1.NamesAccepted, apiextensionsv1.ConditionFalse), health.Unhealthy, "its names are taken: message"},
		"an aggregated API that answers":     {apiServiceWith("True"), health.Healthy, ""},
		"an aggregated API that is silent":   {apiServiceWith("False"), health.Unhealthy, "not available: message"},
		"an aggregated API that nobody knew": {apiServiceWith(""), health.Progressing, "not been observed"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := health.Of(c.obj)
			if got.State != c.state || !strings.Contains(got.Message, c.message) || (c.message == "") != (got.Message == "") {
				t.Errorf("the health is %v, want %s with %q", got, c.state, c.message)
			}
			if again := health.Of(asUnstructured(t, c.obj)); again != got {
				t.Errorf("unstructured, the health is %v, want %v", again, got)
			}
		})
	}
}

func asUnstructured(t *testing.T, obj client.Object) client.Object {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, apiextensionsv1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	u, err := apply.ToUnstructured(scheme, obj)
	if err != nil {
		t.Fatal(err)
	}
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(obj)
	if err != nil {
		t.Fatal(err)
	}
	if status, ok := content["status"]; ok {
		u.Object["status"] = status
	}
	return u
}

func TestWorstSpeaksForAll(t *testing.T) {
	moving := health.Health{State: health.Progressing, Message: "it starts"}
	broken := health.Health{State: health.Unhealthy, Message: "it crashes"}
	if got := health.Worst(moving, broken, health.Health{State: health.Healthy}); got != broken {
		t.Errorf("the worst is %v, want %v", got, broken)
	}
	if got := health.Worst(); got.State != health.Healthy {
		t.Errorf("nothing is %v, want Healthy", got)
	}
}
