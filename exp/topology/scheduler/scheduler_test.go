// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package scheduler_test

import (
	"fmt"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/scheduler"
)

func TestReadiness(t *testing.T) {
	other := func(change func(*gardencorev1beta1.Seed)) func() scheduler.Input {
		return func() scheduler.Input { return input(ready("good"), ready("bad", change)) }
	}
	removed := map[string]scheduler.Filter{"bad": scheduler.FilterReadiness}
	run(t, map[string]row{
		"§4.1 usable: a ready seed": {input: func() scheduler.Input { return input(ready("good")) }, want: "good"},
		"§4.1 usable: settings are visible unless they say otherwise": {input: func() scheduler.Input {
			return input(ready("good", func(seed *gardencorev1beta1.Seed) { seed.Spec.Settings = nil }))
		}, want: "good"},
		"§4.1 usable: not one that is being deleted":     {input: other(func(seed *gardencorev1beta1.Seed) { seed.DeletionTimestamp = new(metav1.Now()) }), want: "good", wantRemoved: removed},
		"§4.1 usable: not one that is invisible":         {input: other(func(seed *gardencorev1beta1.Seed) { seed.Spec.Settings.Scheduling.Visible = false }), want: "good", wantRemoved: removed},
		"§4.1 usable: not one that was never reconciled": {input: other(func(seed *gardencorev1beta1.Seed) { seed.Status.LastOperation = nil }), want: "good", wantRemoved: removed},
		"§4.1 usable: not one whose heartbeat is unknown": {input: other(func(seed *gardencorev1beta1.Seed) {
			seed.Status.Conditions[0].Status = gardencorev1beta1.ConditionUnknown
		}), want: "good", wantRemoved: removed},
		"§4.1 usable: not one without a heartbeat":       {input: other(func(seed *gardencorev1beta1.Seed) { seed.Status.Conditions = nil }), want: "good", wantRemoved: removed},
		"§4.1 usable: not one whose backup is not ready": {input: other(func(seed *gardencorev1beta1.Seed) { seed.Spec.Backup = &gardencorev1beta1.Backup{Provider: "aws"} }), want: "good", wantRemoved: removed},
		"§4.1 usable: one whose backup is ready": {input: func() scheduler.Input {
			return input(ready("good", func(seed *gardencorev1beta1.Seed) {
				seed.Spec.Backup = &gardencorev1beta1.Backup{Provider: "aws"}
				seed.Status.Conditions = append(seed.Status.Conditions, gardencorev1beta1.Condition{Type: gardencorev1beta1.SeedBackupBucketsReady, Status: gardencorev1beta1.ConditionTrue})
			}))
		}, want: "good"},
		"§4.1 usable: none at all": {input: func() scheduler.Input { return input() }, wantError: "there are no seeds"},
	})
}

