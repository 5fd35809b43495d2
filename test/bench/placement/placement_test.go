// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package placement

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes"
	toolscache "k8s.io/client-go/tools/cache"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/stats"
	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/usage"
	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/writes"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/topologymanager"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

const (
	// restPeriod is how long it is looked at what is written while nothing happens.
	restPeriod = time.Minute
	// patience is for a machine that does much else.
	patience = 2 * time.Minute
)

// size is what the environment says.
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

func TestPlacement(t *testing.T) {
	g := NewWithT(t)
	shoots, clients, seeds := size(t, "PLACEMENT_SHOOTS", 1000), size(t, "PLACEMENT_CLIENTS", 50), size(t, "PLACEMENT_SEEDS", 20)
	// Nineteen of twenty find a place.
	capacity := shoots * 19 / 20 / seeds
	places := capacity * seeds

	server, err := envtest.Start(t.Context(), parts.Minors()[0], envtest.Options{CRDs: nil})
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(func() { _ = server.Stop() })
	prepare(t, g, server)
	installation, err := topologymanager.Install(t.Context(), server)
	g.Expect(err).NotTo(HaveOccurred())
	// The one that leads does not answer webhooks, so that it can be killed without anything else failing.
	leader, err := installation.Start(t.Context(), false)
	g.Expect(err).NotTo(HaveOccurred())
	manager, err := installation.Start(t.Context(), true)
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(func() {
		if file := os.Getenv("KUBECEPTION_TOPOLOGY_LOG"); file != "" {
			_ = os.WriteFile(file, []byte(manager.Log()), 0o600)
		}
		if t.Failed() {
			t.Log(tail(manager.Log()))
		}
		_ = manager.Stop()
	})
	createSeeds(t, g, server.Client, seeds, capacity)
	createProject(t, g, server.Client)

	recorder := watchShoots(t, g, server)
	began := time.Now()
	createShoots(t, g, server, shoots, clients, func(created int) {
		if created == shoots/2 {
			g.Expect(leader.Kill()).To(Succeed())
			t.Logf("after %s, with %d of %d Shoots created, the leading manager was killed", time.Since(began).Round(time.Millisecond), created, shoots)
		}
	})
	t.Logf("%d Shoots were created by %d clients in %s", shoots, clients, time.Since(began).Round(time.Millisecond))

	g.Eventually(func() int { return recorder.placed() }).WithTimeout(patience).WithPolling(time.Second).Should(Equal(places))
	t.Logf("%d of them had a seed after %s; %d seeds have place for %d each", places, time.Since(began).Round(time.Millisecond), seeds, capacity)
	expectFullSeeds(t, g, server.Client, shoots, places, capacity)
	waits := recorder.waits()
	t.Logf("from creation to a seed: least %.2f s, half of them within %.2f s, most %.2f s (the killed leader included)", waits.Min, waits.Median, waits.Max)
	between := recorder.between()
	t.Logf("between two placements: half of them %.1f ms, most %.0f ms", between.Median*1000, between.Max*1000)

	use, err := usage.OfProcesses(manager.PID())
	g.Expect(err).NotTo(HaveOccurred())
	t.Logf("the manager has %d MiB of memory (RSS), and used %s of processor time", use.RSS>>20, use.CPU)
	rest(t, g, server, manager)
}

// expectFullSeeds makes sure that every seed is full, none has more, and the others know why they have none.
func expectFullSeeds(t *testing.T, g Gomega, c client.Client, shoots, places, capacity int) {
	t.Helper()
	g.Eventually(func(g Gomega) {
		all := &gardencorev1beta1.ShootList{}
		g.Expect(c.List(t.Context(), all)).To(Succeed())
		usage, waiting := map[string]int{}, 0
		for _, shoot := range all.Items {
			if shoot.Spec.SeedName != nil {
				usage[*shoot.Spec.SeedName]++
				continue
			}
			waiting++
			g.Expect(ptr.Deref(shoot.Status.LastOperation, gardencorev1beta1.LastOperation{}).Description).To(ContainSubstring("capacity removed"))
		}
		g.Expect(waiting).To(Equal(shoots - places))
		for seed, used := range usage {
			g.Expect(used).To(BeNumerically("<=", capacity), "seed %s has too many Shoots", seed)
		}
	}).WithTimeout(patience).WithPolling(time.Second).Should(Succeed())
}

