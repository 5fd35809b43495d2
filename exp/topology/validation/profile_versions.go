// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/Masterminds/semver/v3"
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/versions"
)

// fullVersion is what Kubernetes versions of profiles look like.
var fullVersion = regexp.MustCompile(`^([0-9]+\.){2}[0-9]+$`)

// stages are the classifications that versions can be given, in the order in which they go through them.
var stages = []gardencorev1beta1.VersionClassification{
	gardencorev1beta1.ClassificationPreview, gardencorev1beta1.ClassificationSupported,
	gardencorev1beta1.ClassificationDeprecated, gardencorev1beta1.ClassificationExpired,
}

// kubernetesSettings checks the Kubernetes versions of a profile: the newest one never expires, so that there always is one.
func kubernetesSettings(settings gardencorev1beta1.KubernetesSettings, at time.Time, path *field.Path) field.ErrorList {
	own := path.Child("versions")
	if len(settings.Versions) == 0 {
		return field.ErrorList{field.Required(own, "offer at least one version")}
	}
	newest, unreadable := newestVersion(settings.Versions)
	var out field.ErrorList
	switch {
	case unreadable:
		out = append(out, field.Invalid(own, "", "must all be versions such as 1.36.2, to find the newest"))
	case newest.ExpirationDate != nil:
		out = append(out, field.Invalid(path.Child("versions[]", "expirationDate"), newest.ExpirationDate,
			fmt.Sprintf("must not be set for the newest version, %s", newest.Version)))
	}
	if stages := newest.Lifecycle; len(stages) > 0 && stages[len(stages)-1].Classification == gardencorev1beta1.ClassificationExpired {
		out = append(out, field.Invalid(path.Child("versions[]", "lifecycle"), newest.Version, "must not end with expired for the newest version"))
	}
	return join(out, kubernetesVersions(settings.Versions, own), supportedOnce(settings.Versions, at, own))
}

func newestVersion(all []gardencorev1beta1.ExpirableVersion) (newest gardencorev1beta1.ExpirableVersion, unreadable bool) {
	var highest *semver.Version
	for _, version := range all {
		parsed, err := semver.NewVersion(version.Version)
		if err != nil {
			return gardencorev1beta1.ExpirableVersion{}, true
		}
		if highest == nil || parsed.GreaterThan(highest) {
			highest, newest = parsed, version
		}
	}
	return newest, false
}

func kubernetesVersions(all []gardencorev1beta1.ExpirableVersion, path *field.Path) field.ErrorList {
	var out field.ErrorList
	names := unique[string]{}
	for i, version := range all {
		own := path.Index(i)
		switch {
		case !fullVersion.MatchString(version.Version):
			out = append(out, field.Invalid(own, version.Version, "must be a version such as 1.36.2"))
		case names.seen(version.Version):
			out = append(out, field.Duplicate(own.Child("version"), version.Version))
		}
		out = append(out, expirable(version, own)...)
	}
	return out
}

// expirable checks how the classification of a version is given: by a name and a date, or by stages.
func expirable(version gardencorev1beta1.ExpirableVersion, path *field.Path) field.ErrorList {
	var out field.ErrorList
	own := path.Child("classification")
	if version.Classification != nil && !slices.Contains(stages, *version.Classification) {
		out = append(out, field.NotSupported(own, *version.Classification, stages))
	}
	if version.Lifecycle == nil && deref(version.Classification) == gardencorev1beta1.ClassificationExpired {
		out = append(out, field.Forbidden(own, "versions expire by their expirationDate; set that"))
	}
	if len(version.Lifecycle) > 0 && (version.Classification != nil || version.ExpirationDate != nil) {
		out = append(out, field.Forbidden(path, "classification and expirationDate cannot be set beside lifecycle; remove them"))
	}
	return append(out, lifecycle(version.Lifecycle, path.Child("lifecycle"))...)
}

