// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation_test

import (
	"encoding/json"
	"fmt"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/examples"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/providers"
)

// FuzzTranslate translates what admission may or may not let through: manifests that users know as they are, and with
// specifications of strange values. Nothing panics, nothing is changed, and the same comes out twice.
func FuzzTranslate(f *testing.F) {
	for i, manifest := range examples.Of("Shoot") {
		f.Add(manifest, int64(0))
		for seed := range int64(20) {
			f.Add(manifest, int64(i+1)*100+seed)
		}
	}
	f.Fuzz(func(t *testing.T, manifest []byte, seed int64) {
		shoot := &gardencorev1beta1.Shoot{}
		if err := json.Unmarshal(manifest, shoot); err != nil {
			t.Skip(err)
		}
		profile := profile(t)
		if seed != 0 {
			strange(shoot, &profile, seed)
		}
		p := providers.OfShoot(shoot)
		if p == nil {
			shoot.Spec.Provider.Type = "local"
			p = providers.OfShoot(shoot)
		}
		if again := text(t, shoot, profile, p); again != text(t, shoot.DeepCopy(), profile, p) {
			t.Fatal("the same Shoot became something else the second time")
		}
	})
}

// strange fills the specifications with strange values. Every third Shoot has a version and a network with which a
// translation comes further.
func strange(shoot *gardencorev1beta1.Shoot, profile *provider.Profile, seed int64) {
	filler := examples.Strange(seed)
	filler.Fill(&shoot.Spec)
	if seed%2 == 0 {
		filler.Fill(profile.Spec)
	}
	if seed%3 == 0 {
		shoot.Spec.Kubernetes.Version = "1.36.3"
		network := "flannel"
		shoot.Spec.Networking = &gardencorev1beta1.Networking{Type: &network}
		for i := range shoot.Spec.Provider.Workers {
			shoot.Spec.Provider.Workers[i].Machine.Type = "small"
		}
	}
}

// text is everything that comes out.
func text(t *testing.T, shoot *gardencorev1beta1.Shoot, profile provider.Profile, p provider.Provider) string {
	t.Helper()
	before, spec := shoot.DeepCopy(), profile.Spec.DeepCopy()
	class, problems := translation.ClassOf(profile, p)
	out := translation.Output{}
	if len(problems) == 0 {
		out, problems = translation.Translate(translation.Input{
			Shoot: shoot, Project: "dev", Profile: profile, Seed: &gardencorev1beta1.Seed{}, Class: class.ClusterClass,
		}, p)
	}
	expectFields(t, problems)
	if !apiequality.Semantic.DeepEqual(before, shoot) || !apiequality.Semantic.DeepEqual(spec, profile.Spec) {
		t.Fatal("the translation changed what it read")
	}
	encoded, err := json.Marshal([]any{class, out})
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded) + fmt.Sprint(problems)
}

func expectFields(t *testing.T, problems field.ErrorList) {
	t.Helper()
	for _, problem := range problems {
		if problem.Field == "" {
			t.Fatalf("a problem without field: %v", problem)
		}
	}
}

// TestOrderOfMapsMeansNothing translates a Shoot with many labels, sysctls and feature gates often, because Go changes the
// order of maps.
func TestOrderOfMapsMeansNothing(t *testing.T) {
	many := shoot(t, onePool(`labels: {a/1: x, a/2: x, a/3: x, a/4: x}, sysctls: {a.1: x, a.2: x, a.3: x}, annotations: {a: x, b: x}, maximum: 2, kubernetes: {version: 1.35.4}`),
		`{kubernetes: {kubeAPIServer: {featureGates: {A: true, B: true, C: true}, runtimeConfig: {a: true, b: true}}}}`)
	profile := profile(t)
	first := text(t, many, profile, providers.OfShoot(many))
	for range 20 {
		NewWithT(t).Expect(text(t, many, profile, providers.OfShoot(many))).To(Equal(first))
	}
}
