// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// NodeSpec says how a node registers.
// +kubebuilder:validation:MinProperties=1
type NodeSpec struct {
	// labels are the labels of the node, set by the kubelet when it registers. Of the domains kubernetes.io and
	// k8s.io a kubelet may set only some.
	// +optional
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=64
	Labels map[string]string `json:"labels,omitempty"`

	// taints are the taints of the node when it registers, besides node.cluster.x-k8s.io/uninitialized, which
	// Cluster API removes once it has labelled the node.
	// +optional
	// +listType=map
	// +listMapKey=key
	// +listMapKey=effect
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Taints []Taint `json:"taints,omitempty"`
}

// Taint keeps pods without a toleration off a node.
type Taint struct {
	// key is the key of the taint, for example example.com/dedicated.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=317
	// +kubebuilder:validation:XValidation:rule="self.matches('^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$')",message="key must be a name such as example.com/dedicated"
	// +kubebuilder:validation:XValidation:rule="self != 'node.cluster.x-k8s.io/uninitialized'",message="this taint is set on every node; leave it out"
	Key string `json:"key,omitempty"`

	// value is the value of the taint. If absent, it has none.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$')",message="value must consist of letters, digits, '-', '_' and '.', and begin and end with a letter or digit"
	Value string `json:"value,omitempty"`

	// effect is what happens to pods without a toleration.
	// +required
	// +kubebuilder:validation:Enum=NoSchedule;PreferNoSchedule;NoExecute
	Effect string `json:"effect,omitempty"`
}

// RegistryMirror are the mirrors of one registry.
type RegistryMirror struct {
	// registry is the registry as image names mention it, for example docker.io or registry.example.com:5000, or
	// _default for every registry without mirrors of its own.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self == '_default' || self.matches('^[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?(:[0-9]{1,5})?$')",message="registry must be a host, with a port where it needs one and without scheme or path, or _default"
	Registry string `json:"registry,omitempty"`

	// server is the address of the registry itself, which is asked when no mirror has an image, for example
	// https://registry-1.docker.io. If absent, https and the name of the registry.
	// +optional
	// +kubebuilder:validation:MinLength=8
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule="isURL(self) && self.matches('^https?://')",message="server must be a URL that begins with https:// or http://"
	Server string `json:"server,omitempty"`

	// hosts are asked in their order, before the registry itself.
	// +required
	// +listType=map
	// +listMapKey=url
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	Hosts []RegistryHost `json:"hosts,omitempty"`
}

// RegistryHost is one mirror.
type RegistryHost struct {
	// url is the address of the mirror, for example https://mirror.example.com.
	// +required
	// +kubebuilder:validation:MinLength=8
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule="isURL(self) && self.matches('^https?://')",message="url must be a URL that begins with https:// or http://"
	URL string `json:"url,omitempty"`

	// capabilities are what the mirror is trusted with. If absent, pull and resolve.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=3
	Capabilities []RegistryCapability `json:"capabilities,omitempty"`

	// caBundle are certificates, in PEM, by which the mirror is trusted. If absent, those of the machine image.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=65536
	CABundle string `json:"caBundle,omitempty"`
}

// RegistryCapability is what a mirror is trusted with.
// +kubebuilder:validation:Enum=pull;resolve;push
type RegistryCapability string

// ProxySpec is what containerd, the kubelet and the bootstrap itself reach the outside through.
// +kubebuilder:validation:MinProperties=1
type ProxySpec struct {
	// http is the proxy for plain HTTP, for example http://egress.example.com:8080.
	// +optional
	// +kubebuilder:validation:MinLength=8
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule="isURL(self) && self.matches('^(https?|socks5)://')",message="http must be a URL such as http://egress.example.com:8080"
	HTTP string `json:"http,omitempty"`

	// https is the proxy for HTTPS, for example http://egress.example.com:8080.
	// +optional
	// +kubebuilder:validation:MinLength=8
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule="isURL(self) && self.matches('^(https?|socks5)://')",message="https must be a URL such as http://egress.example.com:8080"
	HTTPS string `json:"https,omitempty"`

	// noProxy are hosts, domains and address ranges that are reached directly, besides the machine itself and the
	// networks and the domain of the cluster.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=100
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=253
	// +kubebuilder:validation:items:Pattern=`^[-A-Za-z0-9.:/*_]+$`
	NoProxy []string `json:"noProxy,omitempty"`
}

// Sysctl is a kernel parameter.
type Sysctl struct {
	// name is the name of the parameter, for example vm.max_map_count.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9_-]+([./][A-Za-z0-9_-]+)+$')",message="name must be that of a kernel parameter, for example vm.max_map_count"
	Name string `json:"name,omitempty"`

	// value is the value of the parameter.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule="self.matches('^[^\\n]+$')",message="value must be one line"
	Value string `json:"value,omitempty"`
}

