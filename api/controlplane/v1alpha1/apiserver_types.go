// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// APIServerSpec configures kube-apiserver.
// +kubebuilder:validation:MinProperties=1
type APIServerSpec struct {
	// featureGates switches features of kube-apiserver by name.
	// +optional
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=200
	FeatureGates map[string]bool `json:"featureGates,omitempty"`

	// runtimeConfig switches API groups, versions and resources, for example "batch/v1: false".
	// +optional
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=200
	RuntimeConfig map[string]bool `json:"runtimeConfig,omitempty"`

	// admissionPlugins enables, disables and configures admission plugins.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=50
	AdmissionPlugins []AdmissionPlugin `json:"admissionPlugins,omitempty"`

	// eventTTLSeconds is how long events are kept. If absent, 3600 (one hour); at most one day.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=86400
	EventTTLSeconds *int32 `json:"eventTTLSeconds,omitempty"`

	// requests limits the requests in flight per instance.
	// +optional
	Requests APIServerRequests `json:"requests,omitempty,omitzero"`

	// audit configures audit logging. If absent, nothing is logged.
	// +optional
	Audit AuditSpec `json:"audit,omitempty,omitzero"`

	// authentication configures structured authentication, for example OpenID Connect.
	// +optional
	Authentication AuthenticationSpec `json:"authentication,omitempty,omitzero"`

	// authorization configures structured authorization. If absent, Node and RBAC.
	// +optional
	Authorization AuthorizationSpec `json:"authorization,omitempty,omitzero"`

	// serviceAccounts configures the tokens of service accounts.
	// +optional
	ServiceAccounts ServiceAccountsSpec `json:"serviceAccounts,omitempty,omitzero"`

	// tlsMinVersion is the lowest version of TLS that is served. If absent, VersionTLS12.
	// +optional
	// +kubebuilder:validation:Enum=VersionTLS12;VersionTLS13
	TLSMinVersion string `json:"tlsMinVersion,omitempty"`

	// encryption configures encryption at rest. Secrets are always encrypted.
	// +optional
	Encryption EncryptionSpec `json:"encryption,omitempty,omitzero"`

	// logging configures the log of kube-apiserver.
	// +optional
	Logging LoggingSpec `json:"logging,omitempty,omitzero"`
}

// AdmissionPlugin is one admission plugin of kube-apiserver.
// +kubebuilder:validation:XValidation:rule="!(self.?disabled.orValue(false)) || !has(self.config)",message="a disabled admission plugin takes no config; remove one of them"
// +kubebuilder:validation:XValidation:rule="!(self.?disabled.orValue(false)) || !(self.name in ['MutatingAdmissionWebhook','NamespaceLifecycle','NodeRestriction','PodSecurity','ServiceAccount','ValidatingAdmissionWebhook','CertificateApproval','CertificateSigning','CertificateSubjectRestriction'])",message="this admission plugin is required and cannot be disabled"
type AdmissionPlugin struct {
	// name is the name of the plugin, for example PodSecurity.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`

	// disabled switches the plugin off. If absent, the plugin is on.
	// +optional
	Disabled *bool `json:"disabled,omitempty"`

	// config is the plugin's configuration as YAML.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=65536
	Config string `json:"config,omitempty"`
}

// APIServerRequests limits the requests in flight per instance.
// +kubebuilder:validation:MinProperties=1
type APIServerRequests struct {
	// maxNonMutatingInflight limits reading requests. If absent, 400.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=5000
	MaxNonMutatingInflight *int32 `json:"maxNonMutatingInflight,omitempty"`

	// maxMutatingInflight limits writing requests. If absent, 200.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=2500
	MaxMutatingInflight *int32 `json:"maxMutatingInflight,omitempty"`
}

// AuditSpec configures audit logging.
type AuditSpec struct {
	// policyRef names a ConfigMap in the namespace of the control plane with the key "policy", an
	// audit.k8s.io/v1 Policy. Events are written to the standard output of kube-apiserver.
	// +required
	PolicyRef LocalObjectReference `json:"policyRef,omitempty,omitzero"`
}

// AuthenticationSpec configures structured authentication.
type AuthenticationSpec struct {
	// configRef names a ConfigMap in the namespace of the control plane with the key "config.yaml", an
	// apiserver.config.k8s.io AuthenticationConfiguration.
	// +required
	ConfigRef LocalObjectReference `json:"configRef,omitempty,omitzero"`
}

