// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"slices"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/cidr"
)

// zonesOfRouting is how many zones a seed has to have for settings of single zones.
const zonesOfRouting = 2

func seedSettings(settings *gardencorev1beta1.SeedSettings, zones []string, path *field.Path) field.ErrorList {
	if settings == nil {
		return nil
	}
	var out field.ErrorList
	if reservation := settings.ExcessCapacityReservation; reservation != nil {
		for i, config := range reservation.Configs {
			out = append(out, reserved(config, path.Child("excessCapacityReservation", "configs").Index(i))...)
		}
	}
	if balancers := settings.LoadBalancerServices; balancers != nil {
		out = append(out, loadBalancers(balancers, zones, path.Child("loadBalancerServices"))...)
	}
	if autoscaler := settings.VerticalPodAutoscaler; autoscaler != nil {
		own := path.Child("verticalPodAutoscaler")
		out = append(out, scalableResources(autoscaler.MaxAllowed, own.Child("maxAllowed"))...)
		out = append(out, vpaGates(autoscaler.FeatureGates, own.Child("featureGates"))...)
	}
	if selection := settings.ZoneSelection; selection != nil {
		if len(zones) == 0 {
			out = append(out, field.Forbidden(path.Child("zoneSelection"), "has a meaning only where spec.provider.zones names zones; remove it"))
		}
		out = append(out, oneOf(&selection.Mode, path.Child("zoneSelection", "mode"),
			gardencorev1beta1.ZoneSelectionModePrefer, gardencorev1beta1.ZoneSelectionModeEnforce)...)
	}
	if settings.TopologyAwareRouting != nil && settings.TopologyAwareRouting.Enabled && len(zones) < zonesOfRouting {
		out = append(out, field.Forbidden(path.Child("topologyAwareRouting", "enabled"), "needs at least two zones in spec.provider.zones"))
	}
	return out
}

// reserved checks room that is kept free for control planes to come.
func reserved(config gardencorev1beta1.SeedSettingExcessCapacityReservationConfig, path *field.Path) field.ErrorList {
	var out field.ErrorList
	if len(config.Resources) == 0 {
		out = append(out, field.Required(path.Child("resources"), "say how much is kept free"))
	}
	for _, name := range sorted(config.Resources) {
		out = append(out, quantity(name, config.Resources[name], path.Child("resources", string(name)))...)
	}
	for i, toleration := range config.Tolerations {
		out = append(out, podToleration(toleration, path.Child("tolerations").Index(i))...)
	}
	return out
}

// podToleration checks a toleration of pods as Kubernetes does.
func podToleration(toleration corev1.Toleration, path *field.Path) field.ErrorList {
	var out field.ErrorList
	switch {
	case toleration.Key != "":
		out = append(out, metav1validation.ValidateLabelName(toleration.Key, path.Child("key"))...)
	case toleration.Operator != corev1.TolerationOpExists:
		out = append(out, field.Invalid(path.Child("operator"), toleration.Operator, "must be Exists where there is no key"))
	}
	if toleration.TolerationSeconds != nil && toleration.Effect != corev1.TaintEffectNoExecute {
		out = append(out, field.Invalid(path.Child("effect"), toleration.Effect, "must be NoExecute where tolerationSeconds is set"))
	}
	switch toleration.Operator {
	case corev1.TolerationOpEqual, "":
		out = append(out, invalid(path.Child("operator"), toleration.Value, validation.IsValidLabelValue(toleration.Value))...)
	case corev1.TolerationOpExists:
		if toleration.Value != "" {
			out = append(out, field.Invalid(path.Child("operator"), toleration.Value, "must be Equal where there is a value; Exists has none"))
		}
	default:
		out = append(out, field.NotSupported(path.Child("operator"), toleration.Operator, []corev1.TolerationOperator{corev1.TolerationOpEqual, corev1.TolerationOpExists}))
	}
	if toleration.Effect != "" {
		out = append(out, oneOf(&toleration.Effect, path.Child("effect"), corev1.TaintEffectNoSchedule, corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute)...)
	}
	return out
}

