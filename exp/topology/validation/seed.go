// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"slices"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/validation"
)

// seedOperations are what annotations of seeds may ask for.
var seedOperations = []string{
	v1beta1constants.SeedOperationRenewGardenAccessSecrets, v1beta1constants.GardenerOperationReconcile,
	v1beta1constants.GardenerOperationRenewKubeconfig, v1beta1constants.SeedOperationRenewWorkloadIdentityTokens,
}

var operationPath = field.NewPath("metadata", "annotations").Key(v1beta1constants.GardenerOperation)

// Seed checks a Seed by itself, section 1.
func Seed(seed *gardencorev1beta1.Seed) field.ErrorList {
	out := apivalidation.ValidateObjectMeta(&seed.ObjectMeta, false, apivalidation.NameIsDNSLabel, field.NewPath("metadata"))
	if operation := seed.Annotations[v1beta1constants.GardenerOperation]; operation != "" {
		out = append(out, oneOf(&operation, operationPath, slices.Clone(seedOperations)...)...)
	}
	spec := &seed.Spec
	return join(out, seedProvider(spec.Provider, specPath.Child("provider")),
		seedNetworks(spec.Networks, specPath.Child("networks")),
		seedBackup(spec.Backup, spec.Provider.Type, specPath.Child("backup")),
		seedTaints(spec.Taints, specPath.Child("taints")),
		seedVolume(spec.Volume, specPath.Child("volume")),
		seedSettings(spec.Settings, spec.Provider.Zones, specPath.Child("settings")),
		seedIngress(spec, specPath.Child("ingress")),
		seedDNS(spec.DNS, specPath.Child("dns")),
		extensions(spec.Extensions, specPath.Child("extensions")),
		resources(spec.Resources, specPath.Child("resources")),
	)
}

// SeedUpdate checks what an update of a Seed changes: where it is, its networks, its domain and where its backups are stay, and
// an operation is not replaced by another one. Problems that it had before do not count.
func SeedUpdate(now, before *gardencorev1beta1.Seed) field.ErrorList {
	const remedy = "create another Seed"
	current, last := &now.Spec, &before.Spec
	path := specPath.Child("networks")
	out := join(
		immutable(current.Provider.Type, last.Provider.Type, specPath.Child("provider", "type"), remedy),
		immutable(current.Provider.Region, last.Provider.Region, specPath.Child("provider", "region"), remedy),
		immutable(current.Networks.IPFamilies, last.Networks.IPFamilies, path.Child("ipFamilies"), remedy),
		immutable(current.Networks.Pods, last.Networks.Pods, path.Child("pods"), remedy),
		immutable(current.Networks.Services, last.Networks.Services, path.Child("services"), remedy),
	)
	if last.Networks.Nodes != nil {
		out = append(out, immutable(current.Networks.Nodes, last.Networks.Nodes, path.Child("nodes"), remedy)...)
	}
	if last.Ingress != nil && current.Ingress != nil {
		out = append(out, immutable(current.Ingress.Domain, last.Ingress.Domain, specPath.Child("ingress", "domain"), remedy)...)
	}
	switch {
	case last.Backup == nil:
	case current.Backup == nil:
		out = append(out, field.Invalid(specPath.Child("backup"), nil, "field is immutable: it cannot be removed, because control planes rely on it"))
	default:
		out = append(out, immutable(current.Backup.Provider, last.Backup.Provider, specPath.Child("backup", "provider"), "backups cannot move")...)
		out = append(out, immutable(current.Backup.Region, last.Backup.Region, specPath.Child("backup", "region"), "backups cannot move")...)
	}
	if len(last.DNS.Defaults) > 0 && len(current.DNS.Defaults) == 0 {
		out = append(out, field.Forbidden(specPath.Child("dns", "defaults"), "cannot all be removed; keep one"))
	}
	operation, running := now.Annotations[v1beta1constants.GardenerOperation], before.Annotations[v1beta1constants.GardenerOperation]
	if operation != "" && running != "" && operation != running {
		out = append(out, field.Forbidden(operationPath, fmt.Sprintf("%s has to wait until %s has ended", operation, running)))
	}
	return append(out, validation.Introduced(Seed(before), Seed(now))...)
}