// rest counts what is written while nothing happens.
func rest(t *testing.T, g Gomega, server *envtest.Server, manager *topologymanager.Process) {
	t.Helper()
	var last map[writes.Write]float64
	g.Eventually(func() map[writes.Write]float64 { // What is still going on ends first.
		before := last
		last = readWrites(t, g, server)
		if before == nil {
			return map[writes.Write]float64{{Verb: "not known yet"}: 1}
		}
		changes := writes.Since(before, last)
		for write := range changes {
			if isHeartbeat(write) {
				delete(changes, write)
			}
		}
		return changes
	}).WithTimeout(patience).WithPolling(10 * time.Second).Should(BeEmpty())
	before, cpu := readWrites(t, g, server), processorTime(g, manager)
	timer := time.NewTimer(restPeriod)
	<-timer.C
	changes := writes.Since(before, readWrites(t, g, server))
	for write, count := range changes {
		t.Logf("at rest, in %s: %.0f × %s %s", restPeriod, count, write.Verb, write.Target())
		if !isHeartbeat(write) {
			t.Errorf("%s %s is written at rest", write.Verb, write.Target())
		}
	}
	t.Logf("at rest, in %s: %s of processor time", restPeriod, processorTime(g, manager)-cpu)
}

// isHeartbeat tells the Leases of seeds and of the leader, and those of the API server itself.
func isHeartbeat(write writes.Write) bool { return write.Resource == "leases" }

func processorTime(g Gomega, manager *topologymanager.Process) time.Duration {
	use, err := usage.OfProcesses(manager.PID())
	g.Expect(err).NotTo(HaveOccurred())
	return use.CPU
}

func readWrites(t *testing.T, g Gomega, server *envtest.Server) map[writes.Write]float64 {
	t.Helper()
	clientset, err := kubernetes.NewForConfig(server.Config)
	g.Expect(err).NotTo(HaveOccurred())
	counts, err := writes.Of(t.Context(), clientset.RESTClient())
	g.Expect(err).NotTo(HaveOccurred())
	return counts
}

// createShoots lets clients create Shoots at the same time, each one after the other.
func createShoots(t *testing.T, g Gomega, server *envtest.Server, shoots, clients int, progress func(created int)) {
	t.Helper()
	work := make(chan int)
	var group sync.WaitGroup
	var mutex sync.Mutex
	var problems []error
	created := 0
	for range clients {
		c, err := client.New(server.Config, client.Options{Scheme: server.Client.Scheme()})
		g.Expect(err).NotTo(HaveOccurred())
		group.Go(func() {
			for i := range work {
				err := c.Create(t.Context(), newShoot(t, i))
				mutex.Lock()
				created++
				problems = append(problems, err)
				progress(created)
				mutex.Unlock()
			}
		})
	}
	for i := range shoots {
		work <- i
	}
	close(work)
	group.Wait()
	g.Expect(slices.DeleteFunc(problems, func(err error) bool { return err == nil })).To(BeEmpty())
}

func newShoot(t *testing.T, number int) *gardencorev1beta1.Shoot {
	t.Helper()
	return object[gardencorev1beta1.Shoot](t, fmt.Sprintf(`
metadata: {name: s%d, namespace: garden-load}
spec:
  cloudProfile: {name: load}
  region: %s
  credentialsBindingName: account
  networking: {type: calico, nodes: 10.250.0.0/16}
  provider: {type: local, workers: [{name: a, minimum: 1, maximum: 3, machine: {type: m}, zones: [z]}, {name: b, minimum: 1, maximum: 3, machine: {type: m}, zones: [z]}]}
`, number, regions[number%len(regions)]))
}

// regions are those of Shoots and seeds.
var regions = []string{"europe-west-1", "europe-north-1", "us-east-1", "asia-south-1"}

func createSeeds(t *testing.T, g Gomega, c client.Client, seeds, capacity int) {
	t.Helper()
	for i := range seeds {
		g.Expect(c.Create(t.Context(), object[gardencorev1beta1.Seed](t, fmt.Sprintf(`
metadata: {name: seed-%02d, annotations: {kubeception.cluster.x-k8s.io/seed-cluster: management-cluster, kubeception.cluster.x-k8s.io/seed-capacity-shoots: "%d"}}
spec:
  provider: {type: local, region: %s, zones: [a]}
  networks: {nodes: 10.240.0.0/16, pods: 10.241.128.0/17, services: 10.241.0.0/17}
  ingress: {domain: ingress-%02d.example.com, controller: {kind: nginx}}
  dns:
    provider: {type: aws-route53, credentialsRef: {apiVersion: v1, kind: Secret, name: dns, namespace: garden}}
    internal: {type: aws-route53, domain: internal.example.com, credentialsRef: {apiVersion: v1, kind: Secret, name: dns, namespace: garden}}
`, i, capacity, regions[i%len(regions)], i)))).To(Succeed())
	}
	g.Eventually(func(g Gomega) {
		all := &gardencorev1beta1.SeedList{}
		g.Expect(c.List(t.Context(), all)).To(Succeed())
		for _, seed := range all.Items {
			g.Expect(seed.Status.Conditions).To(ContainElement(And(
				HaveField("Type", gardencorev1beta1.GardenletReady), HaveField("Status", gardencorev1beta1.ConditionTrue))))
		}
	}).WithTimeout(patience).Should(Succeed())
}

