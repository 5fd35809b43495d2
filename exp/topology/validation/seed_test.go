// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation_test

import (
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
)

type seedSpec = gardencorev1beta1.SeedSpec

func secretRef() corev1.ObjectReference {
	return corev1.ObjectReference{APIVersion: "v1", Kind: "Secret", Namespace: "garden", Name: "credentials"}
}

// seed is one that obeys all rules.
func seed() *gardencorev1beta1.Seed {
	return &gardencorev1beta1.Seed{
		ObjectMeta: metav1.ObjectMeta{Name: "aws", Annotations: map[string]string{}},
		Spec: seedSpec{
			Provider: gardencorev1beta1.SeedProvider{Type: "aws", Region: "eu-west-1", Zones: []string{"a", "b", "c"}},
			Networks: gardencorev1beta1.SeedNetworks{
				Nodes: new("10.240.0.0/16"), Pods: "10.241.128.0/17", Services: "10.241.0.0/17", IPFamilies: []gardencorev1beta1.IPFamily{"IPv4"},
				ShootDefaults: &gardencorev1beta1.ShootNetworks{Pods: new("100.96.0.0/11"), Services: new("100.64.0.0/13")},
			},
			Backup:  &gardencorev1beta1.Backup{Provider: "aws", CredentialsRef: new(secretRef())},
			Ingress: &gardencorev1beta1.Ingress{Domain: "ingress.example.com", Controller: gardencorev1beta1.IngressController{Kind: "nginx"}},
			DNS: gardencorev1beta1.SeedDNS{
				Provider: &gardencorev1beta1.SeedDNSProvider{Type: "aws-route53", CredentialsRef: new(secretRef())},
				Internal: &gardencorev1beta1.SeedDNSProviderConfig{Type: "aws-route53", Domain: "internal.example.com", CredentialsRef: secretRef()},
				Defaults: []gardencorev1beta1.SeedDNSProviderConfig{{Type: "aws-route53", Domain: "example.com", CredentialsRef: secretRef()}},
			},
			Settings: &gardencorev1beta1.SeedSettings{},
		},
	}
}

func ofSeed(change func(*seedSpec)) func(*gardencorev1beta1.Seed) {
	return func(seed *gardencorev1beta1.Seed) { change(&seed.Spec) }
}

