// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptionconfig

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/secret"
	"sigs.k8s.io/controller-runtime/pkg/client"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/bootstrap/nodeconfig"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/kubernetes"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/network"
)

// Keys of the Secret with bootstrap data. Infrastructure providers read the first two.
const (
	valueKey  = "value"
	formatKey = "format"
	tokenKey  = "bootstrap-token"
)

// kubeletCA is the suffix of the Secret with the authority of kubelets, by which they trust the API server.
const kubeletCA = secret.Purpose("ca-kubelet")

// referencePeriod is the time between two looks for Secrets that a user has yet to make: they need not carry the label
// that the cache selects.
const referencePeriod = 15 * time.Second

// problem is what a user can mend, or has to wait for.
type problem struct{ reason, message string }

// Error implements error.
func (p *problem) Error() string { return p.message }

func problemf(reason, format string, values ...any) *problem {
	return &problem{reason: reason, message: fmt.Sprintf(format, values...)}
}

// reconcileData finds the Secret with the bootstrap data, or makes it as soon as everything in it is known.
func (r *Reconciler) reconcileData(ctx context.Context, s *scope) (phaseResult, error) {
	data := &corev1.Secret{}
	err := r.Client.Get(ctx, client.ObjectKeyFromObject(s.config), data)
	if client.IgnoreNotFound(err) != nil {
		return phaseResult{}, fmt.Errorf("get Secret %s: %w", s.config.Name, err)
	}
	if err == nil && (metav1.IsControlledBy(data, s.config) || metav1.GetControllerOf(data) == nil) {
		// Nobody else makes Secrets with a token: one without an owner lost it, as in a restored backup.
		if s.token, err = parseToken(string(data.Data[tokenKey])); err == nil {
			s.data = data
			_, err = apply.Own(ctx, r.Client, data, controllerOf(s.config))
			return next(), err
		}
	}
	if s.owner.joined && !s.owner.pool() {
		// Whoever deletes the data of a machine that has joined does no harm.
		s.created()
		s.isTrue(bootstrapv1.BootstrapTokenAvailableCondition, bootstrapv1.BootstrapTokenUsedReason)
		return stop(), nil
	}
	if s.owner.deleting {
		return stop(), nil
	}
	t, err := newToken()
	if err != nil {
		return phaseResult{}, err
	}
	return r.waitOr(s, r.writeData(ctx, s, t))
}

// controllerOf makes a configuration the controller of its data.
func controllerOf(config *bootstrapv1.KubeceptionConfig) metav1.OwnerReference {
	return *metav1.NewControllerRef(config, bootstrapv1.GroupVersion.WithKind(kind))
}

// waitOr goes on, or says in a condition what has to happen first.
func (r *Reconciler) waitOr(s *scope, err error) (phaseResult, error) {
	var p *problem
	if !errors.As(err, &p) {
		return next(), err
	}
	s.isFalse(bootstrapv1.DataSecretAvailableCondition, p.reason, p.message)
	if p.reason == bootstrapv1.ReferenceMissingReason || p.reason == bootstrapv1.WaitingForCertificatesReason {
		return stopFor(referencePeriod), nil
	}
	return stop(), nil
}

// writeData writes the Secret with the bootstrap data, in which a token is. Errors of type *problem say what a user can
// mend or has to wait for.
func (r *Reconciler) writeData(ctx context.Context, s *scope, t token) error {
	if p := notYet(s.cluster, s.owner); p != nil {
		return p
	}
	node, err := r.node(ctx, s, t)
	if err != nil {
		return err
	}
	value, format, err := nodeconfig.Render(node)
	if err != nil {
		return problemf(bootstrapv1.ConfigurationInvalidReason, "%v", err)
	}
	if err := r.ownOrAbsent(ctx, s); err != nil {
		return err
	}
	desired := &corev1.Secret{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
		ObjectMeta: metav1.ObjectMeta{
			Name: s.config.Name, Namespace: s.config.Namespace,
			Labels:          map[string]string{clusterv1.ClusterNameLabel: s.cluster.Name},
			OwnerReferences: []metav1.OwnerReference{controllerOf(s.config)},
		},
		Type: clusterv1.ClusterSecretType,
		Data: map[string][]byte{valueKey: value, formatKey: []byte(format), tokenKey: []byte(t.String())},
	}
	if _, _, err := apply.Apply(ctx, r.Client, desired); err != nil {
		return fmt.Errorf("write the bootstrap data: %w", err)
	}
	s.data, s.token = desired, t
	return nil
}

// ownOrAbsent makes sure that nothing else is overwritten. It looks without a cache, so that a Secret that was just
// written is not written again with another token.
func (r *Reconciler) ownOrAbsent(ctx context.Context, s *scope) error {
	live := &corev1.Secret{}
	err := r.Live.Get(ctx, client.ObjectKeyFromObject(s.config), live)
	switch {
	case apierrors.IsNotFound(err):
		return nil
	case err != nil:
		return fmt.Errorf("get Secret %s: %w", s.config.Name, err)
	case !metav1.IsControlledBy(live, s.config):
		return problemf(bootstrapv1.ConfigurationInvalidReason,
			"the Secret %s exists and belongs to something else; delete it, or give the configuration another name", live.Name)
	}
	if _, err := parseToken(string(live.Data[tokenKey])); err == nil && s.data == nil {
		return fmt.Errorf("the cache does not know Secret %s yet", live.Name)
	}
	return nil
}

