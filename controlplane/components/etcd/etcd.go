// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"time"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

const (
	// defaultQuota is also the most that etcd supports.
	defaultQuota = "8Gi"
	// heartbeat is the time between a member's signs of life. etcd-druid calls a cluster ready after the first
	// one, so that it is part of the time to a new control plane; each is a write in the seed.
	heartbeat = 5 * time.Second
	// safeToEvict tells cluster autoscalers whether they may move a pod to save a node.
	safeToEvict = "cluster-autoscaler.kubernetes.io/safe-to-evict"
)

func etcd(in *component.Input, i Instance, s secrets) *druidv1alpha1.Etcd {
	spec := i.spec(in)
	replicas := ptr.Deref(spec.Replicas, 1)
	etcd := &druidv1alpha1.Etcd{
		ObjectMeta: metav1.ObjectMeta{Name: i.name, Annotations: i.annotations},
		Spec: druidv1alpha1.EtcdSpec{
			Replicas:        replicas,
			Labels:          connections(i.backup(in) != nil),
			StorageCapacity: ptr.To(quantity(spec.Storage.Size, i.size)),
			Etcd: druidv1alpha1.EtcdConfig{
				Quota:                   ptr.To(quantity(spec.Quota, defaultQuota)),
				Metrics:                 ptr.To(i.metrics),
				Resources:               &corev1.ResourceRequirements{Requests: i.requests},
				DefragmentationSchedule: ptr.To(daily(in.Namespace, i.name, "defragmentation")),
				HeartbeatDuration:       &metav1.Duration{Duration: heartbeat},
				ClientUrlTLS:            clientTLS(i.name, s),
				PeerUrlTLS:              peerTLS(i.name, s),
			},
			Backup:                backup(in, i, s),
			SchedulingConstraints: scheduling(i.name, replicas),
		},
	}
	if spec.Storage.ClassName != "" {
		etcd.Spec.StorageClass = ptr.To(spec.Storage.ClassName)
	}
	if i.keepSingle && replicas == 1 {
		etcd.Spec.Annotations = map[string]string{safeToEvict: "false"}
	}
	return etcd
}

// clientTLS is for etcd and the sidecar alike: etcd-druid's probe speaks TLS to etcd if and only if the sidecar
// does. The key of the bundle is always given, because etcd-druid's parts assume different ones.
func clientTLS(name string, s secrets) *druidv1alpha1.TLSConfig {
	return &druidv1alpha1.TLSConfig{
		TLSCASecretRef:     bundle(s.ca),
		ServerTLSSecretRef: corev1.SecretReference{Name: serverSecret(name)},
		ClientTLSSecretRef: corev1.SecretReference{Name: clientSecret(name)},
	}
}

// peerTLS is for the members. etcd-druid reads the certificate of the server here, members use it as clients too.
func peerTLS(name string, s secrets) *druidv1alpha1.PeerTLSConfig {
	return &druidv1alpha1.PeerTLSConfig{TLSConfig: druidv1alpha1.TLSConfig{
		TLSCASecretRef:     bundle(s.peerCA),
		ServerTLSSecretRef: corev1.SecretReference{Name: peerSecret(name)},
	}}
}

func bundle(secret *corev1.Secret) druidv1alpha1.SecretReference {
	return druidv1alpha1.SecretReference{
		SecretReference: corev1.SecretReference{Name: secret.Name},
		DataKey:         ptr.To(wiring.CABundleKey),
	}
}

// connections are what the pods connect to: the sidecar writes Leases in the seed, and snapshots to a store that
// may be anywhere. Members reach each other by a policy of their own.
func connections(backups bool) map[string]string {
	labels := map[string]string{
		wiring.AllowTo(wiring.PeerDNS):           wiring.Allowed,
		wiring.AllowTo(wiring.PeerSeedAPIServer): wiring.Allowed,
	}
	if backups {
		labels[wiring.AllowTo(wiring.PeerInternet)] = wiring.Allowed
	}
	return labels
}

// scheduling keeps members apart where there is more than one and the seed has room: a seed of one node still runs
// three of them.
func scheduling(name string, replicas int32) druidv1alpha1.SchedulingConstraints {
	if replicas == 1 {
		return druidv1alpha1.SchedulingConstraints{}
	}
	var constraints []corev1.TopologySpreadConstraint
	for _, key := range []string{corev1.LabelHostname, corev1.LabelTopologyZone} {
		constraints = append(constraints, corev1.TopologySpreadConstraint{
			TopologyKey: key, MaxSkew: 1, WhenUnsatisfiable: corev1.ScheduleAnyway,
			LabelSelector: &metav1.LabelSelector{MatchLabels: component.PodSelector(name)},
		})
	}
	return druidv1alpha1.SchedulingConstraints{TopologySpreadConstraints: constraints}
}

func quantity(wanted *resource.Quantity, absent string) resource.Quantity {
	if wanted != nil {
		return *wanted
	}
	return resource.MustParse(absent)
}
