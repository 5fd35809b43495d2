// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package defaults_test

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/defaults"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
)

func TestNetworks(t *testing.T) {
	workerless := func(shoot *gardencorev1beta1.Shoot) {
		shoot.Spec.Provider.Workers, shoot.Spec.CredentialsBindingName, shoot.Spec.Networking = nil, nil, nil
	}
	ipv6 := func(shoot *gardencorev1beta1.Shoot) {
		shoot.Spec.Networking = &gardencorev1beta1.Networking{IPFamilies: []gardencorev1beta1.IPFamily{"IPv6"}}
	}
	ranged := &gardencorev1beta1.ShootNetworks{Pods: new("10.96.0.0/16"), Services: new("10.97.0.0/16")}
	for name, row := range map[string]struct {
		shoot          *gardencorev1beta1.Shoot
		ranges         *gardencorev1beta1.ShootNetworks
		pods, services string
	}{
		"§16 ranges: those of the seed": {shoot(), ranged, "10.96.0.0/16", "10.97.0.0/16"},
		"§16 ranges: the usual ones":    {shoot(), nil, "100.96.0.0/11", "100.64.0.0/13"},
		"§16 ranges: those of its own": {shoot(func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Networking.Pods, shoot.Spec.Networking.Services = new("10.1.0.0/16"), new("10.2.0.0/16")
		}), ranged, "10.1.0.0/16", "10.2.0.0/16"},
		"§16 ranges: none of another family":            {shoot(ipv6), ranged, "", ""},
		"§15 ranges: no pods without workers":           {shoot(workerless), ranged, "", "10.97.0.0/16"},
		"§15 ranges: services for IPv6 without workers": {shoot(workerless, ipv6), ranged, "", "fd15:1515:1515::/112"},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			seed := &gardencorev1beta1.Seed{Spec: gardencorev1beta1.SeedSpec{Networks: gardencorev1beta1.SeedNetworks{ShootDefaults: row.ranges}}}
			g.Expect(defaults.Shoot(row.shoot, input(func(in *defaults.ShootInput) { in.Seed = seed }))).To(BeEmpty())
			for _, one := range []struct {
				got  *string
				want string
			}{{row.shoot.Spec.Networking.Pods, row.pods}, {row.shoot.Spec.Networking.Services, row.services}} {
				if one.want == "" {
					g.Expect(one.got).To(BeNil())
				} else {
					g.Expect(one.got).To(HaveValue(Equal(one.want)))
				}
			}
		})
	}
	t.Run("§15 ranges: services for IPv6 are unique local addresses", func(t *testing.T) {
		g := NewWithT(t)
		random := rand.New(rand.NewPCG(1, 2))
		for range 100 {
			out := shoot(workerless, ipv6)
			g.Expect(defaults.Shoot(out, input(func(in *defaults.ShootInput) { in.Seed, in.Random = &gardencorev1beta1.Seed{}, random }))).To(BeEmpty())
			prefix, err := netip.ParsePrefix(*out.Spec.Networking.Services)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(netip.MustParsePrefix("fd00::/8").Contains(prefix.Addr())).To(BeTrue())
			g.Expect(validation.Shoot(out)).To(BeEmpty())
		}
	})
}

func TestTolerations(t *testing.T) {
	g := NewWithT(t)
	out := shoot(func(shoot *gardencorev1beta1.Shoot) {
		shoot.Spec.Tolerations = []gardencorev1beta1.Toleration{{Key: "own", Value: new("a")}}
	})
	in := input(func(in *defaults.ShootInput) {
		in.Tolerations = []gardencorev1beta1.Toleration{{Key: "everybody"}, {Key: "own"}}
		in.Project.Spec.Tolerations = &gardencorev1beta1.ProjectTolerations{Defaults: []gardencorev1beta1.Toleration{{Key: "project"}, {Key: "everybody", Value: new("b")}}}
	})
	g.Expect(defaults.Shoot(out, in)).To(BeEmpty())
	want := []gardencorev1beta1.Toleration{{Key: "own", Value: new("a")}, {Key: "everybody"}, {Key: "project"}}
	g.Expect(out.Spec.Tolerations).To(Equal(want), "§21 tolerations: those of all, then those of the project, for keys that it does not name")
	in.Before = out
	fewer := out.DeepCopy()
	fewer.Spec.Tolerations = nil
	g.Expect(defaults.Shoot(fewer, in)).To(BeEmpty())
	g.Expect(fewer.Spec.Tolerations).To(BeEmpty(), "§21 tolerations: only new Shoots get them")
	protected := shoot(func(shoot *gardencorev1beta1.Shoot) { shoot.Namespace = "garden" })
	g.Expect(defaults.Shoot(protected, input())).To(BeEmpty())
	g.Expect(protected.Spec.Tolerations).To(Equal([]gardencorev1beta1.Toleration{{Key: "seed.gardener.cloud/protected"}}), "§2 tolerations: the garden may use protected seeds")
}

