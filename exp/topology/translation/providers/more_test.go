// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package providers

import (
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/runtime"
)

// TestProvidersThatSayMore is about what only some providers say of a Shoot; the others say nothing.
func TestProvidersThatSayMore(t *testing.T) {
	config := func(cidr string) *runtime.RawExtension {
		return &runtime.RawExtension{Raw: []byte(`{"apiVersion": "aws.provider.extensions.gardener.cloud/v1alpha1", "kind": "InfrastructureConfig",
			"elasticFileSystem": {"enabled": true}, "networks": {"vpc": {"cidr": "` + cidr + `"}}}`)}
	}
	workers := []gardencorev1beta1.Worker{{Name: "a"}}
	cases := map[string]struct {
		provider gardencorev1beta1.Provider
		number   int
	}{
		"one that has both":       {gardencorev1beta1.Provider{Type: "aws", Workers: workers}, 1},
		"one that has neither":    {gardencorev1beta1.Provider{Type: "local", Workers: workers}, 0},
		"one that is not known":   {gardencorev1beta1.Provider{Type: "moon", Workers: workers}, 0},
		"a Shoot without workers": {gardencorev1beta1.Provider{Type: "aws"}, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			before := &gardencorev1beta1.Shoot{}
			before.Spec.Provider = c.provider
			before.Spec.Provider.InfrastructureConfig = config("10.250.0.0/16")
			now := before.DeepCopy()
			now.Spec.Provider.InfrastructureConfig = config("10.251.0.0/16")
			g.Expect(NotCarriedOut(now)).To(HaveLen(c.number))
			g.Expect(ValidateUpdate(now, before)).To(HaveLen(c.number))
			g.Expect(ValidateUpdate(now, now)).To(BeEmpty())
		})
	}
}
