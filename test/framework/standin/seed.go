// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"context"
	"fmt"
	"sync"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// Part is one of the things that are played.
type Part string

// What a test can hold, so that it stays as it is.
const (
	// Etcds are not carried out: neither made ready nor let go.
	Etcds Part = "etcds"
	// Deployments are not rolled out.
	Deployments Part = "deployments"
	// LoadBalancers get no address.
	LoadBalancers Part = "loadbalancers"
	// Namespaces are not finished.
	Namespaces Part = "namespaces"
	// APIServers answer that they are not ready.
	APIServers Part = "apiservers"
)

// Seed is a cluster in which the parts are played.
type Seed struct {
	client client.Client

	mu      sync.Mutex
	held    map[held]bool
	servers map[client.ObjectKey]*apiServer
}

type held struct {
	namespace string
	part      Part
}

// Start plays in a cluster until the context ends. Without etcd-druid's kinds, no etcd is played.
func Start(ctx context.Context, cluster *rest.Config, etcds bool) (*Seed, error) {
	mgr, err := newManager(cluster)
	if err != nil {
		return nil, err
	}
	s := &Seed{client: mgr.GetClient(), held: map[held]bool{}, servers: map[client.ObjectKey]*apiServer{}}
	play := map[client.Object]reconcile.Func{
		&appsv1.Deployment{}: s.rollOut,
		&corev1.Service{}:    s.balance,
		&corev1.Namespace{}:  s.finish,
	}
	if etcds {
		play[&druidv1alpha1.Etcd{}] = s.runEtcd
	}
	for object, act := range play {
		// What a part writes is of no interest to it, except that the generation moves on.
		err := ctrl.NewControllerManagedBy(mgr).For(object, builder.WithPredicates(predicate.ResourceVersionChangedPredicate{})).Complete(act)
		if err != nil {
			return nil, fmt.Errorf("play %T: %w", object, err)
		}
	}
	go func() { _ = mgr.Start(ctx) }()
	if !mgr.GetCache().WaitForCacheSync(ctx) {
		return nil, ctx.Err()
	}
	return s, nil
}

func newManager(cluster *rest.Config) (ctrl.Manager, error) {
	scheme := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(scheme); err != nil {
		return nil, err
	}
	if err := druidv1alpha1.AddToScheme(scheme); err != nil {
		return nil, err
	}
	anyName := true // Several play in one process.
	return ctrl.NewManager(cluster, ctrl.Options{
		Scheme: scheme, Metrics: server.Options{BindAddress: "0"}, Controller: config.Controller{SkipNameValidation: &anyName},
	})
}

// Hold keeps a part of a namespace as it is until it is released.
func (s *Seed) Hold(namespace string, part Part) { s.hold(namespace, part, true) }

// Release lets a part go on.
func (s *Seed) Release(namespace string, part Part) { s.hold(namespace, part, false) }

func (s *Seed) hold(namespace string, part Part, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held[held{namespace, part}] = on
}

func (s *Seed) holds(namespace string, part Part) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.held[held{namespace, part}]
}

// Client is that of the parts, for a test that plays another one.
func (s *Seed) Client() client.Client { return s.client }
