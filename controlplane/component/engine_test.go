// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"context"
	"sync"
	"testing"
	"time"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

var (
	ctx = context.Background()
	now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

// seed is a cluster in memory in which nothing happens by itself.
type seed struct {
	*testing.T
	Gomega
	client.Client
	engine *Engine
	roots  *pki.Roots

	mu     sync.Mutex
	writes int
	// refuse makes writes of an object fail, by its name.
	refuse map[string]error
}

func newSeed(t *testing.T) *seed {
	t.Helper()
	s := &seed{T: t, Gomega: NewWithT(t), roots: newRoots(t), refuse: map[string]error{}}
	s.Client = fake.NewClientBuilder().WithScheme(scheme).WithInterceptorFuncs(interceptor.Funcs{
		Apply: func(ctx context.Context, c client.WithWatch, obj runtime.ApplyConfiguration, opts ...client.ApplyOption) error {
			named, _ := obj.(interface{ GetName() string })
			s.mu.Lock()
			defer s.mu.Unlock()
			s.writes++
			if named != nil && s.refuse[named.GetName()] != nil {
				return s.refuse[named.GetName()]
			}
			return c.Apply(ctx, obj, opts...)
		},
		Delete: func(ctx context.Context, c client.WithWatch, obj client.Object, opts ...client.DeleteOption) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.writes++
			return c.Delete(ctx, obj, opts...)
		},
	}).Build()
	s.engine = &Engine{Client: s.Client}
	return s
}

var newRoots = func() func(t *testing.T) *pki.Roots {
	data := sync.OnceValues(func() (map[string]map[string][]byte, error) {
		secrets := map[string]map[string][]byte{}
		for _, name := range pki.RootNames() {
			root, err := pki.GenerateRoot(name, now)
			if err != nil {
				return nil, err
			}
			secrets[name.SecretName("c")] = root
		}
		return secrets, nil
	})
	return func(t *testing.T) *pki.Roots {
		t.Helper()
		secrets, err := data()
		if err != nil {
			t.Fatal(err)
		}
		roots, err := pki.ParseRoots("c", secrets, now)
		if err != nil {
			t.Fatal(err)
		}
		return roots
	}
}()

func (s *seed) reconcileAt(at time.Time, in *Input, components ...Component) Report {
	s.Helper()
	s.writes = 0
	report, err := s.engine.Reconcile(ctx, in, components, s.roots, at)
	s.Expect(err).NotTo(HaveOccurred())
	return report
}

func (s *seed) reconcile(in *Input, components ...Component) Report {
	s.Helper()
	return s.reconcileAt(now, in, components...)
}

// runs makes a Deployment complete, as its controller would.
func (s *seed) runs(name string) {
	s.Helper()
	d := &appsv1.Deployment{}
	s.Expect(s.Get(ctx, client.ObjectKey{Namespace: "team--c", Name: name}, d)).To(Succeed())
	n := *d.Spec.Replicas
	d.Status = appsv1.DeploymentStatus{ObservedGeneration: d.Generation, Replicas: n, UpdatedReplicas: n, ReadyReplicas: n, AvailableReplicas: n}
	s.Expect(s.Status().Update(ctx, d)).To(Succeed())
}

// rolls makes a Deployment keep one old pod.
func (s *seed) rolls(name string) {
	s.Helper()
	d := &appsv1.Deployment{}
	s.Expect(s.Get(ctx, client.ObjectKey{Namespace: "team--c", Name: name}, d)).To(Succeed())
	d.Status.UpdatedReplicas = 0
	s.Expect(s.Status().Update(ctx, d)).To(Succeed())
}

func (s *seed) names(list client.ObjectList) []string {
	s.Helper()
	s.Expect(s.List(ctx, list, client.InNamespace("team--c"))).To(Succeed())
	var names []string
	s.Expect(eachName(list, func(name string) { names = append(names, name) })).To(Succeed())
	return names
}

func (s *seed) expect(report Report, name string, state controlplanev1.ComponentState, version string, message any) {
	s.Helper()
	got, found := report.Component(name)
	s.Expect(found).To(BeTrue(), "there is a report of %s", name)
	s.Expect(got.State).To(Equal(state), got.Message)
	s.Expect(got.Version).To(Equal(version))
	s.Expect(got.Message).To(SatisfyAll(asMatcher(message)))
}

const (
	isHealthy     = controlplanev1.ComponentHealthy
	isProgressing = controlplanev1.ComponentProgressing
	isBroken      = controlplanev1.ComponentUnhealthy
	isWaiting     = controlplanev1.ComponentWaiting
)

