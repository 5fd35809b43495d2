// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"slices"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/cidr"
)

// zonesOfHighAvailability is how many zones a control plane is spread over that survives the loss of one.
const zonesOfHighAvailability = 3

// Placement is what putting a Shoot on a seed depends on.
type Placement struct {
	Seed *gardencorev1beta1.Seed
	// Last is the seed that the Shoot leaves, or nil.
	Last *gardencorev1beta1.Seed
	// Profile is the CloudProfile of the Shoot.
	Profile *gardencorev1beta1.CloudProfileSpec
	// Used is how many Shoots the seed has, this one left out.
	Used int
}

// ShootOnSeed checks a Shoot against its seed: when it is put there, all that the scheduler looks at (section 4), so that
// nobody gets where the scheduler would not have put him; later, what an update changes. before is nil for a new Shoot.
// Who may put a Shoot on a seed is not decided here.
func ShootOnSeed(now, before *gardencorev1beta1.Shoot, on Placement) field.ErrorList {
	last := &gardencorev1beta1.Shoot{}
	if before != nil {
		last = before
	}
	path := specPath.Child("seedName")
	switch {
	case last.Spec.SeedName != nil && now.Spec.SeedName == nil:
		return field.ErrorList{field.Forbidden(path, "cannot be removed; the control plane is there")}
	case now.Spec.SeedName == nil || on.Seed == nil:
		return nil
	}
	out := join(deletedSeed(now, last, on.Seed), zonesOnSeed(now, last, on.Seed), selectorOnSeed(now, last, on.Seed), rangesOnSeed(now))
	placed := !equal(now.Spec.SeedName, last.Spec.SeedName)
	if placed || !equal(now.Spec.AccessRestrictions, last.Spec.AccessRestrictions) {
		out = append(out, restrictionsOnSeed(now, on.Seed)...)
	}
	if !placed {
		return out
	}
	seed := cidr.OfSeed(on.Seed.Spec.Networks)
	out = join(out, admitted(now, on, path),
		cidr.Of(now.Spec.Networking).OnSeed(seed, specPath.Child("networking")),
		cidr.Used(now.Status.Networking).OnSeed(seed, field.NewPath("status", "networking")))
	if last.Spec.SeedName != nil {
		out = append(out, moved(now, on, path)...)
	}
	return out
}

// rangesOnSeed checks that a Shoot with a seed has ranges. Those that it does not name are taken from the seed if that has some
// of its families.
func rangesOnSeed(shoot *gardencorev1beta1.Shoot) field.ErrorList {
	networking, path := deref(shoot.Spec.Networking), specPath.Child("networking")
	workerless := len(shoot.Spec.Provider.Workers) == 0
	hasIPv4 := slices.Contains(networking.IPFamilies, gardencorev1beta1.IPFamilyIPv4)
	var out field.ErrorList
	if networking.Pods == nil && !workerless && hasIPv4 {
		out = append(out, field.Required(path.Child("pods"), "the seed has no default range of its families; name one"))
	}
	if networking.Services == nil && (hasIPv4 || workerless && slices.Contains(networking.IPFamilies, gardencorev1beta1.IPFamilyIPv6)) {
		out = append(out, field.Required(path.Child("services"), "the seed has no default range of its families; name one"))
	}
	return out
}

// admitted checks what the scheduler checks about a seed.
func admitted(shoot *gardencorev1beta1.Shoot, on Placement, path *field.Path) field.ErrorList {
	var out field.ErrorList
	forbid := func(format string, arguments ...any) {
		out = append(out, field.Forbidden(path, fmt.Sprintf("seed %s ", on.Seed.Name)+fmt.Sprintf(format, arguments...)))
	}
	if on.Seed.DeletionTimestamp != nil {
		forbid("is being deleted; choose another one")
	}
	if taint := untolerated(on.Seed.Spec.Taints, shoot.Spec.Tolerations); taint != "" {
		forbid("has the taint %q, which spec.tolerations does not tolerate", taint)
	}
	if most, bounded := on.Seed.Status.Allocatable[gardencorev1beta1.ResourceShoots]; bounded && int64(on.Used) >= most.Value() {
		forbid("has %d of %d Shoots; choose another one", on.Used, most.Value())
	}
	if on.Profile == nil || on.Profile.SeedSelector == nil {
		return out
	}
	selector := on.Profile.SeedSelector
	if matching, err := metav1.LabelSelectorAsSelector(&selector.LabelSelector); err == nil && !matching.Matches(labels.Set(on.Seed.Labels)) {
		forbid("does not have the labels that spec.seedSelector of the CloudProfile wants, %s", matching)
	}
	if types := selector.ProviderTypes; types != nil && !slices.Contains(types, on.Seed.Spec.Provider.Type) && !slices.Contains(types, "*") {
		forbid("is of provider type %q, and spec.seedSelector of the CloudProfile wants %s", on.Seed.Spec.Provider.Type, strings.Join(types, ", "))
	}
	return out
}

