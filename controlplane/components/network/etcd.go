// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package network

import (
	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

const (
	// etcdDruid is the label of etcd-druid's own pods.
	etcdDruid = "etcd-druid"
	// compactionJob is the label of the jobs by which etcd-druid compacts snapshots.
	compactionJob = "etcd-snapshot-compaction-job"
)

// etcdPolicies open an etcd to its clients, and its members to each other: to replicate, to join, and to
// defragment, which the leading sidecar does for all.
func etcdPolicies(etcd string) []*networkingv1.NetworkPolicy {
	members := labelled(component.PodSelector(etcd))
	ports := tcp(wiring.EtcdClientPort, wiring.EtcdPeerPort, wiring.EtcdBackupPort)
	return []*networkingv1.NetworkPolicy{
		allowToServer(etcd, wiring.EtcdClientPort),
		allowFromAsking(etcd, wiring.EtcdClientPort),
		policy("allow-among-"+etcd, members,
			[]ingress{{From: pods(members), Ports: ports}},
			[]egress{{To: pods(members), Ports: ports}}),
	}
}

// backupPolicies open the sidecar to etcd-druid, which asks it for snapshots, and connect the jobs that compact
// them: they read and write the store and report to Leases in the seed. Their labels are etcd-druid's.
func backupPolicies(etcd string) []*networkingv1.NetworkPolicy {
	operator := peer{
		NamespaceSelector: &metav1.LabelSelector{},
		PodSelector:       &metav1.LabelSelector{MatchLabels: map[string]string{wiring.LabelApp: etcdDruid}},
	}
	return []*networkingv1.NetworkPolicy{
		policy("allow-from-etcd-druid-to-"+etcd, labelled(component.PodSelector(etcd)),
			[]ingress{{From: []peer{operator}, Ports: tcp(wiring.EtcdBackupPort)}}, nil),
		policy("allow-compaction-of-"+etcd, labelled(map[string]string{
			druidv1alpha1.LabelComponentKey: compactionJob,
			druidv1alpha1.LabelPartOfKey:    etcd,
		}), nil, []egress{dns(), seedAPIServer(), internet()}),
	}
}
