// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package seeds

import (
	"context"
	"fmt"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/selection"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/connections"
)

// ErrConnecting says that the connection to a seed is being made. The user is reconciled when it stands.
var ErrConnecting = connections.ErrConnecting

// What else Get may answer, besides *PrerequisiteError.
type (
	// KubeconfigError says that the Secret with a seed's kubeconfig is missing or cannot be used.
	KubeconfigError = connections.KubeconfigError
	// UnreachableError says that the API server of a seed does not answer.
	UnreachableError = connections.UnreachableError
)

// AnotherSeedError says that the way to a seed leads to another cluster than the one a control plane runs in.
type AnotherSeedError struct {
	// Is and Was are the IDs of the clusters.
	Is, Was string
}

func (e *AnotherSeedError) Error() string {
	return fmt.Sprintf("spec.seed leads to cluster %s, but the control plane runs in cluster %s (the UID of its namespace kube-system); "+
		"set spec.seed.kubeconfigRef to a kubeconfig of the latter", e.Is, e.Was)
}

// Seed is a connected seed.
type Seed struct {
	// ID identifies the cluster however it is reached.
	ID string
	// Client reads objects that carry our cluster label from a cache and writes directly.
	Client client.Client
	// Live reads without a cache, for what is not ours.
	Live client.Reader
	// PodSecurity is the Pod Security level that namespaces of control planes enforce on this seed.
	PodSecurity string
}

// User is a control plane on a seed.
type User struct {
	// Cluster is the Cluster that the control plane belongs to, as its objects in the seed are labelled.
	Cluster client.ObjectKey
	// Request reconciles the control plane.
	Request reconcile.Request
}

// Connections holds one connection for each seed in use. Its zero value is not usable; see New.
type Connections struct {
	seeds *connections.Connections[string]
}

// New returns Connections without any connection. The local configuration reaches the management cluster, and
// management reads kubeconfig Secrets there without a cache.
func New(local *rest.Config, scheme *runtime.Scheme, management client.Reader) *Connections {
	return &Connections{seeds: connections.New(local, management, connections.Options[string]{
		Name: "seed", Field: "spec.seed.kubeconfigRef", Scheme: scheme,
		Inspect: inspect, OwnerOf: clusterOf, IsNews: isNews,
	})}
}

// Source enqueues users when their objects in a seed change and when their connection does.
func (c *Connections) Source() source.Source { return c.seeds.Source() }

// Get returns the seed of a control plane and registers the user for its events, on this connection only.
// Errors are ErrConnecting, *KubeconfigError, *UnreachableError and *PrerequisiteError.
func (c *Connections) Get(ctx context.Context, spec controlplanev1.SeedSpec, user User) (*Seed, error) {
	seed, err := c.seeds.Get(ctx, referenceOf(spec, user), connections.User{Owner: user.Cluster, Request: user.Request})
	if err != nil {
		return nil, err
	}
	return &Seed{ID: seed.ID, Client: seed.Client, Live: seed.Live, PodSecurity: seed.Facts}, nil
}

// Release forgets a user, and closes the connection when it was the last one.
func (c *Connections) Release(spec controlplanev1.SeedSpec, user User) {
	c.seeds.Release(referenceOf(spec, user), connections.User{Owner: user.Cluster, Request: user.Request})
}

// referenceOf identifies a seed; the zero reference is the management cluster.
func referenceOf(spec controlplanev1.SeedSpec, user User) connections.Reference {
	if spec.KubeconfigRef.Name == "" {
		return connections.Reference{}
	}
	return connections.Reference{
		Secret: client.ObjectKey{Namespace: user.Request.Namespace, Name: spec.KubeconfigRef.Name}, Key: spec.KubeconfigRef.Key,
	}
}

// inspect returns the Pod Security level that a seed allows for, and what is read there.
func inspect(mapper meta.RESTMapper) (string, connections.Kinds, error) {
	podSecurity, err := checkPrerequisites(mapper)
	return podSecurity, kinds(podSecurity), err
}

// clusterOf is the Cluster that an object in a seed belongs to; what control planes share belongs to none.
func clusterOf(object client.Object) client.ObjectKey {
	return client.ObjectKey{
		Namespace: object.GetLabels()[wiring.LabelClusterNamespace],
		Name:      object.GetLabels()[wiring.LabelClusterName],
	}
}

// namespacedKinds are the kinds in the namespaces of control planes that are read and watched.
func namespacedKinds() []client.Object {
	return []client.Object{
		&corev1.ConfigMap{}, &corev1.Secret{}, &corev1.Service{}, &corev1.Pod{}, &corev1.Namespace{},
		&appsv1.Deployment{}, &appsv1.ReplicaSet{},
		&networkingv1.NetworkPolicy{}, &policyv1.PodDisruptionBudget{},
		&druidv1alpha1.Etcd{},
	}
}

// sharedKinds are the cluster-scoped kinds that all control planes on a seed share.
func sharedKinds(podSecurity string) []client.Object {
	kinds := []client.Object{&schedulingv1.PriorityClass{}}
	if podSecurity == podSecurityRestricted {
		kinds = append(kinds,
			&admissionregistrationv1.MutatingAdmissionPolicy{}, &admissionregistrationv1.MutatingAdmissionPolicyBinding{})
	}
	return kinds
}

func kinds(podSecurity string) connections.Kinds {
	ours := exists(wiring.LabelClusterName)
	kinds := connections.Kinds{}
	for _, kind := range namespacedKinds() {
		kinds[kind] = cache.ByObject{Label: ours}
	}
	shared := labels.SelectorFromSet(labels.Set{wiring.LabelManagedBy: wiring.ManagedBy})
	for _, kind := range sharedKinds(podSecurity) {
		kinds[kind] = cache.ByObject{Label: shared}
	}
	return kinds
}

func exists(label string) labels.Selector {
	requirement, err := labels.NewRequirement(label, selection.Exists, nil)
	if err != nil {
		panic(err) // The label is a constant.
	}
	return labels.NewSelector().Add(*requirement)
}
