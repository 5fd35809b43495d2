// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// Instance is what distinguishes the etcd clusters of a control plane.
type Instance struct {
	name string
	// spec is what the user asked for.
	spec func(in *component.Input) controlplanev1.EtcdInstanceSpec
	// backup is where the user wants snapshots; nil if this instance has none.
	backup func(in *component.Input) *controlplanev1.EtcdBackupSpec

	size        string
	metrics     druidv1alpha1.MetricsLevel
	requests    corev1.ResourceList
	annotations map[string]string
	// keepSingle protects the pod of a single member from being moved for convenience.
	keepSingle bool
}

// allowUnhealthyEviction lets a drain evict a member that is not ready: events are worth less than a drained node.
const allowUnhealthyEviction = "resources.druid.gardener.cloud/allow-unhealthy-pod-eviction"

// Main holds everything but events.
//
// Requests are what an idle etcd was measured to use (48 MB), so that ten control planes fit on a laptop; users
// with busy clusters raise them through spec.components.
var Main = Instance{
	name: wiring.EtcdMain,
	spec: func(in *component.Input) controlplanev1.EtcdInstanceSpec {
		return in.Configuration.Etcd.Main.EtcdInstanceSpec
	},
	backup: func(in *component.Input) *controlplanev1.EtcdBackupSpec {
		if in.Configuration.Etcd.Main.Backup.Store.Provider == "" {
			return nil
		}
		return &in.Configuration.Etcd.Main.Backup
	},
	size:       "25Gi",
	metrics:    druidv1alpha1.Extensive,
	requests:   requests("20m", "64Mi"),
	keepSingle: true,
}

// Events holds events alone. They expire by themselves and are not backed up.
var Events = Instance{
	name: wiring.EtcdEvents,
	spec: func(in *component.Input) controlplanev1.EtcdInstanceSpec {
		return in.Configuration.Etcd.Events.EtcdInstanceSpec
	},
	backup:      func(*component.Input) *controlplanev1.EtcdBackupSpec { return nil },
	size:        "10Gi",
	metrics:     druidv1alpha1.Basic,
	requests:    requests("10m", "48Mi"),
	annotations: map[string]string{allowUnhealthyEviction: ""},
}

// sidecarRequests are for backup-restore, which waits most of the time.
var sidecarRequests = requests("5m", "32Mi")

func requests(cpu, memory string) corev1.ResourceList {
	return corev1.ResourceList{
		corev1.ResourceCPU:    resource.MustParse(cpu),
		corev1.ResourceMemory: resource.MustParse(memory),
	}
}
