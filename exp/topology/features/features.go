// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package features

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"sigs.k8s.io/yaml"
)

//go:embed features.yaml
var data []byte

// Range is the span of minor versions that know a name: from Added up to but without Removed. An empty end is open.
type Range struct {
	Added   string `json:"added,omitempty"`
	Removed string `json:"removed,omitempty"`
}

// Gate is a feature gate.
type Gate struct {
	Range
	// Locked is the first minor in which the gate cannot be switched any more; empty if it can.
	Locked string `json:"locked,omitempty"`
	// Value is what it is locked to.
	Value bool `json:"value,omitempty"`
}

type group struct {
	Versions  Range            `json:"versions"`
	Resources map[string]Range `json:"resources"`
}

type table struct {
	FeatureGates     map[string]Gate  `json:"featureGates"`
	AdmissionPlugins map[string]Range `json:"admissionPlugins"`
	APIs             map[string]group `json:"apis"`
}

var load = sync.OnceValue(func() table {
	var out table
	if err := yaml.UnmarshalStrict(data, &out); err != nil {
		panic(fmt.Sprintf("features.yaml, which is part of this program, cannot be read: %v", err))
	}
	return out
})

// FeatureGate returns the feature gate of this name.
func FeatureGate(name string) (Gate, bool) {
	gate, known := load().FeatureGates[name]
	return gate, known
}

// AdmissionPlugin returns the minors whose kube-apiserver has the admission plugin of this name.
func AdmissionPlugin(name string) (Range, bool) {
	plugin, known := load().AdmissionPlugins[name]
	return plugin, known
}

// API returns the minors that know an API, written as --runtime-config wants it: a group and version such as apps/v1 or
// v1, or one resource of it such as apps/v1/deployments.
func API(name string) (Range, bool) {
	groupVersion, resource := Split(name)
	group, known := load().APIs[groupVersion]
	if !known || resource == "" {
		return group.Versions, known
	}
	found, known := group.Resources[resource]
	return found, known
}

// Resources returns the names of the resources of a group and version.
func Resources(groupVersion string) map[string]Range {
	return load().APIs[groupVersion].Resources
}

// Split takes an API apart into group and version, and the resource, which is empty where the API names none.
func Split(api string) (groupVersion, resource string) {
	parts := strings.SplitN(api, "/", 3)
	switch {
	case len(parts) == 3:
		return parts[0] + "/" + parts[1], parts[2]
	case len(parts) == 2 && parts[0] == "v1":
		return "v1", parts[1]
	default:
		return api, ""
	}
}

// Contains says whether a minor version, such as 36 for Kubernetes 1.36, is in the range.
func (r Range) Contains(minor uint64) bool {
	return (r.Added == "" || minor >= number(r.Added)) && (r.Removed == "" || minor < number(r.Removed))
}

// String tells the range to people.
func (r Range) String() string {
	switch {
	case r.Added != "" && r.Removed != "":
		return fmt.Sprintf("Kubernetes from %s on and before %s", r.Added, r.Removed)
	case r.Added != "":
		return fmt.Sprintf("Kubernetes from %s on", r.Added)
	case r.Removed != "":
		return fmt.Sprintf("Kubernetes before %s", r.Removed)
	default:
		return "every Kubernetes version"
	}
}

// LockedIn says whether the gate cannot be switched any more in a minor version.
func (g Gate) LockedIn(minor uint64) bool {
	return g.Locked != "" && minor >= number(g.Locked)
}

// number returns the second part of a minor version. Data that is no version belongs to no range, as a test makes sure.
func number(minor string) uint64 {
	_, second, _ := strings.Cut(minor, ".")
	out, err := strconv.ParseUint(second, 10, 32)
	if err != nil {
		return 0
	}
	return out
}
