// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package components

import (
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/cni"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/coredns"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/etcd"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/konnectivity"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/kubeapiserver"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/kubecontrollermanager"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/kubeproxy"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/kubernetesservice"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/kubescheduler"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/metricsserver"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/network"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/nodeaccess"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/nodelocaldns"
)

// All lists the hosted components in bring-up order. A component may need only those above it.
func All() []component.Component {
	return []component.Component{
		network.New(),
		etcd.New(etcd.Main),
		etcd.New(etcd.Events),
		kubeapiserver.New(),
		kubecontrollermanager.New(),
		kubescheduler.New(),
		nodeaccess.New(),
		konnectivity.New(),
		kubernetesservice.New(),
		cni.New(),
		kubeproxy.New(),
		coredns.New(),
		nodelocaldns.New(),
		metricsserver.New(),
	}
}
