// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation_test

import (
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
)

// host is a seed that the valid Shoot can be put on.
func host(name string) *gardencorev1beta1.Seed {
	return &gardencorev1beta1.Seed{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"tier": "gold"}},
		Spec: gardencorev1beta1.SeedSpec{
			Provider:           gardencorev1beta1.SeedProvider{Type: "aws", Region: "eu-west-1", Zones: []string{"a", "b", "c"}},
			Networks:           gardencorev1beta1.SeedNetworks{Nodes: new("10.240.0.0/16"), Pods: "10.241.128.0/17", Services: "10.241.0.0/17"},
			Backup:             &gardencorev1beta1.Backup{Provider: "aws"},
			DNS:                gardencorev1beta1.SeedDNS{Internal: &gardencorev1beta1.SeedDNSProviderConfig{Domain: "internal.example.com"}, Defaults: []gardencorev1beta1.SeedDNSProviderConfig{{Domain: "example.com"}}},
			AccessRestrictions: []gardencorev1beta1.AccessRestriction{{Name: "eu-access-only"}},
		},
	}
}

// placed is a Shoot that is put on a seed, and what is wrong with that.
type placed struct {
	before, change func(*gardencorev1beta1.Shoot)
	placement      func(*validation.Placement)
	want           []string
}

func on(name string) func(*gardencorev1beta1.Shoot) {
	return func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.SeedName = &name }
}

