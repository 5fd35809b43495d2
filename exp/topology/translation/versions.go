// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"slices"

	"github.com/Masterminds/semver/v3"
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
)

// maxVersions is how many versions a ClusterClass can list.
const maxVersions = 100

// kubernetesVersions are the versions of a profile as a ClusterClass lists them, the oldest first, so that Cluster API goes
// through every minor version of an upgrade.
//
// Expired versions are among them: Cluster API refuses every change of a Cluster whose version is not in the list, and
// Shoots live on with a version that has expired. Who may still choose it is a question for admission. Where a minor
// version is missing between two others there is no list, which Cluster API would refuse; then it takes any version, and
// no step of more than one minor version.
func kubernetesVersions(profile *gardencorev1beta1.CloudProfileSpec) []string {
	var all []*semver.Version
	for _, candidate := range profile.Kubernetes.Versions {
		if version, err := semver.StrictNewVersion(candidate.Version); err == nil {
			all = append(all, version)
		}
	}
	slices.SortFunc(all, func(one, other *semver.Version) int { return one.Compare(other) })
	all = slices.CompactFunc(all, func(one, other *semver.Version) bool { return one.Equal(other) })
	all = all[max(0, len(all)-maxVersions):]
	var out []string
	for i, version := range all {
		if i > 0 && !follows(all[i-1], version) {
			return nil
		}
		out = append(out, clusterVersion(version.Original()))
	}
	return out
}

// follows says whether a version is of the minor version of another one, or of the next.
func follows(before, after *semver.Version) bool {
	return before.Major() == after.Major() && after.Minor()-before.Minor() <= 1
}

// clusterVersion is a Kubernetes version as Cluster API writes it.
func clusterVersion(version string) string { return "v" + version }