func TestSelectorsAndProviders(t *testing.T) {
	labels := func(value string) *gardencorev1beta1.SeedSelector {
		return &gardencorev1beta1.SeedSelector{LabelSelector: metav1.LabelSelector{MatchLabels: map[string]string{"tier": value}}}
	}
	silver := ready("silver", func(seed *gardencorev1beta1.Seed) { seed.Labels["tier"] = "silver" })
	gcp := ready("gcp", onProvider("gcp"))
	both := func() scheduler.Input { return input(ready("gold"), silver) }
	run(t, map[string]row{
		"§4.2 CloudProfile.seedSelector: labels match": {
			input: of(both(), func(in *scheduler.Input) { in.Profile.SeedSelector = labels("silver") }), want: "silver",
			wantRemoved: map[string]scheduler.Filter{"gold": scheduler.FilterProfileSelector},
		},
		"§4.2 CloudProfile.seedSelector: labels match nobody": {
			input:     of(both(), func(in *scheduler.Input) { in.Profile.SeedSelector = labels("bronze") }),
			wantError: "seed selector of the CloudProfile removed 2",
		},
		"§4.2 CloudProfile.seedSelector: one that cannot be read": {
			input: of(both(), func(in *scheduler.Input) {
				in.Profile.SeedSelector = &gardencorev1beta1.SeedSelector{LabelSelector: metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "tier", Operator: "Like"}}}}
			}), wantError: "read the selector",
		},
		"§4.3 Shoot.seedSelector: labels match": {
			input: of(both(), func(in *scheduler.Input) { in.Shoot.Spec.SeedSelector = labels("silver") }), want: "silver",
			wantRemoved: map[string]scheduler.Filter{"gold": scheduler.FilterShootSelector},
		},
		"§4.3 Shoot.seedSelector: provider types narrow it": {
			input: of(input(ready("aws"), gcp), func(in *scheduler.Input) {
				in.Shoot.Spec.SeedSelector = &gardencorev1beta1.SeedSelector{ProviderTypes: []string{"gcp"}}
				in.Profile.SeedSelector = &gardencorev1beta1.SeedSelector{ProviderTypes: []string{"*"}}
			}), want: "gcp", wantRemoved: map[string]scheduler.Filter{"aws": scheduler.FilterShootSelector},
		},
		"§4.4 provider: the one of the Shoot": {
			input: func() scheduler.Input { return input(ready("aws"), gcp) }, want: "aws",
			wantRemoved: map[string]scheduler.Filter{"gcp": scheduler.FilterProvider},
		},
		"§4.4 provider: those of CloudProfile.seedSelector instead": {
			input: of(input(ready("aws"), gcp), func(in *scheduler.Input) {
				in.Profile.SeedSelector = &gardencorev1beta1.SeedSelector{ProviderTypes: []string{"gcp"}}
			}), want: "gcp", wantRemoved: map[string]scheduler.Filter{"aws": scheduler.FilterProvider},
		},
		"§4.4 provider: a star is any": {
			input: of(input(gcp), func(in *scheduler.Input) {
				in.Profile.SeedSelector = &gardencorev1beta1.SeedSelector{ProviderTypes: []string{"*"}}
			}), want: "gcp",
		},
		"§4.4 provider: nobody has it": {
			input: func() scheduler.Input { return input(gcp) }, wantError: `its provider type "gcp" is none of aws`,
		},
	})
}

func TestZones(t *testing.T) {
	highlyAvailable := func(kind gardencorev1beta1.FailureToleranceType) *gardencorev1beta1.ControlPlane {
		return &gardencorev1beta1.ControlPlane{HighAvailability: &gardencorev1beta1.HighAvailability{FailureTolerance: gardencorev1beta1.FailureTolerance{Type: kind}}}
	}
	const zone, node = gardencorev1beta1.FailureToleranceTypeZone, gardencorev1beta1.FailureToleranceTypeNode
	const enforce, prefer = gardencorev1beta1.ZoneSelectionModeEnforce, gardencorev1beta1.ZoneSelectionModePrefer
	two := ready("two", func(seed *gardencorev1beta1.Seed) { seed.Spec.Provider.Zones = []string{"a", "b"} })
	run(t, map[string]row{
		"§4.5 zone HA: three zones are enough": {
			input: of(input(two, ready("three")), func(in *scheduler.Input) { in.Shoot.Spec.ControlPlane = highlyAvailable(zone) }), want: "three",
			wantRemoved: map[string]scheduler.Filter{"two": scheduler.FilterHighAvailability},
		},
		"§4.5 zone HA: nobody has three": {
			input:     of(input(two), func(in *scheduler.Input) { in.Shoot.Spec.ControlPlane = highlyAvailable(zone) }),
			wantError: "failure tolerance zone needs 3",
		},
		"§4.5 zone HA: node HA asks for none": {
			input: of(input(two), func(in *scheduler.Input) { in.Shoot.Spec.ControlPlane = highlyAvailable(node) }), want: "two",
		},
		"§4.6 zone selection: the seed has all zones of the control plane": {
			input: of(input(two, ready("three")), func(in *scheduler.Input) {
				in.Shoot.Spec.ControlPlane = &gardencorev1beta1.ControlPlane{Zones: []string{"c"}}
			}), want: "three", wantRemoved: map[string]scheduler.Filter{"two": scheduler.FilterZoneSelection},
		},
		"§4.6 zone selection: nobody has them": {
			input: of(input(two), func(in *scheduler.Input) {
				in.Shoot.Spec.ControlPlane = &gardencorev1beta1.ControlPlane{Zones: []string{"z"}}
			}), wantError: `it lacks the zone "z"`,
		},
		"§4.6 zone selection: Enforce without a zone of the workers": {
			input: func() scheduler.Input {
				return input(ready("far", selecting(enforce, "x")), ready("near", selecting(enforce, "a")))
			}, want: "near",
			wantRemoved: map[string]scheduler.Filter{"far": scheduler.FilterZoneSelection},
		},
		"§4.6 zone selection: Enforce alone without a zone of the workers": {
			input: func() scheduler.Input { return input(ready("far", selecting(enforce, "x"))) }, wantError: "zone selection is Enforce",
		},
		"§4.6 zone selection: Enforce asks nothing of Shoots without zones": {
			input: of(input(ready("far", selecting(enforce, "x"))), func(in *scheduler.Input) { in.Shoot.Spec.Provider.Workers = nil }), want: "far",
		},
		"§4.6 zone selection: Enforce asks nothing of zone HA": {
			input: of(input(ready("far", selecting(enforce, "x", "y", "z"))), func(in *scheduler.Input) { in.Shoot.Spec.ControlPlane = highlyAvailable(zone) }), want: "far",
		},
		"§4.6 zone selection: Prefer with a zone of the workers": {
			input: func() scheduler.Input {
				return input(ready("a-far", selecting(prefer, "x")), ready("near", selecting(prefer, "a")))
			}, want: "near",
			wantRemoved: map[string]scheduler.Filter{"a-far": scheduler.FilterZoneSelection},
		},
		"§4.6 zone selection: Prefer alone is kept": {
			input: func() scheduler.Input { return input(ready("far", selecting(prefer, "x"))) }, want: "far",
		},
		"§4.6 zone selection: seeds without it stay beside Prefer": {
			input: func() scheduler.Input { return input(ready("a-far", selecting(prefer, "x")), ready("plain")) }, want: "plain",
			wantRemoved: map[string]scheduler.Filter{"a-far": scheduler.FilterZoneSelection},
		},
	})
}

