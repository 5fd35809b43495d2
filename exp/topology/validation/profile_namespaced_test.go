// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation_test

import (
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
)

type childProfile = gardencorev1beta1.NamespacedCloudProfile

// namespaced is a NamespacedCloudProfile that obeys all rules and says nothing.
func namespaced() *childProfile {
	return &childProfile{
		ObjectMeta: metav1.ObjectMeta{Name: "own", Namespace: "garden-dev"},
		Spec:       gardencorev1beta1.NamespacedCloudProfileSpec{Parent: gardencorev1beta1.CloudProfileReference{Kind: "CloudProfile", Name: "aws"}},
	}
}

func ofChild(change func(*gardencorev1beta1.NamespacedCloudProfileSpec)) func(*childProfile) {
	return func(profile *childProfile) { change(&profile.Spec) }
}

func extends(versions ...expiring) func(*childProfile) {
	return ofChild(func(spec *gardencorev1beta1.NamespacedCloudProfileSpec) {
		spec.Kubernetes = &gardencorev1beta1.KubernetesSettings{Versions: versions}
	})
}

func imagesOf(images ...gardencorev1beta1.MachineImage) func(*childProfile) {
	return ofChild(func(spec *gardencorev1beta1.NamespacedCloudProfileSpec) { spec.MachineImages = images })
}

// named is an image with versions.
func named(name string, versions ...gardencorev1beta1.MachineImageVersion) gardencorev1beta1.MachineImage {
	return gardencorev1beta1.MachineImage{Name: name, Versions: versions}
}

// dated is a version of an image of which only the date is said.
func dated(version string, expires int) gardencorev1beta1.MachineImageVersion {
	out := gardencorev1beta1.MachineImageVersion{ExpirableVersion: expiring{Version: version}}
	if expires != 0 {
		out.ExpirationDate = days(expires)
	}
	return out
}

func TestNamespacedCloudProfile(t *testing.T) {
	runOn(t, map[string]change[*childProfile]{
		"§3 valid: one that says nothing":           {func(*childProfile) {}, nil},
		"§3 parent: none":                           {ofChild(func(spec *gardencorev1beta1.NamespacedCloudProfileSpec) { spec.Parent.Name = "" }), []string{"spec.parent.name: Required"}},
		"§3 parent: another child":                  {ofChild(func(spec *gardencorev1beta1.NamespacedCloudProfileSpec) { spec.Parent.Kind = "NamespacedCloudProfile" }), []string{"spec.parent.kind: NotSupported"}},
		"§3 versions: with a classification":        {extends(expirable("1.36.0", supported, 30)), []string{"spec.kubernetes.versions[0].classification: Forbidden"}},
		"§3 versions: short":                        {extends(expiring{Version: "1.36"}), []string{"spec.kubernetes.versions[0]: Invalid"}},
		"§3 machineImages: may be without versions": {imagesOf(named("a")), nil},
		"§3 machineImages: without name":            {imagesOf(named("")), []string{"spec.machineImages[0].name: Required"}},
		"§3 machineTypes: without name": {ofChild(func(spec *gardencorev1beta1.NamespacedCloudProfileSpec) {
			spec.MachineTypes = []gardencorev1beta1.MachineType{{}}
		}), []string{"spec.machineTypes[0].name: Required"}},
		"§3 volumeTypes: without class": {ofChild(func(spec *gardencorev1beta1.NamespacedCloudProfileSpec) {
			spec.VolumeTypes = []gardencorev1beta1.VolumeType{{Name: "a"}}
		}), []string{"spec.volumeTypes[0].class: Required"}},
		"§3 caBundle: none": {ofChild(func(spec *gardencorev1beta1.NamespacedCloudProfileSpec) { spec.CABundle = new("none") }), []string{"spec.caBundle: Invalid"}},
		"§16 maxNodesTotal: 0": {ofChild(func(spec *gardencorev1beta1.NamespacedCloudProfileSpec) {
			spec.Limits = &gardencorev1beta1.Limits{MaxNodesTotal: new(int32(0))}
		}), []string{"spec.limits.maxNodesTotal: Invalid"}},
	}, namespaced, validation.NamespacedCloudProfile)
	runTransitions(t, map[string]transition[*childProfile]{
		"§3 parent: stays": {nil, ofChild(func(spec *gardencorev1beta1.NamespacedCloudProfileSpec) { spec.Parent.Name = "gcp" }), []string{"spec.parent: Invalid"}},
		"§16 maxNodesTotal: may be lowered": {ofChild(func(spec *gardencorev1beta1.NamespacedCloudProfileSpec) {
			spec.Limits = &gardencorev1beta1.Limits{MaxNodesTotal: new(int32(5))}
		}),
			ofChild(func(spec *gardencorev1beta1.NamespacedCloudProfileSpec) {
				spec.Limits = &gardencorev1beta1.Limits{MaxNodesTotal: new(int32(4))}
			}), nil},
		"§3 ratchet: what was wrong before may stay": {imagesOf(named("")), func(profile *childProfile) { profile.Labels = map[string]string{"a": "b"} }, nil},
	}, namespaced, validation.NamespacedCloudProfileUpdate)
}

