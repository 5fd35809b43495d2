// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/hosted"
)

var _ = Describe("Deleting a hosted control plane", func() {
	It("leaves nothing behind", func(ctx context.Context) {
		cluster := newCluster("deleted")
		start(ctx, cluster, newVersion, exposedBy(controlplanev1.ExposureClusterIP))
		Expect(cluster.Delete(ctx)).To(Succeed())
		Expect(cluster.UntilGone(ctx, changeTimeout)).To(Succeed())
		expectNothingLeft(ctx, cluster)
	})

	It("leaves nothing behind when it was half created", func(ctx context.Context) {
		cluster := newCluster("half-created")
		Expect(cluster.Create(ctx, newVersion)).To(Succeed())
		Expect(cluster.Until(ctx, reportTimeout, func(controlPlane *controlplanev1.KubeceptionControlPlane) bool {
			return len(controlPlane.Status.Components) > 0
		})).To(Succeed())
		Expect(cluster.Delete(ctx)).To(Succeed())
		Expect(cluster.UntilGone(ctx, changeTimeout)).To(Succeed())
		expectNothingLeft(ctx, cluster)
	})

	It("waits for a seed that is out of reach, says so, and ends when the seed is back", func(ctx context.Context) {
		road := newRoad()
		// Deferred before the cluster's, so that the kubeconfig outlives the control plane.
		DeferCleanup(func(ctx context.Context) { _ = management.Delete(ctx, road.kubeconfig("far-away-seed")) })
		Expect(management.Create(ctx, road.kubeconfig("far-away-seed"))).To(Succeed())
		cluster := newCluster("far-away")
		start(ctx, cluster, newVersion, hosted.WithConfiguration(controlplanev1.KubeceptionControlPlaneConfiguration{
			Seed: controlplanev1.SeedSpec{KubeconfigRef: controlplanev1.SecretKeyReference{Name: "far-away-seed"}},
		}))

		road.close()
		Expect(cluster.UntilCondition(ctx, reportTimeout, controlplanev1.SeedReachableCondition,
			metav1.ConditionFalse, controlplanev1.SeedUnreachableReason)).To(Succeed())
		shoot, err := cluster.Client(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(shoot.List(ctx, &corev1.NamespaceList{})).To(Succeed(), "the control plane runs on unattended")

		Expect(cluster.Delete(ctx)).To(Succeed())
		Expect(cluster.UntilCondition(ctx, reportTimeout, controlplanev1.DeletingCondition,
			metav1.ConditionTrue, controlplanev1.DeletingWaitingForSeedReason)).To(Succeed())
		road.open()
		Expect(cluster.UntilGone(ctx, changeTimeout)).To(Succeed())
		expectNothingLeft(ctx, cluster)
	})
})

func expectNothingLeft(ctx context.Context, cluster *hosted.Cluster) {
	GinkgoHelper()
	err := management.Get(ctx, client.ObjectKey{Name: cluster.SeedNamespace()}, &corev1.Namespace{})
	Expect(apierrors.IsNotFound(err)).To(BeTrue(), "the namespace in the seed still exists")
	Eventually(func(g Gomega) { // The garbage collector follows the control plane.
		secrets := &corev1.SecretList{}
		g.Expect(management.List(ctx, secrets, client.InNamespace(cluster.Namespace),
			client.MatchingLabels{"cluster.x-k8s.io/cluster-name": cluster.Name})).To(Succeed())
		g.Expect(secrets.Items).To(BeEmpty())
	}).WithTimeout(reportTimeout).Should(Succeed())
	volumes := &corev1.PersistentVolumeList{}
	Eventually(func(g Gomega) {
		g.Expect(management.List(ctx, volumes)).To(Succeed())
		for _, volume := range volumes.Items {
			claim := volume.Spec.ClaimRef
			g.Expect(claim != nil && claim.Namespace == cluster.SeedNamespace()).To(BeFalse(), volume.Name)
		}
	}).WithTimeout(reportTimeout).Should(Succeed())
}

// road is the only way to a seed, and can be closed. It is a TCP proxy in front of the seed's API server.
type road struct {
	listener net.Listener
	target   string

	mu      sync.Mutex
	closed  bool
	passing map[net.Conn]struct{}
}

func newRoad() *road {
	// Pods reach this machine at the address from which it reaches the node.
	towardsNode, err := net.Dial("udp", net.JoinHostPort(realSeed.NodeIP, "9"))
	Expect(err).NotTo(HaveOccurred())
	host, _, err := net.SplitHostPort(towardsNode.LocalAddr().String())
	Expect(err).NotTo(HaveOccurred())
	Expect(towardsNode.Close()).To(Succeed())
	listener, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	Expect(err).NotTo(HaveOccurred())
	r := &road{listener: listener, target: strings.TrimPrefix(realSeed.Config.Host, "https://"), passing: map[net.Conn]struct{}{}}
	go r.serve()
	DeferCleanup(func() { r.close(); _ = listener.Close() })
	return r
}

func (r *road) serve() {
	for {
		conn, err := r.listener.Accept()
		if err != nil {
			return
		}
		go r.pass(conn)
	}
}

func (r *road) pass(conn net.Conn) {
	defer conn.Close()
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return
	}
	r.passing[conn] = struct{}{}
	r.mu.Unlock()
	defer func() { r.mu.Lock(); delete(r.passing, conn); r.mu.Unlock() }()
	upstream, err := net.DialTimeout("tcp", r.target, 5*time.Second)
	if err != nil {
		return
	}
	defer upstream.Close()
	go func() { _, _ = io.Copy(upstream, conn); _ = upstream.Close() }()
	_, _ = io.Copy(conn, upstream)
}

func (r *road) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for conn := range r.passing {
		_ = conn.Close()
	}
}

func (r *road) open() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = false
}

// kubeconfig leads to the seed by this road.
func (r *road) kubeconfig(name string) *corev1.Secret {
	config, err := clientcmd.LoadFromFile(realSeed.Kubeconfig)
	Expect(err).NotTo(HaveOccurred())
	Expect(clientcmdapi.FlattenConfig(config)).To(Succeed())
	for _, c := range config.Clusters {
		c.Server = fmt.Sprintf("https://%s", r.listener.Addr())
		c.TLSServerName = "kubernetes"
	}
	data, err := clientcmd.Write(*config)
	Expect(err).NotTo(HaveOccurred())
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Data:       map[string][]byte{"value": data},
	}
}
