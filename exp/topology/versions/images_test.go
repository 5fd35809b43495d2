// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package versions_test

import (
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/versions"
)

func image(name string, stage gardencorev1beta1.VersionClassification, architectures ...string) gardencorev1beta1.MachineImageVersion {
	return gardencorev1beta1.MachineImageVersion{ExpirableVersion: version(name, stage), Architectures: architectures}
}

func imageProfile() *gardencorev1beta1.CloudProfileSpec {
	inPlace := image("3.2.0", "", "amd64")
	inPlace.InPlaceUpdates = &gardencorev1beta1.InPlaceUpdates{Supported: true}
	return &gardencorev1beta1.CloudProfileSpec{
		MachineImages: []gardencorev1beta1.MachineImage{
			{Name: "linux", Versions: []gardencorev1beta1.MachineImageVersion{
				image("1.0.0", "", "amd64"), image("1", "", "amd64"), image("2.1.0", deprecated, "amd64"), inPlace,
				image("3.3.0", "", "amd64"), image("3.4.0", deprecated, "amd64"), image("3.5.0", expired, "amd64"),
				image("3.6.0", unavailable, "amd64"), image("4.0.0", preview, "amd64"),
			}},
			{Name: "other", Versions: []gardencorev1beta1.MachineImageVersion{image("0.1.0", "", "amd64", "arm64"), image("0.2.0", "", "arm64")}},
			{Name: "old", Versions: []gardencorev1beta1.MachineImageVersion{image("9.0.0", expired, "amd64")}},
		},
	}
}

func TestImage(t *testing.T) {
	amd, arm := versions.Pool{Architecture: "amd64"}, versions.Pool{Architecture: "arm64"}
	cases := map[string]struct {
		name, version string
		pool          versions.Pool
		want          string
		wantError     string
	}{
		"§3 default image: the first image and its latest supported version":       {pool: amd, want: "linux 3.3.0"},
		"§3 default image: the first image that has the architecture":              {pool: arm, want: "other 0.2.0"},
		"§3 default image: no image has the architecture":                          {pool: versions.Pool{Architecture: "riscv64"}, wantError: `architecture "riscv64"`},
		"§3 default image: by name":                                                {name: "other", pool: amd, want: "other 0.1.0"},
		"§3 default image: by a name that is not there":                            {name: "windows", pool: amd, wantError: "it has linux, other, old"},
		"§3 default image: an image with nothing but expired versions":             {name: "old", pool: amd, wantError: "name one in full"},
		"§3 default image: in-place updates need a version that has them":          {pool: versions.Pool{Architecture: "amd64", InPlace: true}, want: "linux 3.2.0"},
		"§3 image short version: a major":                                          {name: "linux", version: "3", pool: amd, want: "linux 3.3.0"},
		"§3 image short version: a minor":                                          {name: "linux", version: "3.2", pool: amd, want: "linux 3.2.0"},
		"§3 image short version: with a v before it":                               {name: "linux", version: "v3.2", pool: amd, want: "linux 3.2.0"},
		"§3 image short version: deprecated is taken where nothing is supported":   {name: "linux", version: "2", pool: amd, want: "linux 2.1.0"},
		"§3 image short version: a preview is not":                                 {name: "linux", version: "4", pool: amd, wantError: "name one in full"},
		"§3 image short version: one that is a version of the image is that":       {name: "linux", version: "1", pool: amd, want: "linux 1"},
		"§3 image version: in full it stays":                                       {name: "linux", version: "4.0.0", pool: amd, want: "linux 4.0.0"},
		"§3 image version: in full it stays although nobody has it":                {name: "linux", version: "7.7.7", pool: amd, want: "linux 7.7.7"},
		"§3 image short version: one without a name is of the first image it fits": {version: "0.1", pool: amd, want: "other 0.1.0"},
		"§3 image short version: words are no version":                             {name: "linux", version: "new.est", pool: amd, wantError: "is no number"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			var wanted *gardencorev1beta1.ShootMachineImage
			if c.name+c.version != "" {
				wanted = &gardencorev1beta1.ShootMachineImage{Name: c.name}
				if c.version != "" {
					wanted.Version = &c.version
				}
			}
			got, err := versions.Image(imageProfile(), wanted, c.pool, now)
			if c.wantError != "" {
				g.Expect(err).To(MatchError(ContainSubstring(c.wantError)))
				return
			}
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(got.Name + " " + *got.Version).To(Equal(c.want))
		})
	}
}