// notYet returns what has to happen before bootstrap data can be made, or nil.
func notYet(cluster *clusterv1.Cluster, owner *owner) *problem {
	initialization := cluster.Status.Initialization
	switch {
	case !ptr.Deref(initialization.InfrastructureProvisioned, false):
		return problemf(bootstrapv1.WaitingForInfrastructureReason, "Waiting for the infrastructure of the Cluster to be provisioned")
	case !ptr.Deref(initialization.ControlPlaneInitialized, false):
		return problemf(bootstrapv1.WaitingForControlPlaneReason, "Waiting for the control plane to be initialized")
	case !cluster.Spec.ControlPlaneEndpoint.IsValid():
		return problemf(bootstrapv1.WaitingForControlPlaneReason, "Waiting for the Cluster to have a control plane endpoint")
	case owner.version == "":
		return problemf(bootstrapv1.ConfigurationInvalidReason,
			"%s %s names no Kubernetes version; set its spec.version to that of the kubelet", owner.kind, owner.name)
	}
	return unsupportedVersion(cluster, owner)
}

// unsupportedVersion returns why the control plane cannot serve the owner's kubelets, or nil.
func unsupportedVersion(cluster *clusterv1.Cluster, owner *owner) *problem {
	controlPlane := cluster.Status.ControlPlane
	if controlPlane == nil || len(controlPlane.Versions) == 0 {
		if cluster.Spec.ControlPlaneRef.IsDefined() {
			return problemf(bootstrapv1.WaitingForControlPlaneReason, "Waiting for the Cluster to report the version of its control plane")
		}
		return nil
	}
	versions := controlPlane.Versions // Oldest first.
	err := kubernetes.CheckKubelet(owner.version, versions[0].Version, versions[len(versions)-1].Version)
	if err != nil {
		return problemf(bootstrapv1.VersionNotSupportedReason, "%s %s: %v", owner.kind, owner.name, err)
	}
	return nil
}

// node collects what the bootstrap data says.
func (r *Reconciler) node(ctx context.Context, s *scope, t token) (*nodeconfig.Node, error) {
	networks, err := network.Effective(s.cluster.Spec.ClusterNetwork)
	if err != nil {
		return nil, problemf(bootstrapv1.ConfigurationInvalidReason, "%v", err)
	}
	node := &nodeconfig.Node{
		Version: s.owner.version, Endpoint: s.cluster.Spec.ControlPlaneEndpoint.String(), Token: t.String(),
		ClusterDNS: networks.ClusterDNSIPs(), ClusterDomain: networks.Domain,
		ClusterCIDRs: network.Texts(slices.Concat(networks.Pods, networks.Services)),
		Spec:         *s.config.Spec.DeepCopy(), SecretFiles: map[string][]byte{},
	}
	labels, err := nodeconfig.Labels(s.owner.annotations)
	if err != nil {
		return nil, problemf(bootstrapv1.ConfigurationInvalidReason, "Machine %s: %v", s.owner.name, err)
	}
	if node.Spec.Node.Labels == nil {
		node.Spec.Node.Labels = map[string]string{}
	}
	maps.Copy(node.Spec.Node.Labels, labels)
	for _, authority := range []struct {
		purpose secret.Purpose
		into    *string
	}{{secret.ClusterCA, &node.ClusterCA}, {kubeletCA, &node.KubeletCA}} {
		name := secret.Name(s.cluster.Name, authority.purpose)
		certificates, err := r.read(ctx, s, bootstrapv1.WaitingForCertificatesReason, name, secret.TLSCrtDataName)
		if err != nil {
			return nil, err
		}
		*authority.into = string(certificates)
	}
	for _, f := range s.config.Spec.Files {
		if f.Content != nil {
			continue
		}
		ref := f.ContentFrom.SecretRef
		content, err := r.read(ctx, s, bootstrapv1.ReferenceMissingReason, ref.Name, ref.Key)
		if err != nil {
			return nil, err
		}
		node.SecretFiles[f.Path] = content
	}
	return node, nil
}

// read returns a key of a Secret beside the configuration. A missing one is a problem of the reason.
func (r *Reconciler) read(ctx context.Context, s *scope, reason, name, key string) ([]byte, error) {
	object := &corev1.Secret{}
	err := r.Live.Get(ctx, client.ObjectKey{Namespace: s.config.Namespace, Name: name}, object)
	if apierrors.IsNotFound(err) {
		return nil, problemf(reason, "Waiting for the Secret %s", name)
	}
	if err != nil {
		return nil, fmt.Errorf("get Secret %s: %w", name, err)
	}
	content, found := object.Data[key]
	if !found {
		return nil, problemf(reason, "The Secret %s has no key %s; add it", name, key)
	}
	return content, nil
}
