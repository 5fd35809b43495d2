// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"testing"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

func TestAFailureIsProgressingForItsThreshold(t *testing.T) {
	g := NewWithT(t)
	w := complete()
	w.look(time.Hour)
	w.hostedSays(controlplanev1.APIServerAvailableCondition, "NotReady", "no instance is ready")
	w.machines(2, 1)

	result := w.look(time.Second)
	g.Expect(w.condition(gardencorev1beta1.ShootAPIServerAvailable)).To(Equal("Progressing HealthzRequestFailed: no instance is ready"))
	g.Expect(w.condition(gardencorev1beta1.ShootEveryNodeReady)).To(Equal(`Progressing MissingNodes: Not enough worker nodes registered in worker pool "pool-a" to meet minimum desired machine count. (1/2).`))
	g.Expect(result.Health).To(Equal(Progressing))
	g.Expect(result.Again).To(Equal(time.Minute + time.Second))

	g.Expect(w.look(time.Minute).Again).To(Equal(time.Second), "the threshold has not passed")
	g.Expect(w.condition(gardencorev1beta1.ShootAPIServerAvailable)).To(HavePrefix("Progressing"))
	result = w.look(time.Second)
	g.Expect(w.condition(gardencorev1beta1.ShootAPIServerAvailable)).To(HavePrefix("False"))
	g.Expect(w.condition(gardencorev1beta1.ShootEveryNodeReady)).To(HavePrefix("Progressing"), "for five minutes")
	g.Expect(result.Health).To(Equal(Unhealthy))
	g.Expect(result.Again).To(Equal(4 * time.Minute))
	result = w.look(4 * time.Minute)
	g.Expect(w.condition(gardencorev1beta1.ShootEveryNodeReady)).To(HavePrefix("False"))
	g.Expect(result.Again).To(BeZero())

	w.hostedSays(controlplanev1.APIServerAvailableCondition, "", "")
	w.machines(2, 2)
	g.Expect(w.look(time.Second).Health).To(Equal(Healthy))
}

// TestStatusOfAFailure has a row for each of Gardener's rules on a condition that fails. The threshold is a minute.
func TestStatusOfAFailure(t *testing.T) {
	const kind = gardencorev1beta1.ShootAPIServerAvailable
	cases := map[string]struct {
		before    gardencorev1beta1.ConditionStatus
		since     time.Duration
		succeeded time.Duration
		reason    string
		want      gardencorev1beta1.ConditionStatus
	}{
		"True becomes Progressing":                                               {"True", 0, time.Hour, "same", "Progressing"},
		"Progressing stays so until the threshold":                               {"Progressing", time.Minute, time.Hour, "same", "Progressing"},
		"Progressing becomes False after the threshold":                          {"Progressing", 61 * time.Second, time.Hour, "same", "False"},
		"Progressing stays so until the threshold after the last operation":      {"Progressing", time.Hour, time.Minute, "same", "Progressing"},
		"False stays False":                                                      {"False", time.Second, time.Hour, "same", "False"},
		"False becomes Progressing until the threshold after the last operation": {"False", time.Hour, time.Second, "same", "Progressing"},
		"False becomes Progressing for another reason":                           {"False", time.Hour, time.Hour, "another", "Progressing"},
		"Unknown becomes False":                                                  {"Unknown", time.Second, time.Hour, "same", "False"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			before := &gardencorev1beta1.Condition{Type: kind, Status: c.before, Reason: "same", LastTransitionTime: metav1.Time{Time: noon.Add(-c.since)}}
			last := &gardencorev1beta1.LastOperation{State: gardencorev1beta1.LastOperationStateSucceeded, LastUpdateTime: metav1.Time{Time: noon.Add(-c.succeeded)}}
			NewWithT(t).Expect(failing(before, kind, c.reason, last, noon)).To(Equal(c.want))
		})
	}
}

func TestWhatIsPardoned(t *testing.T) {
	cases := map[string]struct {
		kind   gardencorev1beta1.LastOperationType
		state  gardencorev1beta1.LastOperationState
		errors int
		want   bool
	}{
		"a cluster that is created":                        {"Create", "Processing", 0, true},
		"a cluster whose creation has errors":              {"Create", "Error", 1, true},
		"not a cluster that is created":                    {"Create", "Succeeded", 0, false},
		"a cluster that is deleted":                        {"Delete", "Processing", 0, true},
		"a cluster whose deletion has failed":              {"Delete", "Failed", 1, true},
		"an operation that goes on without errors":         {"Reconcile", "Processing", 0, true},
		"not an operation that goes on after errors":       {"Reconcile", "Processing", 1, false},
		"not an operation with errors":                     {"Reconcile", "Error", 1, false},
		"not a cluster that no operation is under way for": {"Reconcile", "Succeeded", 0, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			status := &gardencorev1beta1.ShootStatus{
				LastOperation: &gardencorev1beta1.LastOperation{Type: c.kind, State: c.state}, LastErrors: make([]gardencorev1beta1.LastError, c.errors),
			}
			NewWithT(t).Expect(pardoned(status)).To(Equal(c.want))
		})
	}
	NewWithT(t).Expect(pardoned(&gardencorev1beta1.ShootStatus{})).To(BeTrue(), "before the first operation")
}