func TestSeed(t *testing.T) {
	operation := func(name string) func(*gardencorev1beta1.Seed) {
		return func(seed *gardencorev1beta1.Seed) { seed.Annotations["gardener.cloud/operation"] = name }
	}
	runOn(t, map[string]change[*gardencorev1beta1.Seed]{
		"§1 valid: a seed":                 {func(*gardencorev1beta1.Seed) {}, nil},
		"§1 name: no label":                {func(seed *gardencorev1beta1.Seed) { seed.Name = "a.b" }, []string{"metadata.name: Invalid"}},
		"§1 operation: reconcile":          {operation("reconcile"), nil},
		"§1 operation: unknown":            {operation("dance"), []string{nowPath + ": NotSupported"}},
		"§1 provider: of nothing":          {ofSeed(func(spec *seedSpec) { spec.Provider = gardencorev1beta1.SeedProvider{}; spec.Backup = nil }), []string{"spec.provider.type: Required", "spec.provider.region: Required"}},
		"§1 zones: one twice":              {ofSeed(func(spec *seedSpec) { spec.Provider.Zones = []string{"a", "a"} }), []string{"spec.provider.zones[1]: Duplicate"}},
		"§1 backup: none":                  {ofSeed(func(spec *seedSpec) { spec.Backup = nil }), nil},
		"§1 backup: of nothing":            {ofSeed(func(spec *seedSpec) { spec.Backup = &gardencorev1beta1.Backup{} }), []string{"spec.backup.provider: Required", "spec.backup.region: Invalid", "spec.backup.credentialsRef: Required"}},
		"§1 backup: elsewhere":             {ofSeed(func(spec *seedSpec) { spec.Backup.Provider = "gcp" }), []string{"spec.backup.region: Invalid"}},
		"§1 backup: elsewhere in a region": {ofSeed(func(spec *seedSpec) { spec.Backup.Provider, spec.Backup.Region = "gcp", new("europe-west1") }), nil},
		"§1 credentials: of another kind":  {ofSeed(func(spec *seedSpec) { spec.Backup.CredentialsRef.Kind = "ConfigMap" }), []string{"spec.backup.credentialsRef: NotSupported"}},
		"§1 credentials: a workload identity": {ofSeed(func(spec *seedSpec) {
			spec.Backup.CredentialsRef.APIVersion, spec.Backup.CredentialsRef.Kind = "security.gardener.cloud/v1alpha1", "WorkloadIdentity"
		}), nil},
		"§1 credentials: nowhere": {ofSeed(func(spec *seedSpec) { spec.Backup.CredentialsRef.Namespace = "" }), []string{"spec.backup.credentialsRef.namespace: Required", "spec.backup.credentialsRef.namespace: Invalid"}},
		"§1 taints: some": {ofSeed(func(spec *seedSpec) {
			spec.Taints = []gardencorev1beta1.SeedTaint{{Key: "a"}, {Key: "a", Value: new("b")}}
		}), nil},
		"§1 taints: without key, one twice": {ofSeed(func(spec *seedSpec) { spec.Taints = []gardencorev1beta1.SeedTaint{{}, {Key: "a"}, {Key: "a"}} }), []string{"spec.taints[0].key: Required", "spec.taints[2]: Duplicate"}},
		"§1 volume: negative":               {ofSeed(func(spec *seedSpec) { spec.Volume = &gardencorev1beta1.SeedVolume{MinimumSize: quantity("-1")} }), []string{"spec.volume.minimumSize: Invalid"}},
		"§1 volume: providers of nothing, one purpose twice": {ofSeed(func(spec *seedSpec) {
			spec.Volume = &gardencorev1beta1.SeedVolume{Providers: []gardencorev1beta1.SeedVolumeProvider{{}, {Purpose: "etcd", Name: "a"}, {Purpose: "etcd", Name: "b"}}}
		}), []string{"spec.volume.providers[0].purpose: Required", "spec.volume.providers[0].name: Required", "spec.volume.providers[2].purpose: Duplicate"}},
		"§1 ingress: none":                      {ofSeed(func(spec *seedSpec) { spec.Ingress = nil }), []string{"spec.ingress: Required"}},
		"§1 ingress: no domain":                 {ofSeed(func(spec *seedSpec) { spec.Ingress.Domain = "" }), []string{"spec.ingress.domain: Required"}},
		"§1 ingress: no DNS name":               {ofSeed(func(spec *seedSpec) { spec.Ingress.Domain = "a b" }), []string{"spec.ingress.domain: Invalid"}},
		"§1 ingress: another controller":        {ofSeed(func(spec *seedSpec) { spec.Ingress.Controller.Kind = "traefik" }), []string{"spec.ingress.controller.kind: NotSupported"}},
		"§1 dns: no provider":                   {ofSeed(func(spec *seedSpec) { spec.DNS.Provider = nil }), []string{"spec.dns.provider: Required"}},
		"§1 dns: a provider of nothing":         {ofSeed(func(spec *seedSpec) { spec.DNS.Provider = &gardencorev1beta1.SeedDNSProvider{} }), []string{"spec.dns.provider.type: Required", "spec.dns.provider.credentialsRef: Required"}},
		"§1 dns: no internal domain":            {ofSeed(func(spec *seedSpec) { spec.DNS.Internal = nil }), []string{"spec.dns.internal: Required"}},
		"§1 dns: an internal domain of nothing": {ofSeed(func(spec *seedSpec) { spec.DNS.Internal.Domain, spec.DNS.Internal.Type = "", "" }), []string{"spec.dns.internal.domain: Required", "spec.dns.internal.type: Required"}},
		"§1 dns: a default domain twice":        {ofSeed(func(spec *seedSpec) { spec.DNS.Defaults = append(spec.DNS.Defaults, spec.DNS.Defaults[0]) }), []string{"spec.dns.defaults[1].domain: Duplicate"}},
		"§1 extensions: one twice":              {ofSeed(func(spec *seedSpec) { spec.Extensions = []gardencorev1beta1.Extension{{Type: "a"}, {Type: "a"}} }), []string{"spec.extensions[1].type: Duplicate"}},
		"§1 resources: of another kind": {ofSeed(func(spec *seedSpec) {
			spec.Resources = []gardencorev1beta1.NamedResourceReference{{Name: "a", ResourceRef: autoscalingv1.CrossVersionObjectReference{APIVersion: "v1", Kind: "Pod", Name: "b"}}}
		}), []string{"spec.resources[0].resourceRef: NotSupported"}},
	}, seed, validation.Seed)
}