// SeedInUse checks that an update of a Seed takes nothing away that its Shoots use: zones, the internal domain, default domains.
// It gets all Shoots, and the default domains of seeds that name none.
func SeedInUse(now, before *gardencorev1beta1.Seed, shoots []*gardencorev1beta1.Shoot, domains []string) field.ErrorList {
	mine := slices.DeleteFunc(slices.Clone(shoots), func(shoot *gardencorev1beta1.Shoot) bool { return !isOn(shoot, now.Name) })
	if len(mine) == 0 {
		return nil
	}
	var out field.ErrorList
	if gone := sets.New(before.Spec.Provider.Zones...).Delete(now.Spec.Provider.Zones...); gone.Len() > 0 {
		out = append(out, field.Forbidden(specPath.Child("provider", "zones"), fmt.Sprintf("%s cannot be removed while there are Shoots", strings.Join(sets.List(gone), ", "))))
	}
	internal, last := now.Spec.DNS.Internal, before.Spec.DNS.Internal
	if internal != nil && last != nil && internal.Domain != last.Domain {
		out = append(out, field.Forbidden(specPath.Child("dns", "internal", "domain"), fmt.Sprintf("cannot change from %q while there are Shoots", last.Domain)))
	}
	return append(out, domainsInUse(now.Spec.DNS.Defaults, before.Spec.DNS.Defaults, mine, domains)...)
}

// isOn says whether a Shoot is on a seed, or leaves it.
func isOn(shoot *gardencorev1beta1.Shoot, seed string) bool {
	return deref(shoot.Spec.SeedName) == seed || deref(shoot.Status.SeedName) == seed
}

// domainsInUse checks that default domains which Shoots are below stay, also when a seed begins to name its own.
func domainsInUse(now, before []gardencorev1beta1.SeedDNSProviderConfig, shoots []*gardencorev1beta1.Shoot, all []string) field.ErrorList {
	if len(now) == 0 {
		return nil
	}
	if len(before) > 0 {
		all = nil
		for _, config := range before {
			all = append(all, config.Domain)
		}
	}
	path := specPath.Child("dns", "defaults")
	var out field.ErrorList
	for _, domain := range all {
		if slices.ContainsFunc(now, func(config gardencorev1beta1.SeedDNSProviderConfig) bool { return config.Domain == domain }) {
			continue
		}
		i := slices.IndexFunc(shoots, func(shoot *gardencorev1beta1.Shoot) bool {
			return strings.HasSuffix(deref(deref(shoot.Spec.DNS).Domain), "."+domain)
		})
		if i >= 0 {
			out = append(out, field.Forbidden(path, fmt.Sprintf("must have %q, because Shoot %s/%s is below it", domain, shoots[i].Namespace, shoots[i].Name)))
		}
	}
	return out
}

// SeedDeletion checks that a Seed has no Shoots any more.
func SeedDeletion(seed *gardencorev1beta1.Seed, shoots []*gardencorev1beta1.Shoot) field.ErrorList {
	for _, shoot := range shoots {
		if isOn(shoot, seed.Name) {
			return field.ErrorList{field.Forbidden(field.NewPath("metadata", "name"),
				fmt.Sprintf("cannot be deleted, because Shoot %s/%s is there; move it or delete it first", shoot.Namespace, shoot.Name))}
		}
	}
	return nil
}

func seedProvider(provider gardencorev1beta1.SeedProvider, path *field.Path) field.ErrorList {
	var out field.ErrorList
	if provider.Type == "" {
		out = append(out, field.Required(path.Child("type"), "name the type of infrastructure"))
	}
	if provider.Region == "" {
		out = append(out, field.Required(path.Child("region"), "name the region"))
	}
	zones := unique[string]{}
	for i, zone := range provider.Zones {
		if zones.seen(zone) {
			out = append(out, field.Duplicate(path.Child("zones").Index(i), zone))
		}
	}
	return out
}

// remoteCredentials checks a reference to credentials in some namespace, which has to be there.
func remoteCredentials(reference *corev1.ObjectReference, path *field.Path) field.ErrorList {
	if reference == nil {
		return field.ErrorList{field.Required(path, "name a Secret or WorkloadIdentity")}
	}
	return credentials(*reference, false, path)
}

