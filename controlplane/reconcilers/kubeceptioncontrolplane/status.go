// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncontrolplane

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// summarised are the conditions that Available summarises, in the order of bring-up.
func summarised() conditions.ForConditionTypes {
	return conditions.ForConditionTypes{
		controlplanev1.DeletingCondition,
		controlplanev1.ConfigurationValidCondition,
		controlplanev1.CertificatesAvailableCondition,
		controlplanev1.SeedReachableCondition,
		controlplanev1.EndpointAvailableCondition,
		controlplanev1.EtcdClusterAvailableCondition,
		controlplanev1.APIServerAvailableCondition,
		controlplanev1.ComponentsAvailableCondition,
	}
}

// ownedConditions are written by this controller alone.
func ownedConditions() []string {
	return append(summarised(),
		controlplanev1.AvailableCondition,
		controlplanev1.SystemComponentsAvailableCondition,
		controlplanev1.RollingOutCondition,
		controlplanev1.ScalingUpCondition,
		controlplanev1.ScalingDownCondition,
		controlplanev1.PausedCondition,
	)
}

// setStatus computes status from what the phases found. What was not looked at keeps its last state, except that
// nothing is claimed to be available while the seed is out of reach.
func setStatus(s *scope) {
	s.controlPlane.Status.ExternalManagedControlPlane = new(true)
	s.controlPlane.Status.SeedNamespace = s.seedNamespace()
	setEffective(s)
	if s.report != nil {
		setReplicas(s)
		setVersions(s)
		setComponents(s)
		setCertificates(s)
		setEtcd(s)
	}
	setRollout(s)
	setUnobserved(s)
	setDeleting(s)
	setAvailable(s)
}

func setEffective(s *scope) {
	if s.input == nil {
		return
	}
	exposure := s.controlPlane.Spec.Exposure.Type
	if exposure == "" {
		exposure = controlplanev1.ExposureLoadBalancer
	}
	podSecurity := s.input.Seed.PodSecurity
	if podSecurity == "" { // The seed was not reached.
		podSecurity = s.controlPlane.Status.Effective.PodSecurity
	}
	s.controlPlane.Status.Effective = controlplanev1.EffectiveConfiguration{
		Replicas:             new(s.input.Replicas),
		Exposure:             exposure,
		ServiceCIDRs:         s.input.Network.ServiceCIDRs,
		PodCIDRs:             s.input.Network.PodCIDRs,
		ServiceAccountIssuer: s.input.ServiceAccountIssuer(),
		EncryptedResources:   s.input.EncryptedResources(),
		PodSecurity:          podSecurity,
	}
}

func setReplicas(s *scope) {
	status, observed := &s.controlPlane.Status, s.report.APIServer
	status.Selector = labels.SelectorFromSet(labels.Set{wiring.LabelApp: wiring.KubeAPIServer}).String()
	status.Replicas = new(observed.Total)
	status.ReadyReplicas = new(observed.Ready)
	status.AvailableReplicas = new(observed.Available)
	status.UpToDateReplicas = new(observed.UpToDate)
}

// setVersions reports the versions that API servers run, byte for byte as in the spec they were made from: the
// MachineSet controller creates no worker while the strings differ.
func setVersions(s *scope) {
	if len(s.report.APIServer.Versions) == 0 {
		return
	}
	s.controlPlane.Status.Versions = s.report.APIServer.Versions
	s.controlPlane.Status.Version = s.report.APIServer.Versions[0].Version
}

func setComponents(s *scope) {
	list := make([]controlplanev1.ComponentStatus, 0, len(s.report.Components))
	for _, c := range s.report.Components {
		list = append(list, s.componentStatus(c))
	}
	s.controlPlane.Status.Components = list
}

func setCertificates(s *scope) {
	list := make([]controlplanev1.CertificateStatus, 0, len(s.report.Certificates))
	var expired []string
	for _, c := range s.report.Certificates {
		list = append(list, controlplanev1.CertificateStatus{Name: c.Name, ExpiresAt: metav1.NewTime(c.NotAfter)})
		if c.NotAfter.Before(s.now) {
			expired = append(expired, c.Name)
		}
	}
	slices.SortFunc(list, func(a, b controlplanev1.CertificateStatus) int {
		return cmp.Or(a.ExpiresAt.Compare(b.ExpiresAt.Time), cmp.Compare(a.Name, b.Name))
	})
	s.controlPlane.Status.Certificates = list
	if len(expired) > 0 {
		s.isFalse(controlplanev1.CertificatesAvailableCondition, controlplanev1.CertificatesExpiredReason,
			"Expired and not renewed: "+strings.Join(expired, ", "))
		return
	}
	s.isTrue(controlplanev1.CertificatesAvailableCondition, controlplanev1.CertificatesAvailableReason)
}

// setEtcd reports whether both etcd clusters serve. One that rolls goes on serving if it did before.
func setEtcd(s *scope) {
	const condition = controlplanev1.EtcdClusterAvailableCondition
	served := conditions.IsTrue(s.controlPlane, condition)
	var missing []string
	for _, name := range []string{wiring.EtcdMain, wiring.EtcdEvents} {
		etcd, exists := s.report.Component(name)
		serves := etcd.State == controlplanev1.ComponentHealthy || served && etcd.State == controlplanev1.ComponentProgressing
		if exists && !serves {
			missing = append(missing, fmt.Sprintf("%s: %s", name, etcd.Message))
		}
	}
	if len(missing) > 0 {
		s.isFalse(condition, controlplanev1.EtcdClusterNotAvailableReason, strings.Join(missing, "\n"))
		return
	}
	s.isTrue(condition, controlplanev1.EtcdClusterAvailableReason)
}

