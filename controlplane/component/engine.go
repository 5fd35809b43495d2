// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// Engine brings components to their desired state in one seed. It holds no state; one may serve many control planes.
type Engine struct {
	// Client reads, usually from a cache, and writes.
	Client client.Client
	// APIReader reads past the cache before a certificate is issued, so that a cache that is behind does not lead to
	// a second one. If nil, Client.
	APIReader client.Reader
}

// Reconcile brings all components as far as they can get now, and reports where they are. Components that do not
// need each other are handled at the same time, and the failure of one is in its report and holds up no other. The
// error is for what concerns all: the seed could not be read. Nothing waits; what is missing is watched.
//
// The seed's client knows the types of AddToScheme.
func (e *Engine) Reconcile(
	ctx context.Context, in *Input, components []Component, roots *pki.Roots, now time.Time,
) (Report, error) {
	live, err := e.inventory(ctx, in.Namespace)
	if err != nil {
		return Report{}, fmt.Errorf("read the objects of the control plane: %w", err)
	}
	observed, err := e.observe(ctx, in, live)
	if err != nil {
		return Report{}, err
	}
	before, err := e.instances(ctx, in.Namespace, live[wiring.KubeAPIServer])
	if err != nil {
		return Report{}, err
	}
	withFacts := *in
	withFacts.Observed = observed
	p := &pass{
		Engine: e, in: &withFacts, roots: roots, now: now, live: live, results: map[string]*result{}, apiServer: before.oldest(),
	}
	for _, c := range components {
		p.results[c.Name()] = &result{done: make(chan struct{}), report: ComponentReport{Name: c.Name()}}
	}
	var group sync.WaitGroup
	for i, c := range components {
		group.Go(func() { p.reconcile(ctx, c, components[:i]) })
	}
	group.Wait()
	report := p.report(components)
	report.Components = append(report.Components, p.removeUnknown(ctx)...)
	report.APIServer, err = e.instances(ctx, in.Namespace, p.objects(wiring.KubeAPIServer))
	if err != nil {
		return Report{}, err
	}
	return report, nil
}

// inventory returns what exists, by component.
func (e *Engine) inventory(ctx context.Context, namespace string) (map[string][]client.Object, error) {
	objects, err := apply.List(ctx, e.Client, e.Client.Scheme(), Kinds(),
		client.InNamespace(namespace), client.MatchingLabels{wiring.LabelManagedBy: wiring.ManagedBy},
		client.HasLabels{wiring.LabelComponent})
	if err != nil {
		return nil, err
	}
	byComponent := map[string][]client.Object{}
	for _, obj := range objects {
		component := obj.GetLabels()[wiring.LabelComponent]
		byComponent[component] = append(byComponent[component], obj)
	}
	return byComponent, nil
}

// instances counts the pods of kube-apiserver's Deployment, if it is among the objects.
func (e *Engine) instances(ctx context.Context, namespace string, objects []client.Object) (Instances, error) {
	i := slices.IndexFunc(objects, func(obj client.Object) bool {
		_, isDeployment := obj.(*appsv1.Deployment)
		return isDeployment && obj.GetName() == wiring.KubeAPIServer
	})
	if i < 0 {
		return Instances{}, nil
	}
	list := &appsv1.ReplicaSetList{}
	err := e.Client.List(ctx, list, client.InNamespace(namespace), client.MatchingLabels{
		wiring.LabelManagedBy: wiring.ManagedBy, wiring.LabelComponent: wiring.KubeAPIServer,
	})
	if err != nil {
		return Instances{}, fmt.Errorf("read the ReplicaSets of %s: %w", wiring.KubeAPIServer, err)
	}
	return InstancesOf(objects[i].(*appsv1.Deployment), list.Items), nil
}

// pods reads the pods of a component. Those of etcd are managed by etcd-druid and say so, unlike all others.
func (e *Engine) pods(ctx context.Context, namespace, component string) ([]corev1.Pod, error) {
	pods := &corev1.PodList{}
	if err := e.Client.List(ctx, pods, client.InNamespace(namespace),
		client.MatchingLabels{wiring.LabelComponent: component}); err != nil {
		return nil, fmt.Errorf("read the pods of %s: %w", component, err)
	}
	return pods.Items, nil
}

func (e *Engine) apiReader() client.Reader {
	if e.APIReader != nil {
		return e.APIReader
	}
	return e.Client
}
