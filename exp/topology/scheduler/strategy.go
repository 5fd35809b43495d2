// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package scheduler

import (
	"fmt"
	"math"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// Regions returns the ConfigMap with the distances for a CloudProfile: of those that name it in their annotation, the first.
// The ConfigMaps to choose from are in the namespace garden and labelled as region config.
func Regions(configMaps []corev1.ConfigMap, profile string) *corev1.ConfigMap {
	for i := range configMaps {
		for name := range strings.SplitSeq(configMaps[i].Annotations[v1beta1constants.AnnotationSchedulingCloudProfiles], ",") {
			if strings.TrimSpace(name) == profile && profile != "" {
				return &configMaps[i]
			}
		}
	}
	return nil
}

// nearest keeps the seeds that the strategy wants. Shoots for testing go to any seed of their provider.
func nearest(in Input, seeds []*gardencorev1beta1.Seed) (kept []*gardencorev1beta1.Seed, gone []Removal, err error) {
	spec := in.Shoot.Spec
	if spec.Purpose != nil && *spec.Purpose == gardencorev1beta1.ShootPurposeTesting {
		return each(FilterStrategy, func(_ Input, seed *gardencorev1beta1.Seed) string {
			if seed.Spec.Provider.Type == spec.Provider.Type {
				return ""
			}
			return fmt.Sprintf("a Shoot for testing needs a seed of its own provider type %q", spec.Provider.Type)
		}).apply(in, seeds)
	}
	switch in.Strategy {
	case SameRegion:
		return each(FilterStrategy, func(_ Input, seed *gardencorev1beta1.Seed) string {
			if seed.Spec.Provider.Type == spec.Provider.Type && seed.Spec.Provider.Region == spec.Region {
				return ""
			}
			return fmt.Sprintf("SameRegion wants provider type %q and region %q", spec.Provider.Type, spec.Region)
		}).apply(in, seeds)
	case MinimalDistance, "":
		return minimalDistance(in, seeds)
	default:
		return nil, nil, fmt.Errorf("strategy %q is unknown; use %s or %s", in.Strategy, MinimalDistance, SameRegion)
	}
}

func minimalDistance(in Input, seeds []*gardencorev1beta1.Seed) (kept []*gardencorev1beta1.Seed, gone []Removal, err error) {
	known, err := distances(in)
	if err != nil {
		return nil, nil, err
	}
	kept, gone = closest(seeds, func(seed *gardencorev1beta1.Seed) (int, bool) {
		distance, listed := known[seed.Spec.Provider.Region]
		return distance, listed && distance <= math.MaxInt32
	})
	if len(kept) > 0 {
		return kept, gone, nil
	}
	kept, gone = closest(seeds, func(seed *gardencorev1beta1.Seed) (int, bool) {
		distance := Distance(seed.Spec.Provider.Region, in.Shoot.Spec.Region)
		if seed.Spec.Provider.Type != in.Shoot.Spec.Provider.Type {
			distance += 2
		}
		return distance, distance <= tooFar
	})
	return kept, gone, nil
}

// distances returns how far seeds are from the region of the Shoot, by their region. It is empty if nobody says so.
func distances(in Input) (map[string]int, error) {
	region := in.Shoot.Spec.Region
	if in.Regions == nil || in.Regions.Data[region] == "" {
		return nil, nil
	}
	out := map[string]int{}
	if err := yaml.Unmarshal([]byte(in.Regions.Data[region]), &out); err != nil {
		return nil, fmt.Errorf("read the distances from region %q in ConfigMap %s/%s, which has to hold lines such as eu-west-1: 20: %w",
			region, in.Regions.Namespace, in.Regions.Name, err)
	}
	if out == nil {
		out = map[string]int{}
	}
	if _, said := out[region]; !said {
		out[region] = 0
	}
	return out, nil
}

// closest keeps the seeds with the least distance. Those without one are removed.
func closest(
	seeds []*gardencorev1beta1.Seed,
	distance func(*gardencorev1beta1.Seed) (int, bool),
) (kept []*gardencorev1beta1.Seed, gone []Removal) {
	least := math.MaxInt
	for _, seed := range seeds {
		if own, known := distance(seed); known {
			least = min(least, own)
		}
	}
	for _, seed := range seeds {
		own, known := distance(seed)
		switch {
		case known && own == least:
			kept = append(kept, seed)
		case known:
			gone = append(gone, Removal{seed.Name, FilterStrategy, fmt.Sprintf("its distance is %d, and others have %d", own, least)})
		default:
			gone = append(gone, Removal{seed.Name, FilterStrategy, fmt.Sprintf("nobody says how far region %q is", seed.Spec.Provider.Region)})
		}
	}
	return kept, gone
}

// tooFar is the distance between the names of two regions from which on they have nothing to do with each other.
const tooFar = 1000

// orientations are looked for in this order; only the first one found counts.
var orientations = []string{"north", "south", "east", "west", "central"}

// Distance returns how different the names of two regions are: twice the number of letters to be added, removed or replaced,
// an orientation such as "west" left aside, and 1 more if only one has an orientation, 2 more if they differ in it.
func Distance(one, other string) int {
	if one == other {
		return 0
	}
	if len(one) > tooFar || len(other) > tooFar {
		return tooFar + 1 // No region is called so, and counting would take long.
	}
	base, orientation := split(one)
	otherBase, otherOrientation := split(other)
	distance := 2 * edits([]rune(base), []rune(otherBase))
	switch {
	case orientation == otherOrientation:
		return distance
	case orientation == "" || otherOrientation == "":
		return distance + 1
	default:
		return distance + 2
	}
}

// split takes the orientation out of the name of a region, and leaves a mark in its place.
func split(region string) (base, orientation string) {
	for _, word := range orientations {
		if before, after, found := strings.Cut(region, word); found {
			return before + ":" + after, word
		}
	}
	return region, ""
}

// edits is the Levenshtein distance.
func edits(one, other []rune) int {
	row := make([]int, len(other)+1)
	for j := range row {
		row[j] = j
	}
	for i, letter := range one {
		diagonal := row[0]
		row[0] = i + 1
		for j, otherLetter := range other {
			cost := diagonal
			if letter != otherLetter {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(other)]
}
