// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"errors"
	"slices"
	"strings"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

const (
	// taskPrefix marks what this package has in lastErrors. What follows is the field, or the object, that is to be mended.
	taskPrefix = "Translation/"
	// failedReason is the reason of events about Shoots that are not carried out.
	failedReason = "TranslationFailed"
	// namedProblems is how many problems lastErrors holds.
	namedProblems = 20
)

// errWaiting says that something must happen first, which is watched.
var errWaiting = errors.New("waiting")

// errGone says that there is no Shoot any more.
var errGone = errors.New("gone")

// refusal is what the translation refuses.
type refusal struct{ problems field.ErrorList }

func (e *refusal) Error() string { return e.problems.ToAggregate().Error() }

// unconfirmed says that a Shoot was deleted by somebody who did not confirm it.
type unconfirmed struct{ message string }

func (e *unconfirmed) Error() string { return e.message }

// problemsOf returns what a user can mend, and nothing if that is not so.
func problemsOf(err error) []gardencorev1beta1.LastError {
	var refused *refusal
	var missing *lookup.NotFoundError
	var rejected *apply.Error
	var confirmation *unconfirmed
	switch {
	case errors.As(err, &refused):
		var out []gardencorev1beta1.LastError
		for _, problem := range refused.problems[:min(len(refused.problems), namedProblems)] {
			out = append(out, lastError(problem.Field, problem.Error(), gardencorev1beta1.ErrorConfigurationProblem))
		}
		return out
	case errors.As(err, &missing):
		return []gardencorev1beta1.LastError{lastError(missing.Kind+" "+missing.Name, missing.Error(), gardencorev1beta1.ErrorConfigurationProblem)}
	case errors.As(err, &confirmation):
		return []gardencorev1beta1.LastError{lastError("Deletion", confirmation.message)}
	case errors.As(err, &rejected) && rejected.Reason != apply.Other:
		return []gardencorev1beta1.LastError{lastError(rejected.Object.String(), rejected.Error())}
	}
	return nil
}

func lastError(task, description string, codes ...gardencorev1beta1.ErrorCode) gardencorev1beta1.LastError {
	return gardencorev1beta1.LastError{Description: description, TaskID: ptr.To(taskPrefix + task), Codes: codes}
}

// setProblems replaces what an earlier look had in lastErrors, and leaves what others have there. It reports whether there is
// something new; what is not keeps its time.
func setProblems(status *gardencorev1beta1.ShootStatus, problems []gardencorev1beta1.LastError, now time.Time) bool {
	var others, before []gardencorev1beta1.LastError
	for _, problem := range status.LastErrors {
		if strings.HasPrefix(ptr.Deref(problem.TaskID, ""), taskPrefix) {
			before = append(before, problem)
			continue
		}
		others = append(others, problem)
	}
	news := false
	for i := range problems {
		at := slices.IndexFunc(before, func(known gardencorev1beta1.LastError) bool {
			return *known.TaskID == *problems[i].TaskID && known.Description == problems[i].Description
		})
		if at >= 0 {
			problems[i].LastUpdateTime = before[at].LastUpdateTime
			continue
		}
		problems[i].LastUpdateTime, news = &metav1.Time{Time: now}, true
	}
	status.LastErrors = append(others, problems...)
	return news
}
