// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package connections

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	toolscache "k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
	"sigs.k8s.io/controller-runtime/pkg/cluster"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

const (
	// healthPeriod is the time between two looks at a cluster's API server, which is also how long its loss may go
	// unnoticed while nothing is written.
	healthPeriod = 10 * time.Second
	// healthTimeout is how long a look may take.
	healthTimeout = 5 * time.Second
)

// Cluster is a connected cluster. T is what the provider knows of it.
type Cluster[T any] struct {
	// ID identifies the cluster however it is reached: the UID of its namespace kube-system.
	ID string
	// Client reads what Options.Inspect asked for from a cache and writes directly.
	Client client.Client
	// Live reads without a cache.
	Live client.Reader
	// Facts is what Options.Inspect found out.
	Facts T
	// Version asks the API server for its version, for example "v1.36.3".
	Version func(ctx context.Context) (string, error)
}

// connection is the state of one connection. It is made and watched over in the background.
type connection[T any] struct {
	options     *Options[T]
	fingerprint string
	cancel      context.CancelFunc
	queue       workqueue.TypedRateLimitingInterface[reconcile.Request]

	mu      sync.Mutex
	users   map[client.ObjectKey]reconcile.Request // by owner
	cluster *Cluster[T]
	err     error
}

func newConnection[T any](
	ctx context.Context, options *Options[T], config *rest.Config, fingerprint string,
	queue workqueue.TypedRateLimitingInterface[reconcile.Request], users map[client.ObjectKey]reconcile.Request,
) *connection[T] {
	ctx, cancel := context.WithCancel(ctx) //nolint:gosec // close calls cancel.
	c := &connection[T]{options: options, fingerprint: fingerprint, cancel: cancel, queue: queue, users: users, err: ErrConnecting}
	go c.run(ctx, config)
	return c
}

// close ends the connection and returns its users.
func (c *connection[T]) close() map[client.ObjectKey]reconcile.Request {
	c.cancel()
	c.mu.Lock()
	defer c.mu.Unlock()
	users := c.users
	c.users = nil
	return users
}

func (c *connection[T]) use(user User) (*Cluster[T], error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.users[user.Owner] = user.Request
	return c.cluster, c.err
}

func (c *connection[T]) release(user User) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.users, user.Owner)
	return len(c.users)
}

// run connects, with growing pauses between attempts, and then watches over the connection until it is closed.
func (c *connection[T]) run(ctx context.Context, config *rest.Config) {
	backoff := wait.Backoff{Duration: time.Second, Factor: 2, Cap: time.Minute, Steps: 7, Jitter: 0.1}
	var connected *Cluster[T]
	var health rest.Interface
	_ = backoff.DelayFunc().Until(ctx, true, false, func(ctx context.Context) (bool, error) {
		var err error
		if connected, health, err = c.connect(ctx, config); err != nil {
			c.report(nil, err)
			return false, nil
		}
		return true, nil
	})
	if ctx.Err() != nil {
		return
	}
	c.report(connected, nil)
	wait.UntilWithContext(ctx, func(ctx context.Context) {
		c.report(connected, c.checkHealth(ctx, health))
	}, healthPeriod)
}

// report stores the state of the connection and reconciles all users when it changed.
func (c *connection[T]) report(connected *Cluster[T], err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	changed := (c.err == nil) != (err == nil) || (err != nil && c.err.Error() != err.Error())
	c.cluster, c.err = connected, err
	if !changed {
		return
	}
	for _, request := range c.users {
		c.queue.Add(request)
	}
}

func (c *connection[T]) unreachable(err error) error {
	return &UnreachableError{Name: c.options.Name, Err: err}
}

func (c *connection[T]) checkHealth(ctx context.Context, health rest.Interface) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	if err := health.Get().AbsPath("/readyz").Do(ctx).Error(); err != nil {
		return c.unreachable(err)
	}
	return nil
}

