// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package versions_test

import (
	"testing"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/versions"
)

const (
	unavailable = gardencorev1beta1.ClassificationUnavailable
	preview     = gardencorev1beta1.ClassificationPreview
	supported   = gardencorev1beta1.ClassificationSupported
	deprecated  = gardencorev1beta1.ClassificationDeprecated
	expired     = gardencorev1beta1.ClassificationExpired
)

var (
	now       = time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC)
	yesterday = metav1.NewTime(now.Add(-24 * time.Hour))
	tomorrow  = metav1.NewTime(now.Add(24 * time.Hour))
)

// version is a Kubernetes version of a stage; the stage "" is the one that nobody gave.
func version(name string, stage gardencorev1beta1.VersionClassification) gardencorev1beta1.ExpirableVersion {
	out := gardencorev1beta1.ExpirableVersion{Version: name}
	switch stage {
	case "":
	case expired:
		out.ExpirationDate = &yesterday
	case unavailable:
		out.Lifecycle = []gardencorev1beta1.LifecycleStage{{Classification: supported, StartTime: &tomorrow}}
	default:
		out.Classification = &stage
	}
	return out
}

func TestClassify(t *testing.T) {
	at := func(stage gardencorev1beta1.VersionClassification, start *metav1.Time) gardencorev1beta1.LifecycleStage {
		return gardencorev1beta1.LifecycleStage{Classification: stage, StartTime: start}
	}
	moment := metav1.NewTime(now)
	cases := map[string]struct {
		version gardencorev1beta1.ExpirableVersion
		want    gardencorev1beta1.VersionClassification
	}{
		"§3 classification: none is supported":                  {version("1.36.0", ""), supported},
		"§3 classification: preview is preview":                 {version("1.36.0", preview), preview},
		"§3 classification: deprecated is deprecated":           {version("1.36.0", deprecated), deprecated},
		"§3 expirationDate: in the past it is expired":          {gardencorev1beta1.ExpirableVersion{ExpirationDate: &yesterday}, expired},
		"§3 expirationDate: whatever the classification says":   {gardencorev1beta1.ExpirableVersion{ExpirationDate: &yesterday, Classification: new(preview)}, expired},
		"§3 expirationDate: in the future it changes nothing":   {gardencorev1beta1.ExpirableVersion{ExpirationDate: &tomorrow}, supported},
		"§3 expirationDate: nor does it change deprecated":      {gardencorev1beta1.ExpirableVersion{ExpirationDate: &tomorrow, Classification: new(deprecated)}, deprecated},
		"§3 lifecycle: a stage without a start has begun":       {gardencorev1beta1.ExpirableVersion{Lifecycle: []gardencorev1beta1.LifecycleStage{at(preview, nil)}}, preview},
		"§3 lifecycle: the last stage that has begun":           {gardencorev1beta1.ExpirableVersion{Lifecycle: []gardencorev1beta1.LifecycleStage{at(preview, nil), at(supported, &yesterday), at(deprecated, &tomorrow)}}, supported},
		"§3 lifecycle: a stage begins at its start":             {gardencorev1beta1.ExpirableVersion{Lifecycle: []gardencorev1beta1.LifecycleStage{at(preview, nil), at(supported, &moment)}}, supported},
		"§3 lifecycle: before the first one it is unavailable":  {gardencorev1beta1.ExpirableVersion{Lifecycle: []gardencorev1beta1.LifecycleStage{at(preview, &tomorrow)}}, unavailable},
		"§3 lifecycle: stages may be skipped":                   {gardencorev1beta1.ExpirableVersion{Lifecycle: []gardencorev1beta1.LifecycleStage{at(preview, nil), at(expired, &yesterday)}}, expired},
		"§3 lifecycle: it goes before the fields it supersedes": {gardencorev1beta1.ExpirableVersion{ExpirationDate: &yesterday, Lifecycle: []gardencorev1beta1.LifecycleStage{at(supported, nil)}}, supported},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			NewWithT(t).Expect(versions.Classify(c.version, now)).To(Equal(c.want))
		})
	}
}