// AuthorizationSpec configures structured authorization.
type AuthorizationSpec struct {
	// configRef names a ConfigMap in the namespace of the control plane with the key "config.yaml", an
	// apiserver.config.k8s.io AuthorizationConfiguration. Node and RBAC are added when it lacks them.
	// +required
	ConfigRef LocalObjectReference `json:"configRef,omitempty,omitzero"`

	// kubeconfigs are the kubeconfigs of webhook authorizers, by authorizer name.
	// +optional
	// +listType=map
	// +listMapKey=authorizerName
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=10
	Kubeconfigs []AuthorizerKubeconfig `json:"kubeconfigs,omitempty"`
}

// AuthorizerKubeconfig is the kubeconfig of a webhook authorizer.
type AuthorizerKubeconfig struct {
	// authorizerName is the name of the authorizer in the AuthorizationConfiguration.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	AuthorizerName string `json:"authorizerName,omitempty"`

	// secretRef names a Secret in the namespace of the control plane with the key "kubeconfig".
	// +required
	SecretRef LocalObjectReference `json:"secretRef,omitempty,omitzero"`
}

// ServiceAccountsSpec configures the tokens of service accounts.
// +kubebuilder:validation:MinProperties=1
type ServiceAccountsSpec struct {
	// issuer is the issuer of new tokens. If absent, https://kubernetes.default.svc.<cluster domain>.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule="self.startsWith('https://')",message="issuer must start with https://"
	Issuer string `json:"issuer,omitempty"`

	// acceptedIssuers are issuers whose tokens are accepted as well, for a change of issuer.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=10
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=1024
	AcceptedIssuers []string `json:"acceptedIssuers,omitempty"`

	// audiences are the audiences of the API server. "kubernetes" is always among them.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=10
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.all(a, !a.contains(','))",message="an audience must not contain a comma"
	Audiences []string `json:"audiences,omitempty"`

	// maxTokenExpirationSeconds is the longest lifetime of a token. If absent, no limit is set.
	// +optional
	// +kubebuilder:validation:Minimum=2592000
	// +kubebuilder:validation:Maximum=7776000
	MaxTokenExpirationSeconds *int32 `json:"maxTokenExpirationSeconds,omitempty"`

	// extendTokenExpiration prolongs projected tokens for clients that do not re-read them. If absent, true.
	// +optional
	ExtendTokenExpiration *bool `json:"extendTokenExpiration,omitempty"`
}

// EncryptionProvider is a way to encrypt resources at rest.
// +kubebuilder:validation:Enum=aescbc;aesgcm;secretbox
type EncryptionProvider string

const (
	// EncryptionAESCBC encrypts with AES-CBC, the default.
	EncryptionAESCBC EncryptionProvider = "aescbc"
	// EncryptionAESGCM encrypts with AES-GCM; keys must be rotated often.
	EncryptionAESGCM EncryptionProvider = "aesgcm"
	// EncryptionSecretbox encrypts with XSalsa20 and Poly1305.
	EncryptionSecretbox EncryptionProvider = "secretbox"
)

// EncryptionSpec configures encryption at rest.
// +kubebuilder:validation:MinProperties=1
type EncryptionSpec struct {
	// provider is the way to encrypt. If absent, aescbc. It cannot change.
	// +optional
	Provider EncryptionProvider `json:"provider,omitempty"`

	// resources are encrypted besides Secrets, for example configmaps or statefulsets.apps.
	// A resource that is removed stays readable and is written in plain text from then on.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=50
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.all(r, r.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'))",message="resources must be written in lower case as <resource> or <resource>.<group>, without wildcards or trailing dots, for example configmaps or statefulsets.apps"
	// +kubebuilder:validation:XValidation:rule="!('secrets' in self)",message="secrets are always encrypted; remove them from the list"
	// +kubebuilder:validation:XValidation:rule="self.all(r, !(r in ['apiserveripinfo','serviceipallocations','servicenodeportallocations']))",message="resources without a REST API cannot be encrypted"
	// +kubebuilder:validation:XValidation:rule="self.all(r, !r.endsWith('.events.k8s.io') && !r.endsWith('.extensions'))",message="use events instead of the group events.k8s.io, and the current group instead of extensions"
	Resources []string `json:"resources,omitempty"`
}

// LoggingSpec configures a component's log.
// +kubebuilder:validation:MinProperties=1
type LoggingSpec struct {
	// verbosity is the level of detail. If absent, 2.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=10
	Verbosity *int32 `json:"verbosity,omitempty"`

	// httpAccessVerbosity is the level of detail for requests. If absent, requests are logged as verbosity says.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=10
	HTTPAccessVerbosity *int32 `json:"httpAccessVerbosity,omitempty"`
}
