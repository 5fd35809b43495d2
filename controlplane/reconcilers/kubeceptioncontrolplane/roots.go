// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncontrolplane

import (
	"context"
	"errors"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
)

// rootsPeriod is the time between two looks at root Secrets that cannot be used. Only those with the label of the
// Cluster are watched, and what the user supplies may lack it.
const rootsPeriod = 30 * time.Second

// reconcileRoots makes the authorities and keys that do not exist yet, and uses those that the user supplied. Once
// there is an API server, a lost Secret is reported instead of made anew: another key would lock out every client or
// make what is stored unreadable. The seed is asked for it, because clusterctl move carries no status.
func (r *Reconciler) reconcileRoots(ctx context.Context, s *scope) (phaseResult, error) {
	ensure := r.roots.Ensure
	if s.initialized() || s.running != "" {
		ensure = r.roots.Load
	}
	roots, err := ensure(ctx, s.user.Cluster, controllerOf(s.controlPlane))
	if err != nil {
		var invalid *pki.RootError
		if errors.As(err, &invalid) { // All problems, not only the first.
			s.isFalse(controlplanev1.CertificatesAvailableCondition, controlplanev1.CertificatesInvalidReason, err.Error())
			return stopFor(rootsPeriod), nil
		}
		s.isFalse(controlplanev1.CertificatesAvailableCondition, controlplanev1.CertificatesGenerationFailedReason, err.Error())
		return phaseResult{}, fmt.Errorf("ensure authorities and keys: %w", err)
	}
	s.roots = roots
	s.input.Keys = keys(roots)
	return next(), nil
}

// keys is the part of the roots that components hand to their workloads. The keys of authorities that sign nothing
// in the workload cluster stay in the management cluster.
func keys(roots *pki.Roots) component.Keys {
	return component.Keys{
		Bundles:          roots.Bundles(),
		ClientSigner:     roots.Client.KeyPair(),
		KubeletSigner:    roots.Kubelet.KeyPair(),
		ServiceAccount:   roots.ServiceAccount,
		Encryption:       roots.Encryption,
		HealthCheckToken: roots.HealthCheckToken,
	}
}

// controllerOf makes a control plane the controller of what it generates in its namespace.
func controllerOf(controlPlane *controlplanev1.KubeceptionControlPlane) metav1.OwnerReference {
	return *metav1.NewControllerRef(controlPlane, controlplanev1.GroupVersion.WithKind(kind))
}
