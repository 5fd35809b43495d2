// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/machines"
)

// One cluster goes through all that happens to machines, so that it starts but once: from the older minor version with a
// node to the newer one with two, and to its end. Specs take it over from each other.
var _ = Describe("The machines of a MachineDeployment", Ordered, func() {
	f := &fleet{}

	BeforeAll(func(ctx context.Context) { f.launch(ctx, "fleet", oldVersion) })

	scaling(f)
	draining(f)
	recording(f)
	rolling(f)
	replacing(f)
	failing(f)
	deleting(f)
})

func scaling(f *fleet) {
	It("are nodes of the minor version before the newest, and both say the same", func(ctx context.Context) {
		f.change(ctx, func(deployment *clusterv1.MachineDeployment) {
			maps.Copy(deployment.Spec.Template.Labels, map[string]string{"node.cluster.x-k8s.io/team": "a", "node-role.kubernetes.io/worker": ""})
		})
		machine := f.settled(ctx, 1)[0]
		Eventually(func(g Gomega) {
			node := &corev1.Node{}
			g.Expect(f.shoot.Get(ctx, client.ObjectKey{Name: machine.Name}, node)).To(Succeed())
			g.Expect(node.Status.NodeInfo.KubeletVersion).To(Equal(oldVersion))
			g.Expect(node.Labels).To(HaveKeyWithValue("node.cluster.x-k8s.io/team", "a"))
			g.Expect(node.Labels).To(HaveKeyWithValue("node-role.kubernetes.io/worker", ""))
			g.Expect(node.Spec.ProviderID).To(Equal(machine.Spec.ProviderID))
			g.Expect(node.Spec.Taints).To(BeEmpty())
		}).WithTimeout(reportTimeout).Should(Succeed())
		for _, condition := range []string{clusterv1.MachineNodeReadyCondition, clusterv1.MachineNodeHealthyCondition, clusterv1.MachineInfrastructureReadyCondition} {
			Expect(conditions.IsTrue(&machine, condition)).To(BeTrue(), condition)
		}
		Expect(machine.Spec.Deletion.NodeDrainTimeoutSeconds).To(HaveValue(BeEquivalentTo(7200)), "Gardener's two hours")
		infraMachine := &infrav1.KubeceptionMachine{}
		Expect(management.Get(ctx, client.ObjectKeyFromObject(&machine), infraMachine)).To(Succeed())
		Expect(conditions.IsTrue(infraMachine, infrav1.ReadyCondition)).To(BeTrue())
	})

	It("serve what runs on them", func(ctx context.Context) {
		create(ctx, f.shoot, served(), servedBudget(), servedService())
		Eventually(f.serves).WithArguments(ctx, servedPort).WithTimeout(startTimeout).Should(Equal(1))
	})

	It("become three", func(ctx context.Context) {
		began := time.Now()
		f.scale(ctx, 3)
		for _, count := range []int{2, 3} {
			Eventually(f.readyNodes).WithArguments(ctx).WithTimeout(fleetTimeout).WithPolling(100 * time.Millisecond).
				Should(BeNumerically(">=", count))
			took(fmt.Sprintf("from scaling up to node %d ready", count), began)
		}
		f.settled(ctx, 3)
	})
}

// recording makes a machine while the manager cannot record it, and kills the manager.
func recording(f *fleet) {
	It("are made once, although the manager dies between making one and recording it", func(ctx context.Context) {
		before := f.settled(ctx, 1)[0]
		release := f.forbidRecording(ctx)
		f.scale(ctx, 2)
		var made corev1.Pod
		Eventually(func(g Gomega) {
			pods := &corev1.PodList{}
			g.Expect(management.List(ctx, pods, client.InNamespace(f.machineNamespace()))).To(Succeed())
			g.Expect(pods.Items).To(HaveLen(2))
			for _, pod := range pods.Items {
				if pod.Name != before.Name {
					made = pod
				}
			}
			g.Expect(made.Spec.SchedulingGates).NotTo(BeEmpty(), "it does not run before it is recorded")
		}).WithTimeout(fleetTimeout).Should(Succeed())
		Expect(management.DeleteAllOf(ctx, &corev1.Pod{}, client.InNamespace("kubeception-infrastructure-system"),
			client.MatchingLabels{"cluster.x-k8s.io/provider": "infrastructure-kubeception"}, client.GracePeriodSeconds(0))).To(Succeed())
		release()
		f.settled(ctx, 2)
		pod, err := f.pod(ctx, made.Name)
		Expect(err).NotTo(HaveOccurred())
		Expect(pod.UID).To(Equal(made.UID), "it was not made again")
		pods := &corev1.PodList{}
		Expect(management.List(ctx, pods, client.InNamespace(f.machineNamespace()))).To(Succeed())
		Expect(pods.Items).To(HaveLen(2))
	})
}