func seedBackup(backup *gardencorev1beta1.Backup, providerType string, path *field.Path) field.ErrorList {
	if backup == nil {
		return nil
	}
	out := remoteCredentials(backup.CredentialsRef, path.Child("credentialsRef"))
	if backup.Provider == "" {
		out = append(out, field.Required(path.Child("provider"), "name the type of infrastructure"))
	}
	if backup.Provider != providerType && deref(backup.Region) == "" {
		out = append(out, field.Invalid(path.Child("region"), "", "must be set where the provider is another than that of the seed"))
	}
	return out
}

func seedTaints(taints []gardencorev1beta1.SeedTaint, path *field.Path) field.ErrorList {
	var out field.ErrorList
	ids := unique[string]{}
	for i, taint := range taints {
		if taint.Key == "" {
			out = append(out, field.Required(path.Index(i).Child("key"), "name a key"))
		}
		if id := keyValue(taint.Key, taint.Value); ids.seen(id) {
			out = append(out, field.Duplicate(path.Index(i), id))
		}
	}
	return out
}

func seedVolume(volume *gardencorev1beta1.SeedVolume, path *field.Path) field.ErrorList {
	if volume == nil {
		return nil
	}
	out := optionalQuantity("minimumSize", volume.MinimumSize, path.Child("minimumSize"))
	purposes := unique[string]{}
	for i, provider := range volume.Providers {
		own := path.Child("providers").Index(i)
		if provider.Purpose == "" {
			out = append(out, field.Required(own.Child("purpose"), "say what the volumes are for"))
		}
		if provider.Name == "" {
			out = append(out, field.Required(own.Child("name"), "name the provider"))
		}
		if purposes.seen(provider.Purpose) {
			out = append(out, field.Duplicate(own.Child("purpose"), provider.Purpose))
		}
	}
	return out
}

func seedIngress(spec *gardencorev1beta1.SeedSpec, path *field.Path) field.ErrorList {
	ingress := spec.Ingress
	if ingress == nil {
		return field.ErrorList{field.Required(path, "set domain and controller")}
	}
	var out field.ErrorList
	if ingress.Domain == "" {
		out = append(out, field.Required(path.Child("domain"), "name a domain"))
	} else {
		out = append(out, dnsSubdomain(ingress.Domain, path.Child("domain"))...)
	}
	out = append(out, oneOf(&ingress.Controller.Kind, path.Child("controller", "kind"), v1beta1constants.IngressKindNginx)...)
	if spec.DNS.Provider == nil {
		out = append(out, field.Required(specPath.Child("dns", "provider"), "the domain of ingress needs a provider that keeps it"))
	}
	return out
}

func seedDNS(dns gardencorev1beta1.SeedDNS, path *field.Path) field.ErrorList {
	var out field.ErrorList
	if provider := dns.Provider; provider != nil {
		if provider.Type == "" {
			out = append(out, field.Required(path.Child("provider", "type"), "name the type of provider"))
		}
		out = append(out, remoteCredentials(provider.CredentialsRef, path.Child("provider", "credentialsRef"))...)
	}
	if dns.Internal == nil {
		out = append(out, field.Required(path.Child("internal"), "set the domain for control planes, and who keeps it"))
	} else {
		out = append(out, seedDomain(*dns.Internal, path.Child("internal"))...)
	}
	domains := unique[string]{}
	for i, config := range dns.Defaults {
		own := path.Child("defaults").Index(i)
		out = append(out, seedDomain(config, own)...)
		if domains.seen(config.Domain) {
			out = append(out, field.Duplicate(own.Child("domain"), config.Domain))
		}
	}
	return out
}

func seedDomain(config gardencorev1beta1.SeedDNSProviderConfig, path *field.Path) field.ErrorList {
	out := credentials(config.CredentialsRef, false, path.Child("credentialsRef"))
	if config.Domain == "" {
		out = append(out, field.Required(path.Child("domain"), "name a domain"))
	} else {
		out = append(out, dnsSubdomain(config.Domain, path.Child("domain"))...)
	}
	if config.Type == "" {
		out = append(out, field.Required(path.Child("type"), "name the type of provider"))
	}
	return out
}
