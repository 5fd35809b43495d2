// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"errors"
	"slices"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
	testenv "github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
)

const namespace = "team--c"

// controlPlane is a control plane in a seed in which no controller runs: nothing happens but what the engine does.
type controlPlane struct {
	*testing.T
	Gomega
	client.Client
	engine *component.Engine
	roots  *pki.Roots
	now    time.Time
}

func newControlPlane(t *testing.T) *controlPlane {
	t.Helper()
	g := NewWithT(t)
	definitions, err := testenv.DruidCRDs()
	g.Expect(err).NotTo(HaveOccurred())
	env := &envtest.Environment{CRDs: definitions}
	config, err := env.Start()
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(func() { g.Expect(env.Stop()).To(Succeed()) })
	scheme := runtime.NewScheme()
	g.Expect(component.AddToScheme(scheme)).To(Succeed())
	c, err := client.New(config, client.Options{Scheme: scheme})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(c.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}})).To(Succeed())
	now := time.Now()
	return &controlPlane{T: t, Gomega: g, Client: c, engine: &component.Engine{Client: c}, roots: newRoots(g, now), now: now}
}

func newRoots(g Gomega, now time.Time) *pki.Roots {
	secrets := map[string]map[string][]byte{}
	for _, name := range pki.RootNames() {
		root, err := pki.GenerateRoot(name, now)
		g.Expect(err).NotTo(HaveOccurred())
		secrets[name.SecretName("c")] = root
	}
	roots, err := pki.ParseRoots("c", secrets, now)
	g.Expect(err).NotTo(HaveOccurred())
	return roots
}

func (c *controlPlane) input() *component.Input {
	return &component.Input{
		ClusterName: "c", ClusterNamespace: "team", Namespace: namespace, Version: "v1.35.2", Replicas: 2,
		Endpoint: clusterv1.APIEndpoint{Host: "c.example.com", Port: wiring.KubeAPIServerPort},
		Network: component.Network{
			PodCIDRs: []string{"100.64.0.0/16"}, ServiceCIDRs: []string{"100.65.0.0/16"},
			DNSDomain: "cluster.local", KubernetesServiceIPs: []string{"100.65.0.1"},
		},
		Keys: component.Keys{
			Bundles: c.roots.Bundles(), ServiceAccount: c.roots.ServiceAccount, Encryption: c.roots.Encryption,
			HealthCheckToken: c.roots.HealthCheckToken,
			ClientSigner:     pki.KeyPair{Certificate: "certificate", Key: "key"},
			KubeletSigner:    pki.KeyPair{Certificate: "certificate", Key: "key"},
		},
	}
}

func (c *controlPlane) reconcile(in *component.Input) component.Report {
	c.Helper()
	report, err := c.engine.Reconcile(c.Context(), in, components.All(), c.roots, c.now)
	c.Expect(err).NotTo(HaveOccurred())
	return report
}

// changes are the objects that were written, besides the Secrets of renewed certificates.
func changes(report component.Report) []string {
	var all []string
	for _, r := range report.Components {
		for _, change := range r.Changes {
			all = append(all, string(change.Result)+" "+change.Object.String())
		}
	}
	return all
}

func (c *controlPlane) deployment(name string) *appsv1.Deployment {
	c.Helper()
	d := &appsv1.Deployment{}
	c.Expect(c.Get(c.Context(), client.ObjectKey{Namespace: namespace, Name: name}, d)).To(Succeed())
	return d
}

// runs makes a Deployment complete, as its controller would.
func (c *controlPlane) runs(name string) {
	c.Helper()
	d := c.deployment(name)
	n := *d.Spec.Replicas
	d.Status = appsv1.DeploymentStatus{
		ObservedGeneration: d.Generation, Replicas: n, UpdatedReplicas: n, ReadyReplicas: n, AvailableReplicas: n,
	}
	c.Expect(c.Status().Update(c.Context(), d)).To(Succeed())
}

// starts makes a pod of an etcd run, as etcd-druid and a kubelet would.
func (c *controlPlane) starts(etcd string) {
	c.Helper()
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: etcd + "-0", Labels: map[string]string{wiring.LabelComponent: etcd}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "etcd", Image: "etcd"}}},
	}
	c.Expect(c.Create(c.Context(), pod)).To(Succeed())
	pod.Status.Phase = corev1.PodRunning
	c.Expect(c.Status().Update(c.Context(), pod)).To(Succeed())
}

