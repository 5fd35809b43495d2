// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubernetes

import (
	"testing"

	. "github.com/onsi/gomega"
)

func TestSupported(t *testing.T) {
	cases := map[string]struct {
		version string
		want    string // part of the error; empty if there is none
	}{
		"the oldest minor version":                   {version: "v1.31.0"},
		"the newest minor version":                   {version: "v1.37.0"},
		"a pre-release":                              {version: "v1.37.0-rc.1"},
		"a version with build metadata":              {version: "v1.36.3+vendor.1"},
		"an older version is refused with a list":    {version: "v1.30.9", want: "supported minor versions are 1.31, 1.32, 1.33, 1.34, 1.35, 1.36, 1.37"},
		"a newer version is refused":                 {version: "v1.38.0", want: "v1.38.0 cannot be run"},
		"another major version is refused":           {version: "v2.36.0", want: "cannot be run"},
		"a version without patch number is refused":  {version: "v1.36", want: "such as v1.36.3"},
		"a version without leading v is refused":     {version: "1.36.3", want: "such as v1.36.3"},
		"an empty version is refused, without panic": {version: "", want: "such as v1.36.3"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			expectError(t, Supported(c.version), c.want)
		})
	}
}

func TestCheckUpgrade(t *testing.T) {
	cases := map[string]struct {
		from, to string
		want     string
	}{
		"one minor version forward":                  {from: "v1.35.4", to: "v1.36.0"},
		"one minor version forward to a lower patch": {from: "v1.35.9", to: "v1.36.1"},
		"a patch forward":                            {from: "v1.36.0", to: "v1.36.3"},
		"several patches forward":                    {from: "v1.36.0", to: "v1.36.30"},
		"from a release candidate to the release":    {from: "v1.36.0-rc.0", to: "v1.36.0"},
		"staying":                                          {from: "v1.36.0", to: "v1.36.0"},
		"staying at what cannot be run any more":           {from: "v1.30.0", to: "v1.30.0"},
		"from what cannot be run any more to what can":     {from: "v1.30.0", to: "v1.31.2"},
		"the build of the same version":                    {from: "v1.36.0+a", to: "v1.36.0+b"},
		"two minor versions name the step between":         {from: "v1.34.2", to: "v1.36.0", want: "go to a version v1.35.x first"},
		"a minor version back":                             {from: "v1.36.0", to: "v1.35.4", want: "cannot go back from v1.36.0 to v1.35.4; keep v1.36.0"},
		"a patch back":                                     {from: "v1.36.3", to: "v1.36.2", want: "cannot go back"},
		"from the release back to the candidate":           {from: "v1.36.0", to: "v1.36.0-rc.0", want: "cannot go back"},
		"forward to what cannot be run":                    {from: "v1.37.0", to: "v1.38.0", want: "supported minor versions"},
		"to what is no version":                            {from: "v1.37.0", to: "latest", want: "not a Kubernetes version"},
		"from what is no version, without a wrong verdict": {from: "latest", to: "v1.36.0", want: "not a Kubernetes version"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			expectError(t, CheckUpgrade(c.from, c.to), c.want)
		})
	}
}

func TestFeaturesBeginWithTheirMinorVersion(t *testing.T) {
	cases := map[string]struct {
		version string
		feature Feature
		want    bool
	}{
		"authentication v1 is not in 1.33":    {version: "v1.33.9", feature: StructuredAuthenticationV1},
		"authentication v1 is in 1.34":        {version: "v1.34.0", feature: StructuredAuthenticationV1, want: true},
		"authorization v1 is not in 1.31":     {version: "v1.31.0", feature: StructuredAuthorizationV1},
		"authorization v1 is in 1.32":         {version: "v1.32.0", feature: StructuredAuthorizationV1, want: true},
		"mutating policies are not in 1.35":   {version: "v1.35.4", feature: MutatingAdmissionPolicyV1},
		"mutating policies are in 1.36":       {version: "v1.36.0", feature: MutatingAdmissionPolicyV1, want: true},
		"and stays":                           {version: "v1.37.1", feature: StructuredAuthorizationV1, want: true},
		"an unknown feature is in no version": {version: "v1.37.1", feature: "Unknown"},
		"what is no version has no feature":   {version: "latest", feature: StructuredAuthorizationV1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			NewWithT(t).Expect(Has(c.version, c.feature)).To(Equal(c.want))
		})
	}
}

func TestReleasesHaveNoGapsAndTwoAreExercised(t *testing.T) {
	g := NewWithT(t)
	releases := Releases()
	exercised := 0
	for i, release := range releases {
		if i > 0 {
			g.Expect(release.minor).To(Equal(releases[i-1].minor+1), "%s follows %s", release.Minor, releases[i-1].Minor)
		}
		if !release.End.IsZero() {
			g.Expect(release.Start.Before(release.End)).To(BeTrue(), "%s starts before it ends", release.Minor)
		}
		if release.Exercised {
			exercised++
		}
	}
	g.Expect(exercised).To(BeNumerically(">=", 2))
}

func TestFeaturesOfTheFileAreTheConstants(t *testing.T) {
	g := NewWithT(t)
	for _, feature := range []Feature{StructuredAuthenticationV1, StructuredAuthorizationV1, MutatingAdmissionPolicyV1} {
		g.Expect(matrix().features).To(HaveKey(feature))
	}
	g.Expect(matrix().features).To(HaveLen(3))
}

func TestMinor(t *testing.T) {
	g := NewWithT(t)
	g.Expect(Minor("v1.36.3")).To(Equal("1.36"))
	_, err := Minor("1.36")
	g.Expect(err).To(HaveOccurred())
}

func expectError(t *testing.T, err error, want string) {
	t.Helper()
	g := NewWithT(t)
	if want == "" {
		g.Expect(err).NotTo(HaveOccurred())
		return
	}
	g.Expect(err).To(MatchError(ContainSubstring(want)))
}
