// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"fmt"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestVersionsOfAClass(t *testing.T) {
	cases := map[string]struct{ versions, want []string }{
		"are sorted as versions are":                {[]string{"1.35.10", "1.35.9", "1.34.7"}, []string{"v1.34.7", "v1.35.9", "v1.35.10"}},
		"are named once":                            {[]string{"1.36.3", "1.36.3"}, []string{"v1.36.3"}},
		"are none where a minor version is missing": {[]string{"1.36.3", "1.34.7"}, nil},
		"leave out what is no version":              {[]string{"1.36", "latest", "1.36.3"}, []string{"v1.36.3"}},
		"are none without any":                      {nil, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			NewWithT(t).Expect(kubernetesVersions(profileWith(c.versions...))).To(Equal(c.want))
		})
	}
}

func TestExpiredVersionsStayForThoseWhoHaveThem(t *testing.T) {
	profile := profileWith("1.35.4", "1.36.3")
	long := metav1.Unix(0, 0)
	profile.Kubernetes.Versions[0].ExpirationDate = &long
	NewWithT(t).Expect(kubernetesVersions(profile)).To(Equal([]string{"v1.35.4", "v1.36.3"}),
		"Cluster API refuses every change of a Cluster whose version is not in the list")
}

func TestTheLatestVersionsStayWhereThereAreTooMany(t *testing.T) {
	var many []string
	for patch := range maxVersions + 5 {
		many = append(many, fmt.Sprintf("1.36.%d", patch))
	}
	g := NewWithT(t)
	got := kubernetesVersions(profileWith(many...))
	g.Expect(got).To(HaveLen(maxVersions))
	g.Expect(got[0]).To(Equal("v1.36.5"))
}

func profileWith(versions ...string) *gardencorev1beta1.CloudProfileSpec {
	out := &gardencorev1beta1.CloudProfileSpec{}
	for _, version := range versions {
		out.Kubernetes.Versions = append(out.Kubernetes.Versions, gardencorev1beta1.ExpirableVersion{Version: version})
	}
	return out
}