// setRollout compares the API servers that exist with those that are desired.
func setRollout(s *scope) {
	if s.report == nil {
		return
	}
	observed, desired := s.report.APIServer, s.input.Replicas
	s.flag(controlplanev1.RollingOutCondition, observed.Total > 0 && observed.UpToDate < observed.Total,
		clusterv1.RollingOutReason, clusterv1.NotRollingOutReason,
		fmt.Sprintf("Rolling out %d of %d API servers", observed.Total-observed.UpToDate, observed.Total))
	s.flag(controlplanev1.ScalingUpCondition, observed.UpToDate < desired && observed.Total < desired,
		clusterv1.ScalingUpReason, clusterv1.NotScalingUpReason,
		fmt.Sprintf("Scaling up from %d to %d API servers", observed.Total, desired))
	s.flag(controlplanev1.ScalingDownCondition, observed.UpToDate > desired,
		clusterv1.ScalingDownReason, clusterv1.NotScalingDownReason,
		fmt.Sprintf("Scaling down from %d to %d API servers", observed.UpToDate, desired))
}

func (s *scope) flag(conditionType string, on bool, onReason, offReason, message string) {
	if on {
		s.set(conditionType, metav1.ConditionTrue, onReason, message)
		return
	}
	s.isFalse(conditionType, offReason, "")
}

// setUnobserved says so for conditions that no phase has reached yet, so that every condition exists from the start.
func setUnobserved(s *scope) {
	for _, conditionType := range ownedConditions() {
		switch conditionType {
		case controlplanev1.PausedCondition, controlplanev1.DeletingCondition, controlplanev1.AvailableCondition:
			continue
		}
		if !conditions.Has(s.controlPlane, conditionType) {
			s.isUnknown(conditionType, controlplanev1.NotYetObservedReason, "Not yet observed")
		}
	}
	if !conditions.IsTrue(s.controlPlane, controlplanev1.SeedReachableCondition) && s.report == nil {
		for _, conditionType := range []string{
			controlplanev1.EtcdClusterAvailableCondition,
			controlplanev1.APIServerAvailableCondition,
			controlplanev1.ComponentsAvailableCondition,
		} {
			s.isUnknown(conditionType, controlplanev1.NotYetObservedReason, "The seed cannot be observed")
		}
	}
}

func setDeleting(s *scope) {
	if s.controlPlane.DeletionTimestamp.IsZero() {
		s.isFalse(controlplanev1.DeletingCondition, clusterv1.NotDeletingReason, "")
	}
}

func setAvailable(s *scope) {
	err := conditions.SetSummaryCondition(s.controlPlane, s.controlPlane, controlplanev1.AvailableCondition, summarised(),
		conditions.NegativePolarityConditionTypes{controlplanev1.DeletingCondition},
		conditions.CustomMergeStrategy{MergeStrategy: conditions.DefaultMergeStrategy(
			conditions.GetPriorityFunc(conditions.GetDefaultMergePriorityFunc(controlplanev1.DeletingCondition)),
			conditions.ComputeReasonFunc(conditions.GetDefaultComputeMergeReasonFunc(
				clusterv1.NotAvailableReason, clusterv1.AvailableUnknownReason, clusterv1.AvailableReason)),
		)})
	if err != nil {
		s.isUnknown(controlplanev1.AvailableCondition, clusterv1.InternalErrorReason, err.Error())
	}
}

// recordTransitions emits an event for every condition that a user would want to hear of when it changes.
func (r *Reconciler) recordTransitions(s *scope) {
	before := map[string]metav1.Condition{}
	for _, condition := range s.before {
		before[condition.Type] = condition
	}
	for _, conditionType := range append(summarised(),
		controlplanev1.AvailableCondition, controlplanev1.SystemComponentsAvailableCondition, controlplanev1.RollingOutCondition) {
		condition := conditions.Get(s.controlPlane, conditionType)
		if condition == nil || !worthAnEvent(before[conditionType], *condition) {
			continue
		}
		kind, message := corev1.EventTypeNormal, condition.Message
		negative := conditionType == controlplanev1.DeletingCondition || conditionType == controlplanev1.RollingOutCondition
		if condition.Status != metav1.ConditionTrue && !negative {
			kind = corev1.EventTypeWarning
		}
		if message == "" {
			message = fmt.Sprintf("%s is %s", condition.Type, condition.Status)
		}
		r.Recorder.Eventf(s.controlPlane, nil, kind, condition.Reason, condition.Type, "%s", shorten(message, 900))
	}
}

// worthAnEvent leaves out what every start shows: conditions that appear, and those that wait for the first time.
func worthAnEvent(before, after metav1.Condition) bool {
	if before.Status == after.Status {
		return false
	}
	appeared := before.Status == "" || before.Status == metav1.ConditionUnknown
	return after.Status == metav1.ConditionTrue || (!appeared && after.Status == metav1.ConditionFalse)
}

func shorten(text string, length int) string {
	if len(text) <= length {
		return text
	}
	return text[:length-3] + "..."
}
