// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package seeds

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/selection"
	"k8s.io/apimachinery/pkg/util/wait"
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

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

const (
	// healthPeriod is the time between two looks at a seed's API server, which is also how long its loss may go
	// unnoticed while nothing is written.
	healthPeriod = 10 * time.Second
	// healthTimeout is how long a look may take.
	healthTimeout = 5 * time.Second
)

// Seed is a connected seed.
type Seed struct {
	// ID identifies the cluster however it is reached: the UID of its namespace kube-system.
	ID string
	// Client reads objects that carry our cluster label from a cache and writes directly.
	Client client.Client
	// Live reads without a cache, for what is not ours.
	Live client.Reader
	// PodSecurity is the Pod Security level that namespaces of control planes enforce on this seed.
	PodSecurity string
}

// connection is the state of one connection. It is made and watched over in the background.
type connection struct {
	fingerprint string
	cancel      context.CancelFunc
	queue       workqueue.TypedRateLimitingInterface[reconcile.Request]

	mu    sync.Mutex
	users map[client.ObjectKey]reconcile.Request // by Cluster
	seed  *Seed
	err   error
}

func newConnection(
	ctx context.Context, config *rest.Config, scheme *runtime.Scheme, fingerprint string,
	queue workqueue.TypedRateLimitingInterface[reconcile.Request], users map[client.ObjectKey]reconcile.Request,
) *connection {
	ctx, cancel := context.WithCancel(ctx)
	c := &connection{fingerprint: fingerprint, cancel: cancel, queue: queue, users: users, err: ErrConnecting}
	go c.run(ctx, config, scheme)
	return c
}

// close ends the connection and returns its users.
func (c *connection) close() map[client.ObjectKey]reconcile.Request {
	c.cancel()
	c.mu.Lock()
	defer c.mu.Unlock()
	users := c.users
	c.users = nil
	return users
}

func (c *connection) use(user User) (*Seed, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.users[user.Cluster] = user.Request
	return c.seed, c.err
}

func (c *connection) release(user User) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.users, user.Cluster)
	return len(c.users)
}

// run connects, with growing pauses between attempts, and then watches over the connection until it is closed.
func (c *connection) run(ctx context.Context, config *rest.Config, scheme *runtime.Scheme) {
	backoff := wait.Backoff{Duration: time.Second, Factor: 2, Cap: time.Minute, Steps: 7, Jitter: 0.1}
	var seed *Seed
	var health rest.Interface
	_ = backoff.DelayFunc().Until(ctx, true, false, func(ctx context.Context) (bool, error) {
		var err error
		if seed, health, err = c.connect(ctx, config, scheme); err != nil {
			c.report(nil, err)
			return false, nil
		}
		return true, nil
	})
	if ctx.Err() != nil {
		return
	}
	c.report(seed, nil)
	wait.UntilWithContext(ctx, func(ctx context.Context) {
		c.report(seed, checkHealth(ctx, health))
	}, healthPeriod)
}

// report stores the state of the connection and reconciles all users when it changed.
func (c *connection) report(seed *Seed, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	changed := (c.err == nil) != (err == nil) || (err != nil && c.err.Error() != err.Error())
	c.seed, c.err = seed, err
	if !changed {
		return
	}
	for _, request := range c.users {
		c.queue.Add(request)
	}
}

func checkHealth(ctx context.Context, health rest.Interface) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	if err := health.Get().AbsPath("/readyz").Do(ctx).Error(); err != nil {
		return &UnreachableError{Err: err}
	}
	return nil
}

