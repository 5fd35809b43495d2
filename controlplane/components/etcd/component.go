// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// Component is one etcd cluster.
type Component struct{ instance Instance }

var _ component.Component = Component{}

// New returns the component for an instance: Main or Events.
func New(instance Instance) Component { return Component{instance: instance} }

// Name implements component.Component.
func (c Component) Name() string { return c.instance.name }

// Enabled implements component.Component. An etcd of somebody else is not ours to run.
func (c Component) Enabled(in *component.Input) bool {
	return len(c.instance.spec(in).External.Endpoints) == 0
}

// Needs implements component.Component.
func (Component) Needs() []string { return nil }

// Render implements component.Component.
func (c Component) Render(in *component.Input) (component.Objects, error) {
	i := c.instance
	trusted := secrets{
		ca:     authority(i.name+"-ca", in.Keys.Bundles[pki.EtcdCA]),
		peerCA: authority(i.name+"-peer-ca", in.Keys.Bundles[pki.EtcdPeerCA]),
	}
	objects := component.Objects{
		Runtime:      []client.Object{trusted.ca, trusted.peerCA},
		Certificates: certificates(i.name, in.Namespace),
	}
	if backup := i.backup(in); backup != nil {
		trusted.backup = backupCredentials(i.name, in.References.BackupCredentials)
		objects.Runtime = append(objects.Runtime, trusted.backup)
	}
	objects.Runtime = append(objects.Runtime, etcd(in, i, trusted))
	return objects, nil
}

// secrets are what the members read besides their certificates. backup is nil without backups.
type secrets struct{ ca, peerCA, backup *corev1.Secret }

// authority returns whom members trust. Its name changes with its content, because etcd reads it only once.
func authority(name, bundle string) *corev1.Secret {
	return component.MakeUnique(&corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Type:       corev1.SecretTypeOpaque,
		Data:       map[string][]byte{wiring.CABundleKey: []byte(bundle)},
	})
}

func backupCredentials(name string, data map[string][]byte) *corev1.Secret {
	return component.MakeUnique(&corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: name + "-backup"},
		Type:       corev1.SecretTypeOpaque,
		Data:       data,
	})
}
