// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"fmt"
	"testing"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// world is a Shoot and what can be seen of it, as both go through their lives.
type world struct {
	shoot *gardencorev1beta1.Shoot
	seen  Observation
}

func newWorld() *world {
	shoot := &gardencorev1beta1.Shoot{ObjectMeta: metav1.ObjectMeta{Namespace: "garden-p", Name: "alpha", UID: "u", Generation: 1}}
	shoot.Spec.SeedName = ptr.To("seed")
	shoot.Spec.Provider.Workers = []gardencorev1beta1.Worker{{Name: "pool"}}
	shoot.Spec.Networking = &gardencorev1beta1.Networking{Nodes: ptr.To("10.0.0.0/16")}
	return &world{shoot: shoot, seen: Observation{Now: noon, Project: "p", Gardener: gardencorev1beta1.Gardener{Version: "v1"}}}
}

// look observes, after some time, and keeps the outcome in the Shoot.
func (w *world) look(after time.Duration) Result {
	w.seen.Now = w.seen.Now.Add(after)
	result := Of(w.shoot, w.seen)
	w.shoot.Status = result.Status
	return result
}

// line is what a user reads.
func (w *world) line() string {
	last := w.shoot.Status.LastOperation
	return fmt.Sprintf("%s %s %d%%: %s", last.Type, last.State, last.Progress, last.Description)
}

func (w *world) cluster() {
	w.seen.Cluster = &clusterv1.Cluster{ObjectMeta: metav1.ObjectMeta{Name: "alpha", Annotations: map[string]string{lookup.AnnotationGeneration: "1"}}}
	w.seen.Cluster.Spec.Topology.ClassRef.Name = "local"
	w.seen.Cluster.Spec.Topology.Workers.MachineDeployments = make([]clusterv1.MachineDeploymentTopology, 1)
}

func (w *world) clusterSays(kind string, status metav1.ConditionStatus, reason, message string) {
	meta.SetStatusCondition(&w.seen.Cluster.Status.Conditions, metav1.Condition{Type: kind, Status: status, Reason: reason, Message: message})
}

func (w *world) topology() {
	w.clusterSays(clusterv1.ClusterTopologyReconciledCondition, metav1.ConditionTrue, "ReconcileSucceeded", "")
	w.seen.ControlPlane = &controlplanev1.KubeceptionControlPlane{}
	w.seen.ControlPlane.Spec.Version = "v1.36.3"
}

func (w *world) infrastructure() {
	w.seen.Cluster.Status.Initialization.InfrastructureProvisioned = ptr.To(true)
	w.clusterSays(clusterv1.ClusterInfrastructureReadyCondition, metav1.ConditionTrue, "Ready", "")
}

// hostedSays sets a condition of the control plane. Without a reason it is True.
func (w *world) hostedSays(kind, reason, message string) {
	condition := metav1.Condition{Type: kind, Status: metav1.ConditionTrue, Reason: "Available", Message: message}
	if reason != "" {
		condition.Status, condition.Reason = metav1.ConditionFalse, reason
	}
	meta.SetStatusCondition(&w.seen.ControlPlane.Status.Conditions, condition)
}

func (w *world) machines(wanted, ready int) {
	d := clusterv1.MachineDeployment{ObjectMeta: metav1.ObjectMeta{Name: "alpha-pool-a", Labels: map[string]string{clusterv1.ClusterTopologyMachineDeploymentNameLabel: "pool-a"}}}
	d.Spec.Replicas = ptr.To(int32(wanted))
	d.Status.Replicas, d.Status.ReadyReplicas, d.Status.UpToDateReplicas = ptr.To(int32(wanted)), ptr.To(int32(ready)), ptr.To(int32(ready))
	set := clusterv1.MachineSet{ObjectMeta: metav1.ObjectMeta{Name: "alpha-pool-a-x", Labels: map[string]string{clusterv1.MachineDeploymentNameLabel: d.Name}}}
	set.Status.ReadyReplicas = ptr.To(int32(ready))
	w.seen.Deployments, w.seen.Sets, w.seen.Machines = []clusterv1.MachineDeployment{d}, []clusterv1.MachineSet{set}, nil
	for i := range wanted {
		machine := clusterv1.Machine{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("machine-%d", i), Labels: map[string]string{clusterv1.MachineDeploymentNameLabel: d.Name}}}
		machine.Spec.Version = "v1.36.3"
		if i < ready {
			machine.Status.NodeRef.Name = fmt.Sprintf("node-%d", i)
			machine.Status.NodeInfo = &corev1.NodeSystemInfo{KubeletVersion: "v1.36.3"}
			meta.SetStatusCondition(&machine.Status.Conditions, metav1.Condition{Type: clusterv1.MachineNodeReadyCondition, Status: metav1.ConditionTrue, Reason: "NodeReady"})
		}
		w.seen.Machines = append(w.seen.Machines, machine)
	}
}