func TestFilters(t *testing.T) {
	g := NewWithT(t)
	definitions := []gardencorev1beta1.CapabilityDefinition{
		{Name: "architecture", Values: gardencorev1beta1.CapabilityValues{"amd64", "arm64"}},
		{Name: "boot", Values: gardencorev1beta1.CapabilityValues{"bios", "uefi"}},
	}
	flavored := gardencorev1beta1.MachineImageVersion{CapabilityFlavors: []gardencorev1beta1.MachineImageFlavor{
		{Capabilities: gardencorev1beta1.Capabilities{"architecture": {"amd64"}, "boot": {"bios"}}},
		{Capabilities: gardencorev1beta1.Capabilities{"architecture": {"arm64"}}},
	}}
	g.Expect(versions.Architectures(flavored, definitions)).To(Equal([]string{"amd64", "arm64"}))
	g.Expect(versions.Architectures(image("1.0.0", "", "arm64"), nil)).To(Equal([]string{"arm64"}), "without capabilities, the list counts")
	g.Expect(versions.Architectures(image("1.0.0", ""), definitions)).To(Equal([]string{"amd64", "arm64"}), "no flavors, all that is defined")
	uefi := gardencorev1beta1.Capabilities{"architecture": {"amd64"}, "boot": {"uefi"}}
	g.Expect(versions.SupportsCapabilities(flavored, uefi, definitions)).To(BeFalse(), "the flavor for amd64 boots by bios only")
	g.Expect(versions.SupportsCapabilities(flavored, gardencorev1beta1.Capabilities{"architecture": {"arm64"}}, definitions)).To(BeTrue())
	g.Expect(versions.SupportsCapabilities(image("1.0.0", "", "amd64"), nil, nil)).To(BeTrue())

	withCRI := gardencorev1beta1.MachineImageVersion{CRI: []gardencorev1beta1.CRI{{
		Name: "containerd", ContainerRuntimes: []gardencorev1beta1.ContainerRuntime{{Type: "gvisor"}},
	}}}
	runtimes := func(types ...string) gardencorev1beta1.CRI {
		out := gardencorev1beta1.CRI{Name: "containerd"}
		for _, name := range types {
			out.ContainerRuntimes = append(out.ContainerRuntimes, gardencorev1beta1.ContainerRuntime{Type: name})
		}
		return out
	}
	g.Expect(versions.SupportsCRI(withCRI, runtimes())).To(BeTrue())
	g.Expect(versions.SupportsCRI(withCRI, runtimes("gvisor"))).To(BeTrue())
	g.Expect(versions.SupportsCRI(withCRI, runtimes("gvisor", "kata-containers"))).To(BeFalse())
	g.Expect(versions.SupportsCRI(withCRI, gardencorev1beta1.CRI{Name: "docker"})).To(BeFalse())

	bounded := gardencorev1beta1.MachineImageVersion{KubeletVersionConstraint: new("< 1.36")}
	g.Expect(versions.SupportsKubelet(bounded, "1.35.4")).To(BeTrue())
	g.Expect(versions.SupportsKubelet(bounded, "1.36.0")).To(BeFalse())
	g.Expect(versions.SupportsKubelet(gardencorev1beta1.MachineImageVersion{}, "1.36.0")).To(BeTrue())
}