func (c *connection[T]) connect(ctx context.Context, config *rest.Config) (_ *Cluster[T], _ rest.Interface, failed error) {
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		if failed != nil {
			cancel() // The next attempt has a cache of its own.
		}
	}()
	httpClient, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, nil, c.unreachable(err)
	}
	disco, err := discovery.NewDiscoveryClientForConfigAndClient(config, httpClient)
	if err != nil {
		return nil, nil, c.unreachable(err)
	}
	if err := c.checkHealth(ctx, disco.RESTClient()); err != nil {
		return nil, nil, err
	}
	mapper, err := apiutil.NewDynamicRESTMapper(config, httpClient)
	if err != nil {
		return nil, nil, c.unreachable(err)
	}
	id, err := clusterID(ctx, config, httpClient)
	if err != nil {
		return nil, nil, c.unreachable(fmt.Errorf("tell the %s by its namespace %s: %w", c.options.Name, metav1.NamespaceSystem, err))
	}
	facts, kinds, err := c.options.Inspect(mapper) // Before the cache, which refuses kinds that are not served.
	if err != nil {
		return nil, nil, err
	}
	connected, err := cluster.New(config, func(o *cluster.Options) {
		o.Scheme = c.options.Scheme
		o.Logger = ctrl.LoggerFrom(ctx).WithName(c.options.Name)
		o.HTTPClient = httpClient
		o.MapperProvider = func(*rest.Config, *http.Client) (meta.RESTMapper, error) { return mapper, nil }
		o.Cache = cache.Options{ByObject: kinds, DefaultTransform: cache.TransformStripManagedFields()}
	})
	if err != nil {
		return nil, nil, c.unreachable(fmt.Errorf("create a client for the %s: %w", c.options.Name, err))
	}
	informers, err := c.watch(ctx, connected.GetCache(), kinds)
	if err != nil {
		return nil, nil, c.unreachable(err)
	}
	go func() {
		if err := connected.Start(ctx); err != nil {
			c.report(nil, c.unreachable(err))
		}
	}()
	syncCtx, stopWaiting := context.WithTimeout(ctx, time.Minute)
	defer stopWaiting()
	if !toolscache.WaitForCacheSync(syncCtx.Done(), informers...) {
		return nil, nil, c.unreachable(fmt.Errorf("the cache of the %s was not filled within a minute", c.options.Name))
	}
	return &Cluster[T]{ID: id, Client: connected.GetClient(), Live: connected.GetAPIReader(), Facts: facts, Version: versionOf(disco.RESTClient())}, disco.RESTClient(), nil
}

// versionOf asks by a client of the API server itself.
func versionOf(server rest.Interface) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		body, err := server.Get().AbsPath("/version").Do(ctx).Raw()
		if err != nil {
			return "", fmt.Errorf("ask for the version: %w", err)
		}
		answer := version.Info{}
		if err := json.Unmarshal(body, &answer); err != nil {
			return "", fmt.Errorf("read the version: %w", err)
		}
		return answer.GitVersion, nil
	}
}

// clusterID reads metadata alone, by the same convention as other tools that tell clusters apart.
func clusterID(ctx context.Context, config *rest.Config, httpClient *http.Client) (string, error) {
	reader, err := metadata.NewForConfigAndClient(config, httpClient)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	namespace, err := reader.Resource(corev1.SchemeGroupVersion.WithResource("namespaces")).Get(ctx, metav1.NamespaceSystem, metav1.GetOptions{})
	if err != nil {
		return "", err
	}
	return string(namespace.UID), nil
}

// watch starts an informer for each kind, which enqueues the user that an object belongs to.
func (c *connection[T]) watch(ctx context.Context, informers cache.Cache, kinds Kinds) ([]toolscache.InformerSynced, error) {
	var synced []toolscache.InformerSynced
	for kind := range kinds {
		informer, err := informers.GetInformer(ctx, kind, cache.BlockUntilSynced(false))
		if err != nil {
			return nil, fmt.Errorf("watch %T in the %s: %w", kind, c.options.Name, err)
		}
		if _, err := informer.AddEventHandler(c.handler()); err != nil {
			return nil, fmt.Errorf("watch %T in the %s: %w", kind, c.options.Name, err)
		}
		synced = append(synced, informer.HasSynced)
	}
	return synced, nil
}

func (c *connection[T]) handler() toolscache.ResourceEventHandler {
	return toolscache.ResourceEventHandlerFuncs{
		AddFunc: c.enqueue,
		UpdateFunc: func(before, after any) {
			old, wasObject := before.(client.Object)
			changed, isObject := after.(client.Object)
			// A resync tells nothing.
			if wasObject && isObject && old.GetResourceVersion() != changed.GetResourceVersion() && c.options.IsNews(old, changed) {
				c.enqueue(after)
			}
		},
		DeleteFunc: func(obj any) {
			if tombstone, ok := obj.(toolscache.DeletedFinalStateUnknown); ok {
				obj = tombstone.Obj
			}
			c.enqueue(obj)
		},
	}
}

func (c *connection[T]) enqueue(obj any) {
	object, ok := obj.(client.Object)
	if !ok {
		return
	}
	owner := c.options.OwnerOf(object)
	c.mu.Lock()
	defer c.mu.Unlock()
	if owner != Everyone {
		if request, ok := c.users[owner]; ok {
			c.queue.Add(request)
		}
		return
	}
	for _, request := range c.users {
		c.queue.Add(request)
	}
}