// complete is a cluster that works.
func complete() *world {
	w := newWorld()
	w.look(0)
	w.cluster()
	w.topology()
	w.infrastructure()
	for _, kind := range []string{
		controlplanev1.SeedReachableCondition, controlplanev1.ConfigurationValidCondition, controlplanev1.CertificatesAvailableCondition,
		controlplanev1.EndpointAvailableCondition, controlplanev1.EtcdClusterAvailableCondition, controlplanev1.APIServerAvailableCondition,
		controlplanev1.ComponentsAvailableCondition, controlplanev1.SystemComponentsAvailableCondition,
	} {
		w.hostedSays(kind, "", "")
	}
	w.seen.ControlPlane.Status.Effective = controlplanev1.EffectiveConfiguration{PodCIDRs: []string{"10.1.0.0/16"}, ServiceCIDRs: []string{"10.2.0.0/16"}, EncryptedResources: []string{"secrets", "configmaps"}}
	w.machines(2, 2)
	w.look(time.Minute)
	return w
}

func (w *world) condition(kind gardencorev1beta1.ConditionType) string {
	c := find(w.shoot.Status.Conditions, kind)
	if c == nil {
		return "absent"
	}
	return fmt.Sprintf("%s %s: %s", c.Status, c.Reason, c.Message)
}

func TestACreationSaysHowFarItIsAndWhatItWaitsFor(t *testing.T) {
	g := NewWithT(t)
	w := newWorld()
	steps := []struct {
		happens func()
		line    string
	}{
		{func() {}, "Create Processing 0%: Waiting for the Cluster to be created or changed."},
		{w.cluster, "Create Processing 5%: Waiting for the parts of the Cluster to be created or changed."},
		{w.topology, "Create Processing 10%: Waiting for the infrastructure."},
		{w.infrastructure, "Create Processing 20%: Waiting for the seed."},
		{func() {
			w.hostedSays(controlplanev1.SeedReachableCondition, "", "")
			w.hostedSays(controlplanev1.ConfigurationValidCondition, "", "")
		}, "Create Processing 25%: Waiting for the certificates of the control plane."},
		{func() {
			w.hostedSays(controlplanev1.CertificatesAvailableCondition, "", "")
			w.hostedSays(controlplanev1.EndpointAvailableCondition, controlplanev1.WaitingForLoadBalancerReason, "the Service has no address yet")
		}, "Create Processing 30%: Waiting for the address of the API server: the Service has no address yet."},
		{func() {
			w.hostedSays(controlplanev1.EndpointAvailableCondition, "", "")
			w.hostedSays(controlplanev1.EtcdClusterAvailableCondition, "", "")
		}, "Create Processing 50%: Waiting for the API server."},
		{func() { w.hostedSays(controlplanev1.EtcdClusterAvailableCondition, "NotAvailable", "a member starts") }, "Create Processing 50%: Waiting for etcd: a member starts."},
		{func() {
			w.hostedSays(controlplanev1.EtcdClusterAvailableCondition, "", "")
			w.hostedSays(controlplanev1.APIServerAvailableCondition, "", "")
			w.hostedSays(controlplanev1.ComponentsAvailableCondition, "", "")
		}, "Create Processing 75%: Waiting for worker pools to be created."},
		{func() { w.machines(4, 1) }, "Create Processing 80%: Waiting for nodes: 1 of 4 are ready and up to date (pool-a)."},
		{func() { w.machines(4, 4) }, "Create Processing 95%: Waiting for system components."},
		{func() { w.hostedSays(controlplanev1.SystemComponentsAvailableCondition, "", "") }, "Create Succeeded 100%: Shoot cluster has been successfully reconciled."},
	}
	for i, step := range steps {
		step.happens()
		g.Expect(w.look(time.Second).Health).To(Equal(Healthy), "while nothing fails")
		g.Expect(w.line()).To(Equal(step.line))
		if i < len(steps)-1 {
			g.Expect(w.shoot.Status.SeedName).To(BeNil(), "Gardener writes the seed after success")
			g.Expect(w.shoot.Status.RetryCycleStartTime).NotTo(BeNil())
		}
	}
	g.Expect(w.shoot.Status.SeedName).To(HaveValue(Equal("seed")))
	g.Expect(w.shoot.Status.RetryCycleStartTime).To(BeNil())
}