func TestNamespacedCloudProfileOfParent(t *testing.T) {
	versions, images := "spec.kubernetes.versions[0].", "spec.machineImages[0]."
	complete := image("1.0.0", supported, 0)
	strategy := func(strategy gardencorev1beta1.MachineImageUpdateStrategy, image gardencorev1beta1.MachineImage) gardencorev1beta1.MachineImage {
		image.UpdateStrategy = &strategy
		return image
	}
	for name, row := range map[string]struct {
		before, change func(*childProfile)
		want           []string
	}{
		"§3 override: a date of a version":             {nil, extends(expiring{Version: "1.35.3", ExpirationDate: days(60)}), nil},
		"§3 override: no date of a version":            {nil, extends(expiring{Version: "1.35.3"}), []string{versions + "expirationDate: Required"}},
		"§3 override: a version that the parent lacks": {nil, extends(expiring{Version: "1.33.0", ExpirationDate: days(60)}), []string{versions + "version: Invalid"}},
		"§3 override: a date of the newest version":    {nil, extends(expiring{Version: "1.36.0", ExpirationDate: days(60)}), []string{"status.cloudProfileSpec.kubernetes.versions[].expirationDate: Invalid"}},
		"§3 override: a date in the past":              {func(*childProfile) {}, extends(expiring{Version: "1.35.3", ExpirationDate: days(-1)}), []string{versions + "expirationDate: Invalid"}},
		"§3 override: a date in the past that was there": {extends(expiring{Version: "1.35.3", ExpirationDate: days(-1)}), all2(extends(expiring{Version: "1.35.3", ExpirationDate: days(-1)}), func(profile *childProfile) {
			profile.Spec.Limits = &gardencorev1beta1.Limits{MaxNodesTotal: new(int32(5))}
		}), nil},
		"§3 override: a date of an image":  {nil, imagesOf(named("gardenlinux", dated("1312.3.0", 60))), nil},
		"§3 override: no date of an image": {nil, imagesOf(named("gardenlinux", dated("1312.3.0", 0))), []string{images + "versions[0].expirationDate: Required"}},
		"§3 override: more than a date of an image": {nil, imagesOf(named("gardenlinux", image("1312.3.0", supported, 60))), []string{
			images + "versions[0].classification: Forbidden", images + "versions[0].cri: Forbidden", images + "versions[0].architectures: Forbidden",
		}},
		"§3 own: a version of an image of the parent": {nil, imagesOf(named("gardenlinux", complete)), nil},
		"§3 own: an incomplete version of an image of the parent": {nil, imagesOf(named("gardenlinux", dated("1.0.0", 60))), []string{
			"status.cloudProfileSpec.machineImages[0].versions[2].cri: Required",
		}},
		"§3 own: an image":                        {nil, imagesOf(strategy("major", named("own", complete))), nil},
		"§3 own: an image without versions":       {nil, imagesOf(strategy("major", named("own"))), []string{images + "versions: Required"}},
		"§3 own: an incomplete image":             {nil, imagesOf(strategy("major", named("own", dated("1.0.0", 60)))), []string{images + "versions[0].cri: Required", images + "versions[0].architectures: Required"}},
		"§3 own: an image that nobody can update": {nil, imagesOf(named("own", complete)), []string{"status.cloudProfileSpec.machineImages[1].updateStrategy: Required"}},
		"§3 own: a machine type": {nil, ofChild(func(spec *gardencorev1beta1.NamespacedCloudProfileSpec) {
			spec.MachineTypes = []gardencorev1beta1.MachineType{{Name: "own", CPU: *quantity("1"), Memory: *quantity("1Gi")}}
		}), nil},
		"§3 taken over: an image that the parent has by now keeps its strategy": {imagesOf(strategy("minor", named("gardenlinux", complete))), imagesOf(strategy("patch", named("gardenlinux", complete))), []string{images + "updateStrategy: Forbidden"}},
		"§3 taken over: a version that the parent has by now":                   {imagesOf(named("gardenlinux", image("1312.3.0", supported, 60))), imagesOf(named("gardenlinux", image("1312.3.0", supported, 90))), nil},
		"§3 taken over: a version that the parent has by now stays whole":       {imagesOf(named("gardenlinux", image("1312.3.0", supported, 60))), imagesOf(named("gardenlinux", image("1312.3.0", deprecated, 60))), []string{images + "versions[0]: Forbidden"}},
		"§3 unchanged: nothing is checked":                                      {extends(expiring{Version: "1.33.0"}), extends(expiring{Version: "1.33.0"}), nil},
	} {
		t.Run(name, func(t *testing.T) {
			var before *childProfile
			if row.before != nil {
				before = namespaced()
				row.before(before)
			}
			after := namespaced()
			row.change(after)
			expect(t, validation.NamespacedCloudProfileOfParent(after, before, &cloudProfile().Spec, now), row.want)
		})
	}
}

