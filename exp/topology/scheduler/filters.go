// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package scheduler

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/cidr"
)

// Filter names a step that removes seeds.
type Filter string

// The filters, in their order.
const (
	FilterReadiness         Filter = "readiness"
	FilterProfileSelector   Filter = "seed selector of the CloudProfile"
	FilterShootSelector     Filter = "seed selector of the Shoot"
	FilterProvider          Filter = "provider type"
	FilterHighAvailability  Filter = "zones for high availability"
	FilterZoneSelection     Filter = "zone selection"
	FilterAccessRestriction Filter = "access restrictions"
	FilterDomain            Filter = "default domain"
	FilterReconciliation    Filter = "emergency stop"
	FilterNetworks          Filter = "networks"
	FilterTaints            Filter = "taints"
	FilterCapacity          Filter = "capacity"
	FilterStrategy          Filter = "strategy"
)

// step is one filter. It returns the seeds it keeps, and those it does not.
type step struct {
	name  Filter
	apply func(Input, []*gardencorev1beta1.Seed) (kept []*gardencorev1beta1.Seed, gone []Removal, err error)
}

func filters() []step {
	return []step{
		each(FilterReadiness, notReady),
		selecting(FilterProfileSelector, func(in Input) *gardencorev1beta1.SeedSelector {
			if in.Profile == nil {
				return nil
			}
			return in.Profile.SeedSelector
		}, false),
		selecting(FilterShootSelector, func(in Input) *gardencorev1beta1.SeedSelector { return in.Shoot.Spec.SeedSelector }, true),
		each(FilterProvider, otherProvider),
		each(FilterHighAvailability, tooFewZones),
		each(FilterZoneSelection, otherZones),
		{FilterZoneSelection, preferZones},
		each(FilterAccessRestriction, unsupportedRestriction),
		{FilterDomain, ofDomain},
		each(FilterReconciliation, stopped),
		each(FilterNetworks, networkConflict),
		each(FilterTaints, untolerated),
		each(FilterCapacity, full),
		{FilterStrategy, nearest},
	}
}

// each is a filter that looks at one seed at a time. The check returns why a seed is removed, or nothing.
func each(name Filter, check func(Input, *gardencorev1beta1.Seed) string) step {
	return step{name, func(in Input, seeds []*gardencorev1beta1.Seed) (kept []*gardencorev1beta1.Seed, gone []Removal, err error) {
		for _, seed := range seeds {
			if reason := check(in, seed); reason != "" {
				gone = append(gone, Removal{Seed: seed.Name, Filter: name, Reason: reason})
				continue
			}
			kept = append(kept, seed)
		}
		return kept, gone, nil
	}}
}

// selecting is a filter by labels. Provider types of the selector of a CloudProfile are another filter's, because they
// replace a rule; those of a Shoot only narrow it.
func selecting(name Filter, of func(Input) *gardencorev1beta1.SeedSelector, types bool) step {
	return step{name, func(in Input, seeds []*gardencorev1beta1.Seed) ([]*gardencorev1beta1.Seed, []Removal, error) {
		selector := of(in)
		if selector == nil {
			return seeds, nil, nil
		}
		matching, err := metav1.LabelSelectorAsSelector(&selector.LabelSelector)
		if err != nil {
			return nil, nil, fmt.Errorf("read the selector: %w", err)
		}
		return each(name, func(_ Input, seed *gardencorev1beta1.Seed) string {
			if !matching.Matches(labels.Set(seed.Labels)) {
				return fmt.Sprintf("its labels do not match %q", matching)
			}
			if own := seed.Spec.Provider.Type; types && len(selector.ProviderTypes) > 0 && !matchesType(selector.ProviderTypes, own) {
				return fmt.Sprintf("its provider type %q is none of %s", own, strings.Join(selector.ProviderTypes, ", "))
			}
			return ""
		}).apply(in, seeds)
	}}
}

func matchesType(types []string, own string) bool {
	return slices.Contains(types, own) || slices.Contains(types, "*")
}

func notReady(_ Input, seed *gardencorev1beta1.Seed) string {
	switch {
	case seed.DeletionTimestamp != nil:
		return "it is being deleted"
	case seed.Spec.Settings != nil && seed.Spec.Settings.Scheduling != nil && !seed.Spec.Settings.Scheduling.Visible:
		return "spec.settings.scheduling.visible is false"
	case seed.Status.LastOperation == nil:
		return "it has not been reconciled yet"
	case !IsTrue(seed.Status.Conditions, gardencorev1beta1.GardenletReady):
		return "its condition GardenletReady is not True"
	case seed.Spec.Backup != nil && !IsTrue(seed.Status.Conditions, gardencorev1beta1.SeedBackupBucketsReady):
		return "its condition BackupBucketsReady is not True"
	default:
		return ""
	}
}

// IsTrue reports whether a condition is there and True.
func IsTrue(conditions []gardencorev1beta1.Condition, kind gardencorev1beta1.ConditionType) bool {
	return slices.ContainsFunc(conditions, func(condition gardencorev1beta1.Condition) bool {
		return condition.Type == kind && condition.Status == gardencorev1beta1.ConditionTrue
	})
}

