// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package infrastructure

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/cluster-api/util/test/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/machine"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/standin"
)

const (
	// name is that of the Cluster and of all that there is one of in every story.
	name    = "c"
	version = "v1.36.3"
	// patience bounds what a story waits for; the machine may be busy.
	patience = 90 * time.Second
	// quiet is how long nothing must happen where nothing may.
	quiet = 3 * time.Second
)

var stories atomic.Int32

// story is a Cluster and what happens to it.
type story struct {
	*testing.T
	Gomega
	client.Client
	namespace string
}

// tell begins a story in a namespace of its own.
func tell(t *testing.T) *story {
	t.Helper()
	t.Parallel()
	return begin(t)
}

func begin(t *testing.T) *story {
	t.Helper()
	g := NewWithT(t)
	g.SetDefaultEventuallyTimeout(patience)
	g.SetDefaultEventuallyPollingInterval(100 * time.Millisecond)
	g.SetDefaultConsistentlyDuration(quiet)
	s := &story{T: t, Gomega: g, Client: world.client, namespace: fmt.Sprintf("story-%d", stories.Add(1))}
	s.create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.namespace}})
	return s
}

func (s *story) create(objects ...client.Object) {
	s.Helper()
	for _, object := range objects {
		s.Expect(s.Create(s.Context(), object)).To(Succeed())
	}
}

// meta is the metadata of an object in the namespace of the story.
func (s *story) meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: s.namespace, Name: name, Labels: map[string]string{clusterv1.ClusterNameLabel: "c"}}
}

// machineNamespace is where the machines of the story are.
func (s *story) machineNamespace() string { return s.namespace + "--" + name + "--machines" }

// newCluster is a Cluster with local machines, whose control plane is there already.
func (s *story) newCluster() *clusterv1.Cluster {
	return &clusterv1.Cluster{
		ObjectMeta: s.meta(name),
		Spec: clusterv1.ClusterSpec{
			ControlPlaneEndpoint: clusterv1.APIEndpoint{Host: "127.0.0.1", Port: 1},
			ControlPlaneRef: clusterv1.ContractVersionedObjectReference{
				APIGroup: builder.ControlPlaneGroupVersion.Group, Kind: builder.GenericControlPlaneKind, Name: name,
			},
			InfrastructureRef: clusterv1.ContractVersionedObjectReference{
				APIGroup: infrav1.GroupVersion.Group, Kind: "KubeceptionCluster", Name: name,
			},
		},
	}
}

// settle creates a Cluster with its control plane and the place for its machines.
func (s *story) settle(edits ...func(*infrav1.KubeceptionCluster)) {
	s.Helper()
	infraCluster := &infrav1.KubeceptionCluster{ObjectMeta: s.meta(name)}
	for _, edit := range edits {
		edit(infraCluster)
	}
	s.create(s.newCluster(), s.controlPlane(), infraCluster)
	s.supplyKubeconfig()
	s.initialize(name)
	s.create(&corev1.Secret{ObjectMeta: s.meta("bootstrap"), Data: map[string][]byte{"value": []byte("#cloud-config\n{}\n"), "format": []byte("cloud-config")}})
}

func (s *story) supplyKubeconfig() {
	s.Helper()
	kubeconfig, err := kubeconfigOf(world.workload.Config, world.workload.Config.Host)
	s.Expect(err).NotTo(HaveOccurred())
	s.create(&corev1.Secret{ObjectMeta: s.meta(name + "-kubeconfig"), Type: clusterv1.ClusterSecretType, Data: map[string][]byte{"value": kubeconfig}})
}

func (s *story) controlPlane() *unstructured.Unstructured {
	controlPlane := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{}}}
	controlPlane.SetGroupVersionKind(builder.ControlPlaneGroupVersion.WithKind(builder.GenericControlPlaneKind))
	controlPlane.SetNamespace(s.namespace)
	controlPlane.SetName(name)
	return controlPlane
}

// initialize has the control plane say that it works.
func (s *story) initialize(name string) {
	s.Helper()
	s.Eventually(func() error {
		controlPlane := s.controlPlane()
		controlPlane.SetName(name)
		if err := s.Get(s.Context(), client.ObjectKeyFromObject(controlPlane), controlPlane); err != nil {
			return err
		}
		controlPlane.Object["status"] = map[string]any{
			"initialization": map[string]any{"controlPlaneInitialized": true}, "externalManagedControlPlane": true, "version": version,
			"versions": []any{map[string]any{"version": version, "replicas": int64(1)}},
		}
		return s.Status().Update(s.Context(), controlPlane)
	}).Should(Succeed())
}

// template creates a template of machines.
func (s *story) template(edits ...func(*infrav1.KubeceptionMachineConfiguration)) {
	s.Helper()
	template := &infrav1.KubeceptionMachineTemplate{ObjectMeta: s.meta(name)}
	for _, edit := range edits {
		edit(&template.Spec.Template.Spec)
	}
	s.create(template)
}