func TestASecondReconcileWritesNothing(t *testing.T) {
	s := newSeed(t)
	leaf := pki.Leaf{SecretName: "tls", Authority: pki.ClusterCA, CommonName: "x", DNSNames: []string{"x"}, ServerAuth: true}
	etcd := example{name: "etcd", render: func(*Input) (Objects, error) {
		e := &druidv1alpha1.Etcd{ObjectMeta: metav1.ObjectMeta{Name: "etcd"}}
		return Objects{Runtime: []client.Object{e}, Certificates: []pki.Leaf{leaf}}, nil
	}}
	components := []Component{etcd, example{name: "a"}, example{name: "b", needs: []string{"a"}}}

	first := s.reconcile(exampleInput(), components...)
	s.Expect(s.writes).To(Equal(4), "the certificate, the etcd, and a's ConfigMap and Deployment")
	s.Expect(first.Err()).NotTo(HaveOccurred())
	s.expect(first, "a", isProgressing, "v1.36.0", "0 of 1 pods are up to date")
	s.expect(first, "b", isWaiting, "", "waits for a")

	s.runs("a")
	second := s.reconcile(exampleInput(), components...)
	s.Expect(s.writes).To(Equal(2), "b's objects")
	s.expect(second, "a", isHealthy, "v1.36.0", "")
	s.runs("b")

	third := s.reconcile(exampleInput(), components...)
	s.Expect(s.writes).To(BeZero())
	s.expect(third, "b", isHealthy, "v1.36.0", "")
	for _, c := range third.Components {
		s.Expect(c.Changes).To(BeEmpty())
	}
}

func TestAnUpgradeFollowsTheNeeds(t *testing.T) {
	s := newSeed(t)
	components := []Component{example{name: "a"}, example{name: "b", needs: []string{"a"}}}
	s.reconcile(exampleInput(), components...)
	s.runs("a")
	s.reconcile(exampleInput(), components...)
	s.runs("b")
	in := exampleInput()
	in.Version = "v1.37.0"

	s.rolls("a")
	report := s.reconcile(in, components...)
	s.expect(report, "a", isProgressing, "v1.37.0", "0 of 1 pods are up to date")
	s.expect(report, "b", isProgressing, "v1.36.0", "stays at v1.36.0 until a runs v1.37.0")
	s.Expect(s.writes).To(Equal(1), "a's Deployment alone")

	s.runs("a")
	report = s.reconcile(in, components...)
	s.expect(report, "a", isHealthy, "v1.37.0", "")
	s.Expect(s.writes).To(Equal(1), "b's Deployment alone")
	s.runs("b")
	s.expect(s.reconcile(in, components...), "b", isHealthy, "v1.37.0", "")
}

func TestAComponentIsKeptUpToDateWhateverItsNeeds(t *testing.T) {
	s := newSeed(t)
	content := "1"
	b := example{name: "b", needs: []string{"a"}, render: func(*Input) (Objects, error) { return workload("b", content, 1), nil }}
	s.reconcile(exampleInput(), example{name: "a"}, b)
	s.runs("a")
	s.reconcile(exampleInput(), example{name: "a"}, b)
	s.runs("b")
	s.rolls("a")
	content = "2"
	s.reconcile(exampleInput(), example{name: "a"}, b)
	s.Expect(s.writes).To(Equal(2+1), "the new ConfigMap, the Deployment, and the old ConfigMap that nobody needs")
}

func TestAWorkloadThatWasDeletedDuringAnUpgradeWaitsForItsNeeds(t *testing.T) {
	s := newSeed(t)
	components := []Component{example{name: "a"}, example{name: "b", needs: []string{"a"}}}
	s.reconcile(exampleInput(), components...)
	s.runs("a")
	s.reconcile(exampleInput(), components...)
	s.Expect(s.Delete(ctx, &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: "b", Namespace: "team--c"}})).To(Succeed())
	s.rolls("a")
	in := exampleInput()
	in.Version = "v1.37.0"
	s.expect(s.reconcile(in, components...), "b", isWaiting, "", "waits for a")
	s.Expect(s.names(&appsv1.DeploymentList{})).To(ConsistOf("a"))
}

func TestOldConfigurationStaysUntilTheRolloutIsComplete(t *testing.T) {
	s := newSeed(t)
	content := "1"
	a := example{name: "a", render: func(*Input) (Objects, error) { return workload("a", content, 1), nil }}
	s.reconcile(exampleInput(), a)
	s.runs("a")
	s.rolls("a")
	content = "2"
	s.reconcile(exampleInput(), a)
	s.Expect(s.names(&corev1.ConfigMapList{})).To(HaveLen(2), "old pods may be started again")
	s.runs("a")
	s.reconcile(exampleInput(), a)
	s.Expect(s.names(&corev1.ConfigMapList{})).To(HaveLen(1))
	s.reconcile(exampleInput(), a)
	s.Expect(s.writes).To(BeZero())
}

