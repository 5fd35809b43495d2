// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package hosted

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/names"
)

// pollPeriod is the time between two looks while a test waits.
const pollPeriod = 250 * time.Millisecond

// Cluster is a Cluster with a hosted control plane.
type Cluster struct {
	client.ObjectKey
	// Management is a client of the management cluster.
	Management client.Client
}

// Option changes a control plane before it is created.
type Option func(*clusterv1.Cluster, *controlplanev1.KubeceptionControlPlane)

// WithConfiguration replaces the configuration of the control plane.
func WithConfiguration(configuration controlplanev1.KubeceptionControlPlaneConfiguration) Option {
	return func(_ *clusterv1.Cluster, controlPlane *controlplanev1.KubeceptionControlPlane) {
		controlPlane.Spec.KubeceptionControlPlaneConfiguration = configuration
	}
}

// WithReplicas sets the number of API servers.
func WithReplicas(replicas int32) Option {
	return func(_ *clusterv1.Cluster, controlPlane *controlplanev1.KubeceptionControlPlane) {
		controlPlane.Spec.Replicas = &replicas
	}
}

// WithNetwork sets the networks of the cluster.
func WithNetwork(network clusterv1.ClusterNetwork) Option {
	return func(cluster *clusterv1.Cluster, _ *controlplanev1.KubeceptionControlPlane) {
		cluster.Spec.ClusterNetwork = network
	}
}

// New names a cluster; it does not create it.
func New(management client.Client, namespace, name string) *Cluster {
	return &Cluster{ObjectKey: client.ObjectKey{Namespace: namespace, Name: name}, Management: management}
}

// Create creates the namespace, the Cluster and the control plane.
func (c *Cluster) Create(ctx context.Context, version string, options ...Option) error {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: c.Namespace}}
	if err := c.Management.Create(ctx, namespace); err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("create namespace %s: %w", c.Namespace, err)
	}
	cluster := &clusterv1.Cluster{
		ObjectMeta: metav1.ObjectMeta{Namespace: c.Namespace, Name: c.Name},
		Spec: clusterv1.ClusterSpec{ControlPlaneRef: clusterv1.ContractVersionedObjectReference{
			APIGroup: controlplanev1.GroupVersion.Group, Kind: "KubeceptionControlPlane", Name: c.Name,
		}},
	}
	controlPlane := &controlplanev1.KubeceptionControlPlane{
		ObjectMeta: metav1.ObjectMeta{Namespace: c.Namespace, Name: c.Name},
		Spec:       controlplanev1.KubeceptionControlPlaneSpec{Version: version},
	}
	for _, option := range options {
		option(cluster, controlPlane)
	}
	if err := c.Management.Create(ctx, cluster); err != nil {
		return fmt.Errorf("create Cluster: %w", err)
	}
	if err := c.Management.Create(ctx, controlPlane); err != nil {
		return fmt.Errorf("create KubeceptionControlPlane: %w", err)
	}
	return nil
}

// ControlPlane reads the control plane.
func (c *Cluster) ControlPlane(ctx context.Context) (*controlplanev1.KubeceptionControlPlane, error) {
	controlPlane := &controlplanev1.KubeceptionControlPlane{}
	return controlPlane, c.Management.Get(ctx, c.ObjectKey, controlPlane)
}

// Patch changes the control plane.
func (c *Cluster) Patch(ctx context.Context, change func(*controlplanev1.KubeceptionControlPlane)) error {
	controlPlane, err := c.ControlPlane(ctx)
	if err != nil {
		return err
	}
	before := controlPlane.DeepCopy()
	change(controlPlane)
	return c.Management.Patch(ctx, controlPlane, client.MergeFrom(before))
}

// Until waits until the control plane meets a condition. The error tells what it looked like last.
func (c *Cluster) Until(ctx context.Context, timeout time.Duration, met func(*controlplanev1.KubeceptionControlPlane) bool) error {
	last := &controlplanev1.KubeceptionControlPlane{}
	err := wait.PollUntilContextTimeout(ctx, pollPeriod, timeout, true, func(ctx context.Context) (bool, error) {
		controlPlane, err := c.ControlPlane(ctx)
		if err != nil {
			return false, client.IgnoreNotFound(err)
		}
		last = controlPlane
		return met(controlPlane), nil
	})
	if err != nil {
		return fmt.Errorf("%w; the control plane says:\n%s", err, Describe(last))
	}
	return nil
}

