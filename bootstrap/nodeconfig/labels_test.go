// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package nodeconfig

import (
	"testing"

	. "github.com/onsi/gomega"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
)

func TestLabelsOfNodesAreReadFromMachines(t *testing.T) {
	cases := map[string]struct {
		annotation string
		want       map[string]string
		problem    string
	}{
		"several":         {`{"a":"1","example.com/b":""}`, map[string]string{"a": "1", "example.com/b": ""}, ""},
		"none":            {`{}`, map[string]string{}, ""},
		"no object":       {`a=b`, nil, "must be a JSON object"},
		"values of words": {`{"a":1}`, nil, "must be a JSON object"},
		"a wrong name":    {`{"a b":"1"}`, nil, `label "a b"`},
		"a wrong value":   {`{"a":"b c"}`, nil, `label "a"`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			got, err := Labels(map[string]string{bootstrapv1.NodeLabelsAnnotation: c.annotation})
			if c.problem != "" {
				g.Expect(err).To(MatchError(And(ContainSubstring(bootstrapv1.NodeLabelsAnnotation), ContainSubstring(c.problem))))
				return
			}
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(got).To(Equal(c.want))
		})
	}
	NewWithT(t).Expect(Labels(nil)).To(BeNil())
}
