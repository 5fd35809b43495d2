// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubecontrollermanager

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
)

// Files of the keys.
const (
	serviceAccountKey  = "service-account.key"
	clientCertificate  = "client.crt"
	clientKey          = "client.key"
	kubeletCertificate = "kubelet.crt"
	kubeletKey         = "kubelet.key"
)

// signingKeys returns what tokens and certificates are signed with.
func signingKeys(in *component.Input) *corev1.Secret {
	data := map[string][]byte{
		serviceAccountKey: []byte(in.Keys.ServiceAccount.Key),
		clientCertificate: []byte(in.Keys.ClientSigner.Certificate),
		clientKey:         []byte(in.Keys.ClientSigner.Key),
	}
	if !in.Workerless() {
		data[kubeletCertificate] = []byte(in.Keys.KubeletSigner.Certificate)
		data[kubeletKey] = []byte(in.Keys.KubeletSigner.Key)
	}
	return component.MakeUnique(&corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "kube-controller-manager-keys"},
		Type:       corev1.SecretTypeOpaque,
		Data:       data,
	})
}