func TestWhyAConditionFails(t *testing.T) {
	node := func(w *world) *clusterv1.Machine { return &w.seen.Machines[0] }
	cases := map[string]struct {
		happens func(w *world)
		kind    gardencorev1beta1.ConditionType
		want    string
	}{
		"etcd without quorum": {func(w *world) { w.hostedSays(controlplanev1.EtcdClusterAvailableCondition, "NotAvailable", "main") }, gardencorev1beta1.ShootControlPlaneHealthy, "Progressing EtcdUnhealthy: main"},
		"a component":         {func(w *world) { w.hostedSays(controlplanev1.ComponentsAvailableCondition, "NotAvailable", "scheduler") }, gardencorev1beta1.ShootControlPlaneHealthy, "Progressing DeploymentUnhealthy: scheduler"},
		"a seed out of reach": {func(w *world) { w.hostedSays(controlplanev1.SeedReachableCondition, "SeedUnreachable", "no answer") }, gardencorev1beta1.ShootControlPlaneHealthy, "Progressing SeedUnreachable: no answer"},
		"certificates that ended": {func(w *world) {
			w.hostedSays(controlplanev1.CertificatesAvailableCondition, "CertificatesExpired", "x")
		}, gardencorev1beta1.ShootControlPlaneHealthy, "Progressing CertificatesExpired: x"},
		"what runs in the cluster": {func(w *world) {
			w.hostedSays(controlplanev1.SystemComponentsAvailableCondition, "NotAvailable", "coredns")
		}, gardencorev1beta1.ShootSystemComponentsHealthy, "Progressing SystemComponentsUnhealthy: coredns"},
		"no connection to the cluster":       {func(w *world) { unknown(w, controlplanev1.SystemComponentsAvailableCondition, "NotConnected", "wait") }, gardencorev1beta1.ShootSystemComponentsHealthy, "Unknown NotConnected: wait"},
		"a node that is not ready":           {func(w *world) { setNode(node(w), "kubelet stopped posting node status") }, gardencorev1beta1.ShootEveryNodeReady, `Progressing NodeUnhealthy: Node "node-0" is unhealthy: kubelet stopped posting node status.`},
		"a node of another version":          {func(w *world) { node(w).Status.NodeInfo.KubeletVersion = "v1.35.0" }, gardencorev1beta1.ShootEveryNodeReady, `Progressing KubeletVersionMismatch: The kubelet version for node "node-0" (v1.35.0) does not match the desired Kubernetes version (v1.36.3).`},
		"not a node that is removed":         {func(w *world) { setNode(node(w), "gone"); node(w).DeletionTimestamp = &metav1.Time{Time: noon} }, gardencorev1beta1.ShootEveryNodeReady, "True EveryNodeReady: All nodes are ready."},
		"more nodes wanted than are ready":   {func(w *world) { scale(w, 3, 2); minimum(w, "1") }, gardencorev1beta1.ShootEveryNodeReady, `Progressing NodesScalingUp: 2 of 3 nodes of worker pool "pool-a" are ready.`},
		"more nodes than wanted":             {func(w *world) { scale(w, 1, 2) }, gardencorev1beta1.ShootEveryNodeReady, `Progressing NodesScalingDown: Worker pool "pool-a" has 1 nodes more than desired, which are being removed.`},
		"a pool that does not exist":         {func(w *world) { w.seen.Deployments = nil }, gardencorev1beta1.ShootEveryNodeReady, "Progressing MissingNodes: 1 of 1 groups of machines are not created yet."},
		"a workerless Shoot has no nodes":    {func(w *world) { w.shoot.Spec.Provider.Workers = nil }, gardencorev1beta1.ShootEveryNodeReady, "absent"},
		"nothing is asked of who hibernates": {hibernate, gardencorev1beta1.ShootAPIServerAvailable, "True ConditionNotChecked: Shoot cluster has been hibernated."},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := complete()
			c.happens(w)
			w.look(time.Hour)
			NewWithT(t).Expect(w.condition(c.kind)).To(Equal(c.want))
		})
	}
}

func unknown(w *world, kind, reason, message string) {
	meta.SetStatusCondition(&w.seen.ControlPlane.Status.Conditions, metav1.Condition{Type: kind, Status: metav1.ConditionUnknown, Reason: reason, Message: message})
}

func setNode(machine *clusterv1.Machine, message string) {
	meta.SetStatusCondition(&machine.Status.Conditions, metav1.Condition{Type: clusterv1.MachineNodeReadyCondition, Status: metav1.ConditionFalse, Reason: "NodeNotReady", Message: message})
}

func scale(w *world, wanted, have int32) {
	d := &w.seen.Deployments[0]
	d.Spec.Replicas, d.Status.Replicas, d.Status.ReadyReplicas = ptr.To(wanted), ptr.To(have), ptr.To(have)
}

func minimum(w *world, of string) {
	w.seen.Deployments[0].Annotations = map[string]string{clusterv1.AutoscalerMinSizeAnnotation: of}
}

func hibernate(w *world) {
	w.machines(0, 0)
	w.hostedSays(controlplanev1.APIServerAvailableCondition, "NotReady", "none")
	w.seen.ControlPlane.Status.Effective.Replicas = ptr.To(int32(0))
}
