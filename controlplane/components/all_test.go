// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package components_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components"
)

func TestComponentsNeedOnlyThoseAboveThem(t *testing.T) {
	for above, name := range names() {
		if slices.Contains(names()[:above], name) {
			t.Errorf("two components are named %s", name)
		}
		for _, need := range components.All()[above].Needs() {
			if !slices.Contains(names()[:above], need) {
				t.Errorf("%s needs %s, which does not come before it", name, need)
			}
		}
	}
}

// Users override components by name, so that a name which the API refuses would be a component without overrides.
func TestTheAPIKnowsTheComponentsByName(t *testing.T) {
	source, err := os.ReadFile("../../api/controlplane/v1alpha1/component_types.go")
	if err != nil {
		t.Fatal(err)
	}
	marker := regexp.MustCompile(`name is the name of the component, as in status\.components\.\n(?:\s*//.*\n)*?\s*// \+kubebuilder:validation:Enum=(\S+)`)
	found := marker.FindStringSubmatch(string(source))
	if found == nil {
		t.Fatal("the API has no enum for the names of components")
	}
	if allowed := strings.Split(found[1], ";"); !slices.Equal(allowed, names()) {
		t.Errorf("the API allows %v, but the components are %v", allowed, names())
	}
}

func names() []string {
	var names []string
	for _, c := range components.All() {
		names = append(names, c.Name())
	}
	return names
}