func TestKubernetesUpdate(t *testing.T) {
	cases := map[string]struct {
		candidates []gardencorev1beta1.ExpirableVersion
		current    string
		force      bool
		want       string
		wantError  string
	}{
		"§6 patch: the latest of the minor": {
			candidates: []gardencorev1beta1.ExpirableVersion{version("1.35.1", ""), version("1.35.3", ""), version("1.35.2", ""), version("1.36.0", "")},
			current:    "1.35.1", want: "1.35.3",
		},
		"§6 patch: nothing is newer": {
			candidates: []gardencorev1beta1.ExpirableVersion{version("1.35.1", ""), version("1.36.0", "")}, current: "1.35.1",
		},
		"§6 patch: previews, expired and unavailable versions do not count": {
			candidates: []gardencorev1beta1.ExpirableVersion{version("1.35.2", preview), version("1.35.3", expired), version("1.35.4", unavailable)}, current: "1.35.1",
		},
		"§6 patch: supported before deprecated": {
			candidates: []gardencorev1beta1.ExpirableVersion{version("1.35.2", ""), version("1.35.3", deprecated)}, current: "1.35.1", want: "1.35.2",
		},
		"§6 patch: deprecated rather than none": {
			candidates: []gardencorev1beta1.ExpirableVersion{version("1.35.3", deprecated)}, current: "1.35.1", want: "1.35.3",
		},
		"§6 force: a patch is enough": {
			candidates: []gardencorev1beta1.ExpirableVersion{version("1.35.2", ""), version("1.36.0", "")}, current: "1.35.1", force: true, want: "1.35.2",
		},
		"§6 force: the next minor, and not the one after it": {
			candidates: []gardencorev1beta1.ExpirableVersion{version("1.36.0", ""), version("1.36.1", ""), version("1.37.0", "")}, current: "1.35.1", force: true, want: "1.36.1",
		},
		"§6 force: an expired version of the next minor, because the next maintenance goes on": {
			candidates: []gardencorev1beta1.ExpirableVersion{version("1.36.0", expired), version("1.36.1", expired), version("1.37.0", "")}, current: "1.35.1", force: true, want: "1.36.1",
		},
		"§6 force: a lower version that is not expired before a higher one that is": {
			candidates: []gardencorev1beta1.ExpirableVersion{version("1.36.0", ""), version("1.36.1", expired)}, current: "1.35.1", force: true, want: "1.36.0",
		},
		"§6 force: only previews": {
			candidates: []gardencorev1beta1.ExpirableVersion{version("1.36.0", preview)}, current: "1.35.1", force: true, wantError: "no version of minor 1.36",
		},
		"§6 force: never another major": {
			candidates: []gardencorev1beta1.ExpirableVersion{version("2.36.0", "")}, current: "1.35.1", force: true, wantError: "no version of minor 1.36",
		},
		"§6 force: a version that cannot be read": {current: "old", wantError: "read version"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			got, err := versions.KubernetesUpdate(c.candidates, c.current, c.force, now)
			if c.wantError != "" {
				g.Expect(err).To(MatchError(ContainSubstring(c.wantError)))
				return
			}
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(got).To(Equal(c.want))
		})
	}
}