// User is a user of the machine. Without SSH keys and a password nobody can log in as it.
type User struct {
	// name is the name of the user.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z_][-a-z0-9_]*$')",message="name must consist of lower-case letters, digits, '-' and '_', and begin with a letter or '_'"
	// +kubebuilder:validation:XValidation:rule="self != 'default'",message="name must not be default, which is cloud-init's word for the user of the machine image"
	Name string `json:"name,omitempty"`

	// gecos is the user's real name or purpose.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:XValidation:rule="self.matches('^[^:\\n]*$')",message="gecos must be one line without colons"
	Gecos string `json:"gecos,omitempty"`

	// groups are the groups that the user is in, besides one of its own name.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=32
	// +kubebuilder:validation:items:Pattern=`^[a-z_][-a-z0-9_]*$`
	Groups []string `json:"groups,omitempty"`

	// shell is the shell of the user, for example /bin/bash. If absent, the machine image decides.
	// +optional
	// +kubebuilder:validation:MinLength=2
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:XValidation:rule="self.matches('^/[^:[:space:]]*$')",message="shell must be an absolute path"
	Shell string `json:"shell,omitempty"`

	// sudo is a rule for sudo, for example "ALL=(ALL) NOPASSWD:ALL". If absent, there is none.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule="self.matches('^[^\\n]*$')",message="sudo must be one line"
	Sudo string `json:"sudo,omitempty"`

	// passwordHash is the hash of the user's password, as mkpasswd writes it. If absent, the user has none.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="self.matches('^[$][^:[:space:]]+$')",message="passwordHash must be a hash such as mkpasswd writes, which begins with a dollar sign"
	PasswordHash string `json:"passwordHash,omitempty"`

	// sshAuthorizedKeys are the public keys by which the user logs in.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=16384
	SSHAuthorizedKeys []string `json:"sshAuthorizedKeys,omitempty"`
}

// File is a file of the machine.
// +kubebuilder:validation:XValidation:rule="has(self.content) != has(self.contentFrom)",message="a file needs content or contentFrom, and not both"
type File struct {
	// path is the absolute path of the file. Its folder is made where it is missing.
	// +required
	// +kubebuilder:validation:MinLength=2
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule="self.matches('^(/[^/\\n]+)+$') && !self.matches('/[.][.]?(/|$)')",message="path must be an absolute path of a file"
	Path string `json:"path,omitempty"`

	// owner is the user and the group that own the file, for example "root:root". If absent, root.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=65
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z_][-a-z0-9_]*(:[a-z_][-a-z0-9_]*)?$')",message="owner must be a user, or a user and a group with a colon between them"
	Owner string `json:"owner,omitempty"`

	// permissions are who may do what, in octal digits, for example "0644". If absent, "0644", or "0600" for what
	// comes from a Secret.
	// +optional
	// +kubebuilder:validation:MinLength=3
	// +kubebuilder:validation:MaxLength=4
	// +kubebuilder:validation:XValidation:rule="self.matches('^[0-7]{3,4}$')",message="permissions must be three or four octal digits, for example \"0644\""
	Permissions string `json:"permissions,omitempty"`

	// content is the content of the file.
	// +optional
	// +kubebuilder:validation:MinLength=0
	// +kubebuilder:validation:MaxLength=262144
	Content *string `json:"content,omitempty"`

	// contentFrom is where the content comes from.
	// +optional
	ContentFrom FileSource `json:"contentFrom,omitempty,omitzero"`
}

// FileSource is where the content of a file comes from.
type FileSource struct {
	// secretRef names a key of a Secret in the namespace of the configuration. It is read when the bootstrap data is
	// made, and may hold any bytes.
	// +required
	SecretRef SecretKeyReference `json:"secretRef,omitempty,omitzero"`
}

// SecretKeyReference names a key of a Secret in the same namespace.
type SecretKeyReference struct {
	// name is the name of the Secret.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`

	// key is the key in the Secret.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Key string `json:"key,omitempty"`
}

// Unit is a systemd unit of the machine.
// +kubebuilder:validation:XValidation:rule="has(self.content) || has(self.dropIns) || has(self.enabled)",message="a unit needs content, dropIns or enabled"
type Unit struct {
	// name is the name of the unit, for example node-exporter.service.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=255
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Za-z0-9:_.@-]+[.](service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$')",message="name must be that of a systemd unit, for example node-exporter.service"
	Name string `json:"name,omitempty"`

	// content is the unit. If absent, the machine image has it.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=65536
	Content string `json:"content,omitempty"`

	// enabled says whether the unit runs: true starts it before the kubelet and at every boot, false stops it for good.
	// If absent, the machine image decides.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`

	// dropIns change parts of the unit.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	DropIns []DropIn `json:"dropIns,omitempty"`
}

// DropIn changes parts of a systemd unit.
type DropIn struct {
	// name is the name of the file, for example 20-limits.conf.
	// +required
	// +kubebuilder:validation:MinLength=6
	// +kubebuilder:validation:MaxLength=255
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Za-z0-9_.@-]+[.]conf$')",message="name must be that of a file that ends in .conf, for example 20-limits.conf"
	Name string `json:"name,omitempty"`

	// content is the drop-in.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=65536
	Content string `json:"content,omitempty"`
}