func TestSeedNetworks(t *testing.T) {
	networks := func(nodes, pods, services, shootPods, shootServices string, families ...gardencorev1beta1.IPFamily) func(*gardencorev1beta1.Seed) {
		return ofSeed(func(spec *seedSpec) {
			spec.Networks = gardencorev1beta1.SeedNetworks{Nodes: &nodes, Pods: pods, Services: services, IPFamilies: families, ShootDefaults: &gardencorev1beta1.ShootNetworks{Pods: &shootPods, Services: &shootServices}}
		})
	}
	path := "spec.networks."
	runOn(t, map[string]change[*gardencorev1beta1.Seed]{
		"§16 ranges: unreadable":                 {networks("a", "b", "c", "d", "e", "IPv4"), []string{path + "nodes: Invalid", path + "pods: Invalid", path + "services: Invalid", path + "shootDefaults.pods: Invalid", path + "shootDefaults.services: Invalid"}},
		"§16 family: unknown":                    {networks("a", "b", "c", "d", "e", "IPv5"), []string{path + "ipFamilies[0]: NotSupported"}},
		"§16 family: IPv6 where there is IPv4":   {networks("10.0.0.0/16", "2001:db8::/64", "10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16", "IPv4"), []string{path + "pods: Invalid"}},
		"§16 family: both":                       {networks("10.0.0.0/16", "2001:db8::/64", "10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16", "IPv4", "IPv6"), nil},
		"§16 services: as large as can be":       {networks("11.0.0.0/16", "11.1.0.0/16", "10.0.0.0/8", "11.2.0.0/16", "11.3.0.0/16", "IPv4"), nil},
		"§16 services: larger":                   {networks("12.0.0.0/16", "12.1.0.0/16", "10.0.0.0/7", "12.2.0.0/16", "12.3.0.0/16", "IPv4"), []string{path + "services: Invalid"}},
		"§16 disjoint: those of the seed":        {networks("10.0.0.0/16", "10.0.0.0/17", "10.0.0.0/18", "10.2.0.0/16", "10.3.0.0/16", "IPv4"), []string{path + "services: Invalid", path + "nodes: Invalid", path + "nodes: Invalid"}},
		"§16 disjoint: those for Shoots":         {networks("10.0.0.0/16", "10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16", "10.3.0.0/17", "IPv4"), []string{path + "shootDefaults.services: Invalid"}},
		"§16 disjoint: IPv4 of both may overlap": {networks("10.0.0.0/16", "10.1.0.0/16", "10.2.0.0/16", "10.1.0.0/16", "10.2.0.0/16", "IPv4"), nil},
		"§16 disjoint: IPv6 of both":             {networks("2001:db8:1::/48", "2001:db8:2::/48", "2001:db8:3::/112", "2001:db8:2::/56", "2001:db8:5::/112", "IPv6"), []string{path + "shootDefaults.pods: Invalid"}},
		"§16 reserved: all":                      {networks("240.0.0.0/12", "241.0.0.0/16", "242.0.0.0/16", "243.0.0.0/16", "244.0.0.0/16", "IPv4"), []string{path + "nodes: Invalid", path + "pods: Invalid", path + "services: Invalid", path + "shootDefaults.pods: Invalid", path + "shootDefaults.services: Invalid"}},
		"§16 ranges: none for Shoots":            {ofSeed(func(spec *seedSpec) { spec.Networks.ShootDefaults = nil }), nil},
	}, seed, validation.Seed)
}

