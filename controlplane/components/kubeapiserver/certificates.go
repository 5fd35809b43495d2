// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeapiserver

import (
	"net/netip"
	"slices"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// frontProxyUser is who the API server is to aggregated API servers.
const frontProxyUser = "front-proxy-client"

// Files of the trusted authorities.
const (
	clientCA     = "client.crt"
	frontProxyCA = "front-proxy.crt"
	kubeletCA    = "kubelet.crt"
)

// trust is whom the API server believes.
func trust(in *component.Input) (part, error) {
	bundles := map[string]string{
		clientCA:     in.Keys.Bundles[pki.ClientCA],
		frontProxyCA: in.Keys.Bundles[pki.FrontProxyCA],
	}
	if !in.Workerless() {
		bundles[kubeletCA] = in.Keys.Bundles[pki.KubeletCA]
	}
	p, mount := configMap("ca", bundles)
	p.flags = component.Flags{
		"client-ca-file":                     mount.File(clientCA),
		"requestheader-client-ca-file":       mount.File(frontProxyCA),
		"requestheader-allowed-names":        frontProxyUser,
		"requestheader-extra-headers-prefix": "X-Remote-Extra-",
		"requestheader-group-headers":        "X-Remote-Group",
		"requestheader-username-headers":     "X-Remote-User",
	}
	if !in.Workerless() {
		p.flags["kubelet-certificate-authority"] = mount.File(kubeletCA)
	}
	return p, nil
}

// serving is who the API server is to its clients.
func serving(in *component.Input) (part, error) {
	dnsNames, addresses := servedNames(in)
	p, mount := certificate("serving", pki.Leaf{
		SecretName:  wiring.KubeAPIServer + "-server",
		Authority:   pki.ClusterCA,
		CommonName:  wiring.KubeAPIServer,
		DNSNames:    dnsNames,
		IPAddresses: addresses,
		ServerAuth:  true,
	})
	p.flags = component.Flags{
		"tls-cert-file":        mount.File(pki.CertificateData),
		"tls-private-key-file": mount.File(pki.PrivateKeyData),
	}
	return p, nil
}

// servedNames are the names and addresses of the API server: in the seed, in the workload cluster, and for all.
func servedNames(in *component.Input) (dnsNames, addresses []string) {
	dnsNames = slices.Concat(
		wiring.ServiceDNSNames(wiring.KubeAPIServerService, in.Namespace),
		[]string{
			"kubernetes", "kubernetes.default", "kubernetes.default.svc",
			"kubernetes.default.svc." + in.Network.DNSDomain, "localhost",
		},
	)
	addresses = append([]string{"127.0.0.1", "::1"}, in.Network.KubernetesServiceIPs...)
	for _, host := range []string{in.Endpoint.Host, in.Configuration.Exposure.Hostname} {
		if host == "" {
			continue
		}
		if _, err := netip.ParseAddr(host); err == nil {
			addresses = append(addresses, host)
		} else {
			dnsNames = append(dnsNames, host)
		}
	}
	return unique(dnsNames), unique(addresses)
}

func unique(values []string) []string { return slices.Compact(slices.Sorted(slices.Values(values))) }

// clients is who the API server is to those it calls itself.
func clients(in *component.Input) (part, error) {
	p := part{flags: component.Flags{}}
	if !in.Workerless() {
		p.add(kubeletClient())
	}
	p.add(frontProxyClient())
	return p, nil
}

func kubeletClient() part {
	p, mount := certificate("kubelet-client", pki.Leaf{
		SecretName: wiring.KubeAPIServer + "-kubelet-client",
		Authority:  pki.KubeletCA,
		CommonName: wiring.KubeletClientUser,
		ClientAuth: true,
	})
	p.flags = component.Flags{
		"kubelet-client-certificate": mount.File(pki.CertificateData),
		"kubelet-client-key":         mount.File(pki.PrivateKeyData),
	}
	return p
}

func frontProxyClient() part {
	p, mount := certificate("front-proxy-client", pki.Leaf{
		SecretName: wiring.KubeAPIServer + "-front-proxy-client",
		Authority:  pki.FrontProxyCA,
		CommonName: frontProxyUser,
		ClientAuth: true,
	})
	p.flags = component.Flags{
		"proxy-client-cert-file": mount.File(pki.CertificateData),
		"proxy-client-key-file":  mount.File(pki.PrivateKeyData),
	}
	return p
}
