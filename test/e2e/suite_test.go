// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/hosted"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
)

// Times that no healthy run comes near.
const (
	startTimeout  = 5 * time.Minute
	changeTimeout = 4 * time.Minute
	reportTimeout = 90 * time.Second
)

// long labels specs that wait for minutes and are no part of make e2e; make e2e-long runs them.
var long = Label("Long")

// namespace holds the clusters of all specs.
const namespace = "e2e"

var (
	realSeed   *seed.Seed
	management client.Client
	scheme     = runtime.NewScheme()
	oldVersion string
	newVersion string
)

func TestEndToEnd(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "hosted control planes on a real seed")
}

var _ = BeforeSuite(func() {
	for _, add := range []func(*runtime.Scheme) error{
		clientgoscheme.AddToScheme, clusterv1.AddToScheme, gardencorev1beta1.AddToScheme,
		bootstrapv1.AddToScheme, controlplanev1.AddToScheme, infrav1.AddToScheme,
		druidv1alpha1.AddToScheme, apiextensionsv1.AddToScheme,
	} {
		Expect(add(scheme)).To(Succeed())
	}
	state := os.Getenv("KUBECEPTION_SEED")
	if state == "" {
		state = filepath.Join("..", "..", "_run")
	}
	var err error
	realSeed, err = seed.Open(state)
	Expect(err).NotTo(HaveOccurred(), "start the seed with make up")
	management, err = client.New(realSeed.Config, client.Options{Scheme: scheme})
	Expect(err).NotTo(HaveOccurred())
	err = management.Create(context.Background(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}})
	Expect(client.IgnoreAlreadyExists(err)).To(Succeed())
	oldVersion, err = realSeed.Binaries.Version("kube-apiserver-1.35")
	Expect(err).NotTo(HaveOccurred())
	newVersion, err = realSeed.Binaries.Version("kube-apiserver-1.36")
	Expect(err).NotTo(HaveOccurred())
})

// newCluster names a cluster of its own for a spec and deletes it afterwards, which is a test too: a deletion that
// hangs fails the spec.
func newCluster(name string) *hosted.Cluster {
	cluster := hosted.New(management, namespace, name)
	DeferCleanup(func(ctx context.Context) {
		if CurrentSpecReport().Failed() && os.Getenv("KEEP_FAILED") != "" {
			return
		}
		Expect(cluster.Delete(ctx)).To(Succeed())
		Expect(cluster.UntilGone(ctx, changeTimeout)).To(Succeed())
	})
	return cluster
}

// exposedBy lets a spec use another way to the API server, so that all of them are taken by some spec.
func exposedBy(exposure controlplanev1.ExposureType) hosted.Option {
	return hosted.WithConfiguration(controlplanev1.KubeceptionControlPlaneConfiguration{
		Exposure: controlplanev1.ExposureSpec{Type: exposure},
	})
}

// start creates a cluster and waits until it is available.
func start(ctx context.Context, cluster *hosted.Cluster, version string, options ...hosted.Option) {
	GinkgoHelper()
	began := time.Now()
	Expect(cluster.Create(ctx, version, options...)).To(Succeed())
	Expect(cluster.UntilAvailable(ctx, startTimeout)).To(Succeed())
	AddReportEntry(fmt.Sprintf("%s available after %s", cluster.Name, time.Since(began).Round(100*time.Millisecond)))
}
