// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package pki

import (
	"sigs.k8s.io/cluster-api/util/secret"
)

// RootName names one piece of root material; it is the suffix of its Secret's name.
type RootName string

// AuthorityName is a RootName whose root is a certificate authority.
type AuthorityName = RootName

// Root material of a control plane. The values of the first four are Cluster API's own.
const (
	ClusterCA         RootName = RootName(secret.ClusterCA)
	EtcdCA            RootName = RootName(secret.EtcdCA)
	FrontProxyCA      RootName = RootName(secret.FrontProxyCA)
	ServiceAccountKey RootName = RootName(secret.ServiceAccount)
	ClientCA          RootName = "ca-client"
	EtcdPeerCA        RootName = "ca-etcd-peer"
	KubeletCA         RootName = "ca-kubelet"
	EncryptionKeys    RootName = "encryption"
	HealthCheck       RootName = "health-check"
)

// Keys of the data of root and leaf Secrets.
const (
	CertificateData = secret.TLSCrtDataName // PEM: certificates, or public keys of the service-account key
	PrivateKeyData  = secret.TLSKeyDataName // PEM
	EncryptionData  = "keys.yaml"           // YAML list of EncryptionKey, the first one writes
	TokenData       = "token"
)

// AuthorityNames lists the certificate authorities.
func AuthorityNames() []AuthorityName {
	return []AuthorityName{ClusterCA, ClientCA, EtcdCA, EtcdPeerCA, FrontProxyCA, KubeletCA}
}

// RootNames lists all root material.
func RootNames() []RootName {
	return append(AuthorityNames(), ServiceAccountKey, EncryptionKeys, HealthCheck)
}

// SecretName returns the name of the Secret that holds this root for a Cluster, in the Cluster's namespace.
func (n RootName) SecretName(cluster string) string {
	return secret.Name(cluster, secret.Purpose(n))
}

// RootSecretNames returns the names of the Secrets that hold the root material of a Cluster.
func RootSecretNames(cluster string) []string {
	roots := RootNames()
	names := make([]string, 0, len(roots))
	for _, root := range roots {
		names = append(names, root.SecretName(cluster))
	}
	return names
}
