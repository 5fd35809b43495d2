// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package scheduling

import (
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
)

func shootOn(uid types.UID, seed string) gardencorev1beta1.Shoot {
	shoot := gardencorev1beta1.Shoot{ObjectMeta: metav1.ObjectMeta{UID: uid}}
	if seed != "" {
		shoot.Spec.SeedName = ptr.To(seed)
	}
	return shoot
}

func TestUsage(t *testing.T) {
	cases := map[string]struct {
		cache     []gardencorev1beta1.Shoot
		bound     bindings
		want      map[string]int
		wantBound bindings
	}{
		"what the cache shows counts": {
			cache: []gardencorev1beta1.Shoot{shootOn("1", "a"), shootOn("2", "a"), shootOn("3", "")},
			want:  map[string]int{"a": 2},
		},
		"what was written counts before the cache shows it": {
			cache: []gardencorev1beta1.Shoot{shootOn("1", "a"), shootOn("2", "")},
			bound: bindings{"2": {"a", true}}, want: map[string]int{"a": 2}, wantBound: bindings{"2": {"a", true}},
		},
		"and so does what may have been written": {
			cache: []gardencorev1beta1.Shoot{shootOn("2", "")},
			bound: bindings{"2": {"a", false}}, want: map[string]int{"a": 1}, wantBound: bindings{"2": {"a", false}},
		},
		"nothing counts twice": {
			cache: []gardencorev1beta1.Shoot{shootOn("1", "a")}, bound: bindings{"1": {"a", true}}, want: map[string]int{"a": 1},
		},
		"a Shoot that somebody else bound counts where it is": {
			cache: []gardencorev1beta1.Shoot{shootOn("1", "b")}, bound: bindings{"1": {"a", false}}, want: map[string]int{"b": 1},
		},
		"a Shoot that is gone does not count": {bound: bindings{"1": {"a", true}}, want: map[string]int{}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			if c.bound == nil {
				c.bound = bindings{}
			}
			if c.wantBound == nil {
				c.wantBound = bindings{}
			}
			g.Expect(c.bound.usage(c.cache)).To(Equal(c.want))
			g.Expect(c.bound).To(Equal(c.wantBound))
		})
	}
}
