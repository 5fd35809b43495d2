// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/cloudconfig"
)

// Machine is what a machine is made from.
type Machine struct {
	// Key is that of the pod and its Secret. The name is also that of the host, of the node and of the
	// KubeceptionMachine.
	Key client.ObjectKey
	// Cluster is the Cluster that the machine belongs to, in the namespace of the KubeceptionMachine.
	Cluster client.ObjectKey
	// InstanceID identifies the machine to itself.
	InstanceID string
	// Image is the machine image.
	Image string
	// CPU and Memory are its size; nil means that of the host's node.
	CPU, Memory *resource.Quantity
	// Architecture is that of the host's node. Empty means any.
	Architecture string
	// FailureDomain is a zone of the host cluster, or a name if it is Virtual. Empty means any.
	FailureDomain string
	Virtual       bool
	// UserData is the cloud-config.
	UserData []byte
}

// What a machine without a size requests from the host cluster.
var (
	defaultCPU    = resource.MustParse("100m")
	defaultMemory = resource.MustParse("256Mi")
)

// gracePeriodSeconds is how long the services of a machine may take to stop.
const gracePeriodSeconds = 30

func (m Machine) objectMeta() metav1.ObjectMeta {
	labels := ClusterLabels(m.Cluster)
	labels[LabelMachine] = m.Key.Name
	return metav1.ObjectMeta{Namespace: m.Key.Namespace, Name: m.Key.Name, Labels: labels}
}

// Secret holds what the machine is told: its meta-data and its user-data.
func Secret(m Machine) (*corev1.Secret, error) {
	data := cloudconfig.MetaData{
		InstanceID: m.InstanceID, LocalHostname: m.Key.Name, ProviderID: ProviderID(m.Key), Zone: m.FailureDomain,
	}
	if m.CPU != nil {
		data.CPU = m.CPU.String()
	}
	if m.Memory != nil {
		data.Memory = m.Memory.String()
	}
	metaData, err := yaml.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("write meta-data: %w", err)
	}
	return &corev1.Secret{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
		ObjectMeta: m.objectMeta(),
		Data:       map[string][]byte{cloudconfig.MetaDataFile: metaData, cloudconfig.UserDataFile: m.UserData},
	}, nil
}

// Pod is the machine. It is gated, has no controller and is never restarted: a machine that ends has failed.
func Pod(m Machine) *corev1.Pod {
	return &corev1.Pod{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: m.objectMeta(),
		Spec: corev1.PodSpec{
			Hostname:                      m.Key.Name,
			RestartPolicy:                 corev1.RestartPolicyNever,
			TerminationGracePeriodSeconds: new(int64(gracePeriodSeconds)),
			// The machine resolves names as the host's node does; cluster DNS is what its own cluster has.
			DNSPolicy:                    corev1.DNSDefault,
			AutomountServiceAccountToken: new(false),
			EnableServiceLinks:           new(false),
			SchedulingGates:              []corev1.PodSchedulingGate{{Name: Gate}},
			NodeSelector:                 nodeSelector(m),
			TopologySpreadConstraints:    spread(m),
			Containers:                   []corev1.Container{container(m)},
			Volumes: []corev1.Volume{
				{Name: "data", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: m.Key.Name, DefaultMode: new(int32(0o400))}}},
				// The runtime's layers must not be on an overlay themselves.
				emptyDir("containerd", corev1.StorageMediumDefault),
				emptyDir("kubelet", corev1.StorageMediumDefault),
				emptyDir("log", corev1.StorageMediumDefault),
				emptyDir("run", corev1.StorageMediumMemory),
				{Name: "modules", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/lib/modules"}}},
			},
		},
	}
}

func container(m Machine) corev1.Container {
	return corev1.Container{
		Name: Container, Image: m.Image, ImagePullPolicy: corev1.PullIfNotPresent,
		// The console of the machine, and by that the log of the pod: systemd takes the standard output away.
		TTY:             true,
		SecurityContext: &corev1.SecurityContext{Privileged: new(true)},
		Resources:       resources(m),
		// The machine is started when its bootstrap data was carried out, and from then on ready as long as it runs. How
		// long that may take is not for the pod to decide, so the probe never gives up.
		StartupProbe: &corev1.Probe{
			ProbeHandler:  corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"/usr/bin/test", "-f", Sentinel}}},
			PeriodSeconds: 1, TimeoutSeconds: 5, FailureThreshold: 1_000_000_000,
		},
		TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError,
		VolumeMounts: []corev1.VolumeMount{
			{Name: "data", MountPath: cloudconfig.Folder, ReadOnly: true},
			{Name: "containerd", MountPath: "/var/lib/containerd"},
			{Name: "kubelet", MountPath: "/var/lib/kubelet"},
			{Name: "log", MountPath: "/var/log"},
			{Name: "run", MountPath: "/run"},
			{Name: "modules", MountPath: "/lib/modules", ReadOnly: true},
		},
	}
}

// resources request the size of the machine. Memory is limited; CPU is not, because a limit would also be one for each
// pod inside.
func resources(m Machine) corev1.ResourceRequirements {
	r := corev1.ResourceRequirements{Requests: corev1.ResourceList{
		corev1.ResourceCPU: defaultCPU, corev1.ResourceMemory: defaultMemory,
	}}
	if m.CPU != nil {
		r.Requests[corev1.ResourceCPU] = *m.CPU
	}
	if m.Memory != nil {
		r.Requests[corev1.ResourceMemory] = *m.Memory
		r.Limits = corev1.ResourceList{corev1.ResourceMemory: *m.Memory}
	}
	return r
}

func nodeSelector(m Machine) map[string]string {
	selector := map[string]string{}
	if m.FailureDomain != "" && !m.Virtual {
		selector[LabelZone] = m.FailureDomain
	}
	if m.Architecture != "" {
		selector[corev1.LabelArchStable] = m.Architecture
	}
	return selector
}

// spread puts the machines of a cluster on different nodes where it can.
func spread(m Machine) []corev1.TopologySpreadConstraint {
	return []corev1.TopologySpreadConstraint{{
		MaxSkew: 1, TopologyKey: corev1.LabelHostname, WhenUnsatisfiable: corev1.ScheduleAnyway,
		LabelSelector: &metav1.LabelSelector{MatchLabels: ClusterLabels(m.Cluster)},
	}}
}

func emptyDir(name string, medium corev1.StorageMedium) corev1.Volume {
	return corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{Medium: medium}}}
}