func TestSeedSettings(t *testing.T) {
	settings := func(change func(*gardencorev1beta1.SeedSettings)) func(*gardencorev1beta1.Seed) {
		return ofSeed(func(spec *seedSpec) { change(spec.Settings) })
	}
	balancers := func(balancers gardencorev1beta1.SeedSettingLoadBalancerServices) func(*gardencorev1beta1.Seed) {
		return settings(func(settings *gardencorev1beta1.SeedSettings) { settings.LoadBalancerServices = &balancers })
	}
	zones := func(names ...string) gardencorev1beta1.SeedSettingLoadBalancerServices {
		out := gardencorev1beta1.SeedSettingLoadBalancerServices{}
		for _, name := range names {
			out.Zones = append(out.Zones, gardencorev1beta1.SeedSettingLoadBalancerServicesZones{Name: name})
		}
		return out
	}
	in := func(count int, change func(*gardencorev1beta1.Seed)) func(*gardencorev1beta1.Seed) {
		return func(seed *gardencorev1beta1.Seed) {
			seed.Spec.Provider.Zones = seed.Spec.Provider.Zones[:count]
			change(seed)
		}
	}
	tolerating := func(toleration corev1.Toleration) func(*gardencorev1beta1.Seed) {
		return settings(func(settings *gardencorev1beta1.SeedSettings) {
			settings.ExcessCapacityReservation = &gardencorev1beta1.SeedSettingExcessCapacityReservation{Configs: []gardencorev1beta1.SeedSettingExcessCapacityReservationConfig{{
				Resources: corev1.ResourceList{"cpu": *quantity("1")}, Tolerations: []corev1.Toleration{toleration},
			}}}
		})
	}
	routing := settings(func(settings *gardencorev1beta1.SeedSettings) {
		settings.TopologyAwareRouting = &gardencorev1beta1.SeedSettingTopologyAwareRouting{Enabled: true}
	})
	selection := func(mode gardencorev1beta1.ZoneSelectionMode) func(*gardencorev1beta1.Seed) {
		return settings(func(settings *gardencorev1beta1.SeedSettings) {
			settings.ZoneSelection = &gardencorev1beta1.SeedSettingZoneSelection{Mode: mode}
		})
	}
	path := "spec.settings."
	config := path + "excessCapacityReservation.configs[0]."
	runOn(t, map[string]change[*gardencorev1beta1.Seed]{
		"§1 excessCapacityReservation: of nothing": {settings(func(settings *gardencorev1beta1.SeedSettings) {
			settings.ExcessCapacityReservation = &gardencorev1beta1.SeedSettingExcessCapacityReservation{Configs: []gardencorev1beta1.SeedSettingExcessCapacityReservationConfig{{}}}
		}), []string{config + "resources: Required"}},
		"§1 excessCapacityReservation: of less than nothing": {settings(func(settings *gardencorev1beta1.SeedSettings) {
			settings.ExcessCapacityReservation = &gardencorev1beta1.SeedSettingExcessCapacityReservation{Configs: []gardencorev1beta1.SeedSettingExcessCapacityReservationConfig{{Resources: corev1.ResourceList{"cpu": *quantity("-1")}}}}
		}), []string{config + "resources.cpu: Invalid"}},
		"§1 tolerations: of a taint":                   {tolerating(corev1.Toleration{Key: "a", Operator: "Equal", Value: "b", Effect: "NoSchedule"}), nil},
		"§1 tolerations: of every taint":               {tolerating(corev1.Toleration{Operator: "Exists"}), nil},
		"§1 tolerations: of no key":                    {tolerating(corev1.Toleration{Operator: "Equal"}), []string{config + "tolerations[0].operator: Invalid"}},
		"§1 tolerations: of a key that none can be":    {tolerating(corev1.Toleration{Key: "a b", Operator: "Exists"}), []string{config + "tolerations[0].key: Invalid"}},
		"§1 tolerations: of a value where none can be": {tolerating(corev1.Toleration{Key: "a", Operator: "Exists", Value: "b"}), []string{config + "tolerations[0].operator: Invalid"}},
		"§1 tolerations: in an unknown way":            {tolerating(corev1.Toleration{Key: "a", Operator: "Like"}), []string{config + "tolerations[0].operator: NotSupported"}},
		"§1 tolerations: of an unknown effect":         {tolerating(corev1.Toleration{Key: "a", Effect: "Never"}), []string{config + "tolerations[0].effect: NotSupported"}},
		"§1 tolerations: for a while":                  {tolerating(corev1.Toleration{Key: "a", Effect: "NoSchedule", TolerationSeconds: new(int64(5))}), []string{config + "tolerations[0].effect: Invalid"}},
		"§1 loadBalancerServices: of unknown policy and class": {balancers(gardencorev1beta1.SeedSettingLoadBalancerServices{
			Class: new("a b"), ExternalTrafficPolicy: new(corev1.ServiceExternalTrafficPolicy("Some")), Annotations: map[string]string{"a b": "c"},
		}), []string{path + "loadBalancerServices.class: Invalid", path + "loadBalancerServices.externalTrafficPolicy: NotSupported", path + "loadBalancerServices.annotations: Invalid"}},
		"§1 loadBalancerServices: of zones":                    {balancers(zones("a", "b")), nil},
		"§1 loadBalancerServices: of zones that there are not": {balancers(zones("a", "d", "a")), []string{path + "loadBalancerServices.zones[1].name: NotFound", path + "loadBalancerServices.zones[2].name: Duplicate"}},
		"§1 loadBalancerServices: of zones where there is one": {in(1, balancers(zones("a"))), []string{path + "loadBalancerServices.zones: Forbidden"}},
		"§1 verticalPodAutoscaler: of others": {settings(func(settings *gardencorev1beta1.SeedSettings) {
			settings.VerticalPodAutoscaler = &gardencorev1beta1.SeedSettingVerticalPodAutoscaler{FeatureGates: map[string]bool{"NodeSwap": true}, MaxAllowed: corev1.ResourceList{"pods": *quantity("1")}}
		}), []string{path + "verticalPodAutoscaler.featureGates.NodeSwap: Invalid", path + "verticalPodAutoscaler.maxAllowed.pods: NotSupported"}},
		"§1 topologyAwareRouting: in two zones": {in(2, routing), nil},
		"§1 topologyAwareRouting: in one zone":  {in(1, routing), []string{path + "topologyAwareRouting.enabled: Forbidden"}},
		"§4.6 zoneSelection: of zones":          {selection("Enforce"), nil},
		"§4.6 zoneSelection: of no zones":       {in(0, selection("Prefer")), []string{path + "zoneSelection: Forbidden"}},
		"§4.6 zoneSelection: unknown":           {selection("Avoid"), []string{path + "zoneSelection.mode: NotSupported"}},
	}, seed, validation.Seed)
}

