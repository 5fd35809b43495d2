// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// AddToScheme registers what a client of a seed needs to know.
func AddToScheme(scheme *runtime.Scheme) error {
	builder := runtime.NewSchemeBuilder(clientgoscheme.AddToScheme, druidv1alpha1.AddToScheme)
	return builder.AddToScheme(scheme)
}

// scheme is for what happens before a client is there.
var scheme = func() *runtime.Scheme {
	s := runtime.NewScheme()
	utilruntime.Must(AddToScheme(s))
	// Target objects grant what Kubernetes' built-in roles do not.
	utilruntime.Must(rbacv1.AddToScheme(s))
	return s
}()

// Kinds are the kinds of runtime objects that components may render. Whoever calls the Engine watches them, with
// ReplicaSets and Pods, by the label wiring.LabelManagedBy.
func Kinds() []schema.GroupVersionKind {
	return []schema.GroupVersionKind{
		corev1.SchemeGroupVersion.WithKind("ConfigMap"),
		corev1.SchemeGroupVersion.WithKind("Secret"),
		corev1.SchemeGroupVersion.WithKind("Service"),
		networkingv1.SchemeGroupVersion.WithKind("NetworkPolicy"),
		policyv1.SchemeGroupVersion.WithKind("PodDisruptionBudget"),
		appsv1.SchemeGroupVersion.WithKind("Deployment"),
		druidv1alpha1.SchemeGroupVersion.WithKind("Etcd"),
	}
}

// stage orders the objects of a component: what others read comes first and goes last, what runs pods comes last
// and goes first.
type stage int

const (
	stageConfiguration stage = iota
	stageSurroundings
	stageWorkload
)

func stageOf(obj runtime.Object) stage {
	switch obj.(type) {
	case *corev1.ConfigMap, *corev1.Secret:
		return stageConfiguration
	case *appsv1.Deployment, *druidv1alpha1.Etcd:
		return stageWorkload
	}
	return stageSurroundings
}

// Unstructured returns an object as it is sent, complete with its kind and without status. What is no Go type, such as
// the manifests of users, stays as it is.
func Unstructured(obj client.Object) (*unstructured.Unstructured, error) {
	if document, isDocument := obj.(*unstructured.Unstructured); isDocument {
		return document.DeepCopy(), nil
	}
	return apply.ToUnstructured(scheme, obj)
}
