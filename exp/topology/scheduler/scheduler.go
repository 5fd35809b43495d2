// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package scheduler

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	corev1 "k8s.io/api/core/v1"
)

// Strategy is how the nearest seeds are found among those that could host a control plane.
type Strategy string

const (
	// MinimalDistance takes the seeds with the least distance from the region of the Shoot: the one that a region ConfigMap
	// tells, or that between the names of the regions. It is the default.
	MinimalDistance Strategy = "MinimalDistance"
	// SameRegion takes the seeds in the region of the Shoot.
	SameRegion Strategy = "SameRegion"
)

// Input is all that a decision depends on. Nothing of it is changed.
type Input struct {
	Shoot *gardencorev1beta1.Shoot
	// Profile is the CloudProfile of the Shoot, merged with its NamespacedCloudProfile.
	Profile *gardencorev1beta1.CloudProfileSpec
	// Project is the name of the project of the Shoot. Default domains contain it.
	Project string
	Seeds   []gardencorev1beta1.Seed
	// Shoots is how many Shoots each seed has; see Usage.
	Shoots map[string]int
	// Regions is the ConfigMap with the distances between regions for this profile; see Regions. It may be nil.
	Regions *corev1.ConfigMap
	// Strategy is MinimalDistance if it is empty.
	Strategy Strategy
}

// Decision is where a control plane goes.
type Decision struct {
	// Seed is the name of the chosen seed.
	Seed string
	// Candidates are the names of the seeds the strategy left, the chosen one first.
	Candidates []string
	// Removed are the seeds that did not come into question, in the order of the filters.
	Removed []Removal
}

// Removal is a seed that a filter took away.
type Removal struct {
	Seed   string
	Filter Filter
	Reason string
}

// Failure says that no seed was left, and which filter took which away.
type Failure struct {
	Seeds   int
	Removed []Removal
}

// shown is how many seeds a filter names in a message.
const shown = 5

// Error implements error. Filters come in the order in which they work; each names some seeds with the reason.
func (f *Failure) Error() string {
	if f.Seeds == 0 {
		return "there are no seeds; register one"
	}
	var parts []string
	for start := 0; start < len(f.Removed); {
		end := start
		var reasons []string
		for ; end < len(f.Removed) && f.Removed[end].Filter == f.Removed[start].Filter; end++ {
			if end-start < shown {
				reasons = append(reasons, fmt.Sprintf("%s: %s", f.Removed[end].Seed, f.Removed[end].Reason))
			}
		}
		if more := end - start - shown; more > 0 {
			reasons = append(reasons, fmt.Sprintf("and %d more", more))
		}
		parts = append(parts, fmt.Sprintf("%s removed %d (%s)", f.Removed[start].Filter, end-start, strings.Join(reasons, "; ")))
		start = end
	}
	return fmt.Sprintf("none of %d seeds can host the control plane: %s", f.Seeds, strings.Join(parts, ", "))
}

// Select chooses a seed. The error is a *Failure if no seed is left, and another one if the input cannot be used.
func Select(in Input) (Decision, error) {
	left := make([]*gardencorev1beta1.Seed, 0, len(in.Seeds))
	for i := range in.Seeds {
		left = append(left, &in.Seeds[i])
	}
	slices.SortStableFunc(left, func(one, other *gardencorev1beta1.Seed) int { return cmp.Compare(one.Name, other.Name) })

	var removed []Removal
	for _, step := range filters() {
		kept, gone, err := step.apply(in, left)
		if err != nil {
			return Decision{}, fmt.Errorf("filter seeds by %s: %w", step.name, err)
		}
		removed = append(removed, gone...)
		if left = kept; len(left) == 0 {
			return Decision{}, &Failure{Seeds: len(in.Seeds), Removed: removed}
		}
	}
	slices.SortStableFunc(left, func(one, other *gardencorev1beta1.Seed) int {
		return cmp.Compare(in.Shoots[one.Name], in.Shoots[other.Name])
	})
	decision := Decision{Seed: left[0].Name, Removed: removed}
	for _, seed := range left {
		decision.Candidates = append(decision.Candidates, seed.Name)
	}
	return decision, nil
}

// Reasons returns which filter removed which seeds, if that is why there was no decision.
func Reasons(err error) []Removal {
	var failure *Failure
	if errors.As(err, &failure) {
		return failure.Removed
	}
	return nil
}

// Usage counts the Shoots of each seed: those that are to be there and those that still are, so that a Shoot that moves
// counts on both.
func Usage(shoots []*gardencorev1beta1.Shoot) map[string]int {
	out := map[string]int{}
	for _, shoot := range shoots {
		wanted, actual := shoot.Spec.SeedName, shoot.Status.SeedName
		if wanted != nil && *wanted != "" {
			out[*wanted]++
		}
		if actual != nil && *actual != "" && (wanted == nil || *wanted != *actual) {
			out[*actual]++
		}
	}
	return out
}

// IsFor says whether a Shoot waits for this scheduler: it has no seed, is not being deleted, and names no other scheduler.
func IsFor(shoot *gardencorev1beta1.Shoot) bool {
	return shoot.Spec.SeedName == nil && shoot.DeletionTimestamp == nil &&
		(shoot.Spec.SchedulerName == nil || *shoot.Spec.SchedulerName == v1beta1constants.DefaultSchedulerName)
}