func TestExposureClass(t *testing.T) {
	class := &gardencorev1beta1.ExposureClass{ObjectMeta: metav1.ObjectMeta{Name: "internet"}, Scheduling: &gardencorev1beta1.ExposureClassScheduling{
		SeedSelector: &gardencorev1beta1.SeedSelector{
			LabelSelector: metav1.LabelSelector{MatchLabels: map[string]string{"exposed": "true"}, MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "a", Operator: metav1.LabelSelectorOpExists}}},
			ProviderTypes: []string{"aws"},
		},
		Tolerations: []gardencorev1beta1.Toleration{{Key: "exposed", Value: new("true")}},
	}}
	selecting := func(labels map[string]string, types ...string) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.SeedSelector = &gardencorev1beta1.SeedSelector{LabelSelector: metav1.LabelSelector{MatchLabels: labels}, ProviderTypes: types}
		}
	}
	tolerating := func(value string) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Tolerations = []gardencorev1beta1.Toleration{{Key: "exposed", Value: &value}}
		}
	}
	for name, row := range map[string]struct {
		change    func(*gardencorev1beta1.Shoot)
		labels    map[string]string
		types     []string
		wantError string
	}{
		"§12 exposure class: adds to nothing":           {same, map[string]string{"exposed": "true"}, []string{"aws"}, ""},
		"§12 exposure class: adds to what there is":     {selecting(map[string]string{"tier": "gold"}, "gcp"), map[string]string{"exposed": "true", "tier": "gold"}, []string{"aws", "gcp"}, ""},
		"§12 exposure class: agrees with what there is": {selecting(map[string]string{"exposed": "true"}, "aws"), map[string]string{"exposed": "true"}, []string{"aws"}, ""},
		"§12 exposure class: contradicts what there is": {selecting(map[string]string{"exposed": "false"}), map[string]string{"exposed": "false"}, []string{"aws"}, "spec.seedSelector.matchLabels[exposed]"},
		"§12 exposure class: the same toleration":       {tolerating("true"), map[string]string{"exposed": "true"}, []string{"aws"}, ""},
		"§12 exposure class: another toleration":        {tolerating("false"), map[string]string{"exposed": "true"}, []string{"aws"}, "spec.tolerations[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			out := shoot(row.change)
			problems := defaults.Shoot(out, input(func(in *defaults.ShootInput) { in.ExposureClass = class.DeepCopy() }))
			if row.wantError == "" {
				g.Expect(problems).To(BeEmpty())
			} else {
				g.Expect(problems).To(HaveLen(1))
				g.Expect(problems[0].Field).To(Equal(row.wantError))
			}
			g.Expect(out.Spec.SeedSelector.MatchLabels).To(Equal(row.labels))
			g.Expect(out.Spec.SeedSelector.ProviderTypes).To(Equal(row.types))
			g.Expect(out.Spec.SeedSelector.MatchExpressions).To(HaveLen(1))
			g.Expect(out.Spec.Tolerations).To(HaveLen(1))
		})
	}
}

func TestDomain(t *testing.T) {
	placed := func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.SeedName = new("aws") }
	dns := func(domain string, providers ...gardencorev1beta1.DNSProvider) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.DNS = &gardencorev1beta1.DNS{Providers: providers}
			if domain != "" {
				shoot.Spec.DNS.Domain = &domain
			}
		}
	}
	generated := func(shoot *gardencorev1beta1.Shoot) { shoot.Name, shoot.GenerateName = "", "bo-" }
	route53, unmanaged := gardencorev1beta1.DNSProvider{Type: new("aws-route53")}, gardencorev1beta1.DNSProvider{Type: new("unmanaged")}
	primary := route53
	primary.Primary = new(true)
	domains := []string{"example.com", "example.org"}
	for name, row := range map[string]struct {
		last    *gardencorev1beta1.Shoot
		shoot   *gardencorev1beta1.Shoot
		domains []string
		want    string
		primary bool
	}{
		"§13 default domain: with the seed":             {nil, shoot(placed), domains, "botany.dev.example.com", false},
		"§13 default domain: not before":                {nil, shoot(), domains, "", false},
		"§13 default domain: none":                      {nil, shoot(placed), nil, "", false},
		"§13 default domain: not where nobody keeps it": {nil, shoot(placed, dns("", unmanaged)), domains, "", true},
		"§13 default domain: of a generated name":       {nil, shoot(placed, generated), domains, "llllllll.dev.example.com", false},
		"§13 domain: one of its own":                    {nil, shoot(placed, dns("botany.example.net", route53)), domains, "botany.example.net", true},
		"§13 primary: none below a default domain":      {nil, shoot(placed, dns("botany.dev.example.org", route53)), domains, "botany.dev.example.org", false},
		"§13 primary: none without a seed":              {nil, shoot(dns("botany.example.net", route53)), domains, "botany.example.net", false},
		"§13 primary: the one from before":              {shoot(dns("botany.example.net", primary)), shoot(dns("botany.example.net", route53)), domains, "botany.example.net", true},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			g.Expect(defaults.Shoot(row.shoot, input(func(in *defaults.ShootInput) { in.Before, in.Domains = row.last, row.domains }))).To(BeEmpty())
			got := row.shoot.Spec.DNS
			if row.want == "" {
				if got != nil {
					g.Expect(got.Domain).To(BeNil())
				}
			} else {
				g.Expect(got.Domain).To(HaveValue(Equal(row.want)))
			}
			g.Expect(validation.PrimaryProvider(got) != nil).To(Equal(row.primary))
		})
	}
}
