// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

// example is a component as the tests need it. If nothing else is said, it renders a ConfigMap with an immutable
// name and a Deployment that refers to it.
type example struct {
	name     string
	needs    []string
	disabled bool
	render   func(in *Input) (Objects, error)
}

func (e example) Name() string        { return e.name }
func (e example) Needs() []string     { return e.needs }
func (e example) Enabled(*Input) bool { return !e.disabled }

func (e example) Render(in *Input) (Objects, error) {
	if e.render != nil {
		return e.render(in)
	}
	return workload(e.name, "content", 1), nil
}

func workload(name, content string, replicas int32) Objects {
	config := MakeUnique(exampleConfig(name+"-config", content))
	return Objects{Runtime: []client.Object{exampleDeployment(name, config.Name, replicas), config}}
}

func exampleConfig(name, content string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}, Data: map[string]string{"key": content}}
}

func exampleDeployment(name, config string, replicas int32) *appsv1.Deployment {
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas,
			Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
				Containers: []corev1.Container{{Name: "main", Image: "image", Args: []string{"--v=2"}}},
				Volumes: []corev1.Volume{{Name: "config", VolumeSource: corev1.VolumeSource{
					ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: config}},
				}}},
			}},
		},
	}
}

func exampleInput(overrides ...controlplanev1.ComponentOverride) *Input {
	in := &Input{ClusterName: "c", ClusterNamespace: "team", Namespace: "team--c", Version: "v1.36.0", Replicas: 1}
	in.Configuration.Components = overrides
	return in
}
