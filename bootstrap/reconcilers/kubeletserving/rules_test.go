// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeletserving

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"net"
	"net/url"
	"testing"

	. "github.com/onsi/gomega"
	certificatesv1 "k8s.io/api/certificates/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
)

// asked is what a kubelet asks for; changes make it something else.
type asked struct {
	template x509.CertificateRequest
	spec     certificatesv1.CertificateSigningRequestSpec
	absent   bool // the node
	machines []clusterv1.Machine
}

func inOrder() *asked {
	return &asked{
		template: x509.CertificateRequest{
			Subject:     pkix.Name{CommonName: "system:node:blue", Organization: []string{"system:nodes"}},
			DNSNames:    []string{"blue"},
			IPAddresses: []net.IP{net.ParseIP("10.0.0.7")},
		},
		spec: certificatesv1.CertificateSigningRequestSpec{
			Username: "system:node:blue", Groups: []string{"system:nodes", "system:authenticated"},
			Usages: []certificatesv1.KeyUsage{certificatesv1.UsageDigitalSignature, certificatesv1.UsageServerAuth},
		},
		machines: []clusterv1.Machine{machine("blue-machine", "blue", "10.0.0.7"), machine("red-machine", "red", "10.0.0.8")},
	}
}

func machine(name, node, ip string) clusterv1.Machine {
	m := clusterv1.Machine{}
	m.Name = name
	m.Spec.Bootstrap.ConfigRef = clusterv1.ContractVersionedObjectReference{APIGroup: "bootstrap.cluster.x-k8s.io", Kind: configKind, Name: name}
	m.Status.NodeRef.Name = node
	m.Status.Addresses = clusterv1.MachineAddresses{
		{Type: clusterv1.MachineHostName, Address: node}, {Type: clusterv1.MachineInternalIP, Address: ip},
		{Type: clusterv1.MachineInternalDNS, Address: node + ".internal"}, {Type: clusterv1.MachineExternalIP, Address: "2001:DB8::1"},
	}
	return m
}

func (a *asked) request(t *testing.T) *certificatesv1.CertificateSigningRequest {
	t.Helper()
	if a.spec.Request == nil {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		der, err := x509.CreateCertificateRequest(rand.Reader, &a.template, key)
		if err != nil {
			t.Fatal(err)
		}
		a.spec.Request = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
	}
	return &certificatesv1.CertificateSigningRequest{Spec: a.spec}
}

// TestRules has for each rule a request that keeps it and one that does not.
func TestRules(t *testing.T) {
	cases := map[string]struct {
		change func(*asked)
		want   outcome
		why    string
	}{
		"everything is in order": {func(*asked) {}, approve, "all names and addresses are those of Machine blue-machine"},

		// Who asks: Gardener's approver, and Kubernetes' signer.
		"a damaged request": {func(a *asked) { a.spec.Request = []byte("damaged") }, deny, "not a certificate request in PEM"},
		"a request that cannot be read": {func(a *asked) {
			a.spec.Request = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: []byte("damaged")})
		}, deny, "cannot be read"},
		"a requester that is no node":            {func(a *asked) { a.spec.Username = "alice" }, deny, `the requester "alice" is not a node`},
		"a requester outside the group of nodes": {func(a *asked) { a.spec.Groups = []string{"system:authenticated"} }, deny, "is not in the group system:nodes"},
		"the common name of another node": {func(a *asked) { a.template.Subject.CommonName = "system:node:red" }, deny,
			`the common name "system:node:red" is not that of the requester, "system:node:blue"`},
		"another organization":  {func(a *asked) { a.template.Subject.Organization = []string{"system:masters"} }, deny, "is not system:nodes alone"},
		"a second organization": {func(a *asked) { a.template.Subject.Organization = []string{"system:nodes", "system:masters"} }, deny, "is not system:nodes alone"},
		"no organization":       {func(a *asked) { a.template.Subject.Organization = nil }, deny, "is not system:nodes alone"},

		// What for: Kubernetes' signer.
		"the usages of an RSA key":           {func(a *asked) { a.spec.Usages = append(a.spec.Usages, certificatesv1.UsageKeyEncipherment) }, approve, ""},
		"the usage of a client":              {func(a *asked) { a.spec.Usages = append(a.spec.Usages, certificatesv1.UsageClientAuth) }, deny, "are not those of a serving certificate"},
		"no usage of a server":               {func(a *asked) { a.spec.Usages = a.spec.Usages[:1] }, deny, "are not those of a serving certificate"},
		"an email address":                   {func(a *asked) { a.template.EmailAddresses = []string{"a@example.com"} }, deny, "email addresses or URIs"},
		"a URI":                              {func(a *asked) { a.template.URIs = []*url.URL{{Scheme: "https", Host: "example.com"}} }, deny, "email addresses or URIs"},
		"neither a DNS name nor an address":  {func(a *asked) { a.template.DNSNames, a.template.IPAddresses = nil, nil }, deny, "names no DNS name or IP address"},
		"an address alone":                   {func(a *asked) { a.template.DNSNames = nil }, approve, ""},
		"a DNS name alone":                   {func(a *asked) { a.template.IPAddresses = nil }, approve, ""},
		"names and addresses of every type":  {func(a *asked) { a.template.DNSNames = []string{"blue", "blue.internal"} }, approve, ""},
		"an address that is written in full": {func(a *asked) { a.template.IPAddresses = []net.IP{net.ParseIP("2001:0db8:0:0::1")} }, approve, ""},

		// Which machine: Gardener's approver, with the Machine in the place of the Node.
		"a node that does not exist yet":        {func(a *asked) { a.absent = true }, wait, "the node blue does not exist"},
		"a node without a Machine, yet":         {func(a *asked) { a.machines = a.machines[1:] }, wait, "no Machine has the node blue"},
		"two Machines of one node":              {func(a *asked) { a.machines[1].Status.NodeRef.Name = "blue" }, deny, "2 Machines have the node blue"},
		"a Machine without addresses, yet":      {func(a *asked) { a.machines[0].Status.Addresses = nil }, wait, "Machine blue-machine has no addresses"},
		"a Machine of another bootstrap":        {func(a *asked) { a.machines[0].Spec.Bootstrap.ConfigRef.Kind = "KubeadmConfig" }, leave, "was bootstrapped by a KubeadmConfig"},
		"a Machine of a pool, without a config": {func(a *asked) { a.machines[0].Spec.Bootstrap.ConfigRef = clusterv1.ContractVersionedObjectReference{} }, approve, ""},
		"the DNS name of another machine": {func(a *asked) { a.template.DNSNames = []string{"blue", "red"} }, deny,
			`the DNS name "red" is not one of Machine blue-machine, which has ["blue" "blue.internal"]`},
		"the address of another machine": {func(a *asked) { a.template.IPAddresses = append(a.template.IPAddresses, net.ParseIP("10.0.0.8")) }, deny,
			"the IP address 10.0.0.8 is not one of Machine blue-machine"},
		"the address of a Service": {func(a *asked) { a.template.IPAddresses = []net.IP{net.ParseIP("100.64.0.1")} }, deny, "is not one of Machine blue-machine"},
		"an address as a DNS name": {func(a *asked) { a.template.DNSNames = []string{"10.0.0.7"} }, deny, "is not one of Machine blue-machine"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			a := inOrder()
			c.change(a)
			verdict := judge(a.request(t), !a.absent, a.machines)
			g.Expect(verdict.outcome).To(Equal(c.want), verdict.why)
			g.Expect(verdict.why).To(ContainSubstring(c.why))
		})
	}
}
