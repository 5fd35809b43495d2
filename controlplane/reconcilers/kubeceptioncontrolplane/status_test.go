// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncontrolplane

import (
	"errors"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

func reportOf(state controlplanev1.ComponentState, names ...string) *component.Report {
	report := &component.Report{APIServer: component.Instances{
		Exist: true, Desired: 1, Total: 1, Ready: 1, Available: 1, UpToDate: 1,
		Versions: []clusterv1.StatusVersion{{Version: "v1.35.2", Replicas: 1}},
	}}
	for _, name := range names {
		report.Components = append(report.Components, component.ComponentReport{Name: name, State: state, Message: "because"})
	}
	return report
}

// healthy is the scope of a control plane that is up.
func healthy() *scope {
	s := scopeOf()
	s.input.Replicas = 1
	s.report = reportOf(controlplanev1.ComponentHealthy, wiring.EtcdMain, wiring.EtcdEvents, wiring.KubeAPIServer)
	for _, up := range []string{
		controlplanev1.ConfigurationValidCondition, controlplanev1.SeedReachableCondition,
		controlplanev1.EndpointAvailableCondition, controlplanev1.APIServerAvailableCondition,
	} {
		s.isTrue(up, "Up")
	}
	s.reportComponents()
	return s
}

func TestAvailableSummarisesTheOtherConditions(t *testing.T) {
	cases := map[string]struct {
		change  func(s *scope)
		status  metav1.ConditionStatus
		message string
	}{
		"all is well": {func(*scope) {}, metav1.ConditionTrue, ""},
		"the configuration cannot be carried out": {func(s *scope) { s.invalid("spec.version: no") }, metav1.ConditionFalse, "* ConfigurationValid: spec.version: no"},
		"a component is not healthy": {func(s *scope) {
			s.report.Components[2].State = controlplanev1.ComponentProgressing
			s.reportComponents()
		}, metav1.ConditionFalse, "* ComponentsAvailable: kube-apiserver: because"},
		"a patch fails": {func(s *scope) {
			s.report.Components[2].Err = &component.PatchError{Component: wiring.KubeAPIServer, Err: errors.New("no such path")}
			s.reportComponents()
		}, metav1.ConditionFalse, "no such path"},
		"etcd has no quorum": {func(s *scope) { s.report.Components[0].State = controlplanev1.ComponentUnhealthy }, metav1.ConditionFalse, "* EtcdClusterAvailable: etcd-main: because"},
		"a certificate has expired": {func(s *scope) {
			s.report.Certificates = []pki.Expiry{{Name: "kube-apiserver-server", NotAfter: now.Add(-time.Hour)}}
		}, metav1.ConditionFalse, "* CertificatesAvailable: Expired and not renewed: kube-apiserver-server"},
		"it is being deleted": {func(s *scope) {
			s.controlPlane.DeletionTimestamp = &metav1.Time{Time: now}
			s.deleting(controlplanev1.DeletingWaitingForEtcdReason, "etcd-main: is being deleted")
		}, metav1.ConditionFalse, "* Deleting: etcd-main: is being deleted"},
		"the seed is out of reach": {func(s *scope) {
			s.report = nil
			s.isFalse(controlplanev1.SeedReachableCondition, controlplanev1.SeedUnreachableReason, "no answer")
		}, metav1.ConditionFalse, "* SeedReachable: no answer"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			s := healthy()
			tc.change(s)
			setStatus(s)
			available := conditions.Get(s.controlPlane, controlplanev1.AvailableCondition)
			g.Expect(available.Status).To(Equal(tc.status), "%v", s.controlPlane.Status.Conditions)
			g.Expect(available.Message).To(ContainSubstring(tc.message))
		})
	}
}

func TestEveryConditionExistsFromTheStart(t *testing.T) {
	g := NewWithT(t)
	s := scopeOf()
	s.input = nil
	setStatus(s)
	for _, conditionType := range ownedConditions() {
		if conditionType != controlplanev1.PausedCondition { // Set before the scope exists.
			g.Expect(conditions.Has(s.controlPlane, conditionType)).To(BeTrue(), conditionType)
		}
	}
	g.Expect(s.controlPlane.Status.ExternalManagedControlPlane).To(HaveValue(BeTrue()))
	g.Expect(s.controlPlane.Status.SeedNamespace).To(Equal("team--c"))
}

func TestTheRolloutConditionsCompareWhatExistsWithWhatIsDesired(t *testing.T) {
	cases := map[string]struct {
		total, upToDate, desired int32
		want                     []string
	}{
		"as desired":                     {2, 2, 2, nil},
		"nothing exists yet":             {0, 0, 2, []string{controlplanev1.ScalingUpCondition}},
		"one is missing":                 {1, 1, 2, []string{controlplanev1.ScalingUpCondition}},
		"one is too many":                {3, 3, 2, []string{controlplanev1.ScalingDownCondition}},
		"all are old":                    {2, 0, 2, []string{controlplanev1.RollingOutCondition}},
		"one new one surges":             {3, 1, 2, []string{controlplanev1.RollingOutCondition}},
		"an old one is replaced by more": {1, 0, 2, []string{controlplanev1.RollingOutCondition, controlplanev1.ScalingUpCondition}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			s := healthy()
			s.report.APIServer.Total, s.report.APIServer.UpToDate, s.input.Replicas = tc.total, tc.upToDate, tc.desired
			setStatus(s)
			var on []string
			for _, conditionType := range []string{controlplanev1.RollingOutCondition, controlplanev1.ScalingUpCondition, controlplanev1.ScalingDownCondition} {
				if conditions.IsTrue(s.controlPlane, conditionType) {
					on = append(on, conditionType)
				}
			}
			g.Expect(on).To(Equal(tc.want))
		})
	}
}

