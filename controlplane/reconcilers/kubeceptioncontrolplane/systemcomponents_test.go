// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncontrolplane

import (
	"errors"
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/health"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/targets"
)

func TestSystemComponentsAreReported(t *testing.T) {
	fine := targets.SetReport{Health: health.Worst()}
	starting := targets.SetReport{Health: health.Health{State: health.Progressing, Message: "Deployment dns: 0 of 2 pods are available"}}
	refused := targets.SetReport{Health: health.Worst(), Err: errors.New("denied by a webhook")}
	unserved := targets.SetReport{Health: health.Worst(), Err: &apply.Error{Reason: apply.KindMissing}}
	cases := map[string]struct {
		set             *targets.SetReport
		machines        []string
		reason, message string
		state           controlplanev1.ComponentState
	}{
		"all of it works":                     {&fine, nil, clusterv1.AvailableReason, "", controlplanev1.ComponentHealthy},
		"it starts":                           {&starting, []string{"v1.36.3"}, clusterv1.NotAvailableReason, "dns: Deployment dns: 0 of 2", controlplanev1.ComponentProgressing},
		"there is nothing to start it on":     {&starting, nil, controlplanev1.SystemComponentsNoWorkersReason, "no worker machine", controlplanev1.ComponentProgressing},
		"it is refused":                       {&refused, nil, controlplanev1.SystemComponentsFailedReason, "dns: denied by a webhook", controlplanev1.ComponentUnhealthy},
		"a kind of it is not served yet":      {&unserved, []string{"v1.36.3"}, clusterv1.NotAvailableReason, "dns: ", controlplanev1.ComponentUnhealthy},
		"it was not looked at, ever":          {nil, nil, "", "", controlplanev1.ComponentWaiting},
		"it was not looked at, but last time": {nil, []string{"last"}, "", "", controlplanev1.ComponentProgressing},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			s := healthy()
			s.report = reportOf(controlplanev1.ComponentHealthy, "dns")
			s.report.Components[0].Target = []client.Object{&corev1.ConfigMap{}}
			s.input.Workers.Versions = tc.machines
			if tc.set != nil {
				s.targets = targets.Report{"dns": tc.set}
				s.reportSystemComponents()
			} else if len(tc.machines) > 0 {
				s.controlPlane.Status.Components = []controlplanev1.ComponentStatus{{Name: "dns", State: controlplanev1.ComponentProgressing}}
			}
			setStatus(s)
			condition := conditions.Get(s.controlPlane, controlplanev1.SystemComponentsAvailableCondition)
			if tc.set != nil {
				g.Expect(condition.Reason).To(Equal(tc.reason))
				g.Expect(condition.Message).To(ContainSubstring(tc.message))
			}
			g.Expect(s.controlPlane.Status.Components[0].State).To(Equal(tc.state))
			g.Expect(conditions.Get(s.controlPlane, controlplanev1.AvailableCondition).Status).To(Equal(metav1.ConditionTrue))
		})
	}
}

func TestWhatIsNotRenderedIsHeld(t *testing.T) {
	g := NewWithT(t)
	report := reportOf(controlplanev1.ComponentHealthy, "dns", "broken")
	report.Components[0].Rendered = true
	sets := targetSets(report)
	g.Expect(sets[0].Hold).To(BeFalse())
	g.Expect(sets[1].Hold).To(BeTrue())
}

func TestTheTunnelIsFoundByExposure(t *testing.T) {
	cases := map[string]struct {
		exposure controlplanev1.ExposureType
		objects  []client.Object
		want     clusterv1.APIEndpoint
	}{
		"a load balancer forwards it":       {controlplanev1.ExposureLoadBalancer, nil, clusterv1.APIEndpoint{Host: "h", Port: 8132}},
		"by default too":                    {"", nil, clusterv1.APIEndpoint{Host: "h", Port: 8132}},
		"so does an address in the seed":    {controlplanev1.ExposureClusterIP, nil, clusterv1.APIEndpoint{Host: "h", Port: 8132}},
		"node ports have one of their own":  {controlplanev1.ExposureNodePort, []client.Object{serviceOf(corev1.ServiceTypeNodePort)}, clusterv1.APIEndpoint{Host: "h", Port: 32000}},
		"which is not known from the start": {controlplanev1.ExposureNodePort, nil, clusterv1.APIEndpoint{}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			s := scopeOf(tc.objects...)
			s.controlPlane.Spec.Exposure.Type = tc.exposure
			got, err := tunnel(t.Context(), s, "h")
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(got).To(Equal(tc.want))
		})
	}
}
