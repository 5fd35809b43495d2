// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeproxy_test

import (
	"testing"

	. "github.com/onsi/gomega"
	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component/golden"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/kubeproxy"
)

func TestObjects(t *testing.T) { golden.Run(t, kubeproxy.New(), "testdata") }

func TestItIsThereUnlessDisabled(t *testing.T) {
	g := NewWithT(t)
	in := golden.ReadInput(t, "testdata/default/input.yaml")
	g.Expect(kubeproxy.New().Enabled(in)).To(BeTrue())
	in.Configuration.Addons.KubeProxy.Disabled = ptr.To(true)
	g.Expect(kubeproxy.New().Enabled(in)).To(BeFalse())
}

func TestAVersionThatIsNoneIsAnError(t *testing.T) {
	in := golden.ReadInput(t, "testdata/default/input.yaml")
	in.Workers.Versions = []string{"latest"}
	_, err := kubeproxy.New().Render(in)
	NewWithT(t).Expect(err).To(MatchError(ContainSubstring(`"latest" is not a semantic version`)))
}