// deploy creates a MachineDeployment of local machines, whose bootstrap data is there already.
func (s *story) deploy(replicas int32, edits ...func(*clusterv1.MachineDeployment)) {
	s.Helper()
	deployment := &clusterv1.MachineDeployment{
		ObjectMeta: s.meta(name),
		Spec: clusterv1.MachineDeploymentSpec{
			ClusterName: name, Replicas: &replicas,
			Template: clusterv1.MachineTemplateSpec{Spec: clusterv1.MachineSpec{
				ClusterName: name, Version: version,
				Bootstrap: clusterv1.Bootstrap{DataSecretName: ptr.To("bootstrap")},
				InfrastructureRef: clusterv1.ContractVersionedObjectReference{
					APIGroup: infrav1.GroupVersion.Group, Kind: "KubeceptionMachineTemplate", Name: name,
				},
			}},
		},
	}
	for _, edit := range edits {
		edit(deployment)
	}
	s.create(deployment)
}

// machines are the KubeceptionMachines of the story.
func (s *story) machines() []infrav1.KubeceptionMachine {
	s.Helper()
	list := &infrav1.KubeceptionMachineList{}
	s.Expect(s.List(s.Context(), list, client.InNamespace(s.namespace))).To(Succeed())
	return list.Items
}

// machine waits until there is one KubeceptionMachine and returns it.
func (s *story) machine() *infrav1.KubeceptionMachine {
	s.Helper()
	s.Eventually(s.machines).Should(HaveLen(1))
	return &s.machines()[0]
}

func (s *story) podOf(m *infrav1.KubeceptionMachine) client.ObjectKey {
	return client.ObjectKey{Namespace: s.machineNamespace(), Name: m.Name}
}

func (s *story) pods() []corev1.Pod {
	s.Helper()
	list := &corev1.PodList{}
	s.Expect(s.List(s.Context(), list, client.InNamespace(s.machineNamespace()))).To(Succeed())
	return list.Items
}

// limit lets machines get to a stage and no further.
func (s *story) limit(stage standin.Stage) { world.machines.Limit(s.machineNamespace(), stage) }

// says waits until a condition of an object is as told.
func (s *story) says(object client.Object, conditionType string, status metav1.ConditionStatus, reason string, message ...string) {
	s.Helper()
	s.Eventually(func(g Gomega) {
		g.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(object), object)).To(Succeed())
		getter, ok := object.(conditions.Getter)
		g.Expect(ok).To(BeTrue())
		g.Expect(conditions.Get(getter, conditionType)).To(beSaying(status, reason, message...),
			"%s; all: %s", conditionType, describe(getter.GetConditions()))
	}).Should(Succeed())
}

func (s *story) infraCluster() *infrav1.KubeceptionCluster {
	return &infrav1.KubeceptionCluster{ObjectMeta: s.meta(name)}
}

func (s *story) clusterObject() *clusterv1.Cluster {
	return &clusterv1.Cluster{ObjectMeta: s.meta(name)}
}

// ready waits until a machine is ready.
func (s *story) ready(m *infrav1.KubeceptionMachine) {
	s.Helper()
	s.says(m, infrav1.ReadyCondition, metav1.ConditionTrue, clusterv1.ReadyReason)
}

// goes waits until an object is gone.
func (s *story) goes(object client.Object) {
	s.Helper()
	s.Eventually(func() error { return s.Get(s.Context(), client.ObjectKeyFromObject(object), object) }).Should(beNotFound(), "%T %s goes", object, object.GetName())
}

// tells waits until an event was emitted about an object.
func (s *story) tells(object client.Object, reason string) {
	s.Helper()
	s.Eventually(func() []string {
		list := &eventsv1.EventList{}
		s.Expect(s.List(s.Context(), list, client.InNamespace(object.GetNamespace()))).To(Succeed())
		var reasons []string
		for _, event := range list.Items {
			if event.Regarding.Name == object.GetName() {
				reasons = append(reasons, event.Reason)
			}
		}
		return reasons
	}).Should(ContainElement(reason))
}

func beNotFound() types.GomegaMatcher {
	return WithTransform(func(err error) bool { return client.IgnoreNotFound(err) == nil && err != nil }, BeTrue())
}

func beSaying(status metav1.ConditionStatus, reason string, message ...string) types.GomegaMatcher {
	matchers := []types.GomegaMatcher{Not(BeNil()), HaveField("Status", status), HaveField("Reason", reason)}
	for _, part := range message {
		matchers = append(matchers, HaveField("Message", ContainSubstring(part)))
	}
	return SatisfyAll(matchers...)
}

func describe(list []metav1.Condition) (text string) {
	for _, c := range list {
		text += fmt.Sprintf("\n%s=%s %s: %s", c.Type, c.Status, c.Reason, c.Message)
	}
	return text
}

// madePod is a pod as the controller makes it.
func (s *story) madePod(name string) *corev1.Pod {
	return machine.Pod(machine.Machine{
		Key: client.ObjectKey{Namespace: s.machineNamespace(), Name: name}, Cluster: client.ObjectKey{Namespace: s.namespace, Name: "c"}, Image: "image",
	})
}