func TestRestrictionsDomainsAndStop(t *testing.T) {
	restricted := ready("restricted", func(seed *gardencorev1beta1.Seed) {
		seed.Spec.AccessRestrictions = []gardencorev1beta1.AccessRestriction{{Name: "eu-access-only"}, {Name: "other"}}
	})
	serving := func(name, domain string) gardencorev1beta1.Seed {
		return ready(name, func(seed *gardencorev1beta1.Seed) {
			seed.Spec.DNS.Defaults = []gardencorev1beta1.SeedDNSProviderConfig{{Domain: domain}}
		})
	}
	domain := func(name string) func(*scheduler.Input) {
		return func(in *scheduler.Input) { in.Shoot.Spec.DNS = &gardencorev1beta1.DNS{Domain: &name} }
	}
	run(t, map[string]row{
		"§4.7 access restrictions: the seed has more": {
			input: of(input(ready("plain"), restricted), func(in *scheduler.Input) {
				in.Shoot.Spec.AccessRestrictions = []gardencorev1beta1.AccessRestrictionWithOptions{{AccessRestriction: gardencorev1beta1.AccessRestriction{Name: "eu-access-only"}}}
			}), want: "restricted", wantRemoved: map[string]scheduler.Filter{"plain": scheduler.FilterAccessRestriction},
		},
		"§4.7 access restrictions: the Shoot has none": {input: func() scheduler.Input { return input(restricted) }, want: "restricted"},
		"§4.7 access restrictions: nobody has them": {
			input: of(input(restricted), func(in *scheduler.Input) {
				in.Shoot.Spec.AccessRestrictions = []gardencorev1beta1.AccessRestrictionWithOptions{{AccessRestriction: gardencorev1beta1.AccessRestriction{Name: "us"}}}
			}), wantError: `it does not support "us"`,
		},
		"§4.8 domain: the seed that serves it": {
			input: of(input(serving("a", "a.example"), serving("b", "b.example")), domain("one.dev.b.example")), want: "b",
			wantRemoved: map[string]scheduler.Filter{"a": scheduler.FilterDomain},
		},
		"§4.8 domain: a default domain that is not built from the names": {
			input: of(input(serving("a", "a.example")), domain("mine.a.example")), wantError: "is not <name of the Shoot>",
		},
		"§4.8 domain: a domain of the user's own goes anywhere": {
			input: of(input(serving("a", "a.example")), domain("one.dev.elsewhere.example")), want: "a",
		},
		"§4.8 domain: none goes anywhere": {input: func() scheduler.Input { return input(serving("a", "a.example")) }, want: "a"},
		"§4.9 emergency stop: not a seed with the annotation": {
			input: func() scheduler.Input {
				return input(ready("good"), ready("bad", func(seed *gardencorev1beta1.Seed) {
					seed.Annotations["shoot.gardener.cloud/emergency-stop-reconciliations"] = "true"
				}))
			}, want: "good", wantRemoved: map[string]scheduler.Filter{"bad": scheduler.FilterReconciliation},
		},
		"§4.9 emergency stop: false is no stop": {
			input: func() scheduler.Input {
				return input(ready("good", func(seed *gardencorev1beta1.Seed) {
					seed.Annotations["shoot.gardener.cloud/emergency-stop-reconciliations"] = "false"
				}))
			}, want: "good",
		},
	})
}

