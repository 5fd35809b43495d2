// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"k8s.io/apimachinery/pkg/api/resource"
)

// EtcdSpec configures the two etcd clusters of a control plane.
// +kubebuilder:validation:MinProperties=1
// +kubebuilder:validation:XValidation:rule="has(self.main) && has(self.main.external) ? has(self.events) && has(self.events.external) && self.events.external.secretRef.name == self.main.external.secretRef.name : !has(self.events) || !has(self.events.external)",message="kube-apiserver has one client certificate for both etcd clusters; set external for main and events, with the same secretRef, or for neither"
type EtcdSpec struct {
	// main holds everything but events.
	// +optional
	Main EtcdMainSpec `json:"main,omitempty,omitzero"`

	// events holds Events alone, so that a flood of them harms nothing else.
	// +optional
	Events EtcdEventsSpec `json:"events,omitempty,omitzero"`
}

// EtcdMainSpec configures etcd-main.
// +kubebuilder:validation:MinProperties=1
// +kubebuilder:validation:XValidation:rule="!has(self.external) || !has(self.backup)",message="etcd.main.backup has no effect with external endpoints; remove one of them"
type EtcdMainSpec struct {
	EtcdInstanceSpec `json:",inline"`

	// backup stores snapshots in an object store. If absent, there are no backups.
	// +optional
	Backup EtcdBackupSpec `json:"backup,omitempty,omitzero"`
}

// EtcdEventsSpec configures etcd-events. Events are not backed up.
// +kubebuilder:validation:MinProperties=1
type EtcdEventsSpec struct {
	EtcdInstanceSpec `json:",inline"`
}

// EtcdInstanceSpec configures one etcd cluster.
// +kubebuilder:validation:XValidation:rule="!has(self.external) || (!has(self.replicas) && !has(self.storage) && !has(self.quota))",message="external etcd endpoints allow no replicas, storage or quota; remove them"
type EtcdInstanceSpec struct {
	// replicas is the number of members. If absent, 1. It may grow and never shrink.
	// +optional
	// +kubebuilder:validation:Enum=1;3;5
	Replicas *int32 `json:"replicas,omitempty"`

	// storage describes the volume of each member. It cannot change.
	// +optional
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="etcd storage cannot change; create a new cluster from a backup instead"
	Storage EtcdStorageSpec `json:"storage,omitempty,omitzero"`

	// quota is the size at which the database refuses to grow. If absent, 8Gi, which is also the most that
	// etcd supports.
	// +optional
	// +kubebuilder:validation:XValidation:rule="quantity(string(self)).compareTo(quantity('8Gi')) <= 0 && quantity(string(self)).compareTo(quantity('64Mi')) >= 0",message="quota must be between 64Mi and 8Gi"
	Quota *resource.Quantity `json:"quota,omitempty"`

	// external uses an etcd cluster that is run by somebody else instead of etcd-druid.
	// +optional
	External ExternalEtcdSpec `json:"external,omitempty,omitzero"`
}

// EtcdStorageSpec describes the volume of an etcd member.
// +kubebuilder:validation:MinProperties=1
type EtcdStorageSpec struct {
	// className is the StorageClass in the seed. If absent, the seed's default.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	ClassName string `json:"className,omitempty"`

	// size is the size of the volume. If absent, 25Gi for main and 10Gi for events.
	// +optional
	// +kubebuilder:validation:XValidation:rule="quantity(string(self)).compareTo(quantity('256Mi')) >= 0",message="storage size must be at least 256Mi"
	Size *resource.Quantity `json:"size,omitempty"`
}

// ExternalEtcdSpec names an etcd cluster that is run by somebody else.
type ExternalEtcdSpec struct {
	// endpoints are the client URLs of the members.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=9
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="self.all(e, e.startsWith('https://'))",message="external etcd endpoints must start with https://"
	Endpoints []string `json:"endpoints,omitempty"`

	// secretRef names a Secret in the namespace of the control plane with ca.crt, tls.crt and tls.key of a
	// client of that etcd cluster.
	// +required
	SecretRef LocalObjectReference `json:"secretRef,omitempty,omitzero"`
}

// EtcdBackupSpec stores snapshots of etcd-main in an object store.
type EtcdBackupSpec struct {
	// store is the object store.
	// +required
	Store EtcdBackupStore `json:"store,omitempty,omitzero"`

	// fullSnapshotSchedule is a cron expression for full snapshots.
	// If absent, once a day at a time derived from the cluster's name.
	// +optional
	// +kubebuilder:validation:MinLength=9
	// +kubebuilder:validation:MaxLength=100
	// +kubebuilder:validation:XValidation:rule="self.matches('^[^ ]+( [^ ]+){4}$')",message="fullSnapshotSchedule must be a cron expression of five fields, for example 0 3 * * *"
	FullSnapshotSchedule string `json:"fullSnapshotSchedule,omitempty"`

	// deltaSnapshotPeriodSeconds is the time between delta snapshots, which bounds the loss when a volume is
	// lost. If absent, 300.
	// +optional
	// +kubebuilder:validation:Minimum=10
	// +kubebuilder:validation:Maximum=86400
	DeltaSnapshotPeriodSeconds *int32 `json:"deltaSnapshotPeriodSeconds,omitempty"`
}

// EtcdBackupStore is an object store.
type EtcdBackupStore struct {
	// provider is the kind of object store.
	// +required
	// +kubebuilder:validation:Enum=S3;ABS;GCS;Swift;OSS;ECS;OCS
	Provider string `json:"provider,omitempty"`

	// bucket is the name of the bucket or container.
	// +required
	// +kubebuilder:validation:MinLength=3
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[A-Za-z0-9._-]+$`
	Bucket string `json:"bucket,omitempty"`

	// prefix is the folder in the bucket. If absent, <seed namespace>/etcd-main.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	Prefix string `json:"prefix,omitempty"`

	// endpoint replaces the provider's endpoint, for stores that speak its protocol.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	Endpoint string `json:"endpoint,omitempty"`

	// secretRef names the Secret with the credentials, in the namespace of the control plane, with the keys
	// that etcd-backup-restore documents for the provider.
	// +required
	SecretRef LocalObjectReference `json:"secretRef,omitempty,omitzero"`
}