func otherProvider(in Input, seed *gardencorev1beta1.Seed) string {
	allowed := []string{in.Shoot.Spec.Provider.Type}
	if in.Profile != nil && in.Profile.SeedSelector != nil && len(in.Profile.SeedSelector.ProviderTypes) > 0 {
		allowed = in.Profile.SeedSelector.ProviderTypes
	}
	own := seed.Spec.Provider.Type
	if slices.Contains(allowed, own) || in.Profile != nil && in.Profile.SeedSelector != nil && slices.Contains(allowed, "*") {
		return ""
	}
	return fmt.Sprintf("its provider type %q is none of %s", own, strings.Join(allowed, ", "))
}

func unsupportedRestriction(in Input, seed *gardencorev1beta1.Seed) string {
	for _, wanted := range in.Shoot.Spec.AccessRestrictions {
		if !slices.ContainsFunc(seed.Spec.AccessRestrictions, func(own gardencorev1beta1.AccessRestriction) bool {
			return own.Name == wanted.Name
		}) {
			return fmt.Sprintf("it does not support %q", wanted.Name)
		}
	}
	return ""
}

func stopped(_ Input, seed *gardencorev1beta1.Seed) string {
	if yes, err := strconv.ParseBool(seed.Annotations[v1beta1constants.AnnotationEmergencyStopShootReconciliations]); err == nil && yes {
		return "annotation " + v1beta1constants.AnnotationEmergencyStopShootReconciliations + " is set"
	}
	return ""
}

// ofDomain keeps the seeds that serve the default domain that the domain of the Shoot is below. A domain below none of
// them is the user's own, and every seed serves it.
func ofDomain(in Input, seeds []*gardencorev1beta1.Seed) (kept []*gardencorev1beta1.Seed, gone []Removal, err error) {
	dns := in.Shoot.Spec.DNS
	if dns == nil || dns.Domain == nil {
		return seeds, nil, nil
	}
	isDefault := slices.ContainsFunc(seeds, func(seed *gardencorev1beta1.Seed) bool {
		return slices.ContainsFunc(seed.Spec.DNS.Defaults, func(config gardencorev1beta1.SeedDNSProviderConfig) bool {
			return strings.HasSuffix(*dns.Domain, "."+config.Domain)
		})
	})
	if !isDefault {
		return seeds, nil, nil
	}
	return each(FilterDomain, func(in Input, seed *gardencorev1beta1.Seed) string {
		if slices.ContainsFunc(seed.Spec.DNS.Defaults, func(config gardencorev1beta1.SeedDNSProviderConfig) bool {
			return *dns.Domain == in.Shoot.Name+"."+in.Project+"."+config.Domain
		}) {
			return ""
		}
		return fmt.Sprintf("%q is not <name of the Shoot>.<name of the project>.<default domain of the seed>", *dns.Domain)
	}).apply(in, seeds)
}

// networkConflict checks the networks that the Shoot would have on the seed.
func networkConflict(in Input, seed *gardencorev1beta1.Seed) string {
	networking := in.Shoot.Spec.Networking
	if networking == nil {
		return ""
	}
	wanted := cidr.Of(networking)
	pods, services := cidr.Defaults(seed.Spec.Networks, networking.IPFamilies)
	if len(wanted.Pods) == 0 && pods != "" && len(in.Shoot.Spec.Provider.Workers) > 0 {
		wanted.Pods = []string{pods}
	}
	if len(wanted.Services) == 0 && services != "" {
		wanted.Services = []string{services}
	}
	own := cidr.OfSeed(seed.Spec.Networks)
	problems := append(wanted.OnSeed(own, nil), cidr.Used(in.Shoot.Status.Networking).OnSeed(own, nil)...)
	texts := make([]string, 0, len(problems))
	for _, problem := range problems {
		texts = append(texts, problem.Error())
	}
	return strings.Join(texts, "; ")
}

// untolerated follows Gardener: a taint is tolerated by its key, and by its value if it has one. More taints than tolerations
// are never all tolerated, which follows from the keys of taints being different.
func untolerated(in Input, seed *gardencorev1beta1.Seed) string {
	if len(seed.Spec.Taints) > len(in.Shoot.Spec.Tolerations) {
		return "it has more taints than the Shoot has tolerations"
	}
	tolerations := map[string]string{}
	for _, toleration := range in.Shoot.Spec.Tolerations {
		tolerations[toleration.Key] = value(toleration.Value)
	}
	for _, taint := range seed.Spec.Taints {
		tolerated, known := tolerations[taint.Key]
		if !known || taint.Value != nil && *taint.Value != tolerated {
			return fmt.Sprintf("the Shoot does not tolerate the taint %q", taint.Key)
		}
	}
	return ""
}

func value(of *string) string {
	if of == nil {
		return ""
	}
	return *of
}

func full(in Input, seed *gardencorev1beta1.Seed) string {
	allocatable, bounded := seed.Status.Allocatable[gardencorev1beta1.ResourceShoots]
	if used := int64(in.Shoots[seed.Name]); bounded && used >= allocatable.Value() {
		return fmt.Sprintf("%d of %d Shoots are on it", used, allocatable.Value())
	}
	return ""
}
