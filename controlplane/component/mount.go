// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"path"

	corev1 "k8s.io/api/core/v1"
)

const mountRoot = "/etc/kubernetes"

// Mount is a read-only directory of files in a container.
type Mount struct {
	Volume corev1.Volume
}

// ConfigMapMount is the content of a ConfigMap. Make its name unique first, so that new content restarts the pod.
func ConfigMapMount(volume, configMap string) Mount {
	return Mount{Volume: corev1.Volume{Name: volume, VolumeSource: corev1.VolumeSource{
		ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: configMap}},
	}}}
}

// SecretMount is the content of a Secret, for example of a certificate's, which is renewed without a restart.
func SecretMount(volume, secret string) Mount {
	return Mount{Volume: corev1.Volume{Name: volume, VolumeSource: corev1.VolumeSource{
		Secret: &corev1.SecretVolumeSource{SecretName: secret},
	}}}
}

// ProjectedMount joins a ConfigMap and a Secret in one directory.
func ProjectedMount(volume, configMap, secret string) Mount {
	return Mount{Volume: corev1.Volume{Name: volume, VolumeSource: corev1.VolumeSource{
		Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{
			{ConfigMap: &corev1.ConfigMapProjection{LocalObjectReference: corev1.LocalObjectReference{Name: configMap}}},
			{Secret: &corev1.SecretProjection{LocalObjectReference: corev1.LocalObjectReference{Name: secret}}},
		}},
	}}}
}

// Dir is the directory in the container.
func (m Mount) Dir() string { return path.Join(mountRoot, m.Volume.Name) }

// File is the path of a file in the container.
func (m Mount) File(name string) string { return path.Join(m.Dir(), name) }

// AddMounts adds the directories to a pod and to its first container.
func AddMounts(pod *corev1.PodSpec, mounts ...Mount) {
	AddMountsTo(pod, &pod.Containers[0], mounts...)
}

// AddMountsTo adds the directories to a pod and to one of its containers.
func AddMountsTo(pod *corev1.PodSpec, container *corev1.Container, mounts ...Mount) {
	for _, mount := range mounts {
		pod.Volumes = append(pod.Volumes, mount.Volume)
		container.VolumeMounts = append(container.VolumeMounts, corev1.VolumeMount{
			Name: mount.Volume.Name, MountPath: mount.Dir(), ReadOnly: true,
		})
	}
}

// HostMount is a path of the node in a container, at the same place.
type HostMount struct {
	Name, Path string
	ReadOnly   bool
	// Type says what the kubelet checks or makes; if empty, nothing.
	Type corev1.HostPathType
}

// XtablesLock is the lock that programs take which change the rules of iptables.
func XtablesLock() HostMount {
	return HostMount{Name: "xtables-lock", Path: "/run/xtables.lock", Type: corev1.HostPathFileOrCreate}
}

// AddHostMounts adds paths of the node to a pod with a single container.
func AddHostMounts(pod *corev1.PodSpec, mounts ...HostMount) {
	for _, mount := range mounts {
		source := &corev1.HostPathVolumeSource{Path: mount.Path}
		if mount.Type != "" {
			source.Type = &mount.Type
		}
		pod.Volumes = append(pod.Volumes, corev1.Volume{Name: mount.Name, VolumeSource: corev1.VolumeSource{HostPath: source}})
		pod.Containers[0].VolumeMounts = append(pod.Containers[0].VolumeMounts, corev1.VolumeMount{
			Name: mount.Name, MountPath: mount.Path, ReadOnly: mount.ReadOnly,
		})
	}
}
