// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubecontrollermanager_test

import (
	"strings"
	"testing"

	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component/golden"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/kubecontrollermanager"
)

func TestObjects(t *testing.T) { golden.Run(t, kubecontrollermanager.New(), "testdata") }

func TestARangeForEachNodeFitsIntoThePodNetwork(t *testing.T) {
	in := golden.ReadInput(t, "testdata/default/input.yaml")
	in.Network.PodCIDRs = []string{"10.244.0.0/26"}
	in.Configuration.ControllerManager.NodeCIDRMaskSize = ptr.To[int32](24)
	_, err := kubecontrollermanager.New().Render(in)
	if want := "set a larger controllerManager.nodeCIDRMaskSize"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the error is %v, want one with %q", err, want)
	}
}