// TestComponentsOnARealAPIServer is one story, for starting an API server takes longer than all of it.
func TestComponentsOnARealAPIServer(t *testing.T) {
	c := newControlPlane(t)
	in := c.input()

	c.Expect(c.reconcile(in).Err()).NotTo(HaveOccurred())
	c.Expect(changes(c.reconcile(in))).To(BeEmpty(), "a second reconcile writes nothing")
	c.starts(wiring.EtcdMain)
	c.starts(wiring.EtcdEvents)
	c.Expect(changes(c.reconcile(in))).To(ContainElement("created Deployment kube-apiserver"), "it follows the pods of etcd")

	c.runs(wiring.KubeAPIServer)
	c.Expect(c.reconcile(in).Err()).NotTo(HaveOccurred())
	c.runs(wiring.KubeControllerManager)
	c.runs(wiring.KubeScheduler)
	c.Expect(changes(c.reconcile(in))).To(BeEmpty(), "nor does one after the status changed")

	c.upgrade(in)
	c.revert(in)
	c.refuse(in)
	c.remove()
}

// upgrade shows that the clients of the API server follow once it runs the new version, seen by its generation.
func (c *controlPlane) upgrade(in *component.Input) {
	in.Version = "v1.36.3"
	report := c.reconcile(in)
	scheduler, _ := report.Component(wiring.KubeScheduler)
	c.Expect(scheduler.Version).To(Equal("v1.35.2"))
	c.Expect(scheduler.Message).To(ContainSubstring("until kube-apiserver runs v1.36.3"))
	c.runs(wiring.KubeAPIServer)
	scheduler, _ = c.reconcile(in).Component(wiring.KubeScheduler)
	c.Expect(scheduler.Version).To(Equal("v1.36.3"))
	c.reconcile(in)
	c.Expect(changes(c.reconcile(in))).To(BeEmpty())
}

// revert shows that what others change comes back, and what others add stays.
func (c *controlPlane) revert(in *component.Input) {
	d := c.deployment(wiring.KubeScheduler)
	d.Spec.Template.Spec.Containers[0].Image = "changed"
	d.Annotations["example.com/added"] = "kept"
	c.Expect(c.Update(c.Context(), d)).To(Succeed())
	c.Expect(changes(c.reconcile(in))).To(Equal([]string{"updated Deployment kube-scheduler"}))
	d = c.deployment(wiring.KubeScheduler)
	c.Expect(d.Spec.Template.Spec.Containers[0].Image).NotTo(Equal("changed"))
	c.Expect(d.Annotations).To(HaveKey("example.com/added"))
}

// refuse shows the error for a field that cannot change.
func (c *controlPlane) refuse(in *component.Input) {
	d := c.deployment(wiring.KubeScheduler)
	d.ObjectMeta = metav1.ObjectMeta{Name: d.Name, Namespace: d.Namespace}
	d.Spec.Selector.MatchLabels = map[string]string{"another": "selector"}
	d.Spec.Template.Labels["another"] = "selector"
	_, _, err := apply.Apply(c.Context(), c.Client, d)
	var refused *apply.Error
	c.Expect(errors.As(err, &refused)).To(BeTrue(), "%v", err)
	c.Expect(refused.Reason).To(Equal(apply.Immutable))
	c.Expect(changes(c.reconcile(in))).To(BeEmpty())
}

func (c *controlPlane) remove() {
	var last []component.Remaining
	for range 10 {
		remaining, err := c.engine.Delete(c.Context(), namespace, components.All())
		c.Expect(err).NotTo(HaveOccurred())
		if last = remaining; len(last) == 0 {
			break
		}
	}
	c.Expect(last).To(BeEmpty())
	objects, err := apply.List(c.Context(), c.Client, c.Scheme(), component.Kinds(), client.InNamespace(namespace))
	c.Expect(err).NotTo(HaveOccurred())
	objects = slices.DeleteFunc(objects, func(obj client.Object) bool {
		return obj.GetLabels()[wiring.LabelManagedBy] != wiring.ManagedBy
	})
	c.Expect(objects).To(BeEmpty())
}