func (c *connection) connect(ctx context.Context, config *rest.Config, scheme *runtime.Scheme) (_ *Seed, _ rest.Interface, failed error) {
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		if failed != nil {
			cancel() // The next attempt has a cache of its own.
		}
	}()
	httpClient, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, nil, &UnreachableError{Err: err}
	}
	disco, err := discovery.NewDiscoveryClientForConfigAndClient(config, httpClient)
	if err != nil {
		return nil, nil, &UnreachableError{Err: err}
	}
	if err := checkHealth(ctx, disco.RESTClient()); err != nil {
		return nil, nil, err
	}
	mapper, err := apiutil.NewDynamicRESTMapper(config, httpClient)
	if err != nil {
		return nil, nil, &UnreachableError{Err: err}
	}
	id, err := clusterID(ctx, config, httpClient)
	if err != nil {
		return nil, nil, &UnreachableError{Err: err}
	}
	podSecurity, err := checkPrerequisites(mapper) // Before the cache, which refuses kinds that are not served.
	if err != nil {
		return nil, nil, err
	}
	seedCluster, err := cluster.New(config, func(o *cluster.Options) {
		o.Scheme = scheme
		o.Logger = ctrl.LoggerFrom(ctx).WithName("seed")
		o.HTTPClient = httpClient
		o.MapperProvider = func(*rest.Config, *http.Client) (meta.RESTMapper, error) { return mapper, nil }
		o.Cache = cacheOptions(podSecurity)
	})
	if err != nil {
		return nil, nil, &UnreachableError{Err: fmt.Errorf("create a client for the seed: %w", err)}
	}
	informers, err := c.watch(ctx, seedCluster.GetCache(), podSecurity)
	if err != nil {
		return nil, nil, &UnreachableError{Err: err}
	}
	go func() {
		if err := seedCluster.Start(ctx); err != nil {
			c.report(nil, &UnreachableError{Err: err})
		}
	}()
	syncCtx, stopWaiting := context.WithTimeout(ctx, time.Minute)
	defer stopWaiting()
	if !toolscache.WaitForCacheSync(syncCtx.Done(), informers...) {
		return nil, nil, &UnreachableError{Err: fmt.Errorf("the cache of the seed was not filled within a minute")}
	}
	seed := &Seed{ID: id, Client: seedCluster.GetClient(), Live: seedCluster.GetAPIReader(), PodSecurity: podSecurity}
	return seed, disco.RESTClient(), nil
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
		return "", fmt.Errorf("tell the seed by its namespace %s: %w", metav1.NamespaceSystem, err)
	}
	return string(namespace.UID), nil
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

func cacheOptions(podSecurity string) cache.Options {
	ours := exists(wiring.LabelClusterName)
	byObject := map[client.Object]cache.ByObject{}
	for _, kind := range namespacedKinds() {
		byObject[kind] = cache.ByObject{Label: ours}
	}
	shared := labels.SelectorFromSet(labels.Set{wiring.LabelManagedBy: wiring.ManagedBy})
	for _, kind := range sharedKinds(podSecurity) {
		byObject[kind] = cache.ByObject{Label: shared}
	}
	return cache.Options{ByObject: byObject, DefaultTransform: cache.TransformStripManagedFields()}
}

func exists(label string) labels.Selector {
	requirement, err := labels.NewRequirement(label, selection.Exists, nil)
	if err != nil {
		panic(err) // The label is a constant.
	}
	return labels.NewSelector().Add(*requirement)
}

// watch starts an informer for each kind, which enqueues the user that an object belongs to.
func (c *connection) watch(ctx context.Context, informers cache.Cache, podSecurity string) ([]toolscache.InformerSynced, error) {
	var synced []toolscache.InformerSynced
	for _, kind := range append(namespacedKinds(), sharedKinds(podSecurity)...) {
		informer, err := informers.GetInformer(ctx, kind, cache.BlockUntilSynced(false))
		if err != nil {
			return nil, fmt.Errorf("watch %T in the seed: %w", kind, err)
		}
		if _, err := informer.AddEventHandler(c.handler()); err != nil {
			return nil, fmt.Errorf("watch %T in the seed: %w", kind, err)
		}
		synced = append(synced, informer.HasSynced)
	}
	return synced, nil
}

func (c *connection) handler() toolscache.ResourceEventHandler {
	return toolscache.ResourceEventHandlerFuncs{
		AddFunc: func(obj any) { c.enqueue(obj) },
		UpdateFunc: func(before, after any) {
			if isNews(before, after) {
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

func (c *connection) enqueue(obj any) {
	object, ok := obj.(client.Object)
	if !ok {
		return
	}
	owner := client.ObjectKey{
		Namespace: object.GetLabels()[wiring.LabelClusterNamespace],
		Name:      object.GetLabels()[wiring.LabelClusterName],
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if request, ok := c.users[owner]; ok {
		c.queue.Add(request)
	}
}

func resourceVersion(obj any) string {
	object, ok := obj.(client.Object)
	if !ok {
		return ""
	}
	return object.GetResourceVersion()
}
