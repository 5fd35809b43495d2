// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package health

import (
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// State is how an object does.
type State string

const (
	// Healthy means that it works as desired.
	Healthy State = "Healthy"
	// Progressing means that it starts or changes, and works as far as it can.
	Progressing State = "Progressing"
	// Unhealthy means that it does not work.
	Unhealthy State = "Unhealthy"
)

// Health is what an object's status tells.
type Health struct {
	State State
	// Message says what is missing or wrong; empty if nothing is.
	Message string
}

// Of reads the health of an object, typed or unstructured.
func Of(obj client.Object) Health {
	if !obj.GetDeletionTimestamp().IsZero() {
		return progressing("it is being deleted and will be made anew")
	}
	if u, ok := obj.(*unstructured.Unstructured); ok {
		return ofUnstructured(u)
	}
	switch o := obj.(type) {
	case *appsv1.Deployment:
		return deployment(o)
	case *appsv1.DaemonSet:
		return daemonSet(o)
	case *appsv1.StatefulSet:
		return statefulSet(o)
	case *batchv1.Job:
		return job(o)
	case *apiextensionsv1.CustomResourceDefinition:
		return customResourceDefinition(o)
	}
	return healthy()
}

var apiService = schema.GroupKind{Group: "apiregistration.k8s.io", Kind: "APIService"}

// typed are the kinds whose status is looked at, by kind. The API of aggregation is no part of k8s.io/api.
var typed = map[schema.GroupKind]func() client.Object{
	{Group: appsv1.GroupName, Kind: "Deployment"}:                        func() client.Object { return &appsv1.Deployment{} },
	{Group: appsv1.GroupName, Kind: "DaemonSet"}:                         func() client.Object { return &appsv1.DaemonSet{} },
	{Group: appsv1.GroupName, Kind: "StatefulSet"}:                       func() client.Object { return &appsv1.StatefulSet{} },
	{Group: batchv1.GroupName, Kind: "Job"}:                              func() client.Object { return &batchv1.Job{} },
	{Group: apiextensionsv1.GroupName, Kind: "CustomResourceDefinition"}: func() client.Object { return &apiextensionsv1.CustomResourceDefinition{} },
}

// Known reports whether the status of a kind is looked at, so that it must be read.
func Known(kind schema.GroupKind) bool { return typed[kind] != nil || kind == apiService }

func ofUnstructured(u *unstructured.Unstructured) Health {
	kind := u.GroupVersionKind().GroupKind()
	if kind == apiService {
		return apiServiceHealth(u)
	}
	newObject, ok := typed[kind]
	if !ok {
		return healthy()
	}
	obj := newObject()
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, obj); err != nil {
		return unhealthy("its status cannot be read: %v", err)
	}
	return Of(obj)
}

// Worst joins healths: the worst one speaks for all.
func Worst(healths ...Health) Health {
	order := map[State]int{Healthy: 0, Progressing: 1, Unhealthy: 2}
	worst := healthy()
	for _, health := range healths {
		if order[health.State] > order[worst.State] {
			worst = health
		}
	}
	return worst
}

func healthy() Health { return Health{State: Healthy} }

func progressing(format string, args ...any) Health {
	return Health{State: Progressing, Message: fmt.Sprintf(format, args...)}
}

func unhealthy(format string, args ...any) Health {
	return Health{State: Unhealthy, Message: fmt.Sprintf(format, args...)}
}
