// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package names

import (
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/util/validation"
)

func TestNamespace(t *testing.T) {
	long := strings.Repeat("a", 40)
	cases := map[string]struct {
		parts []string
		want  string
	}{
		"says what it is for":                {[]string{"team", "c", "machines"}, "team--c--machines"},
		"is whole as long as it fits":        {[]string{long, strings.Repeat("c", 21)}, long + "--" + strings.Repeat("c", 21)},
		"is cut where it does not":           {[]string{long, strings.Repeat("c", 22)}, long + "--cccccccccc-66608d4ca2"},
		"ends as a name may where it is cut": {[]string{long, "cccccccc", "machines-of-mine"}, ""},
		"has no dots":                        {[]string{"team", "c.example.org"}, "team--c-example-org-7195c4de46"},
		"is one of its own where it is cut":  {[]string{long, "cccccccccccc", "machines-of-others"}, ""},
	}
	g := NewWithT(t)
	seen := map[string]string{}
	for title, c := range cases {
		name := Namespace(c.parts...)
		if c.want != "" {
			g.Expect(name).To(Equal(c.want), title)
		}
		g.Expect(validation.IsDNS1123Label(name)).To(BeEmpty(), "%s: %s", title, name)
		g.Expect(seen).NotTo(HaveKey(name), title)
		seen[name] = title
	}
}