func TestEtcdThatServedGoesOnServingWhileItRolls(t *testing.T) {
	cases := map[string]struct {
		served bool
		state  controlplanev1.ComponentState
		serves bool
	}{
		"it starts":          {false, controlplanev1.ComponentProgressing, false},
		"it rolls":           {true, controlplanev1.ComponentProgressing, true},
		"it lost its quorum": {true, controlplanev1.ComponentUnhealthy, false},
		"it is up":           {false, controlplanev1.ComponentHealthy, true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := healthy()
			if tc.served {
				s.isTrue(controlplanev1.EtcdClusterAvailableCondition, clusterv1.AvailableReason)
			}
			s.report.Components[0].State = tc.state
			setStatus(s)
			NewWithT(t).Expect(conditions.IsTrue(s.controlPlane, controlplanev1.EtcdClusterAvailableCondition)).To(Equal(tc.serves))
		})
	}
}

func TestWhatIsNotLookedAtKeepsItsLastState(t *testing.T) {
	g := NewWithT(t)
	s := healthy()
	s.input.Seed.PodSecurity = "restricted"
	setStatus(s)
	later := newScope(s.cluster, s.controlPlane, now)
	later.input = &component.Input{Replicas: 1}
	later.isFalse(controlplanev1.SeedReachableCondition, controlplanev1.SeedUnreachableReason, "no answer")
	setStatus(later)
	status := later.controlPlane.Status
	g.Expect(status.Effective.PodSecurity).To(Equal("restricted"))
	g.Expect(status.Version).To(Equal("v1.35.2"))
	g.Expect(status.ReadyReplicas).To(HaveValue(BeEquivalentTo(1)))
	g.Expect(status.Components).To(HaveLen(3))
	g.Expect(conditions.IsUnknown(later.controlPlane, controlplanev1.APIServerAvailableCondition)).To(BeTrue())
}

func TestEventsTellOfChangesAndNotOfEveryStart(t *testing.T) {
	unknown, yes, no := metav1.ConditionUnknown, metav1.ConditionTrue, metav1.ConditionFalse
	cases := map[string]struct {
		conditionType string
		before, after metav1.ConditionStatus
		want          string
	}{
		"a condition that appears as false is no news": {controlplanev1.SeedReachableCondition, "", no, ""},
		"nor is one that was not known":                {controlplanev1.SeedReachableCondition, unknown, no, ""},
		"nor one that stays":                           {controlplanev1.SeedReachableCondition, no, no, ""},
		"what is lost is a warning":                    {controlplanev1.SeedReachableCondition, yes, no, "Warning Because"},
		"what is won is told":                          {controlplanev1.SeedReachableCondition, no, yes, "Normal Because"},
		"a deletion that begins is told":               {controlplanev1.DeletingCondition, no, yes, "Normal Because"},
		"a rollout that ends is told":                  {controlplanev1.RollingOutCondition, yes, no, "Normal Because"},
		"not knowing any more is no event":             {controlplanev1.SeedReachableCondition, yes, unknown, ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			s := scopeOf()
			if tc.before != "" {
				s.before = []metav1.Condition{{Type: tc.conditionType, Status: tc.before}}
			}
			s.set(tc.conditionType, tc.after, "Because", "a message")
			recorder := events.NewFakeRecorder(10)
			(&Reconciler{Recorder: recorder}).recordTransitions(s)
			if tc.want == "" {
				g.Expect(recorder.Events).To(BeEmpty())
				return
			}
			g.Expect(recorder.Events).To(Receive(HavePrefix(tc.want)))
		})
	}
}

func TestAComponentThatFailedIsTriedAgain(t *testing.T) {
	patch := &component.Error{Step: component.StepPatch, Err: errors.New("no such path")}
	quota := &component.Error{Step: component.StepApply, Err: errors.New("exceeded quota")}
	cases := map[string]struct {
		err     error
		renewal time.Duration
		want    time.Duration
	}{
		"nothing to do":                          {nil, 0, 0},
		"a certificate to renew":                 {nil, time.Hour, time.Hour},
		"a full quota":                           {quota, time.Hour, refusedPeriod},
		"a full quota and nothing to renew":      {quota, 0, refusedPeriod},
		"a full quota and a renewal before":      {quota, time.Second, time.Second},
		"a patch waits for a change of the spec": {patch, 0, 0},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			report := component.Report{NextCheck: tc.renewal, Components: []component.ComponentReport{{Err: tc.err}}}
			NewWithT(t).Expect(nextCheck(report)).To(Equal(tc.want))
		})
	}
}
