// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"context"
	"errors"
	"testing"

	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
)

func TestOneFailureHoldsUpNoOther(t *testing.T) {
	quota := apierrors.NewForbidden(schema.GroupResource{Resource: "deployments"}, "bad", errors.New("exceeded quota: q"))
	cases := map[string]struct {
		bad     example
		input   *Input
		refuse  error
		message string
		step    Step
	}{
		"the seed refuses it":   {bad: example{name: "bad"}, refuse: quota, message: "apply: apply Deployment bad: ", step: StepApply},
		"it cannot be rendered": {bad: example{name: "bad", render: func(*Input) (Objects, error) { return Objects{}, errors.New("no") }}, message: "render: no", step: StepRender},
		"it panics":             {bad: example{name: "bad", render: func(*Input) (Objects, error) { panic("oh") }}, message: "render: panic: oh", step: StepRender},
		"its patch fails":       {bad: example{name: "bad"}, input: exampleInput(controlplanev1.ComponentOverride{Name: "bad", Patches: []controlplanev1.Patch{merge("Service", "{}")}}), message: "spec.components[bad].patches[0]", step: StepPatch},
		"its need is unknown":   {bad: example{name: "bad", needs: []string{"good"}}, message: "it needs good, which is not before it", step: StepRender},
		"its certificate cannot be issued": {bad: example{name: "bad", render: func(*Input) (Objects, error) {
			return Objects{Certificates: []pki.Leaf{{SecretName: "tls", Authority: "none"}}}, nil
		}}, message: `there is no authority "none"`, step: StepIssue},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := newSeed(t)
			s.refuse["bad"] = c.refuse
			if c.input == nil {
				c.input = exampleInput()
			}
			report := s.reconcile(c.input, c.bad, example{name: "good"}, example{name: "late", needs: []string{"bad"}})
			bad, _ := report.Component("bad")
			s.expect(report, "bad", isBroken, bad.Version, c.message)
			var own *Error
			s.Expect(errors.As(report.Err(), &own)).To(BeTrue())
			s.Expect(own.Step).To(Equal(c.step))
			s.expect(report, "late", isWaiting, "", "waits for bad")
			s.expect(report, "good", isProgressing, "v1.36.0", "0 of 1 pods are up to date")
		})
	}
}

func TestAFailureLeavesWhatRuns(t *testing.T) {
	s := newSeed(t)
	s.reconcile(exampleInput(), example{name: "a"})
	s.runs("a")
	broken := exampleInput(controlplanev1.ComponentOverride{Name: "a", Patches: []controlplanev1.Patch{merge("Service", "{}")}})
	report := s.reconcile(broken, example{name: "a"})
	s.expect(report, "a", isProgressing, "v1.36.0", "spec.components[a].patches[0]")
	s.Expect(s.writes).To(BeZero())
}

func TestASeedThatDoesNotAnswerIsAnErrorForAll(t *testing.T) {
	s := newSeed(t)
	down := interceptor.NewClient(s.Client.(client.WithWatch), interceptor.Funcs{
		List: func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) error {
			return errors.New("connection refused")
		},
	})
	_, err := (&Engine{Client: down}).Reconcile(ctx, exampleInput(), []Component{example{name: "a"}}, s.roots, now)
	s.Expect(err).To(MatchError(ContainSubstring("connection refused")))
	_, err = (&Engine{Client: down}).Delete(ctx, "team--c", nil)
	s.Expect(err).To(MatchError(ContainSubstring("connection refused")))
}
