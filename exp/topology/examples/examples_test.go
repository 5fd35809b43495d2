// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package examples_test

import (
	"testing"

	. "github.com/onsi/gomega"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/examples"
)

func TestOf(t *testing.T) {
	for kind, number := range map[string]int{
		"Shoot": 4, "CloudProfile": 2, "NamespacedCloudProfile": 1, "Seed": 1, "Project": 1, "Quota": 1, "SecretBinding": 1,
		"CredentialsBinding": 2, "ExposureClass": 1,
	} {
		t.Run(kind, func(t *testing.T) { NewWithT(t).Expect(examples.Of(kind)).To(HaveLen(number)) })
	}
}
