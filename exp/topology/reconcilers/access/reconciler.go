// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package access

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	addonsv1 "sigs.k8s.io/cluster-api/api/addons/v1beta2"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/access"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

const (
	// suffix ends the names of the Secret and the ClusterResourceSet, which begin with that of the Cluster.
	suffix = "-access"
	// optOut on a Cluster keeps Cluster API from delivering anything.
	optOut = "access.kubeception.cluster.x-k8s.io/disabled"
	// fileName is the key of the Secret. Cluster API applies every key.
	fileName = "access.yaml"
)

// Reconciler delivers the meaning of groups to workload clusters.
type Reconciler struct {
	// Client reads from the manager's cache, Secrets directly, and writes.
	Client client.Client
}

// +kubebuilder:rbac:groups=core.gardener.cloud,resources=shoots;projects,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=namespaces,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get;create;patch
// +kubebuilder:rbac:groups=cluster.x-k8s.io,resources=clusters,verbs=get;list;watch
// +kubebuilder:rbac:groups=addons.cluster.x-k8s.io,resources=clusterresourcesets,verbs=get;list;watch;create;patch

// Reconcile looks at one Shoot.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	shoot := &gardencorev1beta1.Shoot{}
	if err := r.Client.Get(ctx, req.NamespacedName, shoot); err != nil || !shoot.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	project, err := lookup.ProjectOf(ctx, r.Client, shoot.Namespace)
	if missing := (*lookup.NotFoundError)(nil); errors.As(err, &missing) {
		return ctrl.Result{}, nil // Without a project there is no Cluster.
	}
	if err != nil {
		return ctrl.Result{}, err
	}
	cluster := &clusterv1.Cluster{}
	if err := r.Client.Get(ctx, lookup.ClusterKey(project.Name, shoot), cluster); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err) // Clusters are watched.
	}
	objects, err := delivery(cluster, encryptedResources(shoot))
	if err != nil {
		return ctrl.Result{}, err
	}
	for _, object := range objects {
		if _, _, err := apply.Apply(ctx, r.Client, object); err != nil {
			return ctrl.Result{}, err
		}
	}
	return ctrl.Result{}, nil
}

// encryptedResources are those that the Shoot encrypts at rest besides Secrets.
func encryptedResources(shoot *gardencorev1beta1.Shoot) []string {
	if server := shoot.Spec.Kubernetes.KubeAPIServer; server != nil && server.EncryptionConfig != nil {
		return server.EncryptionConfig.Resources
	}
	return nil
}

// delivery is what Cluster API delivers from, in the order in which it is applied. The namespace has no other Cluster.
func delivery(cluster *clusterv1.Cluster, encrypted []string) ([]client.Object, error) {
	content := &bytes.Buffer{}
	for _, object := range access.Grants(encrypted) {
		document, err := yaml.Marshal(object)
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", object.GetName(), err)
		}
		fmt.Fprintf(content, "---\n%s", document)
	}
	meta := metav1.ObjectMeta{Namespace: cluster.Namespace, Name: cluster.Name + suffix}
	return []client.Object{
		&corev1.Secret{ObjectMeta: meta, Type: addonsv1.ClusterResourceSetSecretType, Data: map[string][]byte{fileName: content.Bytes()}},
		&addonsv1.ClusterResourceSet{ObjectMeta: meta, Spec: addonsv1.ClusterResourceSetSpec{
			ClusterSelector: metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: optOut, Operator: metav1.LabelSelectorOpDoesNotExist}}},
			Resources:       []addonsv1.ResourceRef{{Kind: string(addonsv1.SecretClusterResourceSetResourceKind), Name: meta.Name}},
			Strategy:        string(addonsv1.ClusterResourceSetStrategyReconcile),
		}},
	}, nil
}
