// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package access

import (
	"fmt"
	"slices"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// Issuance is all that a kubeconfig is made from.
type Issuance struct {
	Shoot *gardencorev1beta1.Shoot
	Role  Role
	// User is the name of who asks, Operator whether he is one.
	User     string
	Operator bool
	// Validity is how long the kubeconfig is valid.
	Validity time.Duration
	// ClientAuthority signs, ServingBundle is trusted; both of the Shoot's cluster.
	ClientAuthority Authority
	ServingBundle   []byte
	Now             time.Time
}

// Kubeconfig is what is issued.
type Kubeconfig struct {
	// Content is the kubeconfig. It is secret.
	Content  []byte
	NotAfter time.Time
	// Group and Serial identify the certificate for an auditor.
	Group, Serial string
}

// Addresses are those at which the API server of a Shoot is reached, in the order of its status. There are none before the
// control plane has an address.
func Addresses(shoot *gardencorev1beta1.Shoot) []gardencorev1beta1.ShootAdvertisedAddress {
	return slices.DeleteFunc(slices.Clone(shoot.Status.AdvertisedAddresses), func(address gardencorev1beta1.ShootAdvertisedAddress) bool {
		switch address.Name {
		case v1beta1constants.AdvertisedAddressExternal, v1beta1constants.AdvertisedAddressInternal,
			v1beta1constants.AdvertisedAddressUnmanaged, v1beta1constants.AdvertisedAddressWildcardTLSSeedBound:
			return false
		}
		return true // The issuer of service account tokens, for example.
	})
}

// Issue makes a kubeconfig with a context for each address, named as Gardener names them: <namespace>--<shoot>-<address>. The
// first one is current.
func Issue(in Issuance) (*Kubeconfig, error) {
	group := in.Role.Group(in.Operator)
	issued, err := in.ClientAuthority.issue(in.Role.User(in.User), group, in.Validity, in.Now)
	if err != nil {
		return nil, err
	}
	config, user := clientcmdapi.NewConfig(), in.Shoot.Namespace+"--"+in.Shoot.Name
	config.AuthInfos[user] = &clientcmdapi.AuthInfo{ClientCertificateData: issued.crt, ClientKeyData: issued.key}
	for _, address := range Addresses(in.Shoot) {
		name := user + "-" + address.Name
		cluster := &clientcmdapi.Cluster{Server: address.URL, CertificateAuthorityData: in.ServingBundle}
		if address.Name == v1beta1constants.AdvertisedAddressWildcardTLSSeedBound {
			cluster.CertificateAuthorityData = nil // Its certificate is one that everybody trusts.
		}
		config.Clusters[name] = cluster
		config.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: user}
		if config.CurrentContext == "" {
			config.CurrentContext = name
		}
	}
	content, err := clientcmd.Write(*config)
	if err != nil {
		return nil, fmt.Errorf("write the kubeconfig: %w", err)
	}
	return &Kubeconfig{Content: content, NotAfter: issued.notAfter, Group: group, Serial: issued.serial.Text(16)}, nil
}