func TestIsActive(t *testing.T) {
	for stage, want := range map[gardencorev1beta1.VersionClassification]bool{
		unavailable: false, preview: true, supported: true, deprecated: true, expired: false,
	} {
		t.Run("§3 use: something new may have "+string(stage), func(t *testing.T) {
			NewWithT(t).Expect(versions.IsActive(version("1.36.0", stage), now)).To(Equal(want))
		})
	}
}

func TestStatusAndNextChange(t *testing.T) {
	g := NewWithT(t)
	later := metav1.NewTime(now.Add(48 * time.Hour))
	profile := &gardencorev1beta1.CloudProfileSpec{
		Kubernetes: gardencorev1beta1.KubernetesSettings{Versions: []gardencorev1beta1.ExpirableVersion{
			version("1.36.0", ""), {Version: "1.35.0", ExpirationDate: &later}, version("1.34.0", expired),
		}},
		MachineImages: []gardencorev1beta1.MachineImage{{Name: "linux", Versions: []gardencorev1beta1.MachineImageVersion{
			{ExpirableVersion: version("2.0.0", unavailable)},
		}}},
	}
	status := versions.Status(profile, now)
	g.Expect(status.Kubernetes.Versions).To(Equal([]gardencorev1beta1.ExpirableVersionStatus{
		{Version: "1.36.0", Classification: supported}, {Version: "1.35.0", Classification: supported},
		{Version: "1.34.0", Classification: expired},
	}))
	g.Expect(status.MachineImages).To(HaveLen(1))
	g.Expect(status.MachineImages[0].Versions[0].Classification).To(Equal(unavailable))

	next, found := versions.NextChange(profile, now)
	g.Expect(found).To(BeTrue())
	g.Expect(next).To(Equal(tomorrow.Time), "the image becomes supported before 1.35.0 expires")
	_, found = versions.NextChange(profile, later.Time)
	g.Expect(found).To(BeFalse(), "nothing changes any more")
}

func TestResolve(t *testing.T) {
	candidates := []gardencorev1beta1.ExpirableVersion{
		version("1.34.7", ""), version("1.35.1", ""), version("1.35.4", ""), version("1.35.9", preview), version("1.35.8", deprecated),
		version("1.35.7", expired), version("1.35.6", unavailable), version("1.36.0", preview), version("2.0.1", ""), version("nonsense", ""),
	}
	cases := map[string]struct {
		wanted    string
		want      string
		wantError string
	}{
		"§2 version: nothing is the highest supported":          {wanted: "", want: "2.0.1"},
		"§2 version: a major is the highest supported of it":    {wanted: "1", want: "1.35.4"},
		"§2 version: a minor is the highest supported of it":    {wanted: "1.35", want: "1.35.4"},
		"§2 version: a minor with nothing after the dot":        {wanted: "1.", want: "1.35.4"},
		"§2 version: in full it stays":                          {wanted: "1.34.7", want: "1.34.7"},
		"§2 version: in full it stays although nobody has it":   {wanted: "1.30.0", want: "1.30.0"},
		"§2 version: a preview has to be named in full":         {wanted: "1.36", wantError: "no supported version begins with"},
		"§2 version: a minor that is not there":                 {wanted: "1.12", wantError: "no supported version begins with"},
		"§2 version: words are no version":                      {wanted: "latest", wantError: "is no number"},
		"§2 version: nor is a minor that is a word":             {wanted: "1.x", wantError: "is no number"},
		"§2 version: nor are four parts":                        {wanted: "1.2.3.4", wantError: "more than three parts"},
		"§2 version: a number that no computer holds is no one": {wanted: "1.99999999999999999999", wantError: "is no number"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			got, err := versions.Resolve(candidates, c.wanted, now)
			if c.wantError != "" {
				g.Expect(err).To(MatchError(ContainSubstring(c.wantError)))
				return
			}
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(got).To(Equal(c.want))
		})
	}
}
