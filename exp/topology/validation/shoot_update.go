// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/Masterminds/semver/v3"
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/validation"
)

// ShootUpdate checks what an update of a Shoot changes: what stays for life, what can change only in one direction, and
// what must not change while something else is going on. Problems that the Shoot had before do not count.
func ShootUpdate(now, before *gardencorev1beta1.Shoot) field.ErrorList {
	if now.DeletionTimestamp != nil && !equal(now.Spec, before.Spec) {
		return append(forceDeletion(now, before), field.Forbidden(specPath, "cannot change while the Shoot is being deleted"))
	}
	except := exceptions{acceptedIssuers: equal(acceptedIssuers(&now.Spec), acceptedIssuers(&before.Spec))}
	return join(
		specUpdate(&now.Spec, &before.Spec),
		workersUpdate(&now.Spec, &before.Spec),
		encryptionUpdate(now, before, specPath.Child("kubernetes", "kubeAPIServer", "encryptionConfig")),
		controlPlaneUpdate(now, before),
		hibernationUpdate(now, before),
		forceDeletion(now, before),
		nodeLocalDNSUpdate(&now.Spec, &before.Spec),
		inPlaceUpdates(now, before),
		newPoolsRoll(now, before),
		validation.Introduced(shootWith(before, except), shootWith(now, except)),
	)
}

func acceptedIssuers(spec *gardencorev1beta1.ShootSpec) []string {
	if spec.Kubernetes.KubeAPIServer == nil || spec.Kubernetes.KubeAPIServer.ServiceAccountConfig == nil {
		return nil
	}
	return spec.Kubernetes.KubeAPIServer.ServiceAccountConfig.AcceptedIssuers
}

// specUpdate checks fields that stay for life, section 2.
func specUpdate(now, before *gardencorev1beta1.ShootSpec) field.ErrorList {
	const remedy = "create another Shoot"
	out := join(
		immutable(now.Region, before.Region, specPath.Child("region"), remedy),
		immutable(now.Provider.Type, before.Provider.Type, specPath.Child("provider", "type"), remedy),
		bindingsUpdate(now, before),
		dnsUpdate(now.DNS, before.DNS, now.SeedName != nil, specPath.Child("dns")),
		versionUpdate(now.Kubernetes.Version, before.Kubernetes.Version, false, specPath.Child("kubernetes", "version")),
		masksUpdate(now.Kubernetes.KubeControllerManager, before.Kubernetes.KubeControllerManager),
		networkingUpdate(now.Networking, before.Networking, specPath.Child("networking")),
	)
	// Shoots from before there were schedulers may get the default one.
	gotDefault := before.SchedulerName == nil && deref(now.SchedulerName) == v1beta1constants.DefaultSchedulerName
	if !equal(now.SchedulerName, before.SchedulerName) && !gotDefault {
		out = append(out, field.Invalid(specPath.Child("schedulerName"), deref(now.SchedulerName), "field is immutable: "+remedy))
	}
	return out
}

// bindingsUpdate lets credentials move from a SecretBinding to a CredentialsBinding, and not back.
func bindingsUpdate(now, before *gardencorev1beta1.ShootSpec) field.ErrorList {
	var out field.ErrorList
	hasCredentials := deref(now.CredentialsBindingName) != ""
	if deref(before.CredentialsBindingName) != "" && !hasCredentials {
		out = append(out, field.Forbidden(specPath.Child("credentialsBindingName"), "cannot be removed; name another CredentialsBinding"))
	}
	if moved := before.SecretBindingName != nil && now.SecretBindingName == nil && hasCredentials; moved {
		return out
	}
	return append(out, immutable(now.SecretBindingName, before.SecretBindingName, specPath.Child("secretBindingName"),
		"remove it and set credentialsBindingName to the same Secret")...)
}

func masksUpdate(now, before *gardencorev1beta1.KubeControllerManagerConfig) field.ErrorList {
	path := specPath.Child("kubernetes", "kubeControllerManager")
	current, last := deref(now), deref(before)
	const remedy = "nodes have their ranges of pods for life; create another Shoot"
	out := immutable(current.NodeCIDRMaskSize, last.NodeCIDRMaskSize, path.Child("nodeCIDRMaskSize"), remedy)
	if last.NodeCIDRMaskSizeIPv6 != nil { // It may be set once, when IPv6 comes.
		out = append(out, immutable(current.NodeCIDRMaskSizeIPv6, last.NodeCIDRMaskSizeIPv6, path.Child("nodeCIDRMaskSizeIPv6"), remedy)...)
	}
	return out
}

func dnsUpdate(now, before *gardencorev1beta1.DNS, scheduled bool, path *field.Path) field.ErrorList {
	switch {
	case before == nil:
		return nil
	case now == nil:
		return field.ErrorList{field.Invalid(path, nil, "field is immutable: it cannot be removed")}
	}
	var out field.ErrorList
	if before.Domain != nil {
		out = append(out, immutable(now.Domain, before.Domain, path.Child("domain"), "clients know it; create another Shoot")...)
	}
	last, current := PrimaryProvider(before), PrimaryProvider(now)
	switch {
	case !scheduled || last == nil:
	case current == nil:
		out = append(out, field.Forbidden(path.Child("providers"), "the primary provider cannot be removed"))
	case last.Type != nil && deref(current.Type) != *last.Type:
		out = append(out, field.Forbidden(path.Child("providers"), fmt.Sprintf("the type of the primary provider has to stay %q", *last.Type)))
	}
	return out
}

