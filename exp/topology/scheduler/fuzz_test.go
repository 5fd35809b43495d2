// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package scheduler_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/examples"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/scheduler"
)

func FuzzSelect(f *testing.F) {
	for i, manifest := range examples.Of("Shoot") {
		f.Add(manifest, "eu-west-1: 5", int64(0))
		f.Add(manifest, "us-east-1: x", int64(i+1))
	}
	f.Fuzz(func(t *testing.T, manifest []byte, distances string, seed int64) {
		var shoot gardencorev1beta1.Shoot
		if err := json.Unmarshal(manifest, &shoot); err != nil {
			t.Skip(err)
		}
		in := scheduler.Input{
			Shoot: &shoot, Profile: &gardencorev1beta1.CloudProfileSpec{Type: shoot.Spec.Provider.Type}, Project: "dev",
			Seeds:   []gardencorev1beta1.Seed{ready("b", onProvider(shoot.Spec.Provider.Type)), ready("a", onProvider(shoot.Spec.Provider.Type)), ready("strange")},
			Shoots:  map[string]int{"a": 1},
			Regions: &corev1.ConfigMap{Data: map[string]string{shoot.Spec.Region: distances}},
		}
		if seed != 0 {
			filler := examples.Strange(seed)
			filler.Fill(&in.Seeds[2].Spec)
			if seed%2 == 0 {
				filler.Fill(&shoot.Spec)
				filler.Fill(in.Profile)
			}
		}
		for _, strategy := range []scheduler.Strategy{scheduler.MinimalDistance, scheduler.SameRegion, ""} {
			in.Strategy = strategy
			decision, err := scheduler.Select(in)
			names := []string{}
			for _, removal := range append(slices.Clone(decision.Removed), scheduler.Reasons(err)...) {
				if removal.Reason == "" || removal.Filter == "" {
					t.Fatalf("seed %s is gone for no reason", removal.Seed)
				}
				names = append(names, removal.Seed)
			}
			names = append(names, decision.Candidates...)
			slices.Sort(names)
			var failure *scheduler.Failure
			if (err == nil || errors.As(err, &failure)) && !slices.Equal(names, []string{"a", "b", "strange"}) {
				t.Fatalf("each seed is a candidate or gone, once: %v", names)
			}
			if err == nil && decision.Candidates[0] != decision.Seed {
				t.Fatalf("the choice, %s, is not the first of %v", decision.Seed, decision.Candidates)
			}
			slices.Reverse(in.Seeds)
			again, errAgain := scheduler.Select(in)
			if again.Seed != decision.Seed || !reflect.DeepEqual(again.Candidates, decision.Candidates) || (err == nil) != (errAgain == nil) {
				t.Fatalf("the order of seeds matters: %v and %v", decision, again)
			}
		}
	})
}