func TestNetworksTaintsAndCapacity(t *testing.T) {
	tainted := func(taints ...gardencorev1beta1.SeedTaint) func(*gardencorev1beta1.Seed) {
		return func(seed *gardencorev1beta1.Seed) { seed.Spec.Taints = taints }
	}
	tolerating := func(tolerations ...gardencorev1beta1.Toleration) func(*scheduler.Input) {
		return func(in *scheduler.Input) { in.Shoot.Spec.Tolerations = tolerations }
	}
	run(t, map[string]row{
		"§4.10 networks: IPv4 may overlap with the seed": {
			input: of(input(ready("a")), func(in *scheduler.Input) { in.Shoot.Spec.Networking.Pods = new("10.241.128.0/17") }), want: "a",
		},
		"§4.10 networks: IPv6 may not": {
			input: of(input(ready("a", func(seed *gardencorev1beta1.Seed) { seed.Spec.Networks.Pods = "2001:db8::/48" })), func(in *scheduler.Input) {
				in.Shoot.Spec.Networking.Pods = new("2001:db8::/64")
			}), wantError: "overlaps with the range of pods of the seed",
		},
		"§4.10 networks: nor as the status tells": {
			input: of(input(ready("a", func(seed *gardencorev1beta1.Seed) { seed.Spec.Networks.Pods = "2001:db8::/48" })), func(in *scheduler.Input) {
				in.Shoot.Status.Networking = &gardencorev1beta1.NetworkingStatus{Nodes: []string{"2001:db8::/64"}}
			}), wantError: "overlaps with the range of pods of the seed",
		},
		"§4.10 networks: nor as the defaults of the seed would be": {
			input: of(input(ready("a", func(seed *gardencorev1beta1.Seed) {
				seed.Spec.Networks.ShootDefaults = &gardencorev1beta1.ShootNetworks{Pods: new("240.0.0.0/8")}
			})), func(*scheduler.Input) {}), wantError: "kept for addresses of API servers",
		},
		"§4.10 networks: reserved ranges are reserved": {
			input: of(input(ready("a")), func(in *scheduler.Input) { in.Shoot.Spec.Networking.Nodes = new("243.0.0.0/16") }), wantError: "243.0.0.0/8",
		},
		"§4.10 networks: HA changes nothing about overlap": {
			input: of(input(ready("a")), func(in *scheduler.Input) {
				in.Shoot.Spec.Networking.Pods = new("10.241.128.0/17")
				in.Shoot.Spec.ControlPlane = &gardencorev1beta1.ControlPlane{HighAvailability: &gardencorev1beta1.HighAvailability{FailureTolerance: gardencorev1beta1.FailureTolerance{Type: gardencorev1beta1.FailureToleranceTypeZone}}}
			}), want: "a",
		},
		"§4.10 networks: a Shoot without networking": {
			input: of(input(ready("a")), func(in *scheduler.Input) { in.Shoot.Spec.Networking = nil }), want: "a",
		},
		"§4.10 taints: not tolerated": {
			input: func() scheduler.Input { return input(ready("a", tainted(gardencorev1beta1.SeedTaint{Key: "k"}))) }, wantError: "more taints than",
		},
		"§4.10 taints: tolerated by key": {
			input: of(input(ready("a", tainted(gardencorev1beta1.SeedTaint{Key: "k"}))), tolerating(gardencorev1beta1.Toleration{Key: "k", Value: new("v")})), want: "a",
		},
		"§4.10 taints: tolerated by value": {
			input: of(input(ready("a", tainted(gardencorev1beta1.SeedTaint{Key: "k", Value: new("v")}))), tolerating(gardencorev1beta1.Toleration{Key: "k", Value: new("v")})), want: "a",
		},
		"§4.10 taints: another value": {
			input: of(input(ready("a", tainted(gardencorev1beta1.SeedTaint{Key: "k", Value: new("v")}))), tolerating(gardencorev1beta1.Toleration{Key: "k"})), wantError: `does not tolerate the taint "k"`,
		},
		"§4.10 taints: another key": {
			input: of(input(ready("a", tainted(gardencorev1beta1.SeedTaint{Key: "k"}))), tolerating(gardencorev1beta1.Toleration{Key: "other"})), wantError: `does not tolerate the taint "k"`,
		},
		"§4.10 taints: more taints than tolerations": {
			input: of(input(ready("a", tainted(gardencorev1beta1.SeedTaint{Key: "k"}, gardencorev1beta1.SeedTaint{Key: "l"}))), tolerating(gardencorev1beta1.Toleration{Key: "k"})), wantError: "more taints than",
		},
		"§4.10 capacity: a place is left": {
			input: of(input(ready("a", allocatable("2"))), func(in *scheduler.Input) { in.Shoots = map[string]int{"a": 1} }), want: "a",
		},
		"§4.10 capacity: none is left": {
			input: of(input(ready("a", allocatable("2")), ready("b")), func(in *scheduler.Input) { in.Shoots = map[string]int{"a": 2, "b": 100} }), want: "b",
			wantRemoved: map[string]scheduler.Filter{"a": scheduler.FilterCapacity},
		},
		"§4.10 capacity: none for anybody": {
			input: of(input(ready("a", allocatable("0"))), func(*scheduler.Input) {}), wantError: "0 of 0 Shoots are on it",
		},
		"§4.10 capacity: no bound": {
			input: of(input(ready("a")), func(in *scheduler.Input) { in.Shoots = map[string]int{"a": 100000} }), want: "a",
		},
	})
}

