// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubernetes

import (
	"testing"

	. "github.com/onsi/gomega"
)

func TestCheckKubelet(t *testing.T) {
	cases := map[string]struct {
		kubelet, oldest, newest string
		want                    string
	}{
		"the same version":                         {kubelet: "v1.36.3", oldest: "v1.36.3", newest: "v1.36.3"},
		"a later patch":                            {kubelet: "v1.36.9", oldest: "v1.36.3", newest: "v1.36.3"},
		"three minors older":                       {kubelet: "v1.33.1", oldest: "v1.36.3", newest: "v1.36.3"},
		"other build metadata":                     {kubelet: "v1.36.3", oldest: "v1.36.3+vendor.1", newest: "v1.36.3+vendor.1"},
		"four minors older":                        {kubelet: "v1.32.9", oldest: "v1.36.3", newest: "v1.36.3", want: "version v1.32.9 is more than 3 minor versions older than the control plane, which runs v1.36.3; choose a version v1.33.x or later"},
		"four minors older than the newest server": {kubelet: "v1.32.9", oldest: "v1.35.1", newest: "v1.36.3", want: "choose a version v1.33.x or later"},
		"a newer minor":                            {kubelet: "v1.37.0", oldest: "v1.36.3", newest: "v1.36.3", want: "version v1.37.0 is newer than the control plane, which runs v1.36.3; upgrade the control plane first, or choose a version v1.36.x or earlier"},
		"a newer minor than the oldest server":     {kubelet: "v1.36.3", oldest: "v1.35.1", newest: "v1.36.3", want: "choose a version v1.35.x or earlier"},
		"another major":                            {kubelet: "v2.0.0", oldest: "v1.36.3", newest: "v1.36.3", want: "is newer than the control plane"},
		"what is no version":                       {kubelet: "1.36", oldest: "v1.36.3", newest: "v1.36.3", want: "such as v1.36.3"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			expectError(t, CheckKubelet(c.kubelet, c.oldest, c.newest), c.want)
		})
	}
}

func TestAVersionAsTheValueOfALabel(t *testing.T) {
	g := NewWithT(t)
	g.Expect(LabelValue("v1.36.3")).To(Equal("v1.36.3"))
	g.Expect(LabelValue("v1.36.3+vendor.1")).To(Equal("v1.36.3_vendor.1"))
}