func all2(changes ...func(*childProfile)) func(*childProfile) {
	return func(profile *childProfile) {
		for _, change := range changes {
			change(profile)
		}
	}
}

func TestCloudProfileInUse(t *testing.T) {
	using := shoot(version("1.35.3"))
	ofOwn := shoot(version("1.35.3"), func(shoot *gardencorev1beta1.Shoot) {
		shoot.Spec.CloudProfile = &gardencorev1beta1.CloudProfileReference{Kind: "NamespacedCloudProfile", Name: "own"}
	})
	ofOthers := shoot(version("1.35.3"), func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.CloudProfile.Name = "others" })
	oldPool := shoot(version("1.35.3"), first(func(worker *gardencorev1beta1.Worker) {
		worker.Kubernetes = &gardencorev1beta1.WorkerKubernetes{Version: new("1.35.2")}
	}))
	child := func(change func(*childProfile)) []*childProfile {
		profile := namespaced()
		change(profile)
		return []*childProfile{profile}
	}
	defined := func(values ...string) func(*gardencorev1beta1.CloudProfile) {
		return ofProfile(func(spec *profileSpec) {
			spec.MachineCapabilities = []gardencorev1beta1.CapabilityDefinition{{Name: "architecture", Values: []string{"amd64"}}, {Name: "boot", Values: values}}
		})
	}
	capable := ofChild(func(spec *gardencorev1beta1.NamespacedCloudProfileSpec) {
		spec.MachineTypes = []gardencorev1beta1.MachineType{{Name: "own", Capabilities: gardencorev1beta1.Capabilities{"boot": {"secure"}}}}
		spec.MachineImages = []gardencorev1beta1.MachineImage{named("own", gardencorev1beta1.MachineImageVersion{CapabilityFlavors: []gardencorev1beta1.MachineImageFlavor{{Capabilities: gardencorev1beta1.Capabilities{"boot": {"plain"}}}}})}
	})
	versions, images, nothing := "spec.kubernetes.versions: Forbidden", "spec.machineImages: Forbidden", func(*gardencorev1beta1.CloudProfile) {}
	fewer := kubernetes(expirable("1.36.0", preview, 0))
	noImages := ofProfile(func(spec *profileSpec) {
		spec.MachineImages = []gardencorev1beta1.MachineImage{named("suse", image("1.0.0", supported, 0))}
	})
	for name, row := range map[string]struct {
		before, change func(*gardencorev1beta1.CloudProfile)
		children       []*childProfile
		shoots         []*gardencorev1beta1.Shoot
		want           []string
	}{
		"§3 in use: nothing goes":                     {nothing, nothing, nil, []*gardencorev1beta1.Shoot{using}, nil},
		"§3 in use: a version of a Shoot":             {nothing, fewer, nil, []*gardencorev1beta1.Shoot{using}, []string{versions}},
		"§3 in use: a version of a Shoot of a child":  {nothing, fewer, child(func(*childProfile) {}), []*gardencorev1beta1.Shoot{ofOwn}, []string{versions}},
		"§3 in use: a version of a pool":              {nothing, kubernetes(expirable("1.36.0", preview, 0), expirable("1.35.3", supported, 0)), nil, []*gardencorev1beta1.Shoot{oldPool}, []string{versions}},
		"§3 in use: by others":                        {nothing, fewer, nil, []*gardencorev1beta1.Shoot{ofOthers, ofOwn}, nil},
		"§3 in use: by what is being deleted":         {nothing, fewer, nil, []*gardencorev1beta1.Shoot{shoot(version("1.35.3"), func(shoot *gardencorev1beta1.Shoot) { shoot.DeletionTimestamp = days(0) })}, nil},
		"§3 in use: an image of a Shoot":              {nothing, noImages, nil, []*gardencorev1beta1.Shoot{using}, []string{images}},
		"§3 in use: a version of a child":             {nothing, fewer, child(extends(expiring{Version: "1.35.3"})), nil, []string{versions}},
		"§3 in use: an image of a child":              {nothing, noImages, child(imagesOf(named("gardenlinux"))), nil, []string{images}},
		"§3 in use: a version of an image of a child": {nothing, ofProfile(func(spec *profileSpec) { spec.MachineImages[0].Versions = spec.MachineImages[0].Versions[1:] }), child(imagesOf(named("gardenlinux", dated("1312.3.0", 1)))), nil, []string{images}},
		"§3 in use: an image that a child has comes":  {nothing, noImages, child(imagesOf(named("suse"))), nil, []string{images}},
		"§3 in use: a capability of a child":          {defined("secure", "plain", "none"), defined("none"), child(capable), nil, []string{"spec.machineCapabilities: Forbidden"}},
		"§3 in use: another capability":               {defined("secure", "plain", "none"), defined("secure", "plain"), child(capable), nil, nil},
		"§3 in use: architectures can be said otherwise": {defined("a"), nothing, child(ofChild(func(spec *gardencorev1beta1.NamespacedCloudProfileSpec) {
			spec.MachineTypes = []gardencorev1beta1.MachineType{{Name: "own", Capabilities: gardencorev1beta1.Capabilities{"architecture": {"amd64"}}}}
		})), nil, nil},
		"§16 maxNodesTotal: more nodes than a new limit": {nothing, ofProfile(func(spec *profileSpec) { spec.Limits = &gardencorev1beta1.Limits{MaxNodesTotal: new(int32(1))} }), nil,
			[]*gardencorev1beta1.Shoot{shoot(first(func(worker *gardencorev1beta1.Worker) { worker.Minimum = 2 }))}, []string{"spec.limits.maxNodesTotal: Forbidden"}},
		"§16 maxNodesTotal: as many nodes as a new limit": {nothing, ofProfile(func(spec *profileSpec) { spec.Limits = &gardencorev1beta1.Limits{MaxNodesTotal: new(int32(1))} }), nil, []*gardencorev1beta1.Shoot{using}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			before, after := cloudProfile(), cloudProfile()
			row.before(before)
			row.change(after)
			expect(t, validation.CloudProfileInUse(after, before, row.children, row.shoots), row.want)
		})
	}
}

