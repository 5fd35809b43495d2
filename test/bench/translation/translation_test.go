// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"fmt"
	"maps"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/local"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/usage"
	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/writes"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/capicore"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/controllermanager"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/topologymanager"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

const (
	// restPeriod is how long it is looked at what is written while nothing happens.
	restPeriod = time.Minute
	// patience is for a machine that does much else.
	patience = 10 * time.Minute
	// creators create Shoots at the same time.
	creators = 10
)

func size(t *testing.T, variable string, byDefault int) int {
	t.Helper()
	value := os.Getenv(variable)
	if value == "" {
		return byDefault
	}
	number, err := strconv.Atoi(value)
	if err != nil {
		t.Fatalf("read %s: %v", variable, err)
	}
	return number
}

func TestTranslationByTheFunctionAlone(t *testing.T) {
	g := NewWithT(t)
	number := size(t, "TRANSLATION_PURE", 1000)
	of := provider.Profile{Name: "load", Spec: &object[gardencorev1beta1.CloudProfile](t, profile).Spec}
	seed := object[gardencorev1beta1.Seed](t, seedManifest)
	began := time.Now()
	class, problems := translation.ClassOf(of, local.Provider{})
	g.Expect(problems).To(BeEmpty())
	t.Logf("a profile became a class in %s", time.Since(began).Round(time.Microsecond))

	var shoots []*gardencorev1beta1.Shoot
	for i := range number {
		shoots = append(shoots, newShoot(t, i))
	}
	began = time.Now()
	for _, shoot := range shoots {
		out, problems := translation.Translate(translation.Input{
			Shoot: shoot, Project: "load", Profile: of, Seed: seed, Class: class.ClusterClass,
		}, local.Provider{})
		g.Expect(problems).To(BeEmpty())
		g.Expect(out.Cluster.Spec.Topology.Workers.MachineDeployments).To(HaveLen(2))
	}
	took := time.Since(began)
	t.Logf("%d Shoots were translated in %s, %s each", number, took.Round(time.Millisecond), (took / time.Duration(number)).Round(time.Microsecond))
}

func TestTranslationWithClusterAPI(t *testing.T) {
	g := NewWithT(t)
	number := size(t, "TRANSLATION_SHOOTS", 200)
	server, manager := start(t, g)
	c := server.Client
	prepare(t, g, c, number)

	began := time.Now()
	create(t, g, server, number)
	t.Logf("%d Shoots were created by %d clients in %s", number, creators, time.Since(began).Round(time.Millisecond))
	clusters := &clusterv1.ClusterList{}
	g.Eventually(func() int {
		g.Expect(c.List(t.Context(), clusters)).To(Succeed())
		return len(clusters.Items)
	}).WithTimeout(patience).WithPolling(500 * time.Millisecond).Should(Equal(number))
	t.Logf("all of them had a Cluster after %s", time.Since(began).Round(time.Millisecond))
	g.Eventually(func(g Gomega) {
		controlPlanes, deployments := &controlplanev1.KubeceptionControlPlaneList{}, &clusterv1.MachineDeploymentList{}
		g.Expect(c.List(t.Context(), controlPlanes)).To(Succeed())
		g.Expect(c.List(t.Context(), deployments)).To(Succeed())
		g.Expect(controlPlanes.Items).To(HaveLen(number))
		g.Expect(deployments.Items).To(HaveLen(2 * number))
	}).WithTimeout(patience).WithPolling(time.Second).Should(Succeed())
	t.Logf("Cluster API had made everything of them after %s", time.Since(began).Round(time.Millisecond))
	all := &gardencorev1beta1.ShootList{}
	g.Expect(c.List(t.Context(), all)).To(Succeed())
	for i := range all.Items {
		g.Expect(all.Items[i].Status.LastErrors).To(BeEmpty())
	}
	use, err := usage.OfProcesses(manager.PID())
	g.Expect(err).NotTo(HaveOccurred())
	t.Logf("the manager has %d MiB of memory (RSS), and used %s of processor time", use.RSS>>20, use.CPU)
	rest(t, g, server, manager)
}

// start runs an API server, Cluster API and the manager.
func start(t *testing.T, g Gomega) (*envtest.Server, *topologymanager.Process) {
	t.Helper()
	core, err := capicore.Prepare(t.Context())
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(func() { _ = core.Stop() })
	druid, err := envtest.DruidCRDs() // Without its kinds a cluster is no seed.
	g.Expect(err).NotTo(HaveOccurred())
	server, err := envtest.Start(t.Context(), parts.Minors()[0], envtest.Options{CRDs: append(core.CRDs(), druid...)})
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(func() { _ = server.Stop() })
	kubeconfig, err := controllermanager.Kubeconfig(server.Config, server.Config.Host)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(core.Start(t.Context(), kubeconfig, "ClusterTopology=true", server.Client)).To(Succeed())
	installation, err := topologymanager.Install(t.Context(), server)
	g.Expect(err).NotTo(HaveOccurred())
	manager, err := installation.Start(t.Context(), true)
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(func() {
		if file := os.Getenv("KUBECEPTION_TOPOLOGY_LOG"); file != "" {
			_ = os.WriteFile(file, []byte(manager.Log()), 0o600)
		}
		if t.Failed() {
			log := manager.Log()
			t.Log(log[max(0, len(log)-8000):])
		}
		_ = manager.Stop()
	})
	return server, manager
}

