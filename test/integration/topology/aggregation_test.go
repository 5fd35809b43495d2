// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package topology

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	certutil "k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	crenvtest "sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/webhook"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/access"
)

// frontProxyName is whom the manager believes who a user is.
const frontProxyName = "front-proxy"

// frontProxy gives an API server what it needs to forward requests to aggregated APIs. Every server has a folder of its own.
func frontProxy(server *crenvtest.APIServer) {
	dir, err := os.MkdirTemp("", "front-proxy-")
	if err == nil {
		err = writeFrontProxy(dir)
	}
	if err != nil {
		panic(err) // The signature of what calls this has no error.
	}
	server.Configure().
		Set("requestheader-client-ca-file", filepath.Join(dir, "ca.crt")).
		Set("requestheader-allowed-names", frontProxyName).
		Set("requestheader-username-headers", "X-Remote-User").
		Set("requestheader-group-headers", "X-Remote-Group").
		Set("requestheader-extra-headers-prefix", "X-Remote-Extra-").
		Set("proxy-client-cert-file", filepath.Join(dir, "client.crt")).
		Set("proxy-client-key-file", filepath.Join(dir, "client.key"))
}

func writeFrontProxy(dir string) error {
	caKey, caKeyPEM, err := newKey()
	if err != nil {
		return err
	}
	ca, err := certutil.NewSelfSignedCACert(certutil.Config{CommonName: "front-proxy-ca"}, caKey)
	if err != nil {
		return err
	}
	key, keyPEM, err := newKey()
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: frontProxyName}, NotBefore: ca.NotBefore, NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, ca, key.Public(), caKey)
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"ca.crt": pemOf(ca.Raw), "ca.key": caKeyPEM, "client.crt": pemOf(der), "client.key": keyPEM,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func pemOf(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: certutil.CertificateBlockType, Bytes: der})
}

func newKey() (crypto.Signer, []byte, error) {
	content, err := keyutil.MakeEllipticPrivateKeyPEM()
	if err != nil {
		return nil, nil, err
	}
	parsed, err := keyutil.ParsePrivateKeyPEM(content)
	if err != nil {
		return nil, nil, err
	}
	key, signs := parsed.(crypto.Signer)
	if !signs {
		return nil, nil, fmt.Errorf("a key of type %T does not sign", parsed)
	}
	return key, content, nil
}

// registerAccess leads the API server to the manager of this process, as the manifests lead it to the Service of the webhooks.
func registerAccess(mgr ctrl.Manager) error {
	server, ok := mgr.GetWebhookServer().(*webhook.DefaultServer)
	if !ok {
		return fmt.Errorf("a server of type %T has no port", mgr.GetWebhookServer())
	}
	c, err := client.New(mgr.GetConfig(), client.Options{Scheme: mgr.GetScheme()})
	if err != nil {
		return err
	}
	service := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "topology"}}
	service.Spec.Type, service.Spec.ExternalName = corev1.ServiceTypeExternalName, "localhost"
	if err := c.Create(context.Background(), service); err != nil {
		return err
	}
	return c.Create(context.Background(), &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
		"metadata": map[string]any{"name": access.GroupVersion.Version + "." + access.GroupVersion.Group},
		"spec": map[string]any{
			"group": access.GroupVersion.Group, "version": access.GroupVersion.Version, "groupPriorityMinimum": int64(100), "versionPriority": int64(10),
			"insecureSkipTLSVerify": true, // The certificate is for another name.
			"service":               map[string]any{"namespace": service.Namespace, "name": service.Name, "port": int64(server.Options.Port)},
		},
	}})
}
