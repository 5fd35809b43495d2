// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation_test

import (
	"encoding/json"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/providers"
)

// profile is a CloudProfile for local machines with a few versions, sizes and zones.
func profile(t *testing.T, changes ...string) provider.Profile {
	t.Helper()
	out := &gardencorev1beta1.CloudProfileSpec{}
	merge(t, out, `
type: local
kubernetes: {versions: [{version: 1.34.7}, {version: 1.36.3}, {version: 1.35.4}, {version: 1.35.1}]}
machineTypes: [{name: small, cpu: "1", memory: 1Gi}, {name: large, cpu: "2", memory: 4Gi, architecture: arm64}]
regions: [{name: here, zones: [{name: a}, {name: b}, {name: c}]}]
`, changes...)
	return provider.Profile{Name: "local", Spec: out}
}

// shoot is a complete Shoot with local machines, and changes of its spec.
func shoot(t *testing.T, changes ...string) *gardencorev1beta1.Shoot {
	t.Helper()
	out := &gardencorev1beta1.Shoot{}
	out.Name, out.Namespace = "my-shoot", "garden-dev"
	merge(t, &out.Spec, `
region: here
networking: {type: flannel}
kubernetes: {version: 1.36.3}
provider: {type: local, workers: [{name: pool, minimum: 1, maximum: 1, machine: {type: small}}]}
`, changes...)
	return out
}

func merge(t *testing.T, into any, base string, changes ...string) {
	t.Helper()
	for _, content := range append([]string{base}, changes...) {
		if err := yaml.UnmarshalStrict([]byte(content), into); err != nil {
			t.Fatal(err)
		}
	}
}

// input is what a Shoot is translated from. The class is made of the profile.
func input(t *testing.T, shoot *gardencorev1beta1.Shoot, profile provider.Profile) (translation.Input, provider.Provider) {
	t.Helper()
	p := providers.OfShoot(shoot)
	class, problems := translation.ClassOf(profile, p)
	if len(problems) > 0 {
		t.Fatal(problems.ToAggregate())
	}
	return translation.Input{Shoot: shoot, Project: "dev", Profile: profile, Seed: &gardencorev1beta1.Seed{}, Class: class.ClusterClass}, p
}

// translated is the Cluster, and more, of a Shoot that nothing is refused of.
func translated(t *testing.T, shoot *gardencorev1beta1.Shoot, changes ...func(*translation.Input)) translation.Output {
	t.Helper()
	in, p := input(t, shoot, profile(t))
	for _, change := range changes {
		change(&in)
	}
	out, problems := translation.Translate(in, p)
	if len(problems) > 0 {
		t.Fatal(problems.ToAggregate())
	}
	return out
}

// value reads a variable; what is not set stays as it is.
func value[T any](t *testing.T, variables []clusterv1.ClusterVariable, name string) T {
	t.Helper()
	var out T
	for _, variable := range variables {
		if variable.Name == name {
			if err := json.Unmarshal(variable.Value.Raw, &out); err != nil {
				t.Fatal(err)
			}
		}
	}
	return out
}