func TestWhatIsKnownOfAClusterIsInItsStatus(t *testing.T) {
	g := NewWithT(t)
	w := complete()
	status := w.shoot.Status
	g.Expect(status.TechnicalID).To(Equal("shoot--p--alpha"))
	g.Expect(status.UID).To(BeEquivalentTo("u"))
	g.Expect(status.ObservedGeneration).To(BeEquivalentTo(1))
	g.Expect(status.Gardener.Version).To(Equal("v1"))
	g.Expect(status.Networking).To(HaveValue(Equal(gardencorev1beta1.NetworkingStatus{
		Pods: []string{"10.1.0.0/16"}, Services: []string{"10.2.0.0/16"}, Nodes: []string{"10.0.0.0/16"},
	})))
	g.Expect(status.Credentials.EncryptionAtRest.Resources).To(Equal([]string{"configmaps"}), "Secrets are always encrypted and not listed")
	g.Expect(status.IsHibernated).To(BeFalse())
	for kind, want := range map[gardencorev1beta1.ConditionType]string{
		gardencorev1beta1.ShootAPIServerAvailable:                "True HealthzRequestSucceeded: API server /healthz endpoint responded with success status code.",
		gardencorev1beta1.ShootControlPlaneHealthy:               "True ControlPlaneRunning: All control plane components are healthy.",
		gardencorev1beta1.ShootEveryNodeReady:                    "True EveryNodeReady: All nodes are ready.",
		gardencorev1beta1.ShootSystemComponentsHealthy:           "True SystemComponentsRunning: All system components are healthy.",
		gardencorev1beta1.ShootObservabilityComponentsHealthy:    "absent",
		gardencorev1beta1.ShootHibernationPossible:               "absent",
		gardencorev1beta1.ShootMaintenancePreconditionsSatisfied: "absent",
	} {
		g.Expect(w.condition(kind)).To(Equal(want), string(kind))
	}
}

func TestAtRestNothingChanges(t *testing.T) {
	for name, w := range map[string]*world{"a cluster that works": complete(), "a cluster that is created": newWorld()} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			w.look(0)
			before := w.shoot.DeepCopy()
			result := w.look(time.Hour)
			g.Expect(w.shoot).To(Equal(before))
			g.Expect(result.Again).To(BeZero(), "and no clock is set")
		})
	}
}

func TestAShootWithoutSeedIsLeftToTheScheduler(t *testing.T) {
	g := NewWithT(t)
	w := newWorld()
	w.shoot.Spec.SeedName = nil
	w.shoot.Status.LastOperation = &gardencorev1beta1.LastOperation{Type: gardencorev1beta1.LastOperationTypeCreate, State: gardencorev1beta1.LastOperationStatePending, Description: "Failed to schedule Shoot: none"}
	w.look(time.Second)
	g.Expect(w.line()).To(Equal("Create Pending 0%: Failed to schedule Shoot: none"))
	w.shoot.Spec.SeedName = ptr.To("seed")
	w.look(time.Second)
	g.Expect(w.line()).To(HavePrefix("Create Processing 0%"))
}

func TestWhenAnOperationBegins(t *testing.T) {
	cases := map[string]struct {
		happens func(w *world)
		line    string
	}{
		"a new generation is Processing until the Cluster has it": {func(w *world) { w.shoot.Generation = 2 }, "Reconcile Processing 95%: Waiting for the Cluster to be created or changed."},
		"a new generation that changes nothing in the Cluster has succeeded at once": {func(w *world) {
			w.shoot.Generation = 2
			w.seen.Cluster.Annotations[lookup.AnnotationGeneration] = "2"
		}, "Reconcile Succeeded 100%: Shoot cluster has been successfully reconciled."},
		"a roll-out of machines without a change of the Shoot is an operation": {func(w *world) {
			w.seen.Deployments[0].Status.UpToDateReplicas = ptr.To(int32(1))
			meta.SetStatusCondition(&w.seen.Deployments[0].Status.Conditions, metav1.Condition{Type: clusterv1.RollingOutCondition, Status: metav1.ConditionTrue, Reason: "RollingOut"})
		}, "Reconcile Processing 90%: Waiting for nodes: 1 of 2 are ready and up to date (pool-a)."},
		"a topology that is not carried out yet is waited for": {func(w *world) {
			w.shoot.Generation, w.seen.Cluster.Generation = 2, 7
			w.seen.Cluster.Annotations[lookup.AnnotationGeneration] = "2"
		}, "Reconcile Processing 95%: Waiting for the parts of the Cluster to be created or changed."},
		"another template is waited for before the machines are known to be out of date": {func(w *world) {
			w.shoot.Generation = 2
			w.seen.Cluster.Annotations[lookup.AnnotationGeneration] = "2"
			w.seen.Deployments[0].Spec.Template.Spec.InfrastructureRef.Name = "another"
		}, "Reconcile Processing 80%: Waiting for nodes: 0 of 2 are ready and up to date (pool-a)."},
		"more machines are waited for before the MachineDeployment is known to want them": {func(w *world) {
			w.shoot.Generation = 2
			w.seen.Cluster.Annotations[lookup.AnnotationGeneration] = "2"
			w.seen.Cluster.Spec.Topology.Workers.MachineDeployments[0] = clusterv1.MachineDeploymentTopology{Name: "pool-a", Replicas: ptr.To(int32(4))}
		}, "Reconcile Processing 90%: Waiting for nodes: 2 of 4 are ready and up to date (pool-a)."},
		"a machine that fails is none":                   {func(w *world) { w.machines(2, 1) }, "Create Succeeded 100%: Shoot cluster has been successfully reconciled."},
		"a control plane that fails is none":             {func(w *world) { w.hostedSays(controlplanev1.APIServerAvailableCondition, "NotReady", "none") }, "Create Succeeded 100%: Shoot cluster has been successfully reconciled."},
		"an error of the translation is one with errors": {func(w *world) { w.shoot.Status.LastErrors = []gardencorev1beta1.LastError{foreign} }, "Reconcile Error 100%: the image is gone"},
		"a deletion is one": {func(w *world) {
			w.shoot.DeletionTimestamp = &metav1.Time{Time: noon}
		}, "Delete Processing 0%: Waiting for the deletion of the Cluster to begin."},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			w := complete()
			c.happens(w)
			w.look(time.Hour)
			g.Expect(w.line()).To(Equal(c.line))
		})
	}
}