func TestImageUpdate(t *testing.T) {
	const patch, minor, major = gardencorev1beta1.UpdateStrategyPatch, gardencorev1beta1.UpdateStrategyMinor, gardencorev1beta1.UpdateStrategyMajor
	cases := map[string]struct {
		strategy   gardencorev1beta1.MachineImageUpdateStrategy
		candidates []gardencorev1beta1.ExpirableVersion
		force      bool
		want       string
	}{
		"§6 patch strategy: the latest patch":               {strategy: patch, candidates: []gardencorev1beta1.ExpirableVersion{version("1.1.2", ""), version("1.2.0", "")}, want: "1.1.2"},
		"§6 patch strategy: no further by itself":           {strategy: patch, candidates: []gardencorev1beta1.ExpirableVersion{version("1.2.0", "")}},
		"§6 patch strategy: forced to the next minor":       {strategy: patch, candidates: []gardencorev1beta1.ExpirableVersion{version("1.4.0", ""), version("1.4.1", ""), version("1.5.0", "")}, force: true, want: "1.4.1"},
		"§6 patch strategy: minors of previews are passed":  {strategy: patch, candidates: []gardencorev1beta1.ExpirableVersion{version("1.2.0", preview), version("1.3.0", "")}, force: true, want: "1.3.0"},
		"§6 patch strategy: an expired minor is not":        {strategy: patch, candidates: []gardencorev1beta1.ExpirableVersion{version("1.2.0", expired), version("1.3.0", "")}, force: true, want: "1.2.0"},
		"§6 patch strategy: of a minor what is not expired": {strategy: patch, candidates: []gardencorev1beta1.ExpirableVersion{version("1.2.0", ""), version("1.2.1", expired)}, force: true, want: "1.2.0"},
		"§6 patch strategy: never another major":            {strategy: patch, candidates: []gardencorev1beta1.ExpirableVersion{version("2.0.0", "")}, force: true},
		"§6 minor strategy: the latest patch first":         {strategy: minor, candidates: []gardencorev1beta1.ExpirableVersion{version("1.1.2", ""), version("1.3.0", "")}, want: "1.1.2"},
		"§6 minor strategy: then the latest of the major":   {strategy: minor, candidates: []gardencorev1beta1.ExpirableVersion{version("1.2.0", ""), version("1.3.0", ""), version("2.0.0", "")}, want: "1.3.0"},
		"§6 minor strategy: forced to the next major":       {strategy: minor, candidates: []gardencorev1beta1.ExpirableVersion{version("3.0.0", ""), version("3.1.0", ""), version("4.0.0", "")}, force: true, want: "3.1.0"},
		"§6 major strategy: the latest patch first":         {strategy: major, candidates: []gardencorev1beta1.ExpirableVersion{version("1.1.2", ""), version("4.0.0", "")}, want: "1.1.2"},
		"§6 major strategy: then the latest of all":         {strategy: major, candidates: []gardencorev1beta1.ExpirableVersion{version("1.2.0", ""), version("4.0.0", "")}, want: "4.0.0"},
		"§6 major strategy: it is the default":              {candidates: []gardencorev1beta1.ExpirableVersion{version("4.0.0", "")}, want: "4.0.0"},
		"§6 never a downgrade":                              {strategy: major, candidates: []gardencorev1beta1.ExpirableVersion{version("1.1.0", ""), version("0.9.0", "")}, force: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			got, err := versions.ImageUpdate(c.strategy, c.candidates, "1.1.1", c.force, now)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(got).To(Equal(c.want))
		})
	}
}

