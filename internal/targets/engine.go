// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package targets

import (
	"context"
	"errors"
	"fmt"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	toolscache "k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/cluster-api/controllers/clustercache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/health"
)

// ErrNotConnected says that there is no connection to the workload cluster. Whoever watches the ClusterCache is
// called when there is one.
var ErrNotConnected = clustercache.ErrClusterNotConnected

// Clusters are the connections to workload clusters, as clustercache.ClusterCache has them. Their caches must be made
// with the options of Engine.CacheOptions.
type Clusters interface {
	GetClient(ctx context.Context, cluster client.ObjectKey) (client.Client, error)
	GetUncachedClient(ctx context.Context, cluster client.ObjectKey) (client.Client, error)
	Watch(ctx context.Context, cluster client.ObjectKey, watcher clustercache.Watcher) error
}

// Engine keeps sets of objects in workload clusters. One serves many clusters. See New.
type Engine struct {
	set applySet

	mu       sync.Mutex
	clusters Clusters
	queue    workqueue.TypedRateLimitingInterface[reconcile.Request]
	memories map[client.ObjectKey]*memory
}

// memory is what is known of a cluster besides what is in its cache.
type memory struct {
	mu      sync.Mutex
	request reconcile.Request
	// written is what was written last, by object.
	written map[apply.Key]written
}

// New returns an engine that keeps its inventory in a ConfigMap of this name in kube-system. Engines of different
// names leave each other's objects alone.
func New(name string) *Engine {
	return &Engine{
		set:      applySet{parent: client.ObjectKey{Namespace: metav1.NamespaceSystem, Name: name}},
		memories: map[client.ObjectKey]*memory{},
	}
}

// CacheOptions are what the caches of workload clusters must be made with: of the usual kinds they hold what belongs
// to the engine, and of every object what the engine looks at.
func (e *Engine) CacheOptions() clustercache.CacheOptions {
	options := clustercache.CacheOptions{DefaultTransform: transform, ByObject: map[client.Object]cache.ByObject{}}
	for _, stage := range stages {
		for _, kind := range stage {
			options.ByObject[newCached(kind)] = cache.ByObject{Label: e.set.selector()}
		}
	}
	return options
}

// Connect gives the engine its connections, before the first Reconcile.
func (e *Engine) Connect(clusters Clusters) { e.clusters = clusters }

// Source enqueues the request of a cluster when an object there needs attention.
func (e *Engine) Source() source.Source {
	return source.Func(func(_ context.Context, queue workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.queue = queue
		return nil
	})
}

// Forget frees what is remembered of a cluster.
func (e *Engine) Forget(cluster client.ObjectKey) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.memories, cluster)
}

func (e *Engine) memory(cluster client.ObjectKey, request reconcile.Request) *memory {
	e.mu.Lock()
	defer e.mu.Unlock()
	m, ok := e.memories[cluster]
	if !ok {
		m = &memory{written: map[apply.Key]written{}}
		e.memories[cluster] = m
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.request = request
	return m
}

func (m *memory) remember(key apply.Key, w written) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.written[key] = w
}

func (m *memory) forget(key apply.Key) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.written, key)
}

func (m *memory) recall(key apply.Key) (written, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w, ok := m.written[key]
	return w, ok
}

// watcher adds an informer to the cache of a cluster.
type watcher struct {
	object client.Object
	notify toolscache.ResourceEventHandler
}

var _ clustercache.Watcher = &watcher{}

// Name implements clustercache.Watcher.
func (w *watcher) Name() string {
	return "targets " + w.object.GetObjectKind().GroupVersionKind().String()
}

// Object implements clustercache.Watcher.
func (w *watcher) Object() client.Object { return w.object }

// Watch implements clustercache.Watcher. It does not wait.
func (w *watcher) Watch(from cache.Cache) error {
	informer, err := from.GetInformer(context.Background(), w.object, cache.BlockUntilSynced(false))
	if err != nil {
		return err
	}
	_, err = informer.AddEventHandler(w.notify)
	return err
}

// notify enqueues the request of a cluster when an object changes otherwise than by what was written here.
func (e *Engine) notify(m *memory) toolscache.ResourceEventHandler {
	return toolscache.ResourceEventHandlerFuncs{
		AddFunc: func(obj any) {
			if object, ok := obj.(client.Object); ok && e.set.has(object) && !m.wrote(object) {
				e.enqueue(m)
			}
		},
		UpdateFunc: func(before, after any) {
			old, isOld := before.(client.Object)
			object, isNew := after.(client.Object)
			if !isOld || !isNew || !e.set.has(old) && !e.set.has(object) || sameState(old, object) {
				return
			}
			if !e.set.has(object) || !m.wrote(object) || health.Of(old) != health.Of(object) {
				e.enqueue(m)
			}
		},
		DeleteFunc: func(obj any) {
			if tombstone, ok := obj.(toolscache.DeletedFinalStateUnknown); ok {
				obj = tombstone.Obj
			}
			if object, ok := obj.(client.Object); ok && e.set.has(object) {
				e.enqueue(m)
			}
		},
	}
}

// wrote reports whether an object is as it was last written.
func (m *memory) wrote(obj client.Object) bool {
	gvk := obj.GetObjectKind().GroupVersionKind()
	w, ok := m.recall(apply.Key{GroupKind: gvk.GroupKind(), ObjectKey: client.ObjectKeyFromObject(obj)})
	return ok && w == writtenOf(obj) && obj.GetDeletionTimestamp().IsZero()
}

func (e *Engine) enqueue(m *memory) {
	e.mu.Lock()
	queue := e.queue
	e.mu.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	if queue != nil {
		queue.Add(m.request)
	}
}

// newCached is an empty object of a kind as caches hold it: whole where the status is looked at, else metadata.
func newCached(kind schema.GroupVersionKind) client.Object {
	if health.Known(kind.GroupKind()) {
		u := &unstructured.Unstructured{}
		u.SetGroupVersionKind(kind)
		return u
	}
	metadata := &metav1.PartialObjectMetadata{}
	metadata.SetGroupVersionKind(kind)
	return metadata
}

func newCachedList(kind schema.GroupVersionKind) client.ObjectList {
	list := kind.GroupVersion().WithKind(kind.Kind + "List")
	if health.Known(kind.GroupKind()) {
		u := &unstructured.UnstructuredList{}
		u.SetGroupVersionKind(list)
		return u
	}
	metadata := &metav1.PartialObjectMetadataList{}
	metadata.SetGroupVersionKind(list)
	return metadata
}

// UnreachableError says that the API server of the workload cluster does not answer.
type UnreachableError struct{ Err error }

// Error implements error.
func (e *UnreachableError) Error() string {
	return fmt.Sprintf("the API server of the workload cluster does not answer: %v", e.Err)
}

// Unwrap returns the cause.
func (e *UnreachableError) Unwrap() error { return e.Err }

// unreachable reports whether an error is no answer of an API server.
func unreachable(err error) bool {
	var answer interface{ Status() metav1.Status }
	var applied *apply.Error
	if errors.As(err, &applied) && applied.Reason == apply.KindMissing {
		return false
	}
	return !errors.As(err, &answer)
}
