// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"cmp"
	"crypto/x509"
	"encoding/pem"
	"maps"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// join puts lists of problems together.
func join(lists ...field.ErrorList) field.ErrorList { return slices.Concat(lists...) }

// one is a problem, or none.
func one(problem *field.Error) field.ErrorList {
	if problem == nil {
		return nil
	}
	return field.ErrorList{problem}
}

// deref returns what a pointer points to, or the zero value.
func deref[T any](pointer *T) T {
	if pointer == nil {
		return *new(T)
	}
	return *pointer
}

func equal(one, other any) bool { return apiequality.Semantic.DeepEqual(one, other) }

func nonNegative[T int32 | int64](value *T, path *field.Path) field.ErrorList {
	if value == nil || *value >= 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, *value, "must be greater than or equal to 0")}
}

func nonNegativeDuration(value *metav1.Duration, path *field.Path) field.ErrorList {
	if value == nil || value.Duration >= 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, value.Duration.String(), "must not be negative")}
}

// within checks that a number is between two others.
func within[T int32 | int64 | float64](value *T, least, most T, path *field.Path, detail string) field.ErrorList {
	if value == nil || *value >= least && *value <= most {
		return nil
	}
	return field.ErrorList{field.Invalid(path, *value, detail)}
}

// oneOf checks that a value is one of those that there are.
func oneOf[T ~string](value *T, path *field.Path, allowed ...T) field.ErrorList {
	if value == nil || slices.Contains(allowed, *value) {
		return nil
	}
	slices.Sort(allowed)
	return field.ErrorList{field.NotSupported(path, *value, allowed)}
}

// invalid turns messages about a value into problems.
func invalid(path *field.Path, value string, messages []string) field.ErrorList {
	var out field.ErrorList
	for _, message := range messages {
		out = append(out, field.Invalid(path, value, message))
	}
	return out
}

func dnsLabel(value string, path *field.Path) field.ErrorList {
	return invalid(path, value, validation.IsDNS1123Label(value))
}

func dnsSubdomain(value string, path *field.Path) field.ErrorList {
	return invalid(path, value, validation.IsDNS1123Subdomain(value))
}

// plainName returns what is wrong with a qualified name that must not have a prefix.
func plainName(name string) []string {
	if messages := validation.IsQualifiedName(name); len(messages) > 0 {
		return messages
	}
	if strings.Contains(name, "/") {
		return []string{"must not have a prefix that ends in /"}
	}
	return nil
}

func requireName(name string, path *field.Path) field.ErrorList {
	if name == "" {
		return field.ErrorList{field.Required(path, "give it a name")}
	}
	return invalid(path, name, plainName(name))
}

// wholeNumbers are the resources that are counted.
var wholeNumbers = sets.New(
	corev1.ResourcePods, corev1.ResourceQuotas, corev1.ResourceServices, corev1.ResourceReplicationControllers, corev1.ResourceSecrets,
	corev1.ResourceConfigMaps, corev1.ResourcePersistentVolumeClaims, corev1.ResourceServicesNodePorts, corev1.ResourceServicesLoadBalancers,
)

// quantity checks an amount of a resource: it is not negative, and a whole number where the resource is counted.
func quantity(name corev1.ResourceName, value resource.Quantity, path *field.Path) field.ErrorList {
	var out field.ErrorList
	if value.Sign() < 0 {
		out = append(out, field.Invalid(path, value.String(), "must be greater than or equal to 0"))
	}
	counted := wholeNumbers.Has(name) || strings.Contains(string(name), "/") &&
		!strings.Contains(string(name), corev1.ResourceDefaultNamespacePrefix)
	if counted && value.MilliValue()%1000 != 0 {
		out = append(out, field.Invalid(path, value.String(), "must be a whole number"))
	}
	return out
}

func optionalQuantity(name corev1.ResourceName, value *resource.Quantity, path *field.Path) field.ErrorList {
	if value == nil {
		return nil
	}
	return quantity(name, *value, path)
}

func certificate(bundle *string, path *field.Path) field.ErrorList {
	if bundle == nil {
		return nil
	}
	block, _ := pem.Decode([]byte(*bundle))
	if block != nil && block.Type == "CERTIFICATE" {
		if _, err := x509.ParseCertificate(block.Bytes); err == nil {
			return nil
		}
	}
	return field.ErrorList{field.Invalid(path, *bundle, "must begin with a certificate in PEM format")}
}

// immutable checks that a field is as it was. The remedy says what to do instead of changing it.
func immutable(now, before any, path *field.Path, remedy string) field.ErrorList {
	if equal(now, before) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, now, "field is immutable: "+remedy)}
}

// setting is a field that may be set.
type setting struct {
	name string
	set  bool
}

// forbid refuses the settings that are set.
func forbid(path *field.Path, detail string, settings ...setting) field.ErrorList {
	var out field.ErrorList
	for _, one := range settings {
		if one.set {
			out = append(out, field.Forbidden(path.Child(one.name), detail))
		}
	}
	return out
}

// duration is a field that holds a span of time.
type duration struct {
	name  string
	value *metav1.Duration
}

func nonNegativeDurations(path *field.Path, durations ...duration) field.ErrorList {
	var out field.ErrorList
	for _, one := range durations {
		out = append(out, nonNegativeDuration(one.value, path.Child(one.name))...)
	}
	return out
}

// sorted returns the keys of a map in order, so that messages do not change from one time to the next.
func sorted[K cmp.Ordered, V any](values map[K]V) []K { return slices.Sorted(maps.Keys(values)) }

// unique reports each item that was there before in a list.
type unique[T comparable] map[T]bool

// seen notes an item, and says whether it was noted before.
func (u unique[T]) seen(item T) bool {
	if u[item] {
		return true
	}
	u[item] = true
	return false
}

// kubernetesVersion is a version of which rules depend on the minor. One that cannot be read obeys none of these rules.
type kubernetesVersion struct{ parsed *semver.Version }

func parseVersion(version string) kubernetesVersion {
	parsed, err := semver.NewVersion(version)
	if err != nil {
		return kubernetesVersion{}
	}
	return kubernetesVersion{parsed}
}

// atLeast says whether the version is 1.<minor> or newer.
func (v kubernetesVersion) atLeast(minor uint64) bool {
	return v.parsed != nil && (v.parsed.Major() > 1 || v.parsed.Major() == 1 && v.parsed.Minor() >= minor)
}

// before says whether the version is older than 1.<minor>.
func (v kubernetesVersion) before(minor uint64) bool {
	return v.parsed != nil && !v.atLeast(minor)
}

// minor returns the second part of the version, and false if it cannot be read.
func (v kubernetesVersion) minor() (uint64, bool) {
	if v.parsed == nil {
		return 0, false
	}
	return v.parsed.Minor(), true
}
