// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"slices"
	"time"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// serverValidity is longer than the life of any pod: the backup sidecar, unlike etcd, reads its serving certificate
// only once, and etcd could not restart beside a sidecar whose certificate has expired.
const serverValidity = 5 * 365 * 24 * time.Hour

func serverSecret(etcd string) string { return etcd + "-server" }
func peerSecret(etcd string) string   { return etcd + "-peer" }
func clientSecret(etcd string) string { return etcd + "-client" }

// certificates are of the server, which etcd and the sidecar share, of the members to each other, and of the
// sidecar as a client. Servers are clients too: a member connects to itself and to the others with the same
// certificate as it serves.
func certificates(etcd, namespace string) []pki.Leaf {
	dnsNames := slices.Concat(
		[]string{etcd + "-local", "localhost"},
		wiring.ServiceDNSNames(wiring.EtcdClientService(etcd), namespace),
		wiring.ServiceDNSNames("*."+wiring.EtcdPeerService(etcd), namespace),
	)
	server := pki.Leaf{
		SecretName:  serverSecret(etcd),
		Authority:   pki.EtcdCA,
		CommonName:  etcd,
		DNSNames:    dnsNames,
		IPAddresses: []string{"127.0.0.1"},
		ServerAuth:  true,
		ClientAuth:  true,
		Validity:    serverValidity,
	}
	peer := server
	peer.SecretName, peer.Authority, peer.Validity = peerSecret(etcd), pki.EtcdPeerCA, 0
	client := pki.Leaf{
		SecretName: clientSecret(etcd),
		Authority:  pki.EtcdCA,
		CommonName: etcd + "-client",
		ClientAuth: true,
	}
	return []pki.Leaf{server, peer, client}
}
