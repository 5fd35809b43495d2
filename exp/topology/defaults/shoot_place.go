// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package defaults

import (
	"fmt"
	"slices"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/cidr"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
)

// networks gives a Shoot the ranges of pods and services that its seed has for those that name none.
func networks(shoot *gardencorev1beta1.Shoot, in ShootInput) {
	networking := shoot.Spec.Networking
	if in.Seed == nil || networking == nil {
		return
	}
	workerless := len(shoot.Spec.Provider.Workers) == 0
	pods, services := cidr.Defaults(in.Seed.Spec.Networks, networking.IPFamilies)
	if networking.Pods == nil && !workerless && pods != "" {
		networking.Pods = &pods
	}
	switch {
	case networking.Services != nil:
	case services != "":
		networking.Services = &services
	case workerless && slices.Contains(networking.IPFamilies, gardencorev1beta1.IPFamilyIPv6):
		networking.Services = new(uniqueLocal(in.Random))
	}
}

// uniqueLocal returns a range for services of unique local addresses (RFC 4193): fd, 40 random bits, and 16 bits for services.
func uniqueLocal(random Random) string {
	part := func() int { return random.IntN(1 << 8) }
	return fmt.Sprintf("fd%02x:%02x%02x:%02x%02x::/112", part(), part(), part(), part(), part())
}

// exposure adds to a new Shoot what its exposure class says of the seeds that can expose it so.
func exposure(shoot *gardencorev1beta1.Shoot, class *gardencorev1beta1.ExposureClass) field.ErrorList {
	if class == nil || class.Scheduling == nil {
		return nil
	}
	var out field.ErrorList
	if selector := class.Scheduling.SeedSelector; selector != nil {
		out = selectors(shoot, selector, class.Name)
	}
	for _, wanted := range class.Scheduling.Tolerations {
		i := slices.IndexFunc(shoot.Spec.Tolerations, func(own gardencorev1beta1.Toleration) bool { return own.Key == wanted.Key })
		switch {
		case i < 0:
			shoot.Spec.Tolerations = append(shoot.Spec.Tolerations, wanted)
		case !apiequality.Semantic.DeepEqual(shoot.Spec.Tolerations[i], wanted):
			out = append(out, field.Forbidden(field.NewPath("spec", "tolerations").Index(i),
				fmt.Sprintf("%q is also tolerated by exposure class %s, with another value; remove it", wanted.Key, class.Name)))
		}
	}
	return out
}

func selectors(shoot *gardencorev1beta1.Shoot, wanted *gardencorev1beta1.SeedSelector, class string) field.ErrorList {
	if shoot.Spec.SeedSelector == nil {
		shoot.Spec.SeedSelector = &gardencorev1beta1.SeedSelector{}
	}
	own := shoot.Spec.SeedSelector
	var out field.ErrorList
	for key, value := range wanted.MatchLabels {
		if last, has := own.MatchLabels[key]; has && last != value {
			out = append(out, field.Forbidden(field.NewPath("spec", "seedSelector", "matchLabels").Key(key),
				fmt.Sprintf("is %q in exposure class %s; remove it", value, class)))
			continue
		}
		if own.MatchLabels == nil {
			own.MatchLabels = map[string]string{}
		}
		own.MatchLabels[key] = value
	}
	own.MatchExpressions = append(own.MatchExpressions, wanted.MatchExpressions...)
	own.ProviderTypes = append(own.ProviderTypes, wanted.ProviderTypes...)
	slices.Sort(own.ProviderTypes)
	own.ProviderTypes = slices.Compact(own.ProviderTypes)
	slices.SortFunc(out, func(one, other *field.Error) int { return strings.Compare(one.Field, other.Field) })
	return out
}

// domain gives a Shoot with a seed a name below the first default domain, <shoot>.<project>.<domain>, and one with a domain of
// its own a primary provider that keeps it.
func domain(shoot *gardencorev1beta1.Shoot, in ShootInput) {
	keepPrimary(shoot, in.Before)
	if shoot.Spec.SeedName == nil {
		return
	}
	if !validation.UnmanagedDNS(shoot) {
		if shoot.Spec.DNS == nil {
			shoot.Spec.DNS = &gardencorev1beta1.DNS{}
		}
		if shoot.Spec.DNS.Domain == nil && len(in.Domains) > 0 && in.Project != nil {
			shoot.Spec.DNS.Domain = new(name(shoot, in.Random) + "." + in.Project.Name + "." + in.Domains[0])
		}
	}
	dns := shoot.Spec.DNS
	own := deref(dns.Domain)
	isDefault := slices.ContainsFunc(in.Domains, func(candidate string) bool { return strings.HasSuffix(own, "."+candidate) })
	if !isDefault && validation.PrimaryProvider(dns) == nil && len(dns.Providers) > 0 {
		dns.Providers[0].Primary = new(true)
	}
}

// keepPrimary marks the provider that was the primary one, if the update left out which one that is.
func keepPrimary(shoot, last *gardencorev1beta1.Shoot) {
	if last == nil || shoot.Spec.DNS == nil || validation.PrimaryProvider(shoot.Spec.DNS) != nil {
		return
	}
	primary := validation.PrimaryProvider(last.Spec.DNS)
	if primary == nil {
		return
	}
	for i := range shoot.Spec.DNS.Providers {
		provider := &shoot.Spec.DNS.Providers[i]
		if apiequality.Semantic.DeepEqual(provider.Type, primary.Type) && apiequality.Semantic.DeepEqual(provider.CredentialsRef, primary.CredentialsRef) {
			provider.Primary = new(true)
			return
		}
	}
}

// name is that of a Shoot, or as many random letters and digits as its generated one will have.
func name(shoot *gardencorev1beta1.Shoot, random Random) string {
	if shoot.Name != "" || shoot.GenerateName == "" {
		return shoot.Name
	}
	const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
	const generated = 5
	out := make([]byte, len(shoot.GenerateName)+generated)
	for i := range out {
		out[i] = alphabet[random.IntN(len(alphabet))]
	}
	return string(out)
}