// untolerated returns the first taint that is not tolerated.
func untolerated(taints []gardencorev1beta1.SeedTaint, tolerations []gardencorev1beta1.Toleration) string {
	tolerated := map[string]string{}
	for _, toleration := range tolerations {
		tolerated[toleration.Key] = deref(toleration.Value)
	}
	for i, taint := range taints {
		value, known := tolerated[taint.Key]
		if !known || taint.Value != nil && *taint.Value != value || i >= len(tolerations) {
			return taint.Key
		}
	}
	return ""
}

// moved checks that a control plane can go from one seed to another: by backups, and under the same names.
func moved(shoot *gardencorev1beta1.Shoot, on Placement, path *field.Path) field.ErrorList {
	if on.Last == nil {
		return nil
	}
	var out field.ErrorList
	for _, seed := range []*gardencorev1beta1.Seed{on.Last, on.Seed} {
		if seed.Spec.Backup == nil {
			out = append(out, field.Forbidden(path, fmt.Sprintf("cannot change, because seed %s has no backup", seed.Name)))
		}
	}
	if last, next := deref(on.Last.Spec.DNS.Internal).Domain, deref(on.Seed.Spec.DNS.Internal).Domain; last != next {
		out = append(out, field.Forbidden(path, fmt.Sprintf("cannot change, because the internal domain would change from %q to %q", last, next)))
	}
	domain := deref(deref(shoot.Spec.DNS).Domain)
	for _, config := range on.Last.Spec.DNS.Defaults {
		if strings.HasSuffix(domain, "."+config.Domain) && !slices.ContainsFunc(on.Seed.Spec.DNS.Defaults, func(other gardencorev1beta1.SeedDNSProviderConfig) bool {
			return other.Domain == config.Domain
		}) {
			out = append(out, field.Forbidden(path, fmt.Sprintf("cannot change, because seed %s does not serve the default domain %q", on.Seed.Name, config.Domain)))
		}
	}
	return out
}

// deletedSeed keeps Shoots as they are on a seed that is being deleted, so that nothing but their deletion is left to do.
func deletedSeed(now, before *gardencorev1beta1.Shoot, seed *gardencorev1beta1.Seed) field.ErrorList {
	if seed.DeletionTimestamp == nil || before.Spec.SeedName == nil {
		return nil
	}
	var out field.ErrorList
	if !equal(now.Spec, before.Spec) {
		out = append(out, field.Forbidden(specPath, fmt.Sprintf("cannot change while seed %s is being deleted", seed.Name)))
	}
	for _, key := range changed(now.Annotations, before.Annotations) {
		if key != v1beta1constants.ConfirmationDeletion && key != v1beta1constants.DeletionConfirmedBy {
			out = append(out, field.Forbidden(field.NewPath("metadata", "annotations").Key(key),
				fmt.Sprintf("cannot change while seed %s is being deleted, apart from %s", seed.Name, v1beta1constants.ConfirmationDeletion)))
		}
	}
	return out
}

// changed returns the keys whose values differ.
func changed(now, before map[string]string) []string {
	var out []string
	for _, key := range sorted(now) {
		if value, had := before[key]; !had || value != now[key] {
			out = append(out, key)
		}
	}
	for _, key := range sorted(before) {
		if _, has := now[key]; !has {
			out = append(out, key)
		}
	}
	return out
}

