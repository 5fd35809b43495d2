// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package scheduler_test

import (
	"os"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/scheduler"
)

// ready is a seed that could host everything: on AWS, in eu-west-1, with three zones.
func ready(name string, changes ...func(*gardencorev1beta1.Seed)) gardencorev1beta1.Seed {
	seed := gardencorev1beta1.Seed{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"tier": "gold"}, Annotations: map[string]string{}},
		Spec: gardencorev1beta1.SeedSpec{
			Provider: gardencorev1beta1.SeedProvider{Type: "aws", Region: "eu-west-1", Zones: []string{"a", "b", "c"}},
			Networks: gardencorev1beta1.SeedNetworks{Nodes: new("10.240.0.0/16"), Pods: "10.241.128.0/17", Services: "10.241.0.0/17"},
			Settings: &gardencorev1beta1.SeedSettings{Scheduling: &gardencorev1beta1.SeedSettingScheduling{Visible: true}},
		},
		Status: gardencorev1beta1.SeedStatus{
			LastOperation: &gardencorev1beta1.LastOperation{State: gardencorev1beta1.LastOperationStateSucceeded},
			Conditions:    []gardencorev1beta1.Condition{{Type: gardencorev1beta1.GardenletReady, Status: gardencorev1beta1.ConditionTrue}},
		},
	}
	for _, change := range changes {
		change(&seed)
	}
	return seed
}

func in(region string) func(*gardencorev1beta1.Seed) {
	return func(seed *gardencorev1beta1.Seed) { seed.Spec.Provider.Region = region }
}

func onProvider(name string) func(*gardencorev1beta1.Seed) {
	return func(seed *gardencorev1beta1.Seed) { seed.Spec.Provider.Type = name }
}

func allocatable(shoots string) func(*gardencorev1beta1.Seed) {
	return func(seed *gardencorev1beta1.Seed) {
		seed.Status.Allocatable = corev1.ResourceList{gardencorev1beta1.ResourceShoots: resource.MustParse(shoots)}
	}
}

func selecting(mode gardencorev1beta1.ZoneSelectionMode, zones ...string) func(*gardencorev1beta1.Seed) {
	return func(seed *gardencorev1beta1.Seed) {
		seed.Spec.Settings.ZoneSelection = &gardencorev1beta1.SeedSettingZoneSelection{Mode: mode}
		seed.Spec.Provider.Zones = zones
	}
}

// input is a Shoot with workers on AWS in eu-west-1, and no seed yet.
func input(seeds ...gardencorev1beta1.Seed) scheduler.Input {
	return scheduler.Input{
		Shoot: &gardencorev1beta1.Shoot{
			ObjectMeta: metav1.ObjectMeta{Name: "one", Namespace: "garden-dev"},
			Spec: gardencorev1beta1.ShootSpec{
				Region: "eu-west-1",
				Networking: &gardencorev1beta1.Networking{
					Nodes: new("10.250.0.0/16"), IPFamilies: []gardencorev1beta1.IPFamily{gardencorev1beta1.IPFamilyIPv4},
				},
				Provider: gardencorev1beta1.Provider{Type: "aws", Workers: []gardencorev1beta1.Worker{{Name: "pool", Zones: []string{"a"}}}},
			},
		},
		Profile: &gardencorev1beta1.CloudProfileSpec{Type: "aws"},
		Project: "dev",
		Seeds:   seeds,
	}
}

// awsRegions are the real distances between regions of AWS, for the profile "aws".
func awsRegions(t *testing.T) corev1.ConfigMap {
	t.Helper()
	g := NewWithT(t)
	raw, err := os.ReadFile("testdata/aws-regions.yaml")
	g.Expect(err).NotTo(HaveOccurred())
	var out corev1.ConfigMap
	g.Expect(yaml.Unmarshal(raw, &out)).To(Succeed())
	return out
}

type row struct {
	input func() scheduler.Input
	want  string
	// wantRemoved is the filter that removed each seed that is named.
	wantRemoved map[string]scheduler.Filter
	wantError   string
}

func run(t *testing.T, rows map[string]row) {
	t.Helper()
	for name, c := range rows {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			decision, err := scheduler.Select(c.input())
			removed := decision.Removed
			if c.wantError != "" {
				g.Expect(err).To(MatchError(ContainSubstring(c.wantError)))
				removed = scheduler.Reasons(err)
			} else {
				g.Expect(err).NotTo(HaveOccurred())
				g.Expect(decision.Seed).To(Equal(c.want))
				g.Expect(decision.Candidates[0]).To(Equal(c.want))
			}
			by := map[string]scheduler.Filter{}
			for _, removal := range removed {
				g.Expect(by).NotTo(HaveKey(removal.Seed), "a seed is removed once")
				g.Expect(removal.Reason).NotTo(BeEmpty())
				by[removal.Seed] = removal.Filter
			}
			for seed, filter := range c.wantRemoved {
				g.Expect(by).To(HaveKeyWithValue(seed, filter))
			}
		})
	}
}

// of changes an input.
func of(base scheduler.Input, change func(*scheduler.Input)) func() scheduler.Input {
	return func() scheduler.Input {
		change(&base)
		return base
	}
}