// lifecycle checks that stages are known, there once, in order, and begin one after the other. Only the first may begin at once.
func lifecycle(all []gardencorev1beta1.LifecycleStage, path *field.Path) field.ErrorList {
	var out field.ErrorList
	names := unique[gardencorev1beta1.VersionClassification]{}
	var last *time.Time
	for i, stage := range all {
		own := path.Index(i).Child("classification")
		if !slices.Contains(stages, stage.Classification) {
			out = append(out, field.NotSupported(own, stage.Classification, stages))
		}
		if names.seen(stage.Classification) {
			out = append(out, field.Duplicate(own, stage.Classification))
		}
		if i > 0 && versions.Before(stage.Classification, all[i-1].Classification) {
			out = append(out, field.Invalid(own, stage.Classification, fmt.Sprintf("must come before %s: preview, supported, deprecated, expired", all[i-1].Classification)))
		}
		switch {
		case last == nil && stage.StartTime == nil:
			last = &time.Time{}
		case stage.StartTime == nil:
			out = append(out, field.Required(path.Index(i), "set startTime, which only the first stage can do without"))
		case last != nil && stage.StartTime.Time.Before(*last):
			out = append(out, field.Invalid(path.Index(i), stage.StartTime.String(), "must not begin before the stage before it"))
			last = &stage.StartTime.Time
		default:
			last = &stage.StartTime.Time
		}
	}
	return out
}

// supportedOnce checks that of each minor version one patch is supported at a time, so that nobody has to choose. It looks at
// versions that are supported by name, as Gardener does (gardener/gardener#14328), and not at two that are by their stages.
func supportedOnce(all []gardencorev1beta1.ExpirableVersion, at time.Time, path *field.Path) field.ErrorList {
	var out field.ErrorList
	for i, version := range all {
		if version.Classification == nil || !versions.Is(version, gardencorev1beta1.ClassificationSupported, at) {
			continue
		}
		for _, other := range otherSupported(version, all) {
			if overlap(version, other) {
				out = append(out, field.Forbidden(path.Index(i),
					fmt.Sprintf("%s and %s are of one minor version and supported at the same time; make one deprecated", version.Version, other.Version)))
			}
		}
	}
	return out
}

// otherSupported returns the versions of the same minor version that are supported at some time; none if one cannot be read.
func otherSupported(version gardencorev1beta1.ExpirableVersion, all []gardencorev1beta1.ExpirableVersion) []gardencorev1beta1.ExpirableVersion {
	own, err := semver.NewVersion(version.Version)
	if err != nil {
		return nil
	}
	var out []gardencorev1beta1.ExpirableVersion
	for _, other := range all {
		if _, _, isSupported := supportedSpan(other); deref(other.Classification) != gardencorev1beta1.ClassificationSupported && !isSupported {
			continue
		}
		parsed, err := semver.NewVersion(other.Version)
		if err != nil {
			return nil
		}
		if !parsed.Equal(own) && parsed.Major() == own.Major() && parsed.Minor() == own.Minor() {
			out = append(out, other)
		}
	}
	return out
}

// supportedSpan returns when a version is supported by its stages: from and until, of which the zero time is the beginning and nil
// is for ever.
func supportedSpan(version gardencorev1beta1.ExpirableVersion) (from time.Time, until *time.Time, is bool) {
	for _, stage := range version.Lifecycle {
		switch {
		case stage.Classification == gardencorev1beta1.ClassificationSupported && !is:
			is = true
			if stage.StartTime != nil {
				from = stage.StartTime.Time
			}
		case is && until == nil && versions.Before(gardencorev1beta1.ClassificationSupported, stage.Classification):
			until = &time.Time{}
			if stage.StartTime != nil {
				until = &stage.StartTime.Time
			}
		}
	}
	return from, until, is
}

// overlap says whether two versions are supported at the same time. One without stages is so for ever.
func overlap(one, other gardencorev1beta1.ExpirableVersion) bool {
	if len(one.Lifecycle) == 0 || len(other.Lifecycle) == 0 {
		return true
	}
	from, until, isSupported := supportedSpan(one)
	otherFrom, otherUntil, otherSupported := supportedSpan(other)
	return isSupported && otherSupported && (otherUntil == nil || from.Before(*otherUntil)) && (until == nil || otherFrom.Before(*until))
}
