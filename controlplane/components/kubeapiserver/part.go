// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeapiserver

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// part is one concern of the API server.
type part struct {
	flags component.Flags
	// issuers is a flag that occurs several times, in this order.
	issuers      []string
	mounts       []component.Mount
	objects      []client.Object
	certificates []pki.Leaf
}

func (p *part) add(other part) {
	p.flags.Merge(other.flags)
	p.issuers = append(p.issuers, other.issuers...)
	p.mounts = append(p.mounts, other.mounts...)
	p.objects = append(p.objects, other.objects...)
	p.certificates = append(p.certificates, other.certificates...)
}

// configMap returns a part with files, and where they are.
func configMap(volume string, data map[string]string) (part, component.Mount) {
	object := component.MakeUnique(&corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: wiring.KubeAPIServer + "-" + volume},
		Data:       data,
	})
	mount := component.ConfigMapMount(volume, object.Name)
	return part{objects: []client.Object{object}, mounts: []component.Mount{mount}}, mount
}

// secret returns a part with files that nobody else may read, and where they are.
func secret(volume string, data map[string][]byte) (part, component.Mount) {
	object := component.MakeUnique(&corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: wiring.KubeAPIServer + "-" + volume},
		Type:       corev1.SecretTypeOpaque,
		Data:       data,
	})
	mount := component.SecretMount(volume, object.Name)
	return part{objects: []client.Object{object}, mounts: []component.Mount{mount}}, mount
}

// certificate returns a part with a certificate, and where it is.
func certificate(volume string, leaf pki.Leaf) (part, component.Mount) {
	mount := component.SecretMount(volume, leaf.SecretName)
	return part{certificates: []pki.Leaf{leaf}, mounts: []component.Mount{mount}}, mount
}
