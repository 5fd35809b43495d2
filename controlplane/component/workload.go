// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

const (
	// AnnotationRolloutAfter is on pods: a change restarts them.
	AnnotationRolloutAfter = "kubeception.cluster.x-k8s.io/rollout-after"

	// AnnotationCertificate is on pods, followed by the name of a Secret: a hash of the certificate that they read once.
	AnnotationCertificate = "certificate.kubeception.cluster.x-k8s.io/"

	// nonRoot is the user and group of hosted pods; the images of Kubernetes name none.
	nonRoot int64 = 65532

	revisionHistoryLimit          int32 = 2
	terminationGracePeriodSeconds int64 = 30
)

// complete sets what every object has, and what workloads have unless their component says otherwise.
func complete(in *Input, component string, obj client.Object) error {
	obj.SetNamespace(in.Namespace)
	addLabels(obj, frameworkLabels(in, component))
	switch o := obj.(type) {
	case *appsv1.Deployment:
		completeDeployment(in, component, o)
	case *druidv1alpha1.Etcd:
		return completeEtcd(in, component, o, in.Override(component).Containers)
	}
	return nil
}

func frameworkLabels(in *Input, component string) map[string]string {
	return map[string]string{
		wiring.LabelManagedBy:        wiring.ManagedBy,
		wiring.LabelComponent:        component,
		wiring.LabelClusterName:      in.ClusterName,
		wiring.LabelClusterNamespace: in.ClusterNamespace,
	}
}

func addLabels(obj metav1.Object, labels map[string]string) {
	obj.SetLabels(merged(obj.GetLabels(), labels))
}

// merged returns a new map, since rendered objects may share theirs. The second one wins.
func merged(a, b map[string]string) map[string]string {
	result := make(map[string]string, len(a)+len(b))
	maps.Copy(result, a)
	maps.Copy(result, b)
	return result
}

func completeDeployment(in *Input, component string, d *appsv1.Deployment) {
	selector := PodSelector(d.Name)
	version := map[string]string{wiring.AnnotationVersion: in.Version}
	d.Annotations = merged(d.Annotations, version)
	spec := &d.Spec
	setDefault(&spec.RevisionHistoryLimit, revisionHistoryLimit)
	if spec.Selector == nil {
		spec.Selector = &metav1.LabelSelector{MatchLabels: selector}
	}
	if spec.Strategy.Type == "" {
		spec.Strategy = oneMoreAtATime()
	}
	template := &spec.Template
	addLabels(template, frameworkLabels(in, component))
	addLabels(template, selector)
	addLabels(template, map[string]string{wiring.LabelVersion: LabelValue(in.Version)})
	template.Annotations = merged(template.Annotations, version)
	if in.RolloutAfter != nil {
		template.Annotations[AnnotationRolloutAfter] = in.RolloutAfter.UTC().Format(time.RFC3339)
	}
	completePods(&template.Spec)
	if ptr.Deref(spec.Replicas, 1) > 1 && template.Spec.TopologySpreadConstraints == nil {
		template.Spec.TopologySpreadConstraints = spread(selector)
	}
}

// oneMoreAtATime and none fewer, so that a single instance is replaced without a gap.
func oneMoreAtATime() appsv1.DeploymentStrategy {
	return appsv1.DeploymentStrategy{
		Type: appsv1.RollingUpdateDeploymentStrategyType,
		RollingUpdate: &appsv1.RollingUpdateDeployment{
			MaxSurge: ptr.To(intstr.FromInt32(1)), MaxUnavailable: ptr.To(intstr.FromInt32(0)),
		},
	}
}

// LabelValue makes a version a label: the plus sign of build metadata is not allowed in one.
func LabelValue(version string) string { return strings.ReplaceAll(version, "+", "_") }

func completePods(pod *corev1.PodSpec) {
	setDefault(&pod.AutomountServiceAccountToken, false)
	if pod.PriorityClassName == "" {
		pod.PriorityClassName = wiring.PriorityClass
	}
	if pod.SecurityContext == nil {
		pod.SecurityContext = &corev1.PodSecurityContext{}
	}
	setDefault(&pod.SecurityContext.RunAsNonRoot, true)
	setDefault(&pod.SecurityContext.RunAsUser, nonRoot)
	setDefault(&pod.SecurityContext.RunAsGroup, nonRoot)
	setDefault(&pod.SecurityContext.FSGroup, nonRoot)
	completeEveryPod(pod)
}

