// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/secret"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/targets"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/link"
)

// soon is what a user calls within seconds.
const soon = 10 * time.Second

// workload is a real API server in the place of the hosted one: the other seed, which nobody else uses as such.
type workload struct {
	*story
	client.Client
	link *link.Link
}

// hostWorkload hosts a control plane whose kubeconfig, supplied by the user, leads to the real API server.
func (s *story) hostWorkload() *workload {
	s.Helper()
	l, err := link.New(strings.Trim(strings.TrimPrefix(world.remote.Config.Host, "https://"), "/"))
	s.Expect(err).NotTo(HaveOccurred())
	s.Cleanup(l.Cut)
	kubeconfig, err := kubeconfigOf(world.remote.Config, l.Address())
	s.Expect(err).NotTo(HaveOccurred())
	s.create(&corev1.Secret{
		ObjectMeta: s.meta(kubeconfigSecret), Type: clusterv1.ClusterSecretType,
		Data: map[string][]byte{secret.KubeconfigDataName: kubeconfig},
	})
	s.host()
	return &workload{story: s, Client: world.remoteClient, link: l}
}

// in is the workload cluster in a part of the story.
func (w *workload) in(t *testing.T) *workload {
	t.Helper()
	part := *w.story
	part.T, part.Gomega = t, newGomega(t)
	return &workload{story: &part, Client: w.Client, link: w.link}
}

func system(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: metav1.NamespaceSystem, Name: name}
}

// comes waits until an object is there.
func (w *workload) comes(object client.Object) {
	w.Helper()
	w.Eventually(func() error { return w.Get(w.Context(), client.ObjectKeyFromObject(object), object) }).Should(Succeed())
}

// comesBack waits a few seconds until an object is there that is not the one of before.
func (w *workload) comesBack(object client.Object) {
	w.Helper()
	before := object.GetUID()
	w.Eventually(func(g Gomega) {
		g.Expect(w.Get(w.Context(), client.ObjectKeyFromObject(object), object)).To(Succeed())
		g.Expect(object.GetUID()).NotTo(Equal(before))
	}).WithTimeout(soon).Should(Succeed())
}

func (w *workload) goes(object client.Object) {
	w.Helper()
	w.Eventually(func() error { return w.Get(w.Context(), client.ObjectKeyFromObject(object), object) }).
		WithTimeout(soon).Should(beNotFound())
}

func TestSystemComponentsAreKeptInTheWorkloadCluster(t *testing.T) {
	s := tell(t)
	w := s.hostWorkload()
	binding := &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "kubeception:node-bootstrapper"}}
	agents := &appsv1.Deployment{ObjectMeta: system(wiring.KonnectivityAgent)}
	w.comes(binding)
	w.comes(agents)
	s.comesUp()

	t.Run("what is refused is named and holds up nothing", func(t *testing.T) {
		// The played address of the API server is of the loopback device, which no Service may lead to.
		w.in(t).says(controlplanev1.SystemComponentsAvailableCondition, metav1.ConditionFalse,
			controlplanev1.SystemComponentsFailedReason,
			"kubernetes-service: apply EndpointSlice kubernetes: ", "konnectivity: Deployment konnectivity-agent: ")
	})
	t.Run("their health is seen", func(t *testing.T) { w.in(t).healthIsSeen(agents) })
	t.Run("what a user edits or deletes comes back", func(t *testing.T) { w.in(t).editsAreUndone(binding, agents) })
	t.Run("what users add stays", func(t *testing.T) { w.in(t).additionsStay(agents) })
	t.Run("what an earlier release left goes", func(t *testing.T) { w.in(t).leftoversGo() })
	t.Run("an outage is caught up with", func(t *testing.T) { w.in(t).outageIsCaughtUpWith(agents) })
	t.Run("then nothing is written", func(t *testing.T) { w.in(t).isQuiet(agents, binding) })
}