func prepare(t *testing.T, g Gomega, c client.Client, shoots int) {
	t.Helper()
	seed := object[gardencorev1beta1.Seed](t, seedManifest)
	seed.Annotations["kubeception.cluster.x-k8s.io/seed-capacity-shoots"] = strconv.Itoa(shoots)
	for _, one := range []client.Object{
		object[corev1.Namespace](t, "{metadata: {name: garden-load, labels: {gardener.cloud/role: project, project.gardener.cloud/name: load}}}"),
		object[gardencorev1beta1.Project](t, "{metadata: {name: load}, spec: {namespace: garden-load}}"),
		object[gardencorev1beta1.CloudProfile](t, profile), seed,
		object[corev1.Secret](t, "{metadata: {name: account, namespace: garden-load}}"),
	} {
		g.Expect(c.Create(t.Context(), one)).To(Succeed())
	}
	binding := &unstructured.Unstructured{}
	g.Expect(yaml.Unmarshal([]byte(bindingManifest), &binding.Object)).To(Succeed())
	g.Eventually(func() error { return c.Create(t.Context(), binding) }).WithTimeout(patience).Should(Succeed())
	g.Eventually(func(g Gomega) {
		g.Expect(c.Get(t.Context(), client.ObjectKeyFromObject(seed), seed)).To(Succeed())
		g.Expect(seed.Status.Conditions).To(ContainElement(And(
			HaveField("Type", gardencorev1beta1.GardenletReady), HaveField("Status", gardencorev1beta1.ConditionTrue))))
	}).WithTimeout(patience).Should(Succeed())
}

// create lets clients create Shoots at the same time.
func create(t *testing.T, g Gomega, server *envtest.Server, shoots int) {
	t.Helper()
	work, problems := make(chan int), make(chan error, shoots)
	var group sync.WaitGroup
	for range creators {
		c, err := client.New(server.Config, client.Options{Scheme: server.Client.Scheme()})
		g.Expect(err).NotTo(HaveOccurred())
		group.Go(func() {
			for i := range work {
				if err := c.Create(t.Context(), newShoot(t, i)); err != nil {
					problems <- err
				}
			}
		})
	}
	for i := range shoots {
		work <- i
	}
	close(work)
	group.Wait()
	close(problems)
	for err := range problems {
		g.Expect(err).NotTo(HaveOccurred())
	}
}

// rest counts what is written while nothing happens, except for Leases.
func rest(t *testing.T, g Gomega, server *envtest.Server, manager *topologymanager.Process) {
	t.Helper()
	var last map[writes.Write]float64
	g.Eventually(func() map[writes.Write]float64 { // What is still going on ends first.
		before := last
		last = written(t, g, server)
		if before == nil {
			return map[writes.Write]float64{{Verb: "not known yet"}: 1}
		}
		return writes.Since(before, last)
	}).WithTimeout(patience).WithPolling(10 * time.Second).Should(BeEmpty())
	before, cpu := written(t, g, server), processorTime(g, manager)
	timer := time.NewTimer(restPeriod)
	<-timer.C
	for write, count := range writes.Since(before, written(t, g, server)) {
		t.Errorf("at rest, in %s: %.0f × %s %s", restPeriod, count, write.Verb, write.Target())
	}
	t.Logf("at rest, in %s: %s of processor time", restPeriod, processorTime(g, manager)-cpu)
	use, err := usage.OfProcesses(manager.PID())
	g.Expect(err).NotTo(HaveOccurred())
	t.Logf("the manager has %d MiB of memory (RSS) at rest", use.RSS>>20)
}

func processorTime(g Gomega, manager *topologymanager.Process) time.Duration {
	use, err := usage.OfProcesses(manager.PID())
	g.Expect(err).NotTo(HaveOccurred())
	return use.CPU
}

func written(t *testing.T, g Gomega, server *envtest.Server) map[writes.Write]float64 {
	t.Helper()
	clientset, err := kubernetes.NewForConfig(server.Config)
	g.Expect(err).NotTo(HaveOccurred())
	counts, err := writes.Of(t.Context(), clientset.RESTClient())
	g.Expect(err).NotTo(HaveOccurred())
	// Cluster API tries again and again to reach clusters that are none, and notes it.
	maps.DeleteFunc(counts, func(write writes.Write, _ float64) bool { return write.Resource == "clusterresourcesetbindings" })
	return writes.WithoutLeases(counts)
}

func newShoot(t *testing.T, number int) *gardencorev1beta1.Shoot {
	t.Helper()
	shoot := object[gardencorev1beta1.Shoot](t, shootManifest)
	shoot.Name = fmt.Sprintf("s%d", number)
	return shoot
}

func object[T any](t *testing.T, manifest string) *T {
	t.Helper()
	out := new(T)
	if err := yaml.UnmarshalStrict([]byte(manifest), out); err != nil {
		t.Fatal(err)
	}
	return out
}