func TestShootOnSeed(t *testing.T) {
	seed := func(change func(*gardencorev1beta1.Seed)) func(*validation.Placement) {
		return func(placement *validation.Placement) { change(placement.Seed) }
	}
	left := func(change func(*gardencorev1beta1.Seed)) func(*validation.Placement) {
		return func(placement *validation.Placement) {
			placement.Last = host("last")
			change(placement.Last)
		}
	}
	tolerating := func(tolerations ...gardencorev1beta1.Toleration) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Tolerations = tolerations }
	}
	selecting := func(selector *gardencorev1beta1.SeedSelector) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.SeedSelector = selector }
	}
	labels := func(value string) *gardencorev1beta1.SeedSelector {
		return &gardencorev1beta1.SeedSelector{LabelSelector: metav1.LabelSelector{MatchLabels: map[string]string{"tier": value}}}
	}
	taint := func(value *string) func(*validation.Placement) {
		return seed(func(seed *gardencorev1beta1.Seed) {
			seed.Spec.Taints = []gardencorev1beta1.SeedTaint{{Key: "dedicated", Value: value}}
		})
	}
	zonal := func(shoot *gardencorev1beta1.Shoot) {
		shoot.Spec.ControlPlane = &gardencorev1beta1.ControlPlane{HighAvailability: &gardencorev1beta1.HighAvailability{FailureTolerance: gardencorev1beta1.FailureTolerance{Type: "zone"}}}
	}
	pinned := func(shoot *gardencorev1beta1.Shoot) {
		shoot.Spec.ControlPlane = &gardencorev1beta1.ControlPlane{Zones: []string{"d"}}
	}
	restricted := func(shoot *gardencorev1beta1.Shoot) {
		shoot.Spec.AccessRestrictions = []gardencorev1beta1.AccessRestrictionWithOptions{{AccessRestriction: gardencorev1beta1.AccessRestriction{Name: "moon-only"}}}
	}
	ipv6 := all(families("IPv6"), networks("2001:db8:1::/64", "2001:db8:2::/64", "2001:db8:3::/112"), func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Kubernetes.KubeControllerManager = nil })
	deleted := seed(func(seed *gardencorev1beta1.Seed) { seed.DeletionTimestamp = new(metav1.Now()) })
	forbidden := []string{"spec.seedName: Forbidden"}
	for name, row := range map[string]placed{
		"§4 placed: on a seed that fits":               {nil, on("aws"), nil, nil},
		"§4 placed: not yet":                           {nil, same, nil, nil},
		"§4 placed: cannot leave":                      {on("aws"), func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.SeedName = nil }, nil, forbidden},
		"§4.1 usable: one that is being deleted":       {nil, on("aws"), deleted, forbidden},
		"§4.2 CloudProfile.seedSelector: other labels": {nil, on("aws"), func(placement *validation.Placement) { placement.Profile.SeedSelector = labels("silver") }, forbidden},
		"§4.4 providerTypes: of another type": {nil, on("aws"), func(placement *validation.Placement) {
			placement.Profile.SeedSelector = &gardencorev1beta1.SeedSelector{ProviderTypes: []string{"gcp"}}
		}, forbidden},
		"§4.4 providerTypes: any": {nil, on("aws"), func(placement *validation.Placement) {
			placement.Profile.SeedSelector = &gardencorev1beta1.SeedSelector{ProviderTypes: []string{"*"}}
		}, nil},
		"§4.5 zones: too few to lose one":          {nil, all(on("aws"), zonal), seed(func(seed *gardencorev1beta1.Seed) { seed.Spec.Provider.Zones = []string{"a", "b"} }), []string{"spec.controlPlane.highAvailability.failureTolerance.type: Forbidden"}},
		"§4.5 zones: enough to lose one":           {nil, all(on("aws"), zonal), nil, nil},
		"§4.6 zones: one that the seed lacks":      {nil, all(on("aws"), pinned), nil, []string{"spec.controlPlane.zones[0]: Invalid"}},
		"§4.7 accessRestrictions: not of the seed": {nil, all(on("aws"), restricted), nil, []string{"spec.accessRestrictions[0]: Forbidden"}},
		"§4.7 accessRestrictions: come later":      {on("aws"), restricted, nil, []string{"spec.accessRestrictions[0]: Forbidden"}},
		"§4.10 networks: IPv4 ranges of the seed":  {nil, all(on("aws"), networks("10.240.0.0/16", "100.96.0.0/11", "100.64.0.0/13")), nil, nil},
		"§4.10 networks: IPv6 ranges of the seed":  {nil, all(on("aws"), ipv6), seed(func(seed *gardencorev1beta1.Seed) { seed.Spec.Networks.Pods = "2001:db8:2::/48" }), []string{"spec.networking.pods: Invalid"}},
		"§4.10 networks: those that are used": {nil, all(on("aws"), func(shoot *gardencorev1beta1.Shoot) {
			shoot.Status.Networking = &gardencorev1beta1.NetworkingStatus{Nodes: []string{"241.0.0.0/16"}}
		}), nil, []string{"status.networking.nodes: Invalid"}},
		"§4.10 networks: none":           {nil, all(on("aws"), networks("10.250.0.0/16", "", "")), nil, []string{"spec.networking.pods: Required", "spec.networking.services: Required"}},
		"§4.10 taints: not tolerated":    {nil, on("aws"), taint(nil), forbidden},
		"§4.10 taints: tolerated":        {nil, all(on("aws"), tolerating(gardencorev1beta1.Toleration{Key: "dedicated"})), taint(nil), nil},
		"§4.10 taints: of another value": {nil, all(on("aws"), tolerating(gardencorev1beta1.Toleration{Key: "dedicated", Value: new("b")})), taint(new("a")), forbidden},
		"§4.10 capacity: full": {nil, on("aws"), func(placement *validation.Placement) {
			placement.Seed.Status.Allocatable, placement.Used = corev1.ResourceList{"shoots": *quantity("1")}, 1
		}, forbidden},
		"§4.10 capacity: the last one": {nil, on("aws"), func(placement *validation.Placement) {
			placement.Seed.Status.Allocatable, placement.Used = corev1.ResourceList{"shoots": *quantity("2")}, 1
		}, nil},
		"§4.10 capacity: full, for who is there": {on("aws"), annotate("a", "b"), func(placement *validation.Placement) {
			placement.Seed.Status.Allocatable, placement.Used = corev1.ResourceList{"shoots": *quantity("1")}, 5
		}, nil},
		"§27 move: to a seed with a backup":    {on("last"), on("aws"), left(func(*gardencorev1beta1.Seed) {}), nil},
		"§27 move: from a seed without backup": {on("last"), on("aws"), left(func(seed *gardencorev1beta1.Seed) { seed.Spec.Backup = nil }), forbidden},
		"§27 move: to another internal domain": {on("last"), on("aws"), left(func(seed *gardencorev1beta1.Seed) { seed.Spec.DNS.Internal.Domain = "other.example.com" }), forbidden},
		"§27 move: to where its default domain is not served": {all(on("last"), func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.DNS = &gardencorev1beta1.DNS{Domain: new("botany.dev.example.org")}
		}), on("aws"),
			left(func(seed *gardencorev1beta1.Seed) { seed.Spec.DNS.Defaults[0].Domain = "example.org" }), forbidden},
		"§27 move: from a seed that is not known any more":     {on("last"), on("aws"), seed(func(seed *gardencorev1beta1.Seed) { seed.Spec.Backup = nil }), nil},
		"§1 seed that is being deleted: nothing changes there": {on("aws"), func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Purpose = nil }, deleted, []string{"spec: Forbidden"}},
		"§1 seed that is being deleted: no annotation either":  {on("aws"), annotate("a", "b"), deleted, []string{"metadata.annotations[a]: Forbidden"}},
		"§1 seed that is being deleted: Shoots may go":         {on("aws"), annotate("confirmation.gardener.cloud/deletion", "true"), deleted, nil},
		"§4.3 seedSelector: selects where it is":               {on("aws"), selecting(labels("gold")), nil, nil},
		"§4.3 seedSelector: selects another":                   {on("aws"), selecting(labels("silver")), nil, []string{"spec.seedSelector: Invalid"}},
		"§4.3 seedSelector: of another type":                   {on("aws"), selecting(&gardencorev1beta1.SeedSelector{ProviderTypes: []string{"gcp"}}), nil, []string{"spec.seedSelector.providerTypes: Invalid"}},
		"§4.3 seedSelector: cannot go":                         {all(on("aws"), selecting(labels("gold"))), selecting(nil), nil, []string{"spec.seedSelector: Invalid"}},
	} {
		t.Run(name, func(t *testing.T) {
			placement := validation.Placement{Seed: host("aws"), Profile: profile()}
			if row.placement != nil {
				row.placement(&placement)
			}
			if row.before == nil {
				expect(t, validation.ShootOnSeed(shoot(row.change), nil, placement), row.want)
				return
			}
			before := shoot(row.before)
			after := before.DeepCopy()
			row.change(after)
			expect(t, validation.ShootOnSeed(after, before, placement), row.want)
		})
	}
}