// zonesOnSeed checks that the seed has the zones that a control plane needs, section 5.
func zonesOnSeed(now, before *gardencorev1beta1.Shoot, seed *gardencorev1beta1.Seed) field.ErrorList {
	var out field.ErrorList
	tolerance := failureTolerance(now)
	if has := len(seed.Spec.Provider.Zones); deref(tolerance) == gardencorev1beta1.FailureToleranceTypeZone && has < zonesOfHighAvailability {
		out = append(out, field.Forbidden(specPath.Child("controlPlane", "highAvailability", "failureTolerance", "type"),
			fmt.Sprintf("zone needs a seed with %d zones, and %s has %d; use node", zonesOfHighAvailability, seed.Name, has)))
	}
	zones := deref(now.Spec.ControlPlane).Zones
	if slices.Equal(zones, deref(before.Spec.ControlPlane).Zones) && equal(now.Spec.SeedName, before.Spec.SeedName) {
		return out
	}
	for i, zone := range zones {
		if !slices.Contains(seed.Spec.Provider.Zones, zone) {
			out = append(out, field.Invalid(specPath.Child("controlPlane", "zones").Index(i), zone,
				fmt.Sprintf("seed %s has no such zone; it has %s", seed.Name, strings.Join(seed.Spec.Provider.Zones, ", "))))
		}
	}
	return out
}

func restrictionsOnSeed(shoot *gardencorev1beta1.Shoot, seed *gardencorev1beta1.Seed) field.ErrorList {
	var out field.ErrorList
	for i, wanted := range shoot.Spec.AccessRestrictions {
		if !slices.ContainsFunc(seed.Spec.AccessRestrictions, func(own gardencorev1beta1.AccessRestriction) bool { return own.Name == wanted.Name }) {
			out = append(out, field.Forbidden(specPath.Child("accessRestrictions").Index(i),
				fmt.Sprintf("%q is not supported by seed %s", wanted.Name, seed.Name)))
		}
	}
	return out
}

// selectorOnSeed checks that a selector that changes still selects the seed.
func selectorOnSeed(now, before *gardencorev1beta1.Shoot, seed *gardencorev1beta1.Seed) field.ErrorList {
	selector := now.Spec.SeedSelector
	path := specPath.Child("seedSelector")
	switch {
	case equal(selector, before.Spec.SeedSelector):
		return nil
	case selector == nil:
		return field.ErrorList{field.Invalid(path, nil, "cannot be removed from a Shoot that has a seed")}
	}
	var out field.ErrorList
	if matching, err := metav1.LabelSelectorAsSelector(&selector.LabelSelector); err == nil && !matching.Matches(labels.Set(seed.Labels)) {
		out = append(out, field.Invalid(path, matching.String(), fmt.Sprintf("must match the labels of seed %s, where the Shoot is", seed.Name)))
	}
	if types := selector.ProviderTypes; len(types) > 0 && !slices.Contains(types, seed.Spec.Provider.Type) {
		out = append(out, field.Invalid(path.Child("providerTypes"), types, fmt.Sprintf("must contain %q, the type of seed %s, where the Shoot is", seed.Spec.Provider.Type, seed.Name)))
	}
	return out
}

// ShootMoving refuses changes of a Shoot that is on its way from one seed to another.
func ShootMoving(now, before *gardencorev1beta1.Shoot) field.ErrorList {
	operation := now.Status.LastOperation
	if operation == nil || equal(now.Spec, before.Spec) || !equal(now.Spec.SeedName, before.Spec.SeedName) {
		return nil
	}
	migrates := operation.Type == gardencorev1beta1.LastOperationTypeMigrate
	onTwoSeeds := now.Spec.SeedName != nil && now.Status.SeedName != nil && *now.Spec.SeedName != *now.Status.SeedName
	if migrates || onTwoSeeds || isRestoring(operation) {
		return field.ErrorList{field.Forbidden(specPath, fmt.Sprintf("cannot change while the control plane moves to another seed; %s is %s", operation.Type, operation.State))}
	}
	return nil
}

func isRestoring(operation *gardencorev1beta1.LastOperation) bool {
	return operation.Type == gardencorev1beta1.LastOperationTypeRestore && operation.State != gardencorev1beta1.LastOperationStateSucceeded
}
