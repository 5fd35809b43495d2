// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// Priority classes that every cluster has.
const (
	clusterCritical = "system-cluster-critical"
	nodeCritical    = "system-node-critical"
)

// nodesAtOnce is how many nodes may be without their instance while it is replaced.
const nodesAtOnce = "10%"

// SystemMeta is the metadata of a target object in the namespace of the system.
func SystemMeta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: metav1.NamespaceSystem, Name: name}
}

// SystemPodSelector returns the labels that select the pods of a workload in the workload cluster, by the label that
// users and tools know them by.
func SystemPodSelector(workload string) map[string]string {
	return map[string]string{wiring.LabelSystemApp: workload}
}

// SystemDisruptionBudget is DisruptionBudget in the workload cluster.
func SystemDisruptionBudget(workload string, selector map[string]string) *policyv1.PodDisruptionBudget {
	budget := DisruptionBudget(workload)
	budget.Namespace = metav1.NamespaceSystem
	budget.Spec.Selector.MatchLabels = selector
	return budget
}

// APIServerEnv leads client-go in a pod of the workload cluster to the published endpoint instead of the Service
// "kubernetes": it then works before Services do, and also where the endpoint is a name.
func (in *Input) APIServerEnv() []corev1.EnvVar {
	return []corev1.EnvVar{
		{Name: wiring.APIServerHostVariable, Value: in.Endpoint.Host},
		{Name: wiring.APIServerPortVariable, Value: strconv.Itoa(int(in.Endpoint.Port))},
	}
}

// completeTarget sets what workloads of ours in the workload cluster have unless their component says otherwise. The
// manifests of users are no Go types, and stay as they are.
func completeTarget(in *Input, obj client.Object) {
	switch o := obj.(type) {
	case *policyv1.PodDisruptionBudget:
		if in.Workers.Leaving { // No machine is left to run another instance first: a drain would wait for it in vain.
			o.Spec.MaxUnavailable = ptr.To(intstr.FromString("100%"))
		}
	case *appsv1.Deployment:
		completeSystemDeployment(o)
	case *appsv1.DaemonSet:
		completeSystemDaemonSet(o)
	}
}

func completeSystemDeployment(d *appsv1.Deployment) {
	spec := &d.Spec
	setDefault(&spec.RevisionHistoryLimit, revisionHistoryLimit)
	if spec.Selector == nil {
		spec.Selector = &metav1.LabelSelector{MatchLabels: SystemPodSelector(d.Name)}
	}
	if spec.Strategy.Type == "" {
		spec.Strategy = oneMoreAtATime()
	}
	addLabels(&spec.Template, spec.Selector.MatchLabels)
	completeSystemPods(&spec.Template.Spec, clusterCritical)
	// Without a number an autoscaler decides.
	if ptr.Deref(spec.Replicas, 2) > 1 && spec.Template.Spec.TopologySpreadConstraints == nil {
		spec.Template.Spec.TopologySpreadConstraints = spread(spec.Selector.MatchLabels)
	}
	if spec.Template.Spec.Tolerations == nil {
		spec.Template.Spec.Tolerations = []corev1.Toleration{{Key: "CriticalAddonsOnly", Operator: corev1.TolerationOpExists}}
	}
}

// completeSystemDaemonSet lets it run on every node, whatever the state and purpose of the node.
func completeSystemDaemonSet(d *appsv1.DaemonSet) {
	spec := &d.Spec
	setDefault(&spec.RevisionHistoryLimit, revisionHistoryLimit)
	if spec.Selector == nil {
		spec.Selector = &metav1.LabelSelector{MatchLabels: SystemPodSelector(d.Name)}
	}
	if spec.UpdateStrategy.Type == "" {
		spec.UpdateStrategy = appsv1.DaemonSetUpdateStrategy{
			Type:          appsv1.RollingUpdateDaemonSetStrategyType,
			RollingUpdate: &appsv1.RollingUpdateDaemonSet{MaxUnavailable: ptr.To(intstr.FromString(nodesAtOnce))},
		}
	}
	addLabels(&spec.Template, spec.Selector.MatchLabels)
	completeSystemPods(&spec.Template.Spec, nodeCritical)
	if spec.Template.Spec.Tolerations == nil {
		spec.Template.Spec.Tolerations = []corev1.Toleration{{Operator: corev1.TolerationOpExists}}
	}
}

// completeSystemPods is completePods for pods of the workload cluster: they have a token of theirs, and those in the
// network of their node change it, as root.
func completeSystemPods(pod *corev1.PodSpec, priorityClass string) {
	pod.NodeSelector = merged(map[string]string{corev1.LabelOSStable: string(corev1.Linux)}, pod.NodeSelector)
	if pod.PriorityClassName == "" {
		pod.PriorityClassName = priorityClass
	}
	if pod.SecurityContext == nil {
		pod.SecurityContext = &corev1.PodSecurityContext{}
	}
	if !pod.HostNetwork {
		setDefault(&pod.SecurityContext.RunAsNonRoot, true)
		setDefault(&pod.SecurityContext.RunAsUser, nonRoot)
		setDefault(&pod.SecurityContext.RunAsGroup, nonRoot)
		setDefault(&pod.SecurityContext.FSGroup, nonRoot)
	}
	completeEveryPod(pod)
}

// targetSecret is the copy of an issued certificate for the workload cluster.
func targetSecret(issued *corev1.Secret) *corev1.Secret {
	return &corev1.Secret{
		ObjectMeta: SystemMeta(issued.Name),
		Type:       issued.Type,
		Data: map[string][]byte{
			pki.CertificateData: issued.Data[pki.CertificateData],
			pki.PrivateKeyData:  issued.Data[pki.PrivateKeyData],
		},
	}
}