func TestSeedUpdate(t *testing.T) {
	operation := func(name string) func(*gardencorev1beta1.Seed) {
		return func(seed *gardencorev1beta1.Seed) { seed.Annotations["gardener.cloud/operation"] = name }
	}
	runTransitions(t, map[string]transition[*gardencorev1beta1.Seed]{
		"§1 I: provider.type":   {nil, ofSeed(func(spec *seedSpec) { spec.Provider.Type = "gcp"; spec.Backup.Region = nil }), []string{"spec.provider.type: Invalid", "spec.backup.region: Invalid"}},
		"§1 I: provider.region": {nil, ofSeed(func(spec *seedSpec) { spec.Provider.Region = "us-east-1" }), []string{"spec.provider.region: Invalid"}},
		"§1 I: networks": {nil, ofSeed(func(spec *seedSpec) {
			spec.Networks.Pods, spec.Networks.Services, spec.Networks.Nodes = "10.1.0.0/16", "10.2.0.0/16", new("10.3.0.0/16")
		}), []string{"spec.networks.pods: Invalid", "spec.networks.services: Invalid", "spec.networks.nodes: Invalid"}},
		"§1 I: networks.nodes are set once":          {ofSeed(func(spec *seedSpec) { spec.Networks.Nodes = nil }), ofSeed(func(spec *seedSpec) { spec.Networks.Nodes = new("10.3.0.0/16") }), nil},
		"§1 I: networks.ipFamilies":                  {nil, ofSeed(func(spec *seedSpec) { spec.Networks.IPFamilies = []gardencorev1beta1.IPFamily{"IPv4", "IPv6"} }), []string{"spec.networks.ipFamilies: Invalid"}},
		"§1 I: shootDefaults may change":             {nil, ofSeed(func(spec *seedSpec) { spec.Networks.ShootDefaults = nil }), nil},
		"§1 I: ingress.domain":                       {nil, ofSeed(func(spec *seedSpec) { spec.Ingress.Domain = "other.example.com" }), []string{"spec.ingress.domain: Invalid"}},
		"§1 I: backup.provider and region":           {nil, ofSeed(func(spec *seedSpec) { spec.Backup.Provider, spec.Backup.Region = "gcp", new("a") }), []string{"spec.backup.provider: Invalid", "spec.backup.region: Invalid"}},
		"§1 I: backup cannot go":                     {nil, ofSeed(func(spec *seedSpec) { spec.Backup = nil }), []string{"spec.backup: Invalid"}},
		"§1 I: backup may come":                      {ofSeed(func(spec *seedSpec) { spec.Backup = nil }), ofSeed(func(spec *seedSpec) { spec.Backup = seed().Spec.Backup }), nil},
		"§1 dns: defaults cannot all go":             {nil, ofSeed(func(spec *seedSpec) { spec.DNS.Defaults = nil }), []string{"spec.dns.defaults: Forbidden"}},
		"§1 operation: replaces another":             {operation("reconcile"), operation("renew-kubeconfig"), []string{nowPath + ": Forbidden"}},
		"§1 operation: ends":                         {operation("reconcile"), func(seed *gardencorev1beta1.Seed) { seed.Annotations = nil }, nil},
		"§1 ratchet: what was wrong before may stay": {ofSeed(func(spec *seedSpec) { spec.DNS.Internal = nil }), func(seed *gardencorev1beta1.Seed) { seed.Labels = map[string]string{"a": "b"} }, nil},
	}, seed, validation.SeedUpdate)
}