// UntilAvailable waits until the control plane is available at the desired version and nothing is rolling.
func (c *Cluster) UntilAvailable(ctx context.Context, timeout time.Duration) error {
	return c.Until(ctx, timeout, func(controlPlane *controlplanev1.KubeceptionControlPlane) bool {
		return controlPlane.Status.ObservedGeneration == controlPlane.Generation &&
			conditions.IsTrue(controlPlane, controlplanev1.AvailableCondition) &&
			conditions.IsFalse(controlPlane, controlplanev1.RollingOutCondition) &&
			conditions.IsFalse(controlPlane, controlplanev1.ScalingUpCondition) &&
			len(controlPlane.Status.Versions) == 1 && controlPlane.Status.Version == controlPlane.Spec.Version
	})
}

// UntilCondition waits until a condition has a status and a reason.
func (c *Cluster) UntilCondition(ctx context.Context, timeout time.Duration, conditionType string, status metav1.ConditionStatus, reason string) error {
	return c.Until(ctx, timeout, func(controlPlane *controlplanev1.KubeceptionControlPlane) bool {
		condition := conditions.Get(controlPlane, conditionType)
		return condition != nil && condition.Status == status && (reason == "" || condition.Reason == reason)
	})
}

// Delete deletes the Cluster, and with it the control plane.
func (c *Cluster) Delete(ctx context.Context) error {
	cluster := &clusterv1.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: c.Namespace, Name: c.Name}}
	return client.IgnoreNotFound(c.Management.Delete(ctx, cluster))
}

// UntilGone waits until neither the Cluster nor the control plane exists.
func (c *Cluster) UntilGone(ctx context.Context, timeout time.Duration) error {
	err := wait.PollUntilContextTimeout(ctx, pollPeriod, timeout, true, func(ctx context.Context) (bool, error) {
		for _, object := range []client.Object{&controlplanev1.KubeceptionControlPlane{}, &clusterv1.Cluster{}} {
			if err := c.Management.Get(ctx, c.ObjectKey, object); !apierrors.IsNotFound(err) {
				return false, err
			}
		}
		return true, nil
	})
	if err != nil {
		controlPlane, _ := c.ControlPlane(ctx)
		return fmt.Errorf("%w; the control plane says:\n%s", err, Describe(controlPlane))
	}
	return nil
}

// SeedNamespace is the namespace of the control plane in the seed.
func (c *Cluster) SeedNamespace() string { return names.Namespace(c.Namespace, c.Name) }

// Config connects to the hosted API server through the kubeconfig that Cluster API publishes.
func (c *Cluster) Config(ctx context.Context) (*rest.Config, error) {
	data, err := c.Kubeconfig(ctx)
	if err != nil {
		return nil, err
	}
	config, err := clientcmd.RESTConfigFromKubeConfig(data)
	if err != nil {
		return nil, err
	}
	config.Timeout = 10 * time.Second
	config.QPS, config.Burst = 100, 200
	return config, nil
}

// Kubeconfig is the kubeconfig that Cluster API publishes.
func (c *Cluster) Kubeconfig(ctx context.Context) ([]byte, error) {
	secret := &corev1.Secret{}
	key := client.ObjectKey{Namespace: c.Namespace, Name: c.Name + "-kubeconfig"}
	if err := c.Management.Get(ctx, key, secret); err != nil {
		return nil, fmt.Errorf("get the kubeconfig: %w", err)
	}
	return secret.Data["value"], nil
}

// Client is a client of the hosted API server.
func (c *Cluster) Client(ctx context.Context) (client.Client, error) {
	config, err := c.Config(ctx)
	if err != nil {
		return nil, err
	}
	return client.New(config, client.Options{})
}

// Describe prints what a control plane says of itself, as a failed test needs it.
func Describe(controlPlane *controlplanev1.KubeceptionControlPlane) string {
	text := fmt.Sprintf("generation %d, observed %d, version %s, versions %v\n", controlPlane.Generation,
		controlPlane.Status.ObservedGeneration, controlPlane.Spec.Version, controlPlane.Status.Versions)
	for _, condition := range controlPlane.Status.Conditions {
		text += fmt.Sprintf("  %s=%s (%s) %s\n", condition.Type, condition.Status, condition.Reason, condition.Message)
	}
	for _, component := range controlPlane.Status.Components {
		text += fmt.Sprintf("  component %s: %s %s\n", component.Name, component.State, component.Message)
	}
	return text
}
