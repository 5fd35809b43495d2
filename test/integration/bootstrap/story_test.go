// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package bootstrap

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/cluster-api/util/test/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
)

const (
	// name is that of the Cluster, its control plane, the machine and its configuration in every story.
	name    = "c"
	version = "v1.36.3"
	// patience bounds what a story waits for; the machine may be busy.
	patience = 60 * time.Second
	// quiet is how long nothing must happen where nothing may.
	quiet = 2 * time.Second
)

var stories atomic.Int32

// story is a Cluster and what happens to a machine of it.
type story struct {
	*testing.T
	Gomega
	client.Client
	namespace string
	// node is the name of the machine's node, different in each story.
	node string
}

// tell begins a story in a namespace of its own.
func tell(t *testing.T) *story {
	t.Helper()
	t.Parallel()
	g := NewWithT(t)
	g.SetDefaultEventuallyTimeout(patience)
	g.SetDefaultEventuallyPollingInterval(100 * time.Millisecond)
	g.SetDefaultConsistentlyDuration(quiet)
	number := stories.Add(1)
	s := &story{T: t, Gomega: g, Client: world.client, namespace: fmt.Sprintf("story-%d", number), node: fmt.Sprintf("node-%d", number)}
	s.create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.namespace}})
	return s
}

func (s *story) create(objects ...client.Object) {
	s.Helper()
	for _, object := range objects {
		s.Expect(s.Create(s.Context(), object)).To(Succeed())
	}
}

func (s *story) key() client.ObjectKey { return client.ObjectKey{Namespace: s.namespace, Name: name} }

// host makes a Cluster whose control plane runs the version.
func (s *story) host(running string) {
	s.Helper()
	s.secrets()
	s.create(&clusterv1.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name}, Spec: clusterv1.ClusterSpec{
		ControlPlaneRef: clusterv1.ContractVersionedObjectReference{
			APIGroup: controlplanev1.GroupVersion.Group, Kind: "KubeceptionControlPlane", Name: name,
		},
	}})
	s.initialize(running)
}

// initialize lets the control plane appear as the control-plane provider would.
func (s *story) initialize(running string) {
	s.Helper()
	address, port, err := net.SplitHostPort(strings.TrimPrefix(strings.TrimSuffix(world.workload.Config.Host, "/"), "https://"))
	s.Expect(err).NotTo(HaveOccurred())
	number, err := strconv.ParseInt(port, 10, 32)
	s.Expect(err).NotTo(HaveOccurred())
	controlPlane := &controlplanev1.KubeceptionControlPlane{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name},
		Spec: controlplanev1.KubeceptionControlPlaneSpec{
			Version: running, ControlPlaneEndpoint: clusterv1.APIEndpoint{Host: address, Port: int32(number)},
		},
	}
	s.create(controlPlane)
	controlPlane.Status = controlplanev1.KubeceptionControlPlaneStatus{
		ExternalManagedControlPlane: new(true), Version: running, Versions: []clusterv1.StatusVersion{{Version: running, Replicas: 1}},
		Initialization: controlplanev1.KubeceptionControlPlaneInitializationStatus{ControlPlaneInitialized: new(true)},
	}
	s.Expect(s.Status().Update(s.Context(), controlPlane)).To(Succeed())
}

// secrets are the authorities and the kubeconfig that the control-plane provider makes.
func (s *story) secrets() {
	s.Helper()
	kubeconfig, err := kubeconfigOf(world.workload.Config, world.workload.Config.Host)
	s.Expect(err).NotTo(HaveOccurred())
	s.secret("-kubeconfig", map[string][]byte{"value": kubeconfig})
	s.secret("-ca", map[string][]byte{"tls.crt": world.workload.Config.CAData})
	s.secret("-ca-kubelet", map[string][]byte{"tls.crt": world.authority[pki.CertificateData]})
}

func (s *story) secret(suffix string, data map[string][]byte) {
	s.Helper()
	s.create(&corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name + suffix, Labels: map[string]string{clusterv1.ClusterNameLabel: name}},
		Type:       clusterv1.ClusterSecretType, Data: data,
	})
}

// configRef is the reference to the configuration.
func configRef() clusterv1.Bootstrap {
	return clusterv1.Bootstrap{ConfigRef: clusterv1.ContractVersionedObjectReference{
		APIGroup: bootstrapv1.GroupVersion.Group, Kind: "KubeceptionConfig", Name: name,
	}}
}

