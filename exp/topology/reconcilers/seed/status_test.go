// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package seed

import (
	"errors"
	"testing"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/connections"
)

var (
	settings = Settings{Capacity: 250, HeartbeatPeriod: 10 * time.Second, MonitorPeriod: 40 * time.Second}
	noon     = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
)

func at(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }

// ready is a Seed that answered at noon.
func ready() *gardencorev1beta1.Seed {
	seed := seedWith(nil)
	setStatus(seed, observation{now: noon, identity: "i", version: "v1.36.3"}, settings)
	return seed
}

func TestASeedThatAnswersIsReady(t *testing.T) {
	g := NewWithT(t)
	seed := ready()
	g.Expect(seed.Status.Conditions).To(ConsistOf(And(
		HaveField("Type", gardencorev1beta1.GardenletReady), HaveField("Status", gardencorev1beta1.ConditionTrue), HaveField("Reason", "SeedAnswers"))))
	g.Expect(seed.Status.LastOperation).To(HaveField("State", gardencorev1beta1.LastOperationStateSucceeded))
	g.Expect(*seed.Status.ClusterIdentity).To(Equal("i"))
	g.Expect(*seed.Status.KubernetesVersion).To(Equal("v1.36.3"))
	g.Expect(seed.Status.Allocatable).To(Equal(shoots(250)))

	again := seed.DeepCopy()
	setStatus(again, observation{now: at(10), identity: "i", version: "v1.36.3"}, settings)
	g.Expect(again).To(Equal(seed), "a heartbeat changes nothing in the Seed")
}

func TestASeedThatDoesNotAnswer(t *testing.T) {
	unreachable := &connections.UnreachableError{Name: "seed", Err: errors.New("connection refused")}
	cases := map[string]struct {
		failure error
		after   int // seconds since the last heartbeat
		status  gardencorev1beta1.ConditionStatus
		reason  string
	}{
		"may have hiccups":                        {unreachable, 39, gardencorev1beta1.ConditionTrue, "SeedAnswers"},
		"is unknown after the monitor period":     {unreachable, 40, gardencorev1beta1.ConditionUnknown, "HeartbeatMissed"},
		"may be connected anew":                   {connections.ErrConnecting, 39, gardencorev1beta1.ConditionTrue, "SeedAnswers"},
		"is unknown when that takes long":         {connections.ErrConnecting, 40, gardencorev1beta1.ConditionUnknown, "Connecting"},
		"is not ready without kubeconfig at once": {&connections.KubeconfigError{Name: "seed", Err: errors.New("missing")}, 1, gardencorev1beta1.ConditionFalse, "KubeconfigInvalid"},
		"is not ready when it is another cluster": {&otherClusterError{was: "i", is: "j"}, 1, gardencorev1beta1.ConditionFalse, "AnotherCluster"},
		"is not ready without etcd-druid":         {&prerequisiteError{"install etcd-druid there"}, 1, gardencorev1beta1.ConditionFalse, "PrerequisitesMissing"},
		"is not ready with wrong annotations":     {&registrationError{"a is b"}, 1, gardencorev1beta1.ConditionFalse, "RegistrationInvalid"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			seed := ready()
			setStatus(seed, observation{now: at(c.after), failure: c.failure, renewed: noon}, settings)
			condition := find(seed.Status.Conditions, gardencorev1beta1.GardenletReady)
			g.Expect(condition.Status).To(Equal(c.status))
			g.Expect(condition.Reason).To(Equal(c.reason))
			if c.status == gardencorev1beta1.ConditionTrue {
				g.Expect(seed).To(Equal(ready()))
				return
			}
			g.Expect(condition.Message).To(Equal(c.failure.Error()))
			g.Expect(condition.LastTransitionTime).To(Equal(metav1.Time{Time: at(c.after)}))
			g.Expect(seed.Status.LastOperation.State).To(Equal(gardencorev1beta1.LastOperationStateError))
			g.Expect(*seed.Status.ClusterIdentity).To(Equal("i"), "what it was is kept")
		})
	}
}

func TestASeedThatNobodyEverReachedIsUnknown(t *testing.T) {
	g := NewWithT(t)
	seed := seedWith(nil)
	setStatus(seed, observation{now: noon, failure: connections.ErrConnecting}, settings)
	g.Expect(find(seed.Status.Conditions, gardencorev1beta1.GardenletReady)).To(And(
		HaveField("Status", gardencorev1beta1.ConditionUnknown), HaveField("Reason", "Connecting")))
}

func TestASeedWithWrongCapacityIsNotReadyAndKeepsTheOldOne(t *testing.T) {
	g := NewWithT(t)
	seed := ready()
	seed.Annotations = map[string]string{AnnotationCapacity: "many"}
	setStatus(seed, observation{now: at(1), identity: "i", version: "v1.36.3"}, settings)
	g.Expect(find(seed.Status.Conditions, gardencorev1beta1.GardenletReady).Reason).To(Equal("RegistrationInvalid"))
	g.Expect(seed.Status.Allocatable).To(Equal(shoots(250)))
}

func TestBackups(t *testing.T) {
	g := NewWithT(t)
	seed := ready()
	seed.UID = "7c1e"
	seed.Spec.Backup = &gardencorev1beta1.Backup{Provider: "aws", CredentialsRef: &corev1.ObjectReference{APIVersion: "v1", Kind: "Secret", Namespace: "a", Name: "b"}}
	setStatus(seed, observation{now: at(1), identity: "i", backup: errors.New("the Secret a/b does not exist; create it")}, settings)
	g.Expect(find(seed.Status.Conditions, gardencorev1beta1.SeedBackupBucketsReady)).To(And(
		HaveField("Status", gardencorev1beta1.ConditionFalse), HaveField("Reason", "CredentialsMissing"),
		HaveField("Message", "the Secret a/b does not exist; create it")))
	setStatus(seed, observation{now: at(2), identity: "i"}, settings)
	g.Expect(find(seed.Status.Conditions, gardencorev1beta1.SeedBackupBucketsReady)).To(And(
		HaveField("Status", gardencorev1beta1.ConditionTrue), HaveField("Message", And(
			ContainSubstring("The bucket 7c1e must exist"), ContainSubstring("kubeception.cluster.x-k8s.io/seed-backup-bucket")))))
	seed.Spec.Backup = nil
	setStatus(seed, observation{now: at(3), identity: "i"}, settings)
	g.Expect(find(seed.Status.Conditions, gardencorev1beta1.SeedBackupBucketsReady)).To(BeNil())
}
