// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package topology

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/yaml"

	seeds "github.com/kubeception/cluster-api-provider-kubeception/exp/topology/reconcilers/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/setup"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/capicore"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/controllermanager"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
)

const (
	// shootQuota is how many Shoots a project may have in these tests.
	shootQuota  = 2
	countShoots = corev1.ResourceName("count/shoots.core.gardener.cloud")
	// patience is for a machine that does much else.
	patience = 90 * time.Second
)

func TestMain(m *testing.M) {
	SetDefaultEventuallyTimeout(patience)
	SetDefaultEventuallyPollingInterval(100 * time.Millisecond)
	// Cluster API's kinds are there, and nobody carries them out.
	core, err := capicore.Prepare(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	druid, err := envtest.DruidCRDs() // Without its kinds a cluster is no seed.
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := envtest.Run(m, envtest.Options{CRDs: append(core.CRDs(), druid...), Flags: frontProxy, Tune: tune, Setup: addControllers})
	if err := core.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

// options are those of an operator with a ResourceQuota for projects and seeds that are looked at often.
func options() setup.Options {
	o := setup.Defaults()
	o.Projects.ResourceQuota = corev1.ResourceList{countShoots: *resource.NewQuantity(shootQuota, resource.DecimalSI)}
	o.Seeds.HeartbeatPeriod, o.Seeds.MonitorPeriod = time.Second, 4*time.Second
	return *o
}

func tune(o *ctrl.Options) {
	o.Scheme, o.Cache, o.Client = setup.Scheme(), setup.CacheOptions(10*time.Minute), setup.ClientOptions()
}

// addControllers adds what the manager has in production, and Kubernetes' own controllers beside it.
func addControllers(mgr ctrl.Manager) error {
	if err := mgr.Add(kubernetesControllers(mgr.GetConfig())); err != nil {
		return err
	}
	if err := registerAccess(mgr); err != nil {
		return err
	}
	return setup.Controllers(context.Background(), mgr, options())
}

func kubernetesControllers(config *rest.Config) manager.RunnableFunc {
	return func(ctx context.Context) error {
		minor, err := minorOf(config)
		if err != nil {
			return err
		}
		process, err := controllermanager.Start(ctx, minor, config, "clusterrole-aggregation-controller", "resourcequota-controller", "namespace-controller", "garbage-collector-controller")
		if err != nil {
			return err
		}
		<-ctx.Done()
		return process.Stop()
	}
}

func minorOf(config *rest.Config) (string, error) {
	disco, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return "", err
	}
	version, err := disco.ServerVersion()
	if err != nil {
		return "", err
	}
	return version.Major + "." + strings.TrimSuffix(version.Minor, "+"), nil
}

// onEachMinor runs a story on every API server.
func onEachMinor(t *testing.T, story func(t *testing.T, server *envtest.Server)) {
	t.Helper()
	for _, server := range envtest.Servers() {
		t.Run(server.Minor, func(t *testing.T) {
			t.Parallel()
			story(t, server)
		})
	}
}

// as is a client of somebody with the groups of a logged-in user.
func as(t *testing.T, server *envtest.Server, user string, groups ...string) client.Client {
	t.Helper()
	config := rest.CopyConfig(server.Config)
	config.Impersonate = rest.ImpersonationConfig{UserName: user, Groups: append([]string{"system:authenticated"}, groups...)}
	c, err := client.New(config, client.Options{Scheme: server.Client.Scheme()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// object reads a manifest.
func object[T any](t *testing.T, manifest string) *T {
	t.Helper()
	out := new(T)
	if err := yaml.UnmarshalStrict([]byte(manifest), out); err != nil {
		t.Fatalf("read the manifest: %v\n%s", err, manifest)
	}
	return out
}

// createProject creates a Project and waits until it is ready. Its namespace is garden-<name>.
func createProject(t *testing.T, g Gomega, c client.Client, name, members string) *gardencorev1beta1.Project {
	t.Helper()
	project := object[gardencorev1beta1.Project](t, fmt.Sprintf("{metadata: {name: %s}, spec: {members: %s}}", name, members))
	g.Expect(c.Create(t.Context(), project)).To(Succeed())
	g.Eventually(func(g Gomega) {
		g.Expect(c.Get(t.Context(), client.ObjectKeyFromObject(project), project)).To(Succeed())
		g.Expect(project.Status.Phase).To(Equal(gardencorev1beta1.ProjectReady))
	}).Should(Succeed())
	return project
}

// createSeed creates a Seed, which is the management cluster itself, and waits until it is ready.
func createSeed(t *testing.T, g Gomega, c client.Client, name, region string, capacity int) *gardencorev1beta1.Seed {
	t.Helper()
	seed := object[gardencorev1beta1.Seed](t, fmt.Sprintf(`
metadata: {name: %s, annotations: {%s: %s, %s: "%d"}, labels: {test: %s}}
spec:
  provider: {type: local, region: %s, zones: [a]}
  networks: {nodes: 10.240.0.0/16, pods: 10.241.128.0/17, services: 10.241.0.0/17}
  ingress: {domain: ingress.%s.example.com, controller: {kind: nginx}}
  dns:
    provider: {type: aws-route53, credentialsRef: {apiVersion: v1, kind: Secret, name: dns, namespace: garden}}
    internal: {type: aws-route53, domain: internal.example.com, credentialsRef: {apiVersion: v1, kind: Secret, name: dns, namespace: garden}}
`, name, seeds.AnnotationCluster, seeds.ManagementCluster, seeds.AnnotationCapacity, capacity, name, region, name))
	g.Expect(c.Create(t.Context(), seed)).To(Succeed())
	g.Eventually(func(g Gomega) {
		g.Expect(c.Get(t.Context(), client.ObjectKeyFromObject(seed), seed)).To(Succeed())
		g.Expect(seed.Status.Conditions).To(ContainElement(And(
			HaveField("Type", gardencorev1beta1.GardenletReady), HaveField("Status", gardencorev1beta1.ConditionTrue))))
	}).Should(Succeed())
	return seed
}
