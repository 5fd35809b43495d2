// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package defaults_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/defaults"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/examples"
)

func FuzzShootDefaults(f *testing.F) {
	for i, manifest := range examples.Of("Shoot") {
		f.Add(manifest, int64(0))
		f.Add(manifest, int64(i+1))
	}
	f.Fuzz(func(t *testing.T, manifest []byte, seed int64) {
		var shoot gardencorev1beta1.Shoot
		if err := json.Unmarshal(manifest, &shoot); err != nil {
			t.Skip(err)
		}
		in := input(func(in *defaults.ShootInput) { in.Random = rand.New(rand.NewPCG(uint64(seed), 0)) })
		if seed != 0 {
			filler := examples.Strange(seed)
			filler.Fill(&shoot.Spec)
			if seed%2 == 0 {
				in.Seed, in.ExposureClass = &gardencorev1beta1.Seed{}, &gardencorev1beta1.ExposureClass{}
				filler.Fill(in.Profile)
				filler.Fill(&in.Seed.Spec)
				filler.Fill(&in.ExposureClass.Scheduling)
				filler.Fill(&in.Domains)
			}
		}
		if problems := defaults.Shoot(&shoot, in); len(problems) > 0 {
			return // It would not be stored.
		}
		once := shoot.DeepCopy()
		in.Before = once
		if problems := defaults.Shoot(&shoot, in); len(problems) > 0 {
			t.Fatalf("what defaults made of a Shoot, they refuse: %v", problems.ToAggregate())
		}
		// A Shoot that got a window and names keeps them; the rest is the same whoever asks.
		if !apiequality.Semantic.DeepEqual(once, &shoot) {
			got, _ := json.Marshal(shoot)
			want, _ := json.Marshal(once)
			t.Fatalf("defaults make something else of what they made:\n%s\n%s", want, got)
		}
	})
}

func FuzzOtherDefaults(f *testing.F) {
	for _, kind := range []string{"CloudProfile", "NamespacedCloudProfile", "Seed", "Project"} {
		for i, manifest := range examples.Of(kind) {
			f.Add(manifest, int64(0))
			f.Add(manifest, int64(i+1))
		}
	}
	f.Fuzz(func(t *testing.T, manifest []byte, seed int64) {
		var (
			cloud      gardencorev1beta1.CloudProfile
			namespaced gardencorev1beta1.NamespacedCloudProfile
			host       gardencorev1beta1.Seed
			project    gardencorev1beta1.Project
		)
		for _, object := range []any{&cloud, &namespaced, &host, &project} {
			_ = json.Unmarshal(manifest, object) // What does not fit is left out.
		}
		if seed != 0 {
			filler := examples.Strange(seed)
			filler.Fill(&cloud.Spec)
			filler.Fill(&namespaced.Spec)
			filler.Fill(&host.Spec)
			filler.Fill(&project.Spec)
		}
		defaults.CloudProfile(&cloud, nil, now)
		defaults.NamespacedCloudProfile(&namespaced, nil, now)
		defaults.Seed(&host)
		defaults.Project(&project, nil, "jane")
		twice := []struct{ once, again any }{}
		add := func(once, again any) { twice = append(twice, struct{ once, again any }{once, again}) }
		add(cloud.DeepCopy(), &cloud)
		add(namespaced.DeepCopy(), &namespaced)
		add(host.DeepCopy(), &host)
		add(project.DeepCopy(), &project)
		defaults.CloudProfile(&cloud, cloud.DeepCopy(), now)
		defaults.NamespacedCloudProfile(&namespaced, namespaced.DeepCopy(), now)
		defaults.Seed(&host)
		defaults.Project(&project, project.DeepCopy(), "joe")
		for _, pair := range twice {
			if !apiequality.Semantic.DeepEqual(pair.once, pair.again) {
				got, _ := json.Marshal(pair.again)
				want, _ := json.Marshal(pair.once)
				t.Fatalf("defaults make something else of what they made:\n%s\n%s", want, got)
			}
		}
	})
}
