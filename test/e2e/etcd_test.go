// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"strings"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/hosted"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/objectstore"
)

var _ = Describe("The etcd of a hosted control plane", Ordered, func() {
	var cluster *hosted.Cluster
	kept := client.ObjectKey{Namespace: metav1.NamespaceDefault, Name: "kept"}

	BeforeAll(func(ctx context.Context) {
		cluster = newCluster("stored")
		credentials := objectstore.BackupSecret(cluster.Namespace, "backup")
		Expect(management.Create(ctx, credentials)).To(Or(Succeed(), Satisfy(apierrors.IsAlreadyExists)))
		DeferCleanup(func(ctx context.Context) { _ = management.Delete(ctx, credentials) })
		configuration := controlplanev1.KubeceptionControlPlaneConfiguration{}
		configuration.Etcd.Main.Backup = controlplanev1.EtcdBackupSpec{Store: controlplanev1.EtcdBackupStore{
			Provider: "S3", Bucket: objectstore.Bucket, Endpoint: objectstore.Endpoint,
			SecretRef: controlplanev1.LocalObjectReference{Name: "backup"},
		}, DeltaSnapshotPeriodSeconds: new(int32(10))}
		start(ctx, cluster, newVersion, hosted.WithConfiguration(configuration))
		shoot, err := cluster.Client(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(shoot.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: kept.Namespace, Name: kept.Name}})).To(Succeed())
	})

	It("is backed up to an object store", func(ctx context.Context) {
		Eventually(func(g Gomega) { // The backup sidecar renews the Lease for every snapshot that the store has taken.
			for _, snapshot := range []string{"full", "delta"} {
				lease := &coordinationv1.Lease{}
				key := client.ObjectKey{Namespace: cluster.SeedNamespace(), Name: "etcd-main-" + snapshot + "-snap"}
				g.Expect(management.Get(ctx, key, lease)).To(Succeed())
				g.Expect(lease.Spec.RenewTime).NotTo(BeNil(), snapshot)
			}
		}).WithTimeout(changeTimeout).Should(Succeed())
	})

	It("grows from one member to three and keeps what it holds", func(ctx context.Context) {
		load, err := cluster.StartLoad(ctx, "growing")
		Expect(err).NotTo(HaveOccurred())
		Expect(cluster.Patch(ctx, func(controlPlane *controlplanev1.KubeceptionControlPlane) {
			controlPlane.Spec.Etcd.Main.Replicas = new(int32(3))
		})).To(Succeed())
		Eventually(func(g Gomega) {
			etcd := &druidv1alpha1.Etcd{}
			g.Expect(management.Get(ctx, client.ObjectKey{Namespace: cluster.SeedNamespace(), Name: "etcd-main"}, etcd)).To(Succeed())
			g.Expect(etcd.Status.ReadyReplicas).To(Equal(int32(3)))
		}).WithTimeout(startTimeout).Should(Succeed())
		Expect(cluster.UntilAvailable(ctx, startTimeout)).To(Succeed())
		seen := load.Stop()
		AddReportEntry(fmt.Sprintf("growing etcd: %d requests, %d failed, longest gap %s", seen.Requests, len(seen.Failures), seen.LongestGap))
		shoot, err := cluster.Client(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(shoot.Get(ctx, kept, &corev1.ConfigMap{})).To(Succeed())

		etcdctl, err := realSeed.Binaries.Binary(ctx, "etcdctl")
		Expect(err).NotTo(HaveOccurred())
		members, err := cluster.Etcdctl(ctx, etcdctl, "etcd-main", "member", "list")
		Expect(err).NotTo(HaveOccurred())
		Expect(strings.Count(members, "started")).To(Equal(3), members)
	})
})