func TestStrategies(t *testing.T) {
	aws := awsRegions(t)
	toRegion := func(strategy scheduler.Strategy, region string, regions *corev1.ConfigMap) func(*scheduler.Input) {
		return func(in *scheduler.Input) {
			in.Strategy, in.Shoot.Spec.Region, in.Regions = strategy, region, regions
		}
	}
	europe := []gardencorev1beta1.Seed{ready("ireland", in("eu-west-1")), ready("frankfurt", in("eu-central-1")), ready("stockholm", in("eu-north-1"))}
	broken := aws.DeepCopy()
	broken.Data["eu-west-1"] = "far away"
	empty := aws.DeepCopy()
	empty.Data["eu-west-1"] = "null"
	run(t, map[string]row{
		"§4 SameRegion: the region": {input: of(input(europe...), toRegion(scheduler.SameRegion, "eu-central-1", nil)), want: "frankfurt",
			wantRemoved: map[string]scheduler.Filter{"ireland": scheduler.FilterStrategy}},
		"§4 SameRegion: nobody is there": {input: of(input(europe...), toRegion(scheduler.SameRegion, "us-east-1", nil)), wantError: `SameRegion wants provider type "aws" and region "us-east-1"`},
		"§4 SameRegion: the provider too": {
			input: of(input(ready("gcp", onProvider("gcp"))), func(in *scheduler.Input) {
				in.Strategy = scheduler.SameRegion
				in.Profile.SeedSelector = &gardencorev1beta1.SeedSelector{ProviderTypes: []string{"*"}}
			}), wantError: "SameRegion wants",
		},
		"§34 MinimalDistance is the default":                      {input: of(input(europe...), toRegion("", "us-east-1", &aws)), want: "ireland"},
		"§4 MinimalDistance: the least of the ConfigMap":          {input: of(input(europe...), toRegion(scheduler.MinimalDistance, "eu-south-1", &aws)), want: "frankfurt"},
		"§4 MinimalDistance: the own region, which is not listed": {input: of(input(europe...), toRegion(scheduler.MinimalDistance, "eu-north-1", &aws)), want: "stockholm"},
		"§4 MinimalDistance: regions that are not listed are skipped": {
			input: of(input(ready("a", in("mars-1")), ready("b", in("ap-east-1"))), toRegion(scheduler.MinimalDistance, "eu-west-1", &aws)), want: "b",
			wantRemoved: map[string]scheduler.Filter{"a": scheduler.FilterStrategy},
		},
		"§4 MinimalDistance: equal distances go by Shoots": {
			input: of(input(ready("a", in("eu-central-1")), ready("b", in("eu-central-1"))), func(in *scheduler.Input) {
				in.Regions, in.Shoots = &aws, map[string]int{"a": 3, "b": 2}
			}), want: "b",
		},
		"§4 MinimalDistance: by name where nothing is listed": {
			input: of(input(ready("a", in("mars-1")), ready("b", in("eu-west-2"))), toRegion(scheduler.MinimalDistance, "eu-west-1", nil)), want: "b",
		},
		"§4 MinimalDistance: by name where the region of the Shoot is not listed": {
			input: of(input(ready("a", in("eu-west-1")), ready("b", in("mars-2"))), toRegion(scheduler.MinimalDistance, "mars-1", &aws)), want: "b",
		},
		"§4 MinimalDistance: by name where no seed is listed": {
			input: of(input(ready("a", in("mars-12")), ready("b", in("eu-west-9"))), toRegion(scheduler.MinimalDistance, "eu-west-1", &aws)), want: "b",
		},
		"§4 MinimalDistance: a ConfigMap that says nothing about a region": {
			input: of(input(europe...), toRegion(scheduler.MinimalDistance, "eu-west-1", empty)), want: "ireland",
		},
		"§4 MinimalDistance: a ConfigMap that cannot be read": {
			input: of(input(europe...), toRegion(scheduler.MinimalDistance, "eu-west-1", broken)), wantError: "which has to hold lines such as",
		},
		"§4 MinimalDistance: another provider is two further": {
			input: of(input(ready("a", onProvider("gcp"), in("region-1")), ready("b", in("region-2"))), func(in *scheduler.Input) {
				in.Shoot.Spec.Region = "region-1"
				in.Profile.SeedSelector = &gardencorev1beta1.SeedSelector{ProviderTypes: []string{"*"}}
			}), want: "a", // both are at 2, and a is first by name
		},
		"§4 MinimalDistance: names without anything in common": {
			input: of(input(ready("a", in("eu-west-1"))), toRegion(scheduler.MinimalDistance, string(make([]byte, 2000)), nil)), wantError: "nobody says how far",
		},
		"§4 strategy: testing goes to any seed of its provider": {
			input: of(input(ready("a", in("mars-1")), ready("b")), func(in *scheduler.Input) {
				in.Shoot.Spec.Purpose, in.Strategy = new(gardencorev1beta1.ShootPurposeTesting), scheduler.SameRegion
			}), want: "a",
		},
		"§4 strategy: testing stays with its provider": {
			input: of(input(ready("a", onProvider("gcp"))), func(in *scheduler.Input) {
				in.Shoot.Spec.Purpose = new(gardencorev1beta1.ShootPurposeTesting)
				in.Profile.SeedSelector = &gardencorev1beta1.SeedSelector{ProviderTypes: []string{"gcp"}}
			}), wantError: "needs a seed of its own provider type",
		},
		"§4 strategy: one that nobody knows": {input: of(input(europe...), toRegion("Random", "eu-west-1", nil)), wantError: `strategy "Random" is unknown`},
		"§4.12 fewest Shoots": {
			input: of(input(ready("a"), ready("b"), ready("c")), func(in *scheduler.Input) { in.Shoots = map[string]int{"a": 2, "b": 1, "c": 3} }), want: "b",
		},
		"§4.12 the first by name among equals, however they are listed": {
			input: func() scheduler.Input { return input(ready("c"), ready("a"), ready("b")) }, want: "a",
		},
	})
}