// machine makes a Machine of a version, with infrastructure that is not provisioned yet.
func (s *story) machine(version string, edits ...func(*bootstrapv1.KubeceptionConfigSpec)) {
	s.Helper()
	config := &bootstrapv1.KubeceptionConfig{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name}}
	for _, edit := range edits {
		edit(&config.Spec)
	}
	s.create(config, s.infrastructure(builder.TestInfrastructureMachineKind), &clusterv1.Machine{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name},
		Spec: clusterv1.MachineSpec{
			ClusterName: name, Version: version, Bootstrap: configRef(),
			InfrastructureRef: clusterv1.ContractVersionedObjectReference{
				APIGroup: builder.InfrastructureGroupVersion.Group, Kind: builder.TestInfrastructureMachineKind, Name: name,
			},
		},
	})
}

func (s *story) infrastructure(kind string) *unstructured.Unstructured {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(builder.InfrastructureGroupVersion.WithKind(kind))
	object.SetNamespace(s.namespace)
	object.SetName(name)
	return object
}

// provision makes the machine: with the name of the node and an address.
func (s *story) provision(address string) {
	s.Helper()
	machine := s.infrastructure(builder.TestInfrastructureMachineKind)
	s.Eventually(func(g Gomega) {
		g.Expect(s.Get(s.Context(), s.key(), machine)).To(Succeed())
		g.Expect(unstructured.SetNestedField(machine.Object, s.providerID(), "spec", "providerID")).To(Succeed())
		g.Expect(s.Update(s.Context(), machine)).To(Succeed())
		machine.Object["status"] = map[string]any{
			"initialization": map[string]any{"provisioned": true},
			"addresses": []any{
				map[string]any{"type": "Hostname", "address": s.node}, map[string]any{"type": "InternalIP", "address": address},
			},
		}
		g.Expect(s.Status().Update(s.Context(), machine)).To(Succeed())
	}).Should(Succeed())
}

func (s *story) providerID() string { return "test://" + s.node }

func (s *story) config() *bootstrapv1.KubeceptionConfig {
	s.Helper()
	config := &bootstrapv1.KubeceptionConfig{}
	s.Expect(s.Get(s.Context(), s.key(), config)).To(Succeed())
	return config
}

// says waits until a condition of the configuration is as told.
func (s *story) says(conditionType string, status metav1.ConditionStatus, reason string, message ...string) {
	s.Helper()
	s.Eventually(func(g Gomega) {
		config := &bootstrapv1.KubeceptionConfig{}
		g.Expect(s.Get(s.Context(), s.key(), config)).To(Succeed())
		matchers := []types.GomegaMatcher{Not(BeNil()), HaveField("Status", status), HaveField("Reason", reason)}
		for _, part := range message {
			matchers = append(matchers, HaveField("Message", ContainSubstring(part)))
		}
		g.Expect(conditions.Get(config, conditionType)).To(SatisfyAll(matchers...), "all: %v", config.Status.Conditions)
	}).Should(Succeed())
}

// created waits until the bootstrap data can be used, and returns its Secret.
func (s *story) created() *corev1.Secret {
	s.Helper()
	s.says(bootstrapv1.ReadyCondition, metav1.ConditionTrue, clusterv1.ReadyReason)
	s.Eventually(func() bootstrapv1.KubeceptionConfigStatus { return s.config().Status }).Should(SatisfyAll(
		HaveField("Initialization.DataSecretCreated", HaveValue(BeTrue())), HaveField("DataSecretName", name)))
	return s.data()
}

func (s *story) data() *corev1.Secret {
	s.Helper()
	secret := &corev1.Secret{}
	s.Expect(s.Get(s.Context(), s.key(), secret)).To(Succeed())
	return secret
}

// token returns the Secret of a token in the workload cluster, or nil.
func (s *story) token(data *corev1.Secret) *corev1.Secret {
	s.Helper()
	id, _, _ := strings.Cut(string(data.Data["bootstrap-token"]), ".")
	secret := &corev1.Secret{}
	err := world.workloadClient.Get(s.Context(), client.ObjectKey{Namespace: "kube-system", Name: "bootstrap-token-" + id}, secret)
	if client.IgnoreNotFound(err) == nil && err != nil {
		return nil
	}
	s.Expect(err).NotTo(HaveOccurred())
	return secret
}

func expiry(token *corev1.Secret) time.Time {
	if token == nil {
		return time.Time{}
	}
	expires, err := time.Parse(time.RFC3339, string(token.Data["expiration"]))
	if err != nil {
		return time.Time{}
	}
	return expires
}
