// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"errors"
	"fmt"
	"testing"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func TestWhatAUserCanMendIsTold(t *testing.T) {
	many := field.ErrorList{}
	for i := range 2 * namedProblems {
		many = append(many, field.Required(field.NewPath("spec").Index(i), ""))
	}
	cases := map[string]struct {
		err   error
		tasks []string
		code  gardencorev1beta1.ErrorCode
	}{
		"each field that is refused": {
			err:   &refusal{field.ErrorList{field.Required(field.NewPath("spec", "a"), "say a"), field.Required(field.NewPath("spec", "b"), "say b")}},
			tasks: []string{"Translation/spec.a", "Translation/spec.b"}, code: gardencorev1beta1.ErrorConfigurationProblem,
		},
		"what does not exist": {
			err: fmt.Errorf("read: %w", &lookup.NotFoundError{Kind: "Secret", Name: "garden-dev/account"}), tasks: []string{"Translation/Secret garden-dev/account"},
			code: gardencorev1beta1.ErrorConfigurationProblem,
		},
		"what the API server refuses":       {err: &apply.Error{Reason: apply.Invalid, Object: apply.Key{}}, tasks: []string{"Translation/ "}},
		"a deletion that is not confirmed":  {err: &unconfirmed{"confirm it"}, tasks: []string{"Translation/Deletion"}},
		"not that the API server is away":   {err: &apply.Error{Reason: apply.Other}},
		"not what nobody can do much about": {err: errors.New("connection refused")},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			var tasks []string
			for _, problem := range problemsOf(c.err) {
				tasks = append(tasks, *problem.TaskID)
				g.Expect(problem.Description).NotTo(BeEmpty())
				if c.code != "" {
					g.Expect(problem.Codes).To(ConsistOf(c.code))
				}
			}
			g.Expect(tasks).To(Equal(c.tasks))
		})
	}
	NewWithT(t).Expect(problemsOf(&refusal{many})).To(HaveLen(namedProblems))
}

func TestProblemsKeepTheirTimesAndThoseOfOthersStay(t *testing.T) {
	g := NewWithT(t)
	theirs := gardencorev1beta1.LastError{TaskID: ptr.To("Scheduling/capacity"), Description: "no place"}
	unnamed := gardencorev1beta1.LastError{Description: "somebody's"}
	status := &gardencorev1beta1.ShootStatus{LastErrors: []gardencorev1beta1.LastError{theirs, unnamed}}
	first := func() []gardencorev1beta1.LastError {
		return []gardencorev1beta1.LastError{lastError("spec.a", "wrong")}
	}

	g.Expect(setProblems(status, first(), noon)).To(BeTrue(), "it is news")
	g.Expect(status.LastErrors).To(HaveLen(3))
	g.Expect(setProblems(status, first(), noon.Add(time.Hour))).To(BeFalse(), "the same again is none")
	g.Expect(*status.LastErrors[2].LastUpdateTime).To(Equal(metav1.Time{Time: noon}))
	g.Expect(setProblems(status, []gardencorev1beta1.LastError{lastError("spec.a", "still wrong")}, noon.Add(time.Hour))).To(BeTrue())
	g.Expect(setProblems(status, nil, noon)).To(BeFalse())
	g.Expect(status.LastErrors).To(HaveExactElements(theirs, unnamed))
}