// foreign is an error that is not ours.
var foreign = gardencorev1beta1.LastError{TaskID: ptr.To("Translation/image"), Description: "the image is gone"}

func TestProgressOnlyRises(t *testing.T) {
	g := NewWithT(t)
	w := complete()
	w.shoot.Generation = 2
	w.look(time.Second)
	high := w.shoot.Status.LastOperation.Progress
	w.machines(4, 0)
	w.look(time.Second)
	g.Expect(w.shoot.Status.LastOperation.Progress).To(Equal(high))
	w.shoot.Generation = 3
	w.look(time.Second)
	g.Expect(w.shoot.Status.LastOperation.Progress).To(BeNumerically("<", high), "another operation begins anew")
}

func TestADeletionGoesThroughItsStages(t *testing.T) {
	g := NewWithT(t)
	w := complete()
	w.shoot.DeletionTimestamp, w.seen.Cluster.DeletionTimestamp = &metav1.Time{Time: noon}, &metav1.Time{Time: noon}
	w.clusterSays(clusterv1.ClusterDeletingCondition, metav1.ConditionTrue, clusterv1.ClusterDeletingWaitingForWorkersDeletionReason, "* MachineDeployments: alpha-pool-a")
	w.look(time.Second)
	g.Expect(w.line()).To(Equal("Delete Processing 5%: Waiting for machines to be removed: * MachineDeployments: alpha-pool-a."))
	w.seen.Machines, w.seen.Deployments = nil, nil
	w.look(time.Second)
	g.Expect(w.line()).To(HavePrefix("Delete Processing 45%: Waiting for the control plane to be removed"))
	w.seen.ControlPlane = nil
	w.look(time.Second)
	g.Expect(w.line()).To(HavePrefix("Delete Processing 80%: Waiting for the infrastructure to be removed"))
	g.Expect(w.condition(gardencorev1beta1.ShootAPIServerAvailable)).To(Equal("Progressing APIServerDown: Shoot control plane has already been or is about to be deleted."))
	w.seen.Cluster = nil
	w.look(time.Second)
	g.Expect(w.line()).To(Equal("Delete Processing 95%: Waiting for what is left of the cluster to be removed."))
}

func TestAuthoritiesThatEndWithinAYearAreAConstraint(t *testing.T) {
	g := NewWithT(t)
	w := complete()
	other := gardencorev1beta1.Condition{Type: "SpecCarriedOut", Status: gardencorev1beta1.ConditionFalse}
	w.shoot.Status.Constraints = []gardencorev1beta1.Condition{other}
	certificates := func(until time.Duration) {
		w.seen.ControlPlane.Status.Certificates = []controlplanev1.CertificateStatus{
			{Name: "kube-apiserver", ExpiresAt: metav1.NewTime(noon.Add(time.Hour))}, {Name: "alpha-ca-client", ExpiresAt: metav1.NewTime(w.seen.Now.Add(until))},
		}
	}
	certificates(366 * 24 * time.Hour)
	w.look(0)
	g.Expect(w.shoot.Status.Constraints).To(Equal([]gardencorev1beta1.Condition{other}), "present only when violated")
	certificates(364 * 24 * time.Hour)
	w.look(0)
	g.Expect(w.shoot.Status.Constraints).To(HaveLen(2))
	g.Expect(w.shoot.Status.Constraints[1].Message).To(Equal(`Some CA certificates expire in less than one year, you should rotate them: "ca-client" (2026-12-31).`))
	certificates(10 * 366 * 24 * time.Hour)
	w.look(0)
	g.Expect(w.shoot.Status.Constraints).To(Equal([]gardencorev1beta1.Condition{other}))
}