func TestShootMoving(t *testing.T) {
	operation := func(kind gardencorev1beta1.LastOperationType, state gardencorev1beta1.LastOperationState) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			shoot.Status.LastOperation = &gardencorev1beta1.LastOperation{Type: kind, State: state}
		}
	}
	change := func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Purpose = nil }
	for name, row := range map[string]update{
		"§27 moving: a change while it leaves":              {operation("Migrate", "Processing"), change, []string{"spec: Forbidden"}},
		"§27 moving: a change while it arrives":             {operation("Restore", "Processing"), change, []string{"spec: Forbidden"}},
		"§27 moving: a change after it arrived":             {operation("Restore", "Succeeded"), change, nil},
		"§27 moving: a change before it leaves":             {all(operation("Reconcile", "Succeeded"), on("aws"), func(shoot *gardencorev1beta1.Shoot) { shoot.Status.SeedName = new("last") }), change, []string{"spec: Forbidden"}},
		"§27 moving: annotations are no change of the spec": {operation("Migrate", "Processing"), annotate("a", "b"), nil},
		"§27 moving: the move itself":                       {operation("Migrate", "Error"), on("other"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			before := shoot(row.before)
			after := before.DeepCopy()
			row.change(after)
			expect(t, validation.ShootMoving(after, before), row.want)
		})
	}
}