func TestWhatIsDeletedOrChangedInTheSeedComesBack(t *testing.T) {
	s := newSeed(t)
	s.reconcile(exampleInput(), example{name: "a"})
	d := &appsv1.Deployment{}
	s.Expect(s.Get(ctx, client.ObjectKey{Namespace: "team--c", Name: "a"}, d)).To(Succeed())
	d.Spec.Template.Spec.Containers[0].Image = "changed"
	s.Expect(s.Update(ctx, d)).To(Succeed())
	s.Expect(s.DeleteAllOf(ctx, &corev1.ConfigMap{}, client.InNamespace("team--c"))).To(Succeed())
	report := s.reconcile(exampleInput(), example{name: "a"})
	a, _ := report.Component("a")
	s.Expect(a.Changes).To(HaveLen(2))
	s.Expect(a.Changes[0].Result).To(Equal(apply.Created))
	s.Expect(a.Changes[1].Result).To(Equal(apply.Updated))
}

func TestDisabledAndUnknownComponentsAreRemovedInStages(t *testing.T) {
	s := newSeed(t)
	s.reconcile(exampleInput(), example{name: "a"}, example{name: "old"})
	for range 2 {
		report := s.reconcile(exampleInput(), example{name: "a", disabled: true})
		s.Expect(report.Components).To(BeEmpty())
	}
	s.Expect(s.names(&appsv1.DeploymentList{})).To(BeEmpty())
	s.Expect(s.names(&corev1.ConfigMapList{})).To(BeEmpty())
}

func TestADisabledNeedIsNoNeed(t *testing.T) {
	s := newSeed(t)
	report := s.reconcile(exampleInput(), example{name: "a", disabled: true}, example{name: "b", needs: []string{"a"}})
	s.expect(report, "b", isProgressing, "v1.36.0", "0 of 1 pods are up to date")
}

func TestAComponentThatWaitsIsNotHealthy(t *testing.T) {
	s := newSeed(t)
	network := example{name: "network", render: func(*Input) (Objects, error) {
		return Objects{Runtime: []client.Object{exampleConfig("n", "")}, Waiting: "the Service has no address yet"}, nil
	}}
	report := s.reconcile(exampleInput(), network, example{name: "b", needs: []string{"network"}})
	s.expect(report, "network", isWaiting, "", "the Service has no address yet")
	s.expect(report, "b", isWaiting, "", "waits for network")
}

func TestTheReportTellsWhyPodsDoNotRun(t *testing.T) {
	s := newSeed(t)
	s.reconcile(exampleInput(), example{name: "a"})
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "team--c", Labels: frameworkLabels(exampleInput(), "a")}}
	pod.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "main", State: corev1.ContainerState{
		Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff", Message: "not found"}}}}
	s.Expect(s.Create(ctx, pod)).To(Succeed())
	s.expect(s.reconcile(exampleInput(), example{name: "a"}), "a", isProgressing, "v1.36.0", "; container main of pod p: ImagePullBackOff: not found")
}

func TestPodsThatAnotherOperatorManagesAreSeenToo(t *testing.T) {
	s := newSeed(t)
	s.reconcile(exampleInput(), example{name: "a"})
	labels := frameworkLabels(exampleInput(), "a")
	labels[wiring.LabelManagedBy] = "etcd-druid"
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "team--c", Labels: labels}}
	pod.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "etcd", State: corev1.ContainerState{
		Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff", Message: "not found"}}}}
	s.Expect(s.Create(ctx, pod)).To(Succeed())
	s.expect(s.reconcile(exampleInput(), example{name: "a"}), "a", isProgressing, "v1.36.0", "; container etcd of pod p: ImagePullBackOff: not found")
}

func TestTheReportCountsInstancesOfTheAPIServer(t *testing.T) {
	s := newSeed(t)
	s.Expect(s.reconcile(exampleInput()).APIServer.Exist).To(BeFalse())
	apiserver := example{name: wiring.KubeAPIServer}
	s.reconcile(exampleInput(), apiserver)
	s.runs(wiring.KubeAPIServer)
	report := s.reconcile(exampleInput(), apiserver)
	s.Expect(report.APIServer).To(Equal(Instances{Exist: true, Desired: 1, Total: 1, Ready: 1, Available: 1, UpToDate: 1}))
}