// forbidRecording lets the API server refuse provider IDs for new machines until it is released.
func (f *fleet) forbidRecording(ctx context.Context) (release func()) {
	GinkgoHelper()
	const name = "e2e-forbid-recording"
	policy := &admissionregistrationv1.ValidatingAdmissionPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: admissionregistrationv1.ValidatingAdmissionPolicySpec{
			MatchConstraints: &admissionregistrationv1.MatchResources{
				NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: namespace}},
				ResourceRules: []admissionregistrationv1.NamedRuleWithOperations{{RuleWithOperations: admissionregistrationv1.RuleWithOperations{
					Operations: []admissionregistrationv1.OperationType{admissionregistrationv1.Update},
					Rule: admissionregistrationv1.Rule{
						APIGroups: []string{infrav1.GroupVersion.Group}, APIVersions: []string{"*"}, Resources: []string{"kubeceptionmachines"},
					},
				}}},
			},
			Validations: []admissionregistrationv1.Validation{{
				Expression: "has(oldObject.spec) && has(oldObject.spec.providerID) || !has(object.spec) || !has(object.spec.providerID)",
				Message:    "nothing is recorded now",
			}},
		},
	}
	binding := &admissionregistrationv1.ValidatingAdmissionPolicyBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: admissionregistrationv1.ValidatingAdmissionPolicyBindingSpec{
			PolicyName: name, ValidationActions: []admissionregistrationv1.ValidationAction{admissionregistrationv1.Deny},
		},
	}
	// Without a Machine nobody cares for it; it tells when the policy is in force.
	probe := &infrav1.KubeceptionMachine{ObjectMeta: f.meta("probe")}
	create(ctx, management, policy, binding, probe)
	release = func() {
		for _, object := range []client.Object{probe, binding, policy} {
			Expect(client.IgnoreNotFound(management.Delete(context.Background(), object))).To(Succeed())
		}
	}
	DeferCleanup(release)
	Eventually(func() error {
		recorded := probe.DeepCopy()
		recorded.Spec.ProviderID = "kubeception://nowhere/probe"
		return management.Patch(ctx, recorded, client.MergeFrom(probe), client.DryRunAll)
	}).WithTimeout(reportTimeout).Should(MatchError(ContainSubstring("nothing is recorded now")))
	return release
}

// deleting ends the cluster, although a pod on it may not be evicted and would hold up a drain.
func deleting(f *fleet) {
	It("go with their cluster, undrained, and leave nothing behind", func(ctx context.Context) {
		node := f.settled(ctx, 2)[0].Name
		f.hold(ctx, node)
		tokens := &corev1.SecretList{}
		Expect(f.shoot.List(ctx, tokens, client.MatchingFields{"type": string(corev1.SecretTypeBootstrapToken)})).To(Succeed())
		Expect(tokens.Items).To(BeEmpty(), "tokens are deleted when their machines have joined")
		pods := &corev1.PodList{}
		for _, namespace := range []string{f.cluster.SeedNamespace(), f.machineNamespace()} {
			list := &corev1.PodList{}
			Expect(management.List(ctx, list, client.InNamespace(namespace))).To(Succeed())
			pods.Items = append(pods.Items, list.Items...)
		}
		began := time.Now()
		drains := machines.Watch(ctx, func(ctx context.Context) (int, error) {
			all, err := f.pool.Machines(ctx)
			count := 0
			for i := range all {
				switch conditions.GetReason(&all[i], clusterv1.MachineDeletingCondition) {
				case clusterv1.MachineDeletingDrainingNodeReason, clusterv1.MachineDeletingWaitingForVolumeDetachReason:
					count++
				}
			}
			return count, err
		})
		Expect(f.cluster.Delete(ctx)).To(Succeed())
		Expect(f.pool.UntilGone(ctx, fleetTimeout, node)).To(Succeed())
		took("deletion of the machines", began)
		Expect(f.cluster.UntilGone(ctx, fleetTimeout)).To(Succeed())
		took("deletion of the whole cluster", began)
		Expect(drains.Stop().Most).To(BeZero(), "nothing is drained when everything goes")

		expectNothingLeft(ctx, f.cluster)
		Expect(gone(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: f.machineNamespace()}})).To(BeTrue())
		for _, pod := range pods.Items {
			folder := filepath.Join(realSeed.StateDir, "seed", "kubelet", "pods", string(pod.UID))
			Eventually(func() bool {
				_, err := os.Stat(folder)
				return os.IsNotExist(err)
			}).WithTimeout(fleetTimeout).Should(BeTrue(), "the folder of %s on the node of the seed", pod.Name)
		}
	})
}
