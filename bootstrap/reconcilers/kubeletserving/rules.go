// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeletserving

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"slices"
	"strings"

	certificatesv1 "k8s.io/api/certificates/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apiserver/pkg/authentication/user"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
)

// nodePrefix begins the names of users that are nodes.
const nodePrefix = "system:node:"

// outcome is what becomes of a request.
type outcome string

const (
	approve outcome = "approve"
	deny    outcome = "deny"
	// wait leaves the request pending: what is missing may come, and is watched.
	wait outcome = "wait"
	// leave has it decided by others.
	leave outcome = "leave"
)

// verdict is an outcome and why.
type verdict struct {
	outcome outcome
	why     string
}

func denied(format string, values ...any) verdict {
	return verdict{deny, fmt.Sprintf(format, values...)}
}

func waits(format string, values ...any) verdict {
	return verdict{wait, fmt.Sprintf(format, values...)}
}

// nodeOf returns the name of the node that asks, or nothing.
func nodeOf(request *certificatesv1.CertificateSigningRequest) string {
	name, isNode := strings.CutPrefix(request.Spec.Username, nodePrefix)
	if !isNode {
		return ""
	}
	return name
}

// judge returns what becomes of a request for the serving certificate of a kubelet. Facts are whether the node that asks
// exists, and the Machines of the cluster.
func judge(request *certificatesv1.CertificateSigningRequest, nodeExists bool, machines []clusterv1.Machine) verdict {
	wanted, refusal := parse(request.Spec.Request)
	if refusal == "" {
		refusal = wrongRequester(request, wanted)
	}
	if refusal == "" {
		refusal = wrongCertificate(request, wanted)
	}
	if refusal != "" {
		return denied("%s", refusal)
	}
	return ofMachine(nodeOf(request), nodeExists, machines, wanted)
}

func parse(request []byte) (*x509.CertificateRequest, string) {
	block, _ := pem.Decode(request)
	if block == nil || block.Type != "CERTIFICATE REQUEST" {
		return nil, "the request is not a certificate request in PEM"
	}
	wanted, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		return nil, fmt.Sprintf("the certificate request cannot be read: %v", err)
	}
	return wanted, ""
}

// wrongRequester returns why the requester may not have the certificate of any node, or nothing. Gardener's approver
// asks for the user name and the subject; that the requester is in the group of nodes is asked for here besides.
func wrongRequester(request *certificatesv1.CertificateSigningRequest, wanted *x509.CertificateRequest) string {
	switch {
	case nodeOf(request) == "":
		return fmt.Sprintf("the requester %q is not a node, whose name would begin with %s", request.Spec.Username, nodePrefix)
	case !slices.Contains(request.Spec.Groups, user.NodesGroup):
		return fmt.Sprintf("the requester %q is not in the group %s", request.Spec.Username, user.NodesGroup)
	case wanted.Subject.CommonName != request.Spec.Username:
		return fmt.Sprintf("the common name %q is not that of the requester, %q", wanted.Subject.CommonName, request.Spec.Username)
	case !slices.Equal(wanted.Subject.Organization, []string{user.NodesGroup}):
		return fmt.Sprintf("the organization %q is not %s alone", wanted.Subject.Organization, user.NodesGroup)
	}
	return ""
}

// Usages of a serving certificate. Kubelets with keys that are not RSA leave out key encipherment.
var (
	requiredUsages = sets.New(certificatesv1.UsageDigitalSignature, certificatesv1.UsageServerAuth)
	allowedUsages  = requiredUsages.Union(sets.New(certificatesv1.UsageKeyEncipherment))
)

// wrongCertificate returns why no node may have such a certificate, or nothing. These are the rules of Kubernetes'
// signer kubernetes.io/kubelet-serving, which would fail the request later and with less to say.
func wrongCertificate(request *certificatesv1.CertificateSigningRequest, wanted *x509.CertificateRequest) string {
	usages := sets.New(request.Spec.Usages...)
	switch {
	case !usages.IsSuperset(requiredUsages) || !allowedUsages.IsSuperset(usages):
		return fmt.Sprintf("the usages %q are not those of a serving certificate", request.Spec.Usages)
	case len(wanted.EmailAddresses) > 0 || len(wanted.URIs) > 0:
		return "a serving certificate is not for email addresses or URIs"
	case len(wanted.DNSNames)+len(wanted.IPAddresses) == 0:
		return "the request names no DNS name or IP address"
	}
	return ""
}

// ofMachine decides by the Machine of a node. That there is exactly one, that its node exists, and that names and
// addresses are its own are Gardener's rules; Gardener compares with the addresses of the Node, which the kubelet
// itself writes, and denies where it is too early to tell. A request for some of the Machine's addresses is in order:
// before a cloud controller manager has seen a node, its kubelet knows fewer than the infrastructure.
func ofMachine(node string, nodeExists bool, machines []clusterv1.Machine, wanted *x509.CertificateRequest) verdict {
	if !nodeExists {
		return waits("the node %s does not exist", node)
	}
	var ofNode []clusterv1.Machine
	for _, machine := range machines {
		if machine.Status.NodeRef.Name == node {
			ofNode = append(ofNode, machine)
		}
	}
	if len(ofNode) == 0 {
		return waits("no Machine has the node %s", node)
	}
	if len(ofNode) > 1 {
		return denied("%d Machines have the node %s", len(ofNode), node)
	}
	machine := ofNode[0]
	if ref := machine.Spec.Bootstrap.ConfigRef; ref.IsDefined() && ref.APIGroup+ref.Kind != bootstrapv1.GroupVersion.Group+configKind {
		return verdict{leave, fmt.Sprintf("Machine %s was bootstrapped by a %s", machine.Name, ref.Kind)}
	}
	if len(machine.Status.Addresses) == 0 {
		return waits("Machine %s has no addresses", machine.Name)
	}
	names, addresses := addressesOf(&machine)
	for _, name := range wanted.DNSNames {
		if !names.Has(name) {
			return denied("the DNS name %q is not one of Machine %s, which has %q", name, machine.Name, sets.List(names))
		}
	}
	for _, address := range wanted.IPAddresses {
		if !addresses.Has(address.String()) {
			return denied("the IP address %s is not one of Machine %s, which has %q", address, machine.Name, sets.List(addresses))
		}
	}
	return verdict{approve, fmt.Sprintf("all names and addresses are those of Machine %s", machine.Name)}
}

// addressesOf returns the DNS names and the IP addresses that the infrastructure reports for a Machine.
func addressesOf(machine *clusterv1.Machine) (names, addresses sets.Set[string]) {
	names, addresses = sets.New[string](), sets.New[string]()
	for _, address := range machine.Status.Addresses {
		switch address.Type {
		case clusterv1.MachineHostName, clusterv1.MachineInternalDNS, clusterv1.MachineExternalDNS:
			names.Insert(address.Address)
		case clusterv1.MachineInternalIP, clusterv1.MachineExternalIP:
			if ip := net.ParseIP(address.Address); ip != nil {
				addresses.Insert(ip.String())
			}
		}
	}
	return names, addresses
}
