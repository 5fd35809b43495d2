// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"fmt"
	"hash/fnv"
	"path"
	"time"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
)

const (
	defaultDeltaSnapshotPeriodSeconds = 300
	// deltaSnapshotMemory is the size of changes that are kept in memory until they are written.
	deltaSnapshotMemory = "100Mi"
	// garbageCollectionPeriod is the time between two looks for snapshots that are no longer wanted. It must
	// exceed the time between delta snapshots.
	garbageCollectionPeriod = 12 * time.Hour
)

func backup(in *component.Input, i Instance, s secrets) druidv1alpha1.BackupSpec {
	backup := druidv1alpha1.BackupSpec{
		TLS:       clientTLS(i.name, s),
		Resources: &corev1.ResourceRequirements{Requests: sidecarRequests},
	}
	wanted := i.backup(in)
	if wanted == nil {
		return backup
	}
	store := druidv1alpha1.StoreSpec{
		Provider:  ptr.To(druidv1alpha1.StorageProvider(wanted.Store.Provider)),
		Container: ptr.To(wanted.Store.Bucket),
		Prefix:    wanted.Store.Prefix,
		SecretRef: &corev1.SecretReference{Name: s.backup.Name},
	}
	if store.Prefix == "" {
		store.Prefix = path.Join(in.Namespace, i.name)
	}
	if wanted.Store.Endpoint != "" {
		store.EndpointOverride = ptr.To(wanted.Store.Endpoint)
	}
	backup.Store = &store

	schedule := wanted.FullSnapshotSchedule
	if schedule == "" {
		schedule = daily(in.Namespace, i.name, "snapshot")
	}
	delta := time.Duration(ptr.Deref(wanted.DeltaSnapshotPeriodSeconds, defaultDeltaSnapshotPeriodSeconds)) * time.Second
	backup.FullSnapshotSchedule = ptr.To(schedule)
	backup.DeltaSnapshotPeriod = &metav1.Duration{Duration: delta}
	backup.DeltaSnapshotMemoryLimit = ptr.To(resource.MustParse(deltaSnapshotMemory))
	// Exponential keeps the snapshots of the last hours, days and weeks, ever fewer the older they are.
	backup.GarbageCollectionPolicy = ptr.To(druidv1alpha1.GarbageCollectionPolicy(druidv1alpha1.GarbageCollectionPolicyExponential))
	backup.GarbageCollectionPeriod = &metav1.Duration{Duration: max(garbageCollectionPeriod, 2*delta)}
	backup.SnapshotCompression = &druidv1alpha1.CompressionSpec{
		Enabled: ptr.To(true), Policy: ptr.To(druidv1alpha1.GzipCompression),
	}
	return backup
}

// daily returns a cron expression for a time of the day that is spread over clusters, so that a seed is not busy
// with all of them at once, and always the same for one.
func daily(namespace, name, purpose string) string {
	hash := fnv.New32a()
	_, _ = fmt.Fprintf(hash, "%s/%s/%s", namespace, name, purpose) // It never fails.
	minute := hash.Sum32() % (24 * 60)
	return fmt.Sprintf("%d %d * * *", minute%60, minute/60)
}
