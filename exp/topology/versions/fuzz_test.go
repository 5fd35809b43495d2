// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package versions_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/Masterminds/semver/v3"
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/examples"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/versions"
)

func FuzzVersions(f *testing.F) {
	for i, manifest := range examples.Of("CloudProfile") {
		f.Add(manifest, "1", "", int64(0))
		f.Add(manifest, "1.36", "1.35.2", int64(i+1))
	}
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, manifest []byte, wanted, current string, seed int64) {
		var cloud gardencorev1beta1.CloudProfile
		if err := json.Unmarshal(manifest, &cloud); err != nil {
			t.Skip(err)
		}
		own := gardencorev1beta1.NamespacedCloudProfileSpec{}
		if seed != 0 {
			filler := examples.Strange(seed)
			filler.Fill(&cloud.Spec)
			filler.Fill(&own)
		}
		profile := versions.Merge(&cloud.Spec, &own)
		versions.Status(&profile, now)
		if next, changes := versions.NextChange(&profile, now); changes && !next.After(now) {
			t.Fatalf("the next change, %s, is over at %s", next, now)
		}
		versions.SyncArchitectures(&profile, &cloud.Spec)
		chosen(t, &profile, wanted, now)
		updated(t, &profile, current, now)
		for _, machine := range profile.MachineTypes {
			pool := versions.Pool{Architecture: "amd64", MachineType: &machine}
			if image, err := versions.Image(&profile, nil, pool, now); err == nil {
				if _, exists := versions.FindImage(profile.MachineImages, image.Name, *image.Version); !exists {
					t.Fatalf("the default image %s %s is not in the profile", image.Name, *image.Version)
				}
			}
		}
	})
}

// chosen checks that a short version becomes one that can be used.
func chosen(t *testing.T, profile *gardencorev1beta1.CloudProfileSpec, wanted string, now time.Time) {
	t.Helper()
	version, err := versions.Resolve(profile.Kubernetes.Versions, wanted, now)
	if err != nil || version == wanted {
		return
	}
	found, exists := versions.Find(profile.Kubernetes.Versions, version)
	if !exists || !versions.Is(found, gardencorev1beta1.ClassificationSupported, now) {
		t.Fatalf("%q became %q, which is not supported", wanted, version)
	}
}

// updated checks that updates lead forward, to what the profile has.
func updated(t *testing.T, profile *gardencorev1beta1.CloudProfileSpec, current string, now time.Time) {
	t.Helper()
	for _, force := range []bool{false, true} {
		next, err := versions.KubernetesUpdate(profile.Kubernetes.Versions, current, force, now)
		if err != nil || next == "" || next == current {
			continue
		}
		if _, exists := versions.Find(profile.Kubernetes.Versions, next); !exists {
			t.Fatalf("%q is updated to %q, which the profile does not have", current, next)
		}
		if semver.MustParse(next).LessThan(semver.MustParse(current)) {
			t.Fatalf("%q is updated back to %q", current, next)
		}
	}
	for _, image := range profile.MachineImages {
		strategy := gardencorev1beta1.UpdateStrategyMajor
		if image.UpdateStrategy != nil {
			strategy = *image.UpdateStrategy
		}
		for _, force := range []bool{false, true} {
			next, err := versions.ImageUpdate(strategy, versions.Expirable(image.Versions), current, force, now)
			if err == nil && next != "" && semver.MustParse(next).LessThan(semver.MustParse(current)) {
				t.Fatalf("image %s is updated from %q back to %q", image.Name, current, next)
			}
		}
	}
}
