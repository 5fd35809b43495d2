// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package versions

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
)

// prefix is what a short form of a version says. A part that it does not say is nil.
type prefix struct {
	major, minor *uint64
}

// parsePrefix reads a short form: "" says nothing, "1" a major, "1.36" a major and a minor version. It returns false for a
// version in full.
func parsePrefix(version string) (prefix, bool, error) {
	parts := strings.Split(version, ".")
	if len(parts) > 3 {
		return prefix{}, false, fmt.Errorf("%q has more than three parts; give a version such as 1.36.2, 1.36 or 1", version)
	}
	if len(parts) == 3 {
		return prefix{}, false, nil
	}
	var out prefix
	for i, target := range []**uint64{&out.major, &out.minor}[:len(parts)] {
		if parts[i] == "" {
			continue
		}
		number, err := strconv.ParseUint(parts[i], 10, 64)
		if err != nil {
			return prefix{}, false, fmt.Errorf("%q is no number; give a version such as 1.36.2, 1.36 or 1", parts[i])
		}
		*target = &number
	}
	return out, true, nil
}

func (p prefix) matches(version *semver.Version) bool {
	return (p.major == nil || *p.major == version.Major()) && (p.minor == nil || *p.minor == version.Minor())
}

// Resolve returns the Kubernetes version that a user means: the highest supported one that begins like a short form, and a
// version in full as it is, whether or not there is such a version. Preview and deprecated versions are used only by those
// who name them in full.
func Resolve(candidates []gardencorev1beta1.ExpirableVersion, wanted string, now time.Time) (string, error) {
	short, isShort, err := parsePrefix(wanted)
	if err != nil || !isShort {
		return wanted, err
	}
	best := highest(candidates, func(candidate gardencorev1beta1.ExpirableVersion, version *semver.Version) bool {
		return short.matches(version) && Is(candidate, gardencorev1beta1.ClassificationSupported, now)
	})
	if best == "" {
		return "", fmt.Errorf("no supported version begins with %q; name a preview or deprecated version in full", wanted)
	}
	return best, nil
}

// highest returns the highest of the versions that are wanted, or nothing. What is no version is passed over.
func highest(
	candidates []gardencorev1beta1.ExpirableVersion,
	want func(gardencorev1beta1.ExpirableVersion, *semver.Version) bool,
) string {
	var best *semver.Version
	var out string
	for _, candidate := range candidates {
		version, err := semver.NewVersion(candidate.Version)
		if err != nil || !want(candidate, version) {
			continue
		}
		if best == nil || version.GreaterThan(best) {
			best, out = version, candidate.Version
		}
	}
	return out
}

// Find returns the version of this name.
func Find(candidates []gardencorev1beta1.ExpirableVersion, name string) (gardencorev1beta1.ExpirableVersion, bool) {
	for _, candidate := range candidates {
		if candidate.Version == name {
			return candidate, true
		}
	}
	return gardencorev1beta1.ExpirableVersion{}, false
}
