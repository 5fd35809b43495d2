// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package seeds

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

// ErrConnecting says that the connection to a seed is being made. The user is reconciled when it stands.
var ErrConnecting = errors.New("connecting to the seed")

// KubeconfigError says that the Secret with a seed's kubeconfig is missing or cannot be used.
type KubeconfigError struct {
	Secret client.ObjectKey
	Err    error
}

func (e *KubeconfigError) Error() string {
	return fmt.Sprintf("kubeconfig of the seed in Secret %s: %v", e.Secret, e.Err)
}

func (e *KubeconfigError) Unwrap() error { return e.Err }

// UnreachableError says that the API server of a seed does not answer.
type UnreachableError struct{ Err error }

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("the API server of the seed does not answer: %v", e.Err)
}

func (e *UnreachableError) Unwrap() error { return e.Err }

// AnotherSeedError says that the way to a seed leads to another cluster than the one a control plane runs in.
type AnotherSeedError struct {
	// Is and Was are the IDs of the clusters.
	Is, Was string
}

func (e *AnotherSeedError) Error() string {
	return fmt.Sprintf("spec.seed leads to cluster %s, but the control plane runs in cluster %s (the UID of its namespace kube-system); "+
		"set spec.seed.kubeconfigRef to a kubeconfig of the latter", e.Is, e.Was)
}

// User is a control plane on a seed.
type User struct {
	// Cluster is the Cluster that the control plane belongs to, as its objects in the seed are labelled.
	Cluster client.ObjectKey
	// Request reconciles the control plane.
	Request reconcile.Request
}

// defaultKubeconfigKey is the key of kubeconfigs in Secrets of Cluster API.
const defaultKubeconfigKey = "value"

// Connections holds one connection for each seed in use. Its zero value is not usable; see New.
type Connections struct {
	local      *rest.Config
	scheme     *runtime.Scheme
	management client.Reader

	mu    sync.Mutex
	ctx   context.Context //nolint:containedctx // The controller's; connections live as long as it runs.
	queue workqueue.TypedRateLimitingInterface[reconcile.Request]
	seeds map[client.ObjectKey]*connection
}

// New returns Connections without any connection. The local configuration reaches the management cluster, and
// management reads kubeconfig Secrets there without a cache.
func New(local *rest.Config, scheme *runtime.Scheme, management client.Reader) *Connections {
	return &Connections{local: local, scheme: scheme, management: management, seeds: map[client.ObjectKey]*connection{}}
}

// Source enqueues users when their objects in a seed change and when their connection does.
func (c *Connections) Source() source.Source {
	return source.Func(func(ctx context.Context, queue workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.ctx, c.queue = ctx, queue
		return nil
	})
}

// Get returns the seed of a control plane and registers the user for its events, on this connection only.
// Errors are ErrConnecting, *KubeconfigError, *UnreachableError and *PrerequisiteError.
func (c *Connections) Get(ctx context.Context, spec controlplanev1.SeedSpec, user User) (*Seed, error) {
	key, config, fingerprint, err := c.config(ctx, spec, user.Request.Namespace)
	if err != nil {
		return nil, err
	}

	c.mu.Lock()
	defer c.mu.Unlock()
	if c.queue == nil {
		return nil, ErrConnecting
	}
	for other := range c.seeds {
		if other != key {
			c.releaseLocked(other, user) // The way to the seed has changed.
		}
	}
	conn, ok := c.seeds[key]
	users := map[client.ObjectKey]reconcile.Request{}
	if ok && conn.fingerprint != fingerprint { // The kubeconfig was renewed.
		users = conn.close()
		ok = false
	}
	if !ok {
		conn = newConnection(c.ctx, config, c.scheme, fingerprint, c.queue, users)
		c.seeds[key] = conn
	}
	return conn.use(user)
}

// Release forgets a user, and closes the connection when it was the last one.
func (c *Connections) Release(spec controlplanev1.SeedSpec, user User) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.releaseLocked(secretKey(spec, user.Request.Namespace), user)
}

func (c *Connections) releaseLocked(key client.ObjectKey, user User) {
	if conn, ok := c.seeds[key]; ok && conn.release(user) == 0 {
		conn.close()
		delete(c.seeds, key)
	}
}

func (c *Connections) config(
	ctx context.Context, spec controlplanev1.SeedSpec, namespace string,
) (client.ObjectKey, *rest.Config, string, error) {
	key := secretKey(spec, namespace)
	if key == (client.ObjectKey{}) {
		return key, rest.CopyConfig(c.local), "", nil
	}
	secret := &corev1.Secret{}
	if err := c.management.Get(ctx, key, secret); err != nil {
		if apierrors.IsNotFound(err) {
			return key, nil, "", &KubeconfigError{Secret: key, Err: errors.New("the Secret does not exist; create it or correct spec.seed.kubeconfigRef")}
		}
		return key, nil, "", fmt.Errorf("get Secret %s: %w", key, err)
	}
	dataKey := spec.KubeconfigRef.Key
	if dataKey == "" {
		dataKey = defaultKubeconfigKey
	}
	data, ok := secret.Data[dataKey]
	if !ok {
		return key, nil, "", &KubeconfigError{Secret: key, Err: fmt.Errorf("the key %q is missing; add it or set spec.seed.kubeconfigRef.key", dataKey)}
	}
	config, err := clientcmd.RESTConfigFromKubeConfig(data)
	if err != nil {
		return key, nil, "", &KubeconfigError{Secret: key, Err: fmt.Errorf("the key %q cannot be used; replace it by a kubeconfig: %w", dataKey, err)}
	}
	config.QPS, config.Burst = c.local.QPS, c.local.Burst
	return key, config, fmt.Sprintf("%x", sha256.Sum256(data)), nil
}

// secretKey identifies a seed; the zero key is the management cluster.
func secretKey(spec controlplanev1.SeedSpec, namespace string) client.ObjectKey {
	if spec.KubeconfigRef.Name == "" {
		return client.ObjectKey{}
	}
	return client.ObjectKey{Namespace: namespace, Name: spec.KubeconfigRef.Name}
}