// versionUpdate checks that a version is not lowered, and that minor versions are not skipped where each has to be passed.
func versionUpdate(now, before string, maySkip bool, path *field.Path) field.ErrorList {
	switch now {
	case before:
		return nil
	case "":
		return field.ErrorList{field.Invalid(path, now, "must be set")}
	}
	current, err := semver.NewVersion(now)
	if err != nil {
		return field.ErrorList{field.Invalid(path, now, "must be a version such as 1.36.2")}
	}
	last, err := semver.NewVersion(before)
	if err != nil {
		return nil // Nobody knows whether it is lower.
	}
	switch {
	case current.LessThan(last):
		return field.ErrorList{field.Forbidden(path, fmt.Sprintf("cannot go back from %s; it may only become newer", before))}
	case !maySkip && (current.Major() > last.Major() || current.Minor() > last.Minor()+1):
		return field.ErrorList{field.Forbidden(path, fmt.Sprintf("cannot skip a minor version; go to %d.%d first", last.Major(), last.Minor()+1))}
	default:
		return nil
	}
}

// controlPlaneUpdate checks that high availability stays once a Shoot has a seed, section 5.
func controlPlaneUpdate(now, before *gardencorev1beta1.Shoot) field.ErrorList {
	path := specPath.Child("controlPlane")
	typePath := path.Child("highAvailability", "failureTolerance", "type")
	current, last := failureTolerance(now), failureTolerance(before)
	out := zonesUpdate(now.Spec.ControlPlane, before.Spec.ControlPlane, path.Child("zones"))
	switch {
	case last == nil && current != nil && inHibernation(now):
		out = append(out, field.Forbidden(typePath, "cannot be set while the Shoot is hibernated; wake it up first"))
	case last != nil && now.Spec.SeedName != nil && !equal(current, last):
		out = append(out, field.Invalid(typePath, deref(current), fmt.Sprintf("field is immutable: etcd cannot go back from %q", *last)))
	}
	return out
}

func failureTolerance(shoot *gardencorev1beta1.Shoot) *gardencorev1beta1.FailureToleranceType {
	if shoot.Spec.ControlPlane == nil || shoot.Spec.ControlPlane.HighAvailability == nil {
		return nil
	}
	return &shoot.Spec.ControlPlane.HighAvailability.FailureTolerance.Type
}

// zonesUpdate lets the zones of a control plane be removed, and grow when it becomes able to lose one.
func zonesUpdate(now, before *gardencorev1beta1.ControlPlane, path *field.Path) field.ErrorList {
	current, last := deref(now), deref(before)
	isZonal := func(plane gardencorev1beta1.ControlPlane) bool {
		return plane.HighAvailability != nil && plane.HighAvailability.FailureTolerance.Type == gardencorev1beta1.FailureToleranceTypeZone
	}
	switch {
	case len(current.Zones) == 0, slices.Equal(current.Zones, last.Zones):
		return nil
	case len(last.Zones) > 0 && isZonal(current) && !isZonal(last):
		for _, zone := range last.Zones {
			if !slices.Contains(current.Zones, zone) {
				return field.ErrorList{field.Forbidden(path, fmt.Sprintf("must keep %q, where the control plane is, when zones are added", zone))}
			}
		}
		return nil
	default:
		return field.ErrorList{field.Forbidden(path, "cannot change; the control plane would have to move")}
	}
}

// forceable are errors after which a Shoot may be deleted without its infrastructure.
var forceable = []gardencorev1beta1.ErrorCode{
	gardencorev1beta1.ErrorCleanupClusterResources, gardencorev1beta1.ErrorConfigurationProblem, gardencorev1beta1.ErrorInfraDependencies,
	gardencorev1beta1.ErrorInfraUnauthenticated, gardencorev1beta1.ErrorInfraUnauthorized,
}

// forceDeletion checks who may ask for a deletion that leaves things behind, section 28.
func forceDeletion(now, before *gardencorev1beta1.Shoot) field.ErrorList {
	path := field.NewPath("metadata", "annotations").Key(v1beta1constants.AnnotationConfirmationForceDeletion)
	current, last := isForced(now), isForced(before)
	switch {
	case last && !current:
		return field.ErrorList{field.Forbidden(path, "cannot be removed once it is set")}
	case last || !current:
		return nil
	}
	var out field.ErrorList
	if now.DeletionTimestamp == nil {
		out = append(out, field.Forbidden(path, "can be set only while the Shoot is being deleted"))
	}
	if !slices.ContainsFunc(now.Status.LastErrors, func(lastError gardencorev1beta1.LastError) bool {
		return slices.ContainsFunc(lastError.Codes, func(code gardencorev1beta1.ErrorCode) bool { return slices.Contains(forceable, code) })
	}) {
		out = append(out, field.Forbidden(path, fmt.Sprintf("can be set only after an error with one of the codes %v", forceable)))
	}
	return out
}

func isForced(shoot *gardencorev1beta1.Shoot) bool {
	forced, err := strconv.ParseBool(shoot.Annotations[v1beta1constants.AnnotationConfirmationForceDeletion])
	return err == nil && forced
}