func TestDistance(t *testing.T) {
	for name, c := range map[string]struct {
		one, other string
		want       int
	}{
		"§4 Levenshtein: the same":                              {"eu-west-1", "eu-west-1", 0},
		"§4 Levenshtein: one letter counts twice":               {"eu-1", "eu-2", 2},
		"§4 Levenshtein: another orientation is 2":              {"eu-west-1", "eu-east-1", 2},
		"§4 Levenshtein: a missing one is 1 and what it leaves": {"eu-west1", "eu-1", 3},
		"§4 Levenshtein: a letter and an orientation":           {"eu-west-1", "eu-east-2", 4},
		"§4 Levenshtein: the first orientation in the order":    {"northeast", "north-east", 2},
		"§4 Levenshtein: only one orientation is taken out":     {"southeast-west", "southeast-west", 0},
		"§4 Levenshtein: words":                                 {"kitten", "sitting", 6},
		"§4 Levenshtein: nothing":                               {"", "abc", 6},
		"§4 Levenshtein: letters of other alphabets are one":    {"größe", "grösse", 4},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			g.Expect(scheduler.Distance(c.one, c.other)).To(Equal(c.want))
			g.Expect(scheduler.Distance(c.other, c.one)).To(Equal(c.want))
		})
	}
}

func TestUsage(t *testing.T) {
	shoot := func(wanted, actual string) *gardencorev1beta1.Shoot {
		out := &gardencorev1beta1.Shoot{}
		if wanted != "" {
			out.Spec.SeedName = &wanted
		}
		if actual != "" {
			out.Status.SeedName = &actual
		}
		return out
	}
	NewWithT(t).Expect(scheduler.Usage([]*gardencorev1beta1.Shoot{
		shoot("a", "a"), shoot("a", ""), shoot("a", "b"), shoot("", "c"), shoot("", ""),
	})).To(Equal(map[string]int{"a": 3, "b": 1, "c": 1}), "§4.10 spec and status count, once where they agree")
}

