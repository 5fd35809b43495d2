// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package pki

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// KubeconfigValidity is the lifetime of the client certificate in the Cluster's kubeconfig Secret. It is refreshed
// when half of it has passed, as Cluster API's own control plane does.
const KubeconfigValidity = 365 * 24 * time.Hour

// AdminLeaf is the client certificate in the Cluster's kubeconfig Secret. It exists nowhere else.
func AdminLeaf() Leaf {
	return Leaf{
		SecretName:    "kubeconfig",
		Authority:     ClientCA,
		CommonName:    "kubernetes-admin",
		Organizations: []string{"system:masters"},
		ClientAuth:    true,
		Validity:      KubeconfigValidity,
	}
}

// AdminKubeconfig returns a kubeconfig with a new client certificate for administrators of the workload cluster.
func AdminKubeconfig(clusterName, server string, roots *Roots, now time.Time) ([]byte, error) {
	crt, key, err := AdminLeaf().Issue(roots.Client, now)
	if err != nil {
		return nil, err
	}
	return Kubeconfig(clusterName, server, roots.Cluster, crt, key)
}

// Kubeconfig returns a kubeconfig that carries all it needs: it trusts every certificate of the authority ca, and
// presents the PEM client certificate crt. server is a URL.
func Kubeconfig(clusterName, server string, ca *Authority, crt, key []byte) ([]byte, error) {
	return writeKubeconfig(clusterName, clusterName+"-admin",
		&clientcmdapi.Cluster{Server: server, CertificateAuthorityData: ca.BundlePEM()},
		&clientcmdapi.AuthInfo{ClientCertificateData: crt, ClientKeyData: key})
}

// FileKubeconfig returns a kubeconfig for a pod that mounts its certificate: client-go reads the client
// certificate's files again, so the kubeconfig itself never changes.
func FileKubeconfig(clusterName, server, caFile, crtFile, keyFile string) ([]byte, error) {
	return writeKubeconfig(clusterName, "client",
		&clientcmdapi.Cluster{Server: server, CertificateAuthority: caFile},
		&clientcmdapi.AuthInfo{ClientCertificate: crtFile, ClientKey: keyFile})
}

// TokenFileKubeconfig returns a kubeconfig that names the files of the trusted certificates and of a token, which
// client-go reads again.
func TokenFileKubeconfig(clusterName, server, caFile, tokenFile string) ([]byte, error) {
	return writeKubeconfig(clusterName, "client",
		&clientcmdapi.Cluster{Server: server, CertificateAuthority: caFile},
		&clientcmdapi.AuthInfo{TokenFile: tokenFile})
}

func writeKubeconfig(clusterName, userName string, cluster *clientcmdapi.Cluster, user *clientcmdapi.AuthInfo) ([]byte, error) {
	contextName := userName + "@" + clusterName
	config := clientcmdapi.NewConfig()
	config.Clusters[clusterName] = cluster
	config.AuthInfos[userName] = user
	config.Contexts[contextName] = &clientcmdapi.Context{Cluster: clusterName, AuthInfo: userName}
	config.CurrentContext = contextName
	data, err := clientcmd.Write(*config)
	if err != nil {
		return nil, fmt.Errorf("write kubeconfig of %s: %w", clusterName, err)
	}
	return data, nil
}

// KubeconfigNeedsRefresh reports whether the administrators' kubeconfig must be replaced, and why: it is missing
// or damaged, leads elsewhere, trusts other certificates than the cluster authority's, or its client certificate
// must be renewed.
func KubeconfigNeedsRefresh(data []byte, server string, roots *Roots, now time.Time) (reason string, refresh bool) {
	cluster, user, err := readKubeconfig(data)
	switch {
	case err != nil:
		reason = err.Error()
	case cluster.Server != server:
		reason = fmt.Sprintf("the server changes from %q to %q", cluster.Server, server)
	case !bytes.Equal(cluster.CertificateAuthorityData, roots.Cluster.BundlePEM()):
		reason = "the trusted certificates change"
	default:
		existing := map[string][]byte{CertificateData: user.ClientCertificateData, PrivateKeyData: user.ClientKeyData}
		reason = AdminLeaf().renewalReason(existing, roots.Client, now, kubeconfigRenewal)
	}
	return reason, reason != ""
}

// KubeconfigExpiry returns when the client certificate of the administrators' kubeconfig ends.
func KubeconfigExpiry(name string, data []byte) (Expiry, error) {
	_, user, err := readKubeconfig(data)
	if err != nil {
		return Expiry{}, fmt.Errorf("read kubeconfig %s: %w", name, err)
	}
	return expiryOf(name, user.ClientCertificateData, kubeconfigRenewal)
}

func readKubeconfig(data []byte) (*clientcmdapi.Cluster, *clientcmdapi.AuthInfo, error) {
	if len(data) == 0 {
		return nil, nil, errors.New("there is no kubeconfig")
	}
	config, err := clientcmd.Load(data)
	if err != nil {
		return nil, nil, errors.New("it is not a kubeconfig") // The cause may quote keys.
	}
	current := config.Contexts[config.CurrentContext]
	if current == nil {
		return nil, nil, errors.New("it has no current context")
	}
	cluster, user := config.Clusters[current.Cluster], config.AuthInfos[current.AuthInfo]
	if cluster == nil || user == nil {
		return nil, nil, errors.New("its current context leads nowhere")
	}
	return cluster, user, nil
}