func TestMerge(t *testing.T) {
	g := NewWithT(t)
	parent := &gardencorev1beta1.CloudProfileSpec{
		CABundle:   new("parent\n"),
		Kubernetes: gardencorev1beta1.KubernetesSettings{Versions: []gardencorev1beta1.ExpirableVersion{version("1.35.0", expired), version("1.36.0", "")}},
		MachineImages: []gardencorev1beta1.MachineImage{{Name: "linux", UpdateStrategy: new(gardencorev1beta1.UpdateStrategyMajor), Versions: []gardencorev1beta1.MachineImageVersion{
			image("1.0.0", deprecated, "arm64"), image("2.0.0", "", "amd64"),
		}}},
		MachineTypes: []gardencorev1beta1.MachineType{{Name: "small"}},
		VolumeTypes:  []gardencorev1beta1.VolumeType{{Name: "fast", Class: "premium"}},
		Limits:       &gardencorev1beta1.Limits{MaxNodesTotal: new(int32(100))},
	}
	before := parent.DeepCopy()
	own := &gardencorev1beta1.NamespacedCloudProfileSpec{
		CABundle:   new("own\n"),
		Kubernetes: &gardencorev1beta1.KubernetesSettings{Versions: []gardencorev1beta1.ExpirableVersion{{Version: "1.35.0", ExpirationDate: &tomorrow}, {Version: "1.12.0", ExpirationDate: &tomorrow}}},
		MachineImages: []gardencorev1beta1.MachineImage{
			{Name: "linux", UpdateStrategy: new(gardencorev1beta1.UpdateStrategyMinor), Versions: []gardencorev1beta1.MachineImageVersion{
				{ExpirableVersion: gardencorev1beta1.ExpirableVersion{Version: "1.0.0", ExpirationDate: &tomorrow}},
				image("3.0.0", "", "amd64"),
			}},
			{Name: "custom", Versions: []gardencorev1beta1.MachineImageVersion{image("1.0.0", "")}},
		},
		MachineTypes: []gardencorev1beta1.MachineType{{Name: "large", Architecture: new("arm64")}},
		VolumeTypes:  []gardencorev1beta1.VolumeType{{Name: "fast", Class: "standard"}},
		Limits:       &gardencorev1beta1.Limits{MaxNodesTotal: new(int32(10))},
	}
	merged := versions.Merge(parent, own)

	g.Expect(parent).To(Equal(before), "the parent is not changed")
	g.Expect(versions.Classify(merged.Kubernetes.Versions[0], now)).To(Equal(supported), "§3 the expiration date is put off")
	g.Expect(merged.Kubernetes.Versions).To(HaveLen(2), "§3 no Kubernetes versions are added")
	g.Expect(merged.MachineImages).To(HaveLen(2))
	linux := merged.MachineImages[0]
	g.Expect(*linux.UpdateStrategy).To(Equal(gardencorev1beta1.UpdateStrategyMinor))
	g.Expect(linux.Versions).To(HaveLen(3))
	g.Expect(linux.Versions[0].ExpirationDate).To(Equal(&tomorrow))
	g.Expect(*linux.Versions[0].Classification).To(Equal(deprecated), "the rest of the version is the parent's")
	g.Expect(linux.Versions[0].Architectures).To(Equal([]string{"arm64"}))
	g.Expect(merged.MachineImages[1].Versions[0].Architectures).To(Equal([]string{"amd64"}), "amd64 where nobody says anything")
	g.Expect(merged.MachineTypes).To(HaveLen(2))
	g.Expect(*merged.MachineTypes[0].Architecture).To(Equal("amd64"))
	g.Expect(*merged.MachineTypes[1].Architecture).To(Equal("arm64"))
	g.Expect(merged.VolumeTypes).To(HaveLen(1))
	g.Expect(merged.VolumeTypes[0].Class).To(Equal("standard"), "an own type replaces the parent's")
	g.Expect(*merged.CABundle).To(Equal("parent\nown\n"))
	g.Expect(*merged.Limits.MaxNodesTotal).To(Equal(int32(10)))
}

func TestMergeSpeaksOfArchitecturesLikeTheParent(t *testing.T) {
	g := NewWithT(t)
	parent := &gardencorev1beta1.CloudProfileSpec{MachineCapabilities: []gardencorev1beta1.CapabilityDefinition{
		{Name: "architecture", Values: gardencorev1beta1.CapabilityValues{"amd64", "arm64"}},
	}}
	own := &gardencorev1beta1.NamespacedCloudProfileSpec{
		MachineImages: []gardencorev1beta1.MachineImage{{Name: "custom", Versions: []gardencorev1beta1.MachineImageVersion{image("1.0.0", "", "arm64")}}},
		MachineTypes:  []gardencorev1beta1.MachineType{{Name: "large", Architecture: new("arm64")}},
	}
	merged := versions.Merge(parent, own)
	g.Expect(merged.MachineImages[0].Versions[0].CapabilityFlavors).To(HaveLen(1))
	g.Expect(versions.Architectures(merged.MachineImages[0].Versions[0], merged.MachineCapabilities)).To(Equal([]string{"arm64"}))
	g.Expect(merged.MachineTypes[0].Capabilities).To(HaveKeyWithValue("architecture", gardencorev1beta1.CapabilityValues{"arm64"}))

	flavored := own.DeepCopy()
	flavored.MachineImages[0].Versions[0] = gardencorev1beta1.MachineImageVersion{
		ExpirableVersion: version("1.0.0", ""),
		CapabilityFlavors: []gardencorev1beta1.MachineImageFlavor{
			{Capabilities: gardencorev1beta1.Capabilities{"architecture": {"arm64"}}},
		},
	}
	plain := versions.Merge(&gardencorev1beta1.CloudProfileSpec{}, flavored)
	g.Expect(plain.MachineImages[0].Versions[0].CapabilityFlavors).To(BeEmpty())
	g.Expect(plain.MachineImages[0].Versions[0].Architectures).To(Equal([]string{"arm64"}))
}