func (w *workload) healthIsSeen(agents *appsv1.Deployment) {
	w.Helper()
	w.comes(agents)
	agents.Status = appsv1.DeploymentStatus{
		ObservedGeneration: agents.Generation, Replicas: 2, UpdatedReplicas: 2, ReadyReplicas: 2, AvailableReplicas: 2,
	}
	w.Expect(w.Status().Update(w.Context(), agents)).To(Succeed())
	w.Eventually(func() map[string]controlplanev1.ComponentState {
		states := map[string]controlplanev1.ComponentState{}
		for _, c := range w.controlPlane().Status.Components {
			states[c.Name] = c.State
		}
		return states
	}).Should(SatisfyAll(
		HaveKeyWithValue(wiring.Konnectivity, controlplanev1.ComponentHealthy),
		HaveKeyWithValue(wiring.NodeAccess, controlplanev1.ComponentHealthy),
		HaveKeyWithValue(wiring.KubernetesService, controlplanev1.ComponentUnhealthy),
	))
}

func (w *workload) editsAreUndone(binding *rbacv1.ClusterRoleBinding, agents *appsv1.Deployment) {
	w.Helper()
	image := agents.Spec.Template.Spec.Containers[0].Image
	before := agents.DeepCopy()
	agents.Spec.Template.Spec.Containers[0].Image = "example.com/mine:1"
	w.Expect(w.Patch(w.Context(), agents, client.MergeFrom(before))).To(Succeed())
	w.Eventually(func(g Gomega) {
		g.Expect(w.Get(w.Context(), client.ObjectKeyFromObject(agents), agents)).To(Succeed())
		g.Expect(agents.Spec.Template.Spec.Containers[0].Image).To(Equal(image))
	}).WithTimeout(soon).Should(Succeed())

	w.comes(binding)
	subjects := binding.Subjects
	stripped := binding.DeepCopy()
	stripped.Subjects, stripped.Labels = nil, nil
	w.Expect(w.Update(w.Context(), stripped)).To(Succeed())
	w.Eventually(func(g Gomega) {
		g.Expect(w.Get(w.Context(), client.ObjectKeyFromObject(binding), binding)).To(Succeed())
		g.Expect(binding.Subjects).To(Equal(subjects))
		g.Expect(binding.Labels).To(HaveKeyWithValue(targets.LabelSet, wiring.NodeAccess))
	}).WithTimeout(soon).Should(Succeed())

	w.Expect(w.Delete(w.Context(), binding)).To(Succeed())
	w.comesBack(binding)
	role := binding.RoleRef
	w.Expect(w.Delete(w.Context(), binding)).To(Succeed())
	weak := &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: binding.Name}, RoleRef: role}
	weak.RoleRef.Name = "view"
	_ = w.Create(w.Context(), weak) // Whoever comes first.
	w.Eventually(func(g Gomega) {
		g.Expect(w.Get(w.Context(), client.ObjectKeyFromObject(binding), binding)).To(Succeed())
		g.Expect(binding.RoleRef).To(Equal(role), "a role cannot be changed, only made anew")
	}).WithTimeout(2 * soon).Should(Succeed())
}

func (w *workload) additionsStay(agents *appsv1.Deployment) {
	w.Helper()
	w.comes(agents)
	before := agents.DeepCopy()
	agents.Annotations["example.com/note"] = "mine"
	w.Expect(w.Patch(w.Context(), agents, client.MergeFrom(before))).To(Succeed())
	w.Consistently(func(g Gomega) {
		g.Expect(w.Get(w.Context(), client.ObjectKeyFromObject(agents), agents)).To(Succeed())
		g.Expect(agents.Annotations).To(HaveKeyWithValue("example.com/note", "mine"))
	}).Should(Succeed())
}