func TestNamespacedCloudProfileInUse(t *testing.T) {
	own := func(changes ...func(*gardencorev1beta1.Shoot)) *gardencorev1beta1.Shoot {
		return shoot(append([]func(*gardencorev1beta1.Shoot){func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.CloudProfile = &gardencorev1beta1.CloudProfileReference{Kind: "NamespacedCloudProfile", Name: "own"}
		}}, changes...)...)
	}
	imaged := func(name, version string) func(*gardencorev1beta1.Shoot) {
		return first(func(worker *gardencorev1beta1.Worker) {
			worker.Machine.Image = &gardencorev1beta1.ShootMachineImage{Name: name, Version: &version}
		})
	}
	nothing := func(*childProfile) {}
	limit := func(most int32) func(*childProfile) {
		return ofChild(func(spec *gardencorev1beta1.NamespacedCloudProfileSpec) {
			spec.Limits = &gardencorev1beta1.Limits{MaxNodesTotal: &most}
		})
	}
	for name, row := range map[string]struct {
		before, change func(*childProfile)
		shoot          *gardencorev1beta1.Shoot
		want           []string
	}{
		"§3 in use: the date of a version that has expired in the parent": {extends(expiring{Version: "1.34.1", ExpirationDate: days(60)}), nothing, own(version("1.34.1")), []string{"spec.kubernetes.versions: Forbidden"}},
		"§3 in use: the date of a version that has not":                   {extends(expiring{Version: "1.35.2", ExpirationDate: days(60)}), nothing, own(), nil},
		"§3 in use: an image of its own":                                  {imagesOf(named("own", image("1.0.0", supported, 0))), nothing, own(imaged("own", "1.0.0")), []string{"spec.machineImages: Forbidden"}},
		"§3 in use: the date of an image that has expired in the parent":  {imagesOf(named("gardenlinux", dated("1312.2.0", 60))), nothing, own(imaged("gardenlinux", "1312.2.0")), []string{"spec.machineImages: Forbidden"}},
		"§3 in use: the date of an image that has not":                    {imagesOf(named("gardenlinux", dated("1312.3.0", 60))), nothing, own(), nil},
		"§3 in use: by others":                                            {imagesOf(named("own", image("1.0.0", supported, 0))), nothing, shoot(imaged("own", "1.0.0")), nil},
		"§16 maxNodesTotal: more nodes than a new limit":                  {limit(5), limit(1), own(first(func(worker *gardencorev1beta1.Worker) { worker.Minimum = 2 })), []string{"spec.limits.maxNodesTotal: Forbidden"}},
		"§16 maxNodesTotal: as many nodes as a new limit":                 {limit(5), limit(1), own(), nil},
	} {
		t.Run(name, func(t *testing.T) {
			before, after := namespaced(), namespaced()
			row.before(before)
			row.change(after)
			expect(t, validation.NamespacedCloudProfileInUse(after, before, profile(), []*gardencorev1beta1.Shoot{row.shoot}, now), row.want)
		})
	}
}
