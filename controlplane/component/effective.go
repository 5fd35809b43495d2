// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"cmp"
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// ServiceAccountIssuer is the issuer of new service account tokens: the user's, or one that is only known inside the
// cluster.
func (in *Input) ServiceAccountIssuer() string {
	return cmp.Or(in.Configuration.APIServer.ServiceAccounts.Issuer, "https://kubernetes.default.svc."+in.Network.DNSDomain)
}

// EncryptedResources are the resources that are encrypted at rest: always Secrets, and what the user adds.
func (in *Input) EncryptedResources() []string {
	return append([]string{"secrets"}, in.Configuration.APIServer.Encryption.Resources...)
}

// RunningVersion is the Kubernetes version that the API server in a namespace was last told to run, or empty if there
// is none.
func RunningVersion(ctx context.Context, seed client.Reader, namespace string) (string, error) {
	deployment := &appsv1.Deployment{}
	err := seed.Get(ctx, client.ObjectKey{Namespace: namespace, Name: wiring.KubeAPIServer}, deployment)
	if apierrors.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("get Deployment %s/%s: %w", namespace, wiring.KubeAPIServer, err)
	}
	return versionOf([]client.Object{deployment}), nil
}