func createProject(t *testing.T, g Gomega, c client.Client) {
	t.Helper()
	g.Expect(c.Create(t.Context(), object[corev1.Namespace](t, "{metadata: {name: garden-load, labels: {gardener.cloud/role: project, project.gardener.cloud/name: load}}}"))).To(Succeed())
	project := object[gardencorev1beta1.Project](t, "{metadata: {name: load}, spec: {namespace: garden-load}}")
	g.Expect(c.Create(t.Context(), project)).To(Succeed())
	g.Eventually(func(g Gomega) {
		g.Expect(c.Get(t.Context(), client.ObjectKeyFromObject(project), project)).To(Succeed())
		g.Expect(project.Status.Phase).To(Equal(gardencorev1beta1.ProjectReady))
	}).WithTimeout(patience).Should(Succeed())
	g.Expect(c.Create(t.Context(), object[corev1.Secret](t, "{metadata: {name: account, namespace: garden-load}}"))).To(Succeed())
	createAny(t, g, c, `
{apiVersion: security.gardener.cloud/v1alpha1, kind: CredentialsBinding, metadata: {name: account, namespace: garden-load}, provider: {type: local}, credentialsRef: {apiVersion: v1, kind: Secret, name: account}}`)
	createAny(t, g, c, `
apiVersion: core.gardener.cloud/v1beta1
kind: CloudProfile
metadata: {name: load}
spec:
  type: local
  kubernetes: {versions: [{version: 1.36.1}]}
  machineImages: [{name: i, versions: [{version: 1.0.0}]}]
  machineTypes: [{name: m, cpu: "2", gpu: "0", memory: 8Gi}]
  regions: [{name: europe-west-1, zones: [{name: z}]}, {name: europe-north-1, zones: [{name: z}]}, {name: us-east-1, zones: [{name: z}]}, {name: asia-south-1, zones: [{name: z}]}]
`)
}

func object[T any](t *testing.T, manifest string) *T {
	t.Helper()
	out := new(T)
	if err := yaml.UnmarshalStrict([]byte(manifest), out); err != nil {
		t.Fatal(err)
	}
	return out
}

func tail(log string) string { return log[max(0, len(log)-8000):] }

// recorder notes when Shoots come and when they get their seeds.
type recorder struct {
	mutex           sync.Mutex
	created, seeded map[string]time.Time
}

// watchShoots reads Shoots by an informer, which goes on where a watch ends.
func watchShoots(t *testing.T, g Gomega, server *envtest.Server) *recorder {
	t.Helper()
	shoots, err := cache.New(server.Config, cache.Options{Scheme: server.Client.Scheme()})
	g.Expect(err).NotTo(HaveOccurred())
	informer, err := shoots.GetInformer(t.Context(), &gardencorev1beta1.Shoot{}, cache.BlockUntilSynced(false))
	g.Expect(err).NotTo(HaveOccurred())
	r := &recorder{created: map[string]time.Time{}, seeded: map[string]time.Time{}}
	_, err = informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{
		AddFunc:    r.note,
		UpdateFunc: func(_, shoot any) { r.note(shoot) },
	})
	g.Expect(err).NotTo(HaveOccurred())
	go func() { _ = shoots.Start(t.Context()) }() // It ends with the test.
	g.Expect(shoots.WaitForCacheSync(t.Context())).To(BeTrue())
	return r
}

func (r *recorder) note(object any) {
	shoot, ok := object.(*gardencorev1beta1.Shoot)
	if !ok {
		return
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if _, known := r.created[shoot.Name]; !known {
		r.created[shoot.Name] = time.Now()
	}
	if _, known := r.seeded[shoot.Name]; !known && shoot.Spec.SeedName != nil {
		r.seeded[shoot.Name] = time.Now()
	}
}

func (r *recorder) placed() int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return len(r.seeded)
}

// waits are the seconds from creation to a seed.
func (r *recorder) waits() stats.Summary {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var out []float64
	for name, at := range r.seeded {
		out = append(out, at.Sub(r.created[name]).Seconds())
	}
	return stats.Of(out...)
}

// between are the seconds between one placement and the next.
func (r *recorder) between() stats.Summary {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var times []time.Time
	for _, at := range r.seeded {
		times = append(times, at)
	}
	slices.SortFunc(times, func(one, other time.Time) int { return cmp.Compare(one.UnixNano(), other.UnixNano()) })
	var out []float64
	for i := 1; i < len(times); i++ {
		out = append(out, times[i].Sub(times[i-1]).Seconds())
	}
	return stats.Of(out...)
}
