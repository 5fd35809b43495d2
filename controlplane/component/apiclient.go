// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

const kubeconfigFile = "kubeconfig"

// APIClient is the access of a hosted component to the API server. The kubeconfig names the files of the
// certificate, which client-go reads again, so that renewal restarts nothing.
type APIClient struct {
	// ConfigMap holds the kubeconfig and what it trusts.
	ConfigMap *corev1.ConfigMap
	// Certificate is the client's identity.
	Certificate pki.Leaf
	// Mount is the directory with all of it.
	Mount Mount
}

// NewAPIClient returns the access of the component of that name as that user.
func NewAPIClient(in *Input, component, user string) (APIClient, error) {
	certificate := pki.Leaf{
		SecretName: component + "-client",
		Authority:  pki.ClientCA,
		CommonName: user,
		ClientAuth: true,
	}
	const volume = "kubeconfig"
	dir := Mount{Volume: corev1.Volume{Name: volume}}
	kubeconfig, err := pki.FileKubeconfig(in.ClusterName, wiring.KubeAPIServerURL(in.Namespace),
		dir.File(wiring.CABundleKey), dir.File(pki.CertificateData), dir.File(pki.PrivateKeyData))
	if err != nil {
		return APIClient{}, fmt.Errorf("write the kubeconfig: %w", err)
	}
	configMap := MakeUnique(&corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: component + "-kubeconfig"},
		Data: map[string]string{
			kubeconfigFile:     string(kubeconfig),
			wiring.CABundleKey: in.Keys.Bundles[pki.ClusterCA],
		},
	})
	return APIClient{
		ConfigMap:   configMap,
		Certificate: certificate,
		Mount:       ProjectedMount(volume, configMap.Name, certificate.SecretName),
	}, nil
}

// Kubeconfig is the path of the kubeconfig in the container.
func (c APIClient) Kubeconfig() string { return c.Mount.File(kubeconfigFile) }