func loadBalancers(settings *gardencorev1beta1.SeedSettingLoadBalancerServices, zones []string, path *field.Path) field.ErrorList {
	out := join(apivalidation.ValidateAnnotations(settings.Annotations, path.Child("annotations")),
		trafficPolicy(settings.ExternalTrafficPolicy, path.Child("externalTrafficPolicy")))
	if settings.Class != nil {
		out = append(out, invalid(path.Child("class"), *settings.Class, validation.IsQualifiedName(*settings.Class))...)
	}
	if len(settings.Zones) > 0 && len(zones) < zonesOfRouting {
		out = append(out, field.Forbidden(path.Child("zones"), "needs at least two zones in spec.provider.zones"))
	}
	names := unique[string]{}
	for i, zone := range settings.Zones {
		own := path.Child("zones").Index(i)
		if !slices.Contains(zones, zone.Name) {
			out = append(out, field.NotFound(own.Child("name"), zone.Name))
		}
		if names.seen(zone.Name) {
			out = append(out, field.Duplicate(own.Child("name"), zone.Name))
		}
		out = join(out, apivalidation.ValidateAnnotations(zone.Annotations, own.Child("annotations")),
			trafficPolicy(zone.ExternalTrafficPolicy, own.Child("externalTrafficPolicy")))
	}
	return out
}

func trafficPolicy(policy *corev1.ServiceExternalTrafficPolicy, path *field.Path) field.ErrorList {
	return oneOf(policy, path, corev1.ServiceExternalTrafficPolicyCluster, corev1.ServiceExternalTrafficPolicyLocal)
}

// seedNetworks checks the ranges of a seed and those that it gives to Shoots, section 16.
func seedNetworks(networks gardencorev1beta1.SeedNetworks, path *field.Path) field.ErrorList {
	if problems := ipFamilies(networks.IPFamilies, path.Child("ipFamilies")); len(problems) > 0 {
		return problems // Nobody knows which families the ranges should have.
	}
	pods, services := seedRange{path.Child("pods"), networks.Pods}, seedRange{path.Child("services"), networks.Services}
	own := []seedRange{pods, services}
	if networks.Nodes != nil {
		own = append(own, seedRange{path.Child("nodes"), *networks.Nodes})
	}
	shoots := shootDefaults(networks.ShootDefaults, path.Child("shootDefaults"))
	var out field.ErrorList
	for _, one := range slices.Concat(own, shoots) {
		out = append(out, one.check(networks.IPFamilies)...)
	}
	if services, err := cidr.Parse(networks.Services); err == nil && services.Addr().Is4() && services.Bits() < cidr.MaxServicesBits {
		out = append(out, field.Invalid(path.Child("services"), networks.Services, "must not be larger than /8, which is what API servers can be reached under"))
	}
	if len(out) > 0 {
		return out // What overlaps with what cannot be read says nothing.
	}
	out = join(disjoint(own), disjoint(shoots))
	for _, one := range shoots {
		if cidr.Family(one.value) != gardencorev1beta1.IPFamilyIPv6 {
			continue
		}
		for _, other := range own {
			if cidr.Overlap(one.value, other.value) {
				out = append(out, field.Invalid(one.path, one.value, "overlaps with the range of "+other.path.String()+", "+other.value+"; choose another one"))
			}
		}
	}
	for _, one := range slices.Concat(own, shoots) {
		out = append(out, cidr.OverlapsReserved(one.value, one.path)...)
	}
	return out
}

// seedRange is a range and the field that it is in.
type seedRange struct {
	path  *field.Path
	value string
}

func shootDefaults(defaults *gardencorev1beta1.ShootNetworks, path *field.Path) []seedRange {
	var out []seedRange
	if defaults != nil && defaults.Pods != nil {
		out = append(out, seedRange{path.Child("pods"), *defaults.Pods})
	}
	if defaults != nil && defaults.Services != nil {
		out = append(out, seedRange{path.Child("services"), *defaults.Services})
	}
	return out
}

func (r seedRange) check(families []gardencorev1beta1.IPFamily) field.ErrorList {
	if _, err := cidr.Parse(r.value); err != nil {
		return field.ErrorList{field.Invalid(r.path, r.value, "must be a range of addresses such as 10.96.0.0/12")}
	}
	if len(families) > 1 {
		return nil
	}
	return ofFamily(r.value, families, r.path)
}

// disjoint reports the later of each two ranges that overlap.
func disjoint(ranges []seedRange) field.ErrorList {
	var out field.ErrorList
	for i, one := range ranges {
		for _, other := range ranges[:i] {
			if cidr.Overlap(one.value, other.value) {
				out = append(out, field.Invalid(one.path, one.value, "overlaps with the range of "+other.path.String()+", "+other.value+"; choose another one"))
			}
		}
	}
	return out
}
