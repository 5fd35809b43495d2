// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package providers

import (
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
)

func TestWhoTranslates(t *testing.T) {
	workers := []gardencorev1beta1.Worker{{Name: "a"}}
	cases := map[string]struct {
		typ        string
		workers    []gardencorev1beta1.Worker
		ofShoot    string
		ofProfiles []string
	}{
		"workers of a type that is known":           {"local", workers, "local", []string{"workerless", "local"}},
		"workers of a type that nobody knows":       {"somewhere", workers, "", []string{"workerless"}},
		"no workers, of a type that is known":       {"local", nil, "workerless", []string{"workerless", "local"}},
		"no workers, of a type that nobody knows":   {"somewhere", nil, "workerless", []string{"workerless"}},
		"no type can be that of the workerless one": {"workerless", workers, "", []string{"workerless"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			shoot := &gardencorev1beta1.Shoot{Spec: gardencorev1beta1.ShootSpec{Provider: gardencorev1beta1.Provider{Type: c.typ, Workers: c.workers}}}
			if p := OfShoot(shoot); c.ofShoot == "" {
				g.Expect(p).To(BeNil())
			} else {
				g.Expect(p.Type()).To(Equal(c.ofShoot))
			}
			var types []string
			for _, p := range OfProfile(&gardencorev1beta1.CloudProfileSpec{Type: c.typ}) {
				types = append(types, p.Type())
			}
			g.Expect(types).To(Equal(c.ofProfiles))
		})
	}
}

func TestTypesAreKnownOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, typ := range Types() {
		NewWithT(t).Expect(seen).NotTo(HaveKey(typ))
		seen[typ] = true
	}
	NewWithT(t).Expect(seen).To(HaveKey("local"))
}
