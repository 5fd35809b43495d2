// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/images"
)

// Input is everything that components are computed from. It is plain data, read once per reconcile, and marshals
// to YAML so that a golden case starts from a file that a reader can edit.
type Input struct {
	// ClusterName and ClusterNamespace identify the Cluster in the management cluster.
	ClusterName      string `json:"clusterName"`
	ClusterNamespace string `json:"clusterNamespace"`
	// Namespace is the namespace in the seed.
	Namespace string `json:"namespace"`
	// Version is the Kubernetes version that the component being rendered runs, for example v1.36.3. The framework
	// sets it for each component, so that the API server moves to a new version before its clients do.
	Version string `json:"version"`
	// Replicas is the effective number of kube-apiserver instances.
	Replicas int32 `json:"replicas"`
	// RolloutAfter restarts the workloads when it changes. It is empty until its time has come.
	RolloutAfter *metav1.Time `json:"rolloutAfter,omitempty"`

	// Configuration is what the user asked for, as stored.
	Configuration controlplanev1.KubeceptionControlPlaneConfiguration `json:"configuration,omitzero"`
	// Endpoint is the address of the API server. It is empty until the exposure has one.
	Endpoint clusterv1.APIEndpoint `json:"endpoint,omitzero"`
	// Tunnel is where the agents of the tunnel connect to. It is empty until the exposure has an address.
	Tunnel clusterv1.APIEndpoint `json:"tunnel,omitzero"`
	// Network are the effective networks of the workload cluster.
	Network Network `json:"network"`
	// References is the content of the objects that the configuration names.
	References References `json:"references,omitzero"`
	// Seed are facts about the seed.
	Seed Seed `json:"seed,omitzero"`
	// Observed are facts about what runs. The framework sets them.
	Observed Observed `json:"observed,omitzero"`
	// Workers are facts about the machines of the cluster.
	Workers Workers `json:"workers,omitzero"`
	// Keys is the key material that components hand to their workloads.
	Keys Keys `json:"keys"`

	// Images finds the image of a component for a Kubernetes version. If nil, the images of this release.
	Images *images.Vector `json:"-"`
}

// Network are the effective networks of the workload cluster.
type Network struct {
	// PodCIDRs and ServiceCIDRs hold one range for each IP family, in the order of the cluster's families.
	PodCIDRs     []string `json:"podCIDRs"`
	ServiceCIDRs []string `json:"serviceCIDRs"`
	// DNSDomain is the domain of Services, for example cluster.local.
	DNSDomain string `json:"dnsDomain"`
	// KubernetesServiceIPs is the first address of each Service range, held by the Service "kubernetes".
	KubernetesServiceIPs []string `json:"kubernetesServiceIPs"`
}

// References is the content of the objects that the configuration names, by field. Empty means not named.
type References struct {
	// AuditPolicy is an audit.k8s.io/v1 Policy as YAML.
	AuditPolicy string `json:"auditPolicy,omitempty"`
	// Authentication is an AuthenticationConfiguration as YAML.
	Authentication string `json:"authentication,omitempty"`
	// Authorization is an AuthorizationConfiguration as YAML.
	Authorization string `json:"authorization,omitempty"`
	// AuthorizerKubeconfigs are kubeconfigs by the name of the authorizer.
	AuthorizerKubeconfigs map[string]string `json:"authorizerKubeconfigs,omitempty"`
	// ExternalEtcd is the data (ca.crt, tls.crt, tls.key) of the client Secret of an external etcd, by component.
	ExternalEtcd map[string]map[string][]byte `json:"externalEtcd,omitempty"`
	// CNIManifests are the manifests of the network of pods: YAML documents by "<ConfigMap>/<key>".
	CNIManifests map[string]string `json:"cniManifests,omitempty"`
	// BackupCredentials is the data of the Secret for the backup store.
	BackupCredentials map[string][]byte `json:"backupCredentials,omitempty"`
}

// Seed are facts about the seed.
type Seed struct {
	// PodSecurity is the Pod Security level that the namespace enforces: restricted, or baseline where the seed
	// cannot complete the pods of etcd-druid (see package seeds).
	PodSecurity string `json:"podSecurity,omitempty"`
}

// Workers are facts about the machines of the cluster.
type Workers struct {
	// Versions are the Kubernetes versions that machines run or are to run, without duplicates and in order; empty
	// while there are none. What runs once per node carries the version of its kubelet.
	Versions []string `json:"versions,omitempty"`
	// Leaving says that there are machines and that none of them is to stay.
	Leaving bool `json:"leaving,omitempty"`
}

// Keys is the key material that components hand to their workloads.
type Keys struct {
	// Bundles are the certificates, in PEM, that are trusted for each authority.
	Bundles map[pki.AuthorityName]string `json:"bundles"`
	// ClientSigner and KubeletSigner sign CertificateSigningRequests in the workload cluster.
	ClientSigner  pki.KeyPair `json:"clientSigner"`
	KubeletSigner pki.KeyPair `json:"kubeletSigner"`
	// ServiceAccount signs the tokens of service accounts. Its certificate is the public key.
	ServiceAccount pki.KeyPair `json:"serviceAccount"`
	// Encryption encrypts resources at rest; the first key is used for writing.
	Encryption []pki.EncryptionKey `json:"encryption"`
	// HealthCheckToken authenticates the probes of kube-apiserver, which serves no anonymous requests.
	HealthCheckToken string `json:"healthCheckToken"`
}