func TestRegions(t *testing.T) {
	g := NewWithT(t)
	named := func(profiles string) corev1.ConfigMap {
		return corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: profiles, Annotations: map[string]string{"scheduling.gardener.cloud/cloudprofiles": profiles}}}
	}
	all := []corev1.ConfigMap{named(""), named("gcp"), named("azure, aws"), named("aws")}
	g.Expect(scheduler.Regions(all, "aws").Name).To(Equal("azure, aws"), "the first that names the profile")
	g.Expect(scheduler.Regions(all, "local")).To(BeNil())
	g.Expect(scheduler.Regions(all, "")).To(BeNil())
}

func TestIsFor(t *testing.T) {
	g := NewWithT(t)
	g.Expect(scheduler.IsFor(&gardencorev1beta1.Shoot{})).To(BeTrue())
	g.Expect(scheduler.IsFor(&gardencorev1beta1.Shoot{Spec: gardencorev1beta1.ShootSpec{SchedulerName: new("default-scheduler")}})).To(BeTrue())
	g.Expect(scheduler.IsFor(&gardencorev1beta1.Shoot{Spec: gardencorev1beta1.ShootSpec{SchedulerName: new("mine")}})).To(BeFalse())
	g.Expect(scheduler.IsFor(&gardencorev1beta1.Shoot{Spec: gardencorev1beta1.ShootSpec{SeedName: new("a")}})).To(BeFalse())
	g.Expect(scheduler.IsFor(&gardencorev1beta1.Shoot{ObjectMeta: metav1.ObjectMeta{DeletionTimestamp: new(metav1.Now())}})).To(BeFalse())
}

func TestFailureNamesSeedsByFilter(t *testing.T) {
	g := NewWithT(t)
	var seeds []gardencorev1beta1.Seed
	for i := range 8 {
		seeds = append(seeds, ready(fmt.Sprintf("full-%d", i), allocatable("0")))
	}
	seeds = append(seeds, ready("gcp", onProvider("gcp")))
	_, err := scheduler.Select(input(seeds...))
	g.Expect(err).To(MatchError(Equal("none of 9 seeds can host the control plane: " +
		`provider type removed 1 (gcp: its provider type "gcp" is none of aws), ` +
		"capacity removed 8 (full-0: 0 of 0 Shoots are on it; full-1: 0 of 0 Shoots are on it; full-2: 0 of 0 Shoots are on it; " +
		"full-3: 0 of 0 Shoots are on it; full-4: 0 of 0 Shoots are on it; and 3 more)")))
	g.Expect(scheduler.Reasons(err)).To(HaveLen(9))
	g.Expect(scheduler.Reasons(nil)).To(BeEmpty())
}
