// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package scheduler

import (
	"fmt"
	"slices"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
)

// zonesOfHighAvailability is how many zones a control plane is spread over that survives the loss of one.
const zonesOfHighAvailability = 3

func survivesZones(shoot *gardencorev1beta1.Shoot) bool {
	controlPlane := shoot.Spec.ControlPlane
	return controlPlane != nil && controlPlane.HighAvailability != nil &&
		controlPlane.HighAvailability.FailureTolerance.Type == gardencorev1beta1.FailureToleranceTypeZone
}

func tooFewZones(in Input, seed *gardencorev1beta1.Seed) string {
	if zones := len(seed.Spec.Provider.Zones); survivesZones(in.Shoot) && zones < zonesOfHighAvailability {
		return fmt.Sprintf("it has %d zones, and failure tolerance zone needs %d", zones, zonesOfHighAvailability)
	}
	return ""
}

// otherZones removes seeds that lack zones the Shoot names for its control plane, and where it names none, those that insist
// on sharing a zone with its workers and do not. A control plane in all zones has no need of either.
func otherZones(in Input, seed *gardencorev1beta1.Seed) string {
	if survivesZones(in.Shoot) {
		return ""
	}
	if wanted := pinned(in.Shoot); len(wanted) > 0 {
		for _, zone := range wanted {
			if !slices.Contains(seed.Spec.Provider.Zones, zone) {
				return fmt.Sprintf("it lacks the zone %q of spec.controlPlane.zones", zone)
			}
		}
		return ""
	}
	workers := workerZones(in.Shoot)
	if selection(seed) == gardencorev1beta1.ZoneSelectionModeEnforce && len(workers) > 0 && !share(seed, workers) {
		return "it has none of the zones of the workers, and its zone selection is Enforce: " + strings.Join(workers, ", ")
	}
	return ""
}

// preferZones removes seeds that prefer to share a zone with the workers and do not, unless no seed would be left.
func preferZones(in Input, seeds []*gardencorev1beta1.Seed) (kept []*gardencorev1beta1.Seed, gone []Removal, err error) {
	workers := workerZones(in.Shoot)
	if survivesZones(in.Shoot) || len(pinned(in.Shoot)) > 0 || len(workers) == 0 {
		return seeds, nil, nil
	}
	kept, gone, err = each(FilterZoneSelection, func(_ Input, seed *gardencorev1beta1.Seed) string {
		if selection(seed) == gardencorev1beta1.ZoneSelectionModePrefer && !share(seed, workers) {
			return "it prefers Shoots with workers in its zones, and other seeds are left"
		}
		return ""
	}).apply(in, seeds)
	if len(kept) == 0 {
		return seeds, nil, nil
	}
	return kept, gone, err
}

func selection(seed *gardencorev1beta1.Seed) gardencorev1beta1.ZoneSelectionMode {
	if seed.Spec.Settings == nil || seed.Spec.Settings.ZoneSelection == nil {
		return ""
	}
	return seed.Spec.Settings.ZoneSelection.Mode
}

func share(seed *gardencorev1beta1.Seed, zones []string) bool {
	return slices.ContainsFunc(zones, func(zone string) bool { return slices.Contains(seed.Spec.Provider.Zones, zone) })
}

func pinned(shoot *gardencorev1beta1.Shoot) []string {
	if shoot.Spec.ControlPlane == nil {
		return nil
	}
	return shoot.Spec.ControlPlane.Zones
}

func workerZones(shoot *gardencorev1beta1.Shoot) []string {
	var out []string
	for _, worker := range shoot.Spec.Provider.Workers {
		for _, zone := range worker.Zones {
			if !slices.Contains(out, zone) {
				out = append(out, zone)
			}
		}
	}
	slices.Sort(out)
	return out
}