func TestSeedInUse(t *testing.T) {
	below := func(domain string) *gardencorev1beta1.Shoot {
		return shoot(on("aws"), func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.DNS = &gardencorev1beta1.DNS{Domain: &domain} })
	}
	leaving := shoot(on("other"), func(shoot *gardencorev1beta1.Shoot) { shoot.Status.SeedName = new("aws") })
	fewer, nothing := ofSeed(func(spec *seedSpec) { spec.Provider.Zones = []string{"a"} }), func(*gardencorev1beta1.Seed) {}
	noDefaults := ofSeed(func(spec *seedSpec) { spec.DNS.Defaults = nil })
	renamed := ofSeed(func(spec *seedSpec) { spec.DNS.Defaults[0].Domain = "example.org" })
	for name, row := range map[string]struct {
		before, change func(*gardencorev1beta1.Seed)
		shoot          *gardencorev1beta1.Shoot
		want           []string
	}{
		"§1 in use: zones":                             {nothing, fewer, shoot(on("aws")), []string{"spec.provider.zones: Forbidden"}},
		"§1 in use: zones of a Shoot that leaves":      {nothing, fewer, leaving, []string{"spec.provider.zones: Forbidden"}},
		"§1 in use: zones of others":                   {nothing, fewer, shoot(on("other")), nil},
		"§1 in use: more zones":                        {fewer, nothing, shoot(on("aws")), nil},
		"§1 in use: the internal domain":               {nothing, ofSeed(func(spec *seedSpec) { spec.DNS.Internal.Domain = "other.example.com" }), shoot(on("aws")), []string{"spec.dns.internal.domain: Forbidden"}},
		"§1 in use: a default domain":                  {nothing, renamed, below("botany.dev.example.com"), []string{"spec.dns.defaults: Forbidden"}},
		"§1 in use: a default domain of nobody":        {nothing, renamed, below("botany.example.net"), nil},
		"§1 in use: the default domain of all":         {noDefaults, nothing, below("botany.dev.example.net"), []string{"spec.dns.defaults: Forbidden"}},
		"§1 in use: one of the default domains of all": {noDefaults, nothing, below("botany.dev.example.com"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			before, after := seed(), seed()
			row.before(before)
			row.change(after)
			expect(t, validation.SeedInUse(after, before, []*gardencorev1beta1.Shoot{row.shoot}, []string{"example.com", "example.net"}), row.want)
		})
	}
	t.Run("§1 deletion: with a Shoot", func(t *testing.T) {
		expect(t, validation.SeedDeletion(seed(), []*gardencorev1beta1.Shoot{shoot(on("other")), shoot(on("aws"))}), []string{"metadata.name: Forbidden"})
	})
	t.Run("§1 deletion: without", func(t *testing.T) {
		expect(t, validation.SeedDeletion(seed(), []*gardencorev1beta1.Shoot{shoot(on("other"))}), nil)
	})
}