// completeEveryPod sets what pods have in common, in the seed and in the workload cluster.
func completeEveryPod(pod *corev1.PodSpec) {
	setDefault(&pod.EnableServiceLinks, false)
	setDefault(&pod.TerminationGracePeriodSeconds, terminationGracePeriodSeconds)
	setDefault(&pod.SecurityContext.SeccompProfile, corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault})
	for i := range pod.InitContainers {
		completeContainer(&pod.InitContainers[i])
	}
	for i := range pod.Containers {
		completeContainer(&pod.Containers[i])
	}
}

func completeContainer(c *corev1.Container) {
	if c.SecurityContext == nil {
		c.SecurityContext = &corev1.SecurityContext{}
	}
	setDefault(&c.SecurityContext.ReadOnlyRootFilesystem, true)
	if !ptr.Deref(c.SecurityContext.Privileged, false) {
		setDefault(&c.SecurityContext.AllowPrivilegeEscalation, false)
		setDefault(&c.SecurityContext.Capabilities, corev1.Capabilities{Drop: []corev1.Capability{"ALL"}})
	}
	if c.ImagePullPolicy == "" {
		c.ImagePullPolicy = corev1.PullIfNotPresent
	}
	if c.TerminationMessagePolicy == "" {
		// A pod that cannot start then says why in its status, where health finds it.
		c.TerminationMessagePolicy = corev1.TerminationMessageFallbackToLogsOnError
	}
}

func spread(selector map[string]string) []corev1.TopologySpreadConstraint {
	var constraints []corev1.TopologySpreadConstraint
	for _, key := range []string{corev1.LabelHostname, corev1.LabelTopologyZone} {
		constraints = append(constraints, corev1.TopologySpreadConstraint{
			TopologyKey: key, MaxSkew: 1, WhenUnsatisfiable: corev1.ScheduleAnyway,
			LabelSelector: &metav1.LabelSelector{MatchLabels: selector},
			// The pods of one revision are spread among themselves.
			MatchLabelKeys: []string{appsv1.DefaultDeploymentUniqueLabelKey},
		})
	}
	return constraints
}

// completeEtcd leaves the pods to etcd-druid, except for labels by which they are found.
func completeEtcd(in *Input, component string, e *druidv1alpha1.Etcd, overrides []controlplanev1.ContainerResources) error {
	e.Spec.Labels = merged(e.Spec.Labels, frameworkLabels(in, component))
	setDefault(&e.Spec.PriorityClassName, wiring.PriorityClass)
	for _, override := range overrides {
		switch override.Name {
		case "etcd":
			e.Spec.Etcd.Resources = override.Resources.DeepCopy()
		case "backup-restore":
			e.Spec.Backup.Resources = override.Resources.DeepCopy()
		default:
			return noContainer(override.Name, "etcd, backup-restore")
		}
	}
	return nil
}

// overrideContainers sets the resources of the containers of that name in all pods of a component.
func overrideContainers(objects []client.Object, overrides []controlplanev1.ContainerResources) error {
	var names []string
	byName := map[string][]*corev1.Container{}
	for _, obj := range objects {
		pod := podOf(obj)
		if pod == nil {
			continue
		}
		for _, containers := range [][]corev1.Container{pod.Containers, pod.InitContainers} {
			for i := range containers {
				names = append(names, containers[i].Name)
				byName[containers[i].Name] = append(byName[containers[i].Name], &containers[i])
			}
		}
	}
	if len(names) == 0 {
		return nil // The pods of etcd are made by etcd-druid.
	}
	for _, override := range overrides {
		if len(byName[override.Name]) == 0 {
			return noContainer(override.Name, strings.Join(slices.Compact(names), ", "))
		}
		for _, container := range byName[override.Name] {
			container.Resources = *override.Resources.DeepCopy()
		}
	}
	return nil
}

// podOf returns the pod template of a workload, or nil.
func podOf(obj client.Object) *corev1.PodSpec {
	switch o := obj.(type) {
	case *appsv1.Deployment:
		return &o.Spec.Template.Spec
	case *appsv1.DaemonSet:
		return &o.Spec.Template.Spec
	case *appsv1.StatefulSet:
		return &o.Spec.Template.Spec
	}
	return nil
}

func noContainer(name, known string) error {
	return fmt.Errorf("the override names container %q, but the containers are: %s", name, known)
}

func setDefault[T any](field **T, value T) {
	if *field == nil {
		*field = &value
	}
}
