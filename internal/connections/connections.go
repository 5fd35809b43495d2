// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package connections

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"
)

// Reference names a cluster: one key of a Secret with a kubeconfig in the management cluster. The zero Reference is the
// management cluster itself.
type Reference struct {
	Secret client.ObjectKey
	// Key is the key in the Secret's data. If empty, "value", as in kubeconfig Secrets of Cluster API.
	Key string
}

// Everyone is the owner of what matters to all users of a cluster. No object has this name.
var Everyone = client.ObjectKey{Name: "*"}

// User is an object in the management cluster that needs something in another cluster.
type User struct {
	// Owner is the key by which Options.OwnerOf finds the user.
	Owner client.ObjectKey
	// Request reconciles the user.
	Request reconcile.Request
}

// Kinds are what a provider reads in a cluster, and which objects of them.
type Kinds map[client.Object]cache.ByObject

// Options say what a provider does with the clusters it connects to. T is what it knows of each of them.
type Options[T any] struct {
	// Name is what such a cluster is to users, for example "seed".
	Name string
	// Field is the field that names the Secret, for messages, for example "spec.seed.kubeconfigRef".
	Field string
	// Scheme knows the kinds.
	Scheme *runtime.Scheme
	// Inspect finds out what matters about a cluster by what it serves, and which kinds to cache and watch. An error
	// that is no *UnreachableError says why the cluster cannot be used.
	Inspect func(meta.RESTMapper) (T, Kinds, error)
	// OwnerOf leads from an object in a cluster to the user it belongs to, or to Everyone.
	OwnerOf func(client.Object) client.ObjectKey
	// IsNews reports whether an update tells something that matters to a user.
	IsNews func(before, after client.Object) bool
}

// Connections holds one connection for each cluster in use. Its zero value is not usable; see New.
type Connections[T any] struct {
	options    Options[T]
	local      *rest.Config
	management client.Reader

	mu       sync.Mutex
	ctx      context.Context //nolint:containedctx // The controller's; connections live as long as it runs.
	queue    workqueue.TypedRateLimitingInterface[reconcile.Request]
	clusters map[Reference]*connection[T]
}

// New returns Connections without any connection. The local configuration reaches the management cluster, and
// management reads kubeconfig Secrets there without a cache.
func New[T any](local *rest.Config, management client.Reader, options Options[T]) *Connections[T] {
	return &Connections[T]{options: options, local: local, management: management, clusters: map[Reference]*connection[T]{}}
}

// Source enqueues users when their objects in a cluster change and when their connection does.
func (c *Connections[T]) Source() source.Source {
	return source.Func(func(ctx context.Context, queue workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.ctx, c.queue = ctx, queue
		return nil
	})
}

// Get returns a cluster and registers the user for its events, and no longer for those of another cluster.
// Errors are ErrConnecting, *KubeconfigError, *UnreachableError and those of Options.Inspect.
func (c *Connections[T]) Get(ctx context.Context, reference Reference, user User) (*Cluster[T], error) {
	config, fingerprint, err := c.config(ctx, reference)
	if err != nil {
		return nil, err
	}

	c.mu.Lock()
	defer c.mu.Unlock()
	if c.queue == nil {
		return nil, ErrConnecting
	}
	for other := range c.clusters {
		if other != reference {
			c.release(other, user) // The way to the cluster has changed.
		}
	}
	conn, ok := c.clusters[reference]
	users := map[client.ObjectKey]reconcile.Request{}
	if ok && conn.fingerprint != fingerprint { // The kubeconfig was renewed.
		users = conn.close()
		ok = false
	}
	if !ok {
		conn = newConnection(c.ctx, &c.options, config, fingerprint, c.queue, users)
		c.clusters[reference] = conn
	}
	return conn.use(user)
}

// Release forgets a user, and closes the connection when it was the last one.
func (c *Connections[T]) Release(reference Reference, user User) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.release(reference, user)
}

func (c *Connections[T]) release(reference Reference, user User) {
	if conn, ok := c.clusters[reference]; ok && conn.release(user) == 0 {
		conn.close()
		delete(c.clusters, reference)
	}
}

// Len is the number of clusters in use.
func (c *Connections[T]) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.clusters)
}

func (c *Connections[T]) config(ctx context.Context, reference Reference) (*rest.Config, string, error) {
	if reference == (Reference{}) {
		return rest.CopyConfig(c.local), "", nil
	}
	invalid := func(format string, values ...any) error {
		return &KubeconfigError{Name: c.options.Name, Secret: reference.Secret, Err: fmt.Errorf(format, values...)}
	}
	secret := &corev1.Secret{}
	if err := c.management.Get(ctx, reference.Secret, secret); apierrors.IsNotFound(err) {
		return nil, "", invalid("the Secret does not exist; create it or correct %s", c.options.Field)
	} else if err != nil {
		return nil, "", fmt.Errorf("get Secret %s with the kubeconfig of the %s: %w", reference.Secret, c.options.Name, err)
	}
	key := reference.Key
	if key == "" {
		key = "value"
	}
	data, ok := secret.Data[key]
	if !ok {
		return nil, "", invalid("the key %q is missing; add it or set %s.key", key, c.options.Field)
	}
	config, err := clientcmd.RESTConfigFromKubeConfig(data)
	if err != nil {
		return nil, "", invalid("the key %q cannot be used; replace it by a kubeconfig: %w", key, err)
	}
	config.QPS, config.Burst = c.local.QPS, c.local.Burst
	return config, fmt.Sprintf("%x", sha256.Sum256(data)), nil
}
