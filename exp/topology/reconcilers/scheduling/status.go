// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package scheduling

import (
	"fmt"
	"strings"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/scheduler"
)

const (
	// failurePrefix begins what lastOperation says of a Shoot that has no seed. Gardener says it in these words.
	failurePrefix = "Failed to schedule Shoot: "
	// taskPrefix marks what this package has in lastErrors.
	taskPrefix = "Scheduling/"
	// namedSeeds is how many seeds one of lastErrors names.
	namedSeeds = 20
)

// setFailure says why a Shoot has no seed, and in lastErrors which filter removed which seeds. It reports whether that is
// news; what is not keeps its times.
func setFailure(status *gardencorev1beta1.ShootStatus, cause error, now time.Time) bool {
	description := failurePrefix + cause.Error()
	if last := status.LastOperation; last != nil && last.Description == description {
		return false
	}
	status.LastOperation = &gardencorev1beta1.LastOperation{
		Type: gardencorev1beta1.LastOperationTypeCreate, State: gardencorev1beta1.LastOperationStatePending,
		Description: description, LastUpdateTime: metav1.Time{Time: now},
	}
	status.LastErrors = append(withoutOurs(status.LastErrors), removals(scheduler.Reasons(cause), now)...)
	return true
}

// clearFailure removes what an earlier failure left.
func clearFailure(status *gardencorev1beta1.ShootStatus, seed string, now time.Time) {
	status.LastErrors = withoutOurs(status.LastErrors)
	if last := status.LastOperation; last != nil && strings.HasPrefix(last.Description, failurePrefix) {
		last.Description, last.LastUpdateTime = "Scheduled to seed "+seed, metav1.Time{Time: now}
	}
}

// removals are errors, one for each filter.
func removals(removed []scheduler.Removal, now time.Time) []gardencorev1beta1.LastError {
	var out []gardencorev1beta1.LastError
	for start := 0; start < len(removed); {
		filter, seeds := removed[start].Filter, []string{}
		for start < len(removed) && removed[start].Filter == filter {
			seeds = append(seeds, fmt.Sprintf("%s (%s)", removed[start].Seed, removed[start].Reason))
			start++
		}
		if more := len(seeds) - namedSeeds; more > 0 {
			seeds = append(seeds[:namedSeeds], fmt.Sprintf("and %d more", more))
		}
		out = append(out, gardencorev1beta1.LastError{
			Description:    fmt.Sprintf("The filter %q removed: %s", filter, strings.Join(seeds, ", ")),
			TaskID:         ptr.To(taskPrefix + string(filter)),
			LastUpdateTime: &metav1.Time{Time: now},
		})
	}
	return out
}

func withoutOurs(errors []gardencorev1beta1.LastError) []gardencorev1beta1.LastError {
	var out []gardencorev1beta1.LastError
	for _, err := range errors {
		if !strings.HasPrefix(ptr.Deref(err.TaskID, ""), taskPrefix) {
			out = append(out, err)
		}
	}
	return out
}
