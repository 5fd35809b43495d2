// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/machines"
)

// rolling takes two machines to the next minor version and then to another machine template.
func rolling(f *fleet) {
	It("are not made newer than their control plane, and their MachineSet says why", func(ctx context.Context) {
		old := f.settled(ctx, 2)
		f.change(ctx, func(deployment *clusterv1.MachineDeployment) { deployment.Spec.Template.Spec.Version = newVersion })
		Eventually(func(g Gomega) {
			sets := &clusterv1.MachineSetList{}
			g.Expect(management.List(ctx, sets, client.InNamespace(namespace), client.MatchingLabels{clusterv1.MachineDeploymentNameLabel: f.pool.Name})).To(Succeed())
			var messages []string
			for i := range sets.Items {
				messages = append(messages, conditions.GetMessage(&sets.Items[i], clusterv1.MachineSetScalingUpCondition))
			}
			g.Expect(messages).To(ContainElement(SatisfyAll(
				ContainSubstring("is blocked"), ContainSubstring("MachineSet version is higher than ControlPlane version"))))
		}).WithTimeout(reportTimeout).Should(Succeed())
		Expect(namesOf(f.settledAt(ctx, oldVersion))).To(Equal(namesOf(old)), "the old ones stay")
	})

	It("follow their control plane to the next minor version, never fewer and always serving", func(ctx context.Context) {
		ready, made := machines.Watch(ctx, f.readyNodes), machines.Watch(ctx, f.machineCount)
		serving := machines.Watch(ctx, func(ctx context.Context) (int, error) { return f.serves(ctx, servedPort) })
		early := machines.Watch(ctx, f.ahead)
		began := time.Now()
		Eventually(f.cluster.Patch).WithArguments(ctx, func(controlPlane *controlplanev1.KubeceptionControlPlane) {
			controlPlane.Spec.Version = newVersion
		}).WithTimeout(reportTimeout).Should(Succeed())
		f.settled(ctx, 2)
		took("an upgrade of the control plane and two nodes", began)
		Expect(f.cluster.UntilAvailable(ctx, fleetTimeout)).To(Succeed())
		f.rolled(ready.Stop(), made.Stop(), serving.Stop(), 2, 3)
		Expect(early.Stop().Most).To(BeZero(), "the control plane comes first")
		nodes, err := f.nodes(ctx)
		Expect(err).NotTo(HaveOccurred())
		for _, node := range nodes {
			Expect(node.Status.NodeInfo.KubeletVersion).To(Equal(newVersion))
		}
	})

	It("follow another machine template, one at a time where none may be added", func(ctx context.Context) {
		template := &infrav1.KubeceptionMachineTemplate{}
		Expect(management.Get(ctx, f.pool.ObjectKey, template)).To(Succeed())
		smaller := &infrav1.KubeceptionMachineTemplate{ObjectMeta: f.meta(template.Name + "-smaller"), Spec: template.Spec}
		smaller.Spec.Template.Spec.Memory = new(resource.MustParse("2Gi"))
		create(ctx, management, smaller)
		ready, made := machines.Watch(ctx, f.readyNodes), machines.Watch(ctx, f.machineCount)
		serving := machines.Watch(ctx, func(ctx context.Context) (int, error) { return f.serves(ctx, servedPort) })
		began := time.Now()
		f.change(ctx, func(deployment *clusterv1.MachineDeployment) {
			deployment.Spec.Rollout.Strategy.RollingUpdate.MaxSurge = new(intstr.FromInt32(0))
			deployment.Spec.Rollout.Strategy.RollingUpdate.MaxUnavailable = new(intstr.FromInt32(1))
			deployment.Spec.Template.Spec.InfrastructureRef.Name = smaller.Name
		})
		f.settled(ctx, 2)
		took("a change of the template of two machines", began)
		f.rolled(ready.Stop(), made.Stop(), serving.Stop(), 1, 2)
		nodes, err := f.nodes(ctx)
		Expect(err).NotTo(HaveOccurred())
		for _, node := range nodes {
			Expect(node.Status.Allocatable.Memory().Cmp(resource.MustParse("2Gi"))).To(BeNumerically("<", 0), node.Name)
		}
	})
}

// outage is what a user would notice; a request that meets a node at the moment it goes is tried again at once.
const outage = 10 * time.Second

// rolled checks what was seen during a rollout.
func (f *fleet) rolled(ready, made, serving machines.Observation, least, most int) {
	GinkgoHelper()
	AddReportEntry(fmt.Sprintf("ready nodes: %s; machines: %s; answers: %s", ready, made, serving))
	Expect(ready.Least).To(BeNumerically(">=", least), "nodes that are ready")
	Expect(made.Most).To(BeNumerically("<=", most), "machines")
	Expect(serving.LongestGap).To(BeNumerically("<", outage), "answers; in vain: %v", serving.Failed)
}

// ahead counts machines of the new version while the control plane is not wholly at it.
func (f *fleet) ahead(ctx context.Context) (int, error) {
	all, err := f.pool.Machines(ctx) // First, so that what is read next is not older.
	if err != nil {
		return 0, err
	}
	controlPlane, err := f.cluster.ControlPlane(ctx)
	if err != nil {
		return 0, err
	}
	if versions := controlPlane.Status.Versions; len(versions) == 1 && versions[0].Version == newVersion {
		return 0, nil
	}
	count := 0
	for i := range all {
		if all[i].Spec.Version == newVersion {
			count++
		}
	}
	return count, nil
}

// settledAt returns the machines of a version, which all are available, and fails if there are others.
func (f *fleet) settledAt(ctx context.Context, version string) []clusterv1.Machine {
	GinkgoHelper()
	all, err := f.pool.Machines(ctx)
	Expect(err).NotTo(HaveOccurred())
	for i := range all {
		Expect(all[i].Spec.Version).To(Equal(version))
		Expect(conditions.IsTrue(&all[i], clusterv1.MachineAvailableCondition)).To(BeTrue(), all[i].Name)
	}
	return all
}

func namesOf(all []clusterv1.Machine) []string {
	var names []string
	for i := range all {
		names = append(names, all[i].Name)
	}
	return names
}

// servedPort is where the workload answers on every node.
const servedPort int32 = 30080

// served runs on several nodes where there are several.
func served() *appsv1.Deployment {
	pod := podOf("served")
	// As every server behind a Service should, it serves on until nodes know that it goes.
	pod.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: 5}}}
	pod.Spec.TopologySpreadConstraints = []corev1.TopologySpreadConstraint{{
		MaxSkew: 1, TopologyKey: corev1.LabelHostname, WhenUnsatisfiable: corev1.ScheduleAnyway,
		LabelSelector: &metav1.LabelSelector{MatchLabels: labelsOf("served")},
	}}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: metav1.NamespaceDefault, Name: "served"},
		Spec: appsv1.DeploymentSpec{
			Replicas: new(int32(2)), Selector: &metav1.LabelSelector{MatchLabels: labelsOf("served")}, Template: pod,
		},
	}
}

func servedBudget() *policyv1.PodDisruptionBudget { return budgetOf("served") }

func servedService() *corev1.Service {
	service := serviceOf("served", 80, 8080)
	service.Spec.Type = corev1.ServiceTypeNodePort
	service.Spec.Ports[0].NodePort = servedPort
	return service
}