// leftoversGo plays a release that rendered another component, and a kind that this one does not render.
func (w *workload) leftoversGo() {
	w.Helper()
	const kinds = "applyset.kubernetes.io/contains-group-kinds"
	parent := &corev1.ConfigMap{ObjectMeta: system("kubeception-controlplane")}
	w.comes(parent)
	labels := map[string]string{
		"applyset.kubernetes.io/part-of": parent.Labels["applyset.kubernetes.io/id"], targets.LabelSet: "former",
	}
	former := &corev1.ConfigMap{ObjectMeta: system("former")}
	former.Labels = labels
	cron := &batchv1.CronJob{ObjectMeta: system("former"), Spec: batchv1.CronJobSpec{Schedule: "0 0 * * *"}}
	cron.Labels = labels
	cron.Spec.JobTemplate.Spec.Template.Spec = corev1.PodSpec{
		RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "c", Image: "i"}},
	}
	foreign := &corev1.ConfigMap{ObjectMeta: system("foreign")}
	for _, object := range []client.Object{cron, foreign, former} {
		w.Expect(w.Create(w.Context(), object)).To(Succeed())
	}
	before := parent.DeepCopy()
	parent.Annotations[kinds] += ",CronJob.batch"
	w.Expect(w.Patch(w.Context(), parent, client.MergeFrom(before))).To(Succeed())
	w.goes(former)
	w.goes(cron)
	w.Eventually(func(g Gomega) {
		g.Expect(w.Get(w.Context(), client.ObjectKeyFromObject(parent), parent)).To(Succeed())
		g.Expect(parent.Annotations[kinds]).NotTo(ContainSubstring("CronJob"))
	}).Should(Succeed())
	w.Expect(w.Get(w.Context(), client.ObjectKeyFromObject(foreign), foreign)).To(Succeed())

	w.Expect(w.Delete(w.Context(), parent)).To(Succeed())
	w.comesBack(parent)
}

func (w *workload) outageIsCaughtUpWith(agents *appsv1.Deployment) {
	w.Helper()
	w.comes(agents)
	w.link.Cut()
	w.Expect(w.Delete(w.Context(), agents)).To(Succeed())
	w.change(func(c *controlplanev1.KubeceptionControlPlane) { // The rest of the control plane is attended meanwhile.
		c.Spec.APIServer.EventTTLSeconds = new(int32(7200))
	})
	w.Eventually(func() string {
		deployment := &appsv1.Deployment{}
		if err := w.story.Get(w.Context(), client.ObjectKey{Namespace: w.seedNamespace(), Name: wiring.KubeAPIServer}, deployment); err != nil {
			return err.Error()
		}
		return strings.Join(deployment.Spec.Template.Spec.Containers[0].Args, " ")
	}).Should(ContainSubstring("--event-ttl=2h0m0s"))
	w.Expect(w.link.Mend()).To(Succeed())
	w.comes(agents)
}

func (w *workload) isQuiet(objects ...client.Object) {
	w.Helper()
	versions := func() []string {
		var list []string
		for _, object := range objects {
			if err := w.Get(w.Context(), client.ObjectKeyFromObject(object), object); err != nil {
				return []string{err.Error()}
			}
			list = append(list, object.GetResourceVersion())
		}
		return list
	}
	w.Eventually(func() bool { // What the last story began has come to an end.
		before := versions()
		time.Sleep(quiet)
		return strings.Join(before, " ") == strings.Join(versions(), " ")
	}).Should(BeTrue())
	before := versions()
	w.change(func(c *controlplanev1.KubeceptionControlPlane) {
		c.Annotations = map[string]string{"example.com/touched": "now"}
	})
	w.Consistently(versions).Should(Equal(before))
}

func TestAWorkerlessControlPlaneHasNoSystemComponents(t *testing.T) {
	s := tell(t)
	s.host(func(c *controlplanev1.KubeceptionControlPlane) { c.Spec.Workerless = new(true) })
	s.comesUp()
	s.says(controlplanev1.SystemComponentsAvailableCondition, metav1.ConditionTrue, controlplanev1.SystemComponentsWorkerlessReason)
	for _, c := range s.controlPlane().Status.Components {
		s.Expect(c.Name).NotTo(BeElementOf(wiring.KubeScheduler, wiring.NodeAccess, wiring.Konnectivity))
	}
	s.Expect(s.Get(s.Context(), client.ObjectKey{Namespace: s.seedNamespace(), Name: wiring.KubeScheduler}, &appsv1.Deployment{})).To(beNotFound())
}
