// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package shoots

import (
	"context"
	"fmt"
	"strings"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	seeds "github.com/kubeception/cluster-api-provider-kubeception/exp/topology/reconcilers/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/controllermanager"
)

// story is about one Shoot, in a project with a profile and a seed of its own.
type story struct {
	*testing.T
	Gomega
	client.Client
	name string
	// namespace is that of the project, cluster that of the Cluster.
	namespace, cluster string
	shoot              *gardencorev1beta1.Shoot
}

// tell prepares a project, a profile and a seed of a name, which has at most ten letters.
func tell(t *testing.T, name string) *story {
	t.Helper()
	s := &story{T: t, Gomega: NewWithT(t), Client: world.client, name: name, cluster: "capi--" + name + "--it"}
	garden := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "garden"}}
	s.Expect(client.IgnoreAlreadyExists(s.Create(t.Context(), garden))).To(Succeed())
	kubeconfig, err := controllermanager.Kubeconfig(world.server.Config, world.server.Config.Host)
	s.Expect(err).NotTo(HaveOccurred())
	s.Expect(s.Create(t.Context(), &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: "garden", Name: "seed-" + name}, Data: map[string][]byte{"kubeconfig": kubeconfig},
	})).To(Succeed())
	s.Expect(s.Create(t.Context(), read[gardencorev1beta1.CloudProfile](t, fmt.Sprintf(profile, name, name)))).To(Succeed())
	project := read[gardencorev1beta1.Project](t, fmt.Sprintf("{metadata: {name: %s}}", name))
	s.Expect(s.Create(t.Context(), project)).To(Succeed())
	seed := read[gardencorev1beta1.Seed](t, fmt.Sprintf(seedManifest, name, name))
	seed.Annotations = map[string]string{seeds.AnnotationKubeconfig: "garden/seed-" + name}
	s.Expect(s.Create(t.Context(), seed)).To(Succeed())
	s.Eventually(func(g Gomega) {
		g.Expect(s.Get(t.Context(), client.ObjectKeyFromObject(project), project)).To(Succeed())
		g.Expect(project.Status.Phase).To(Equal(gardencorev1beta1.ProjectReady))
		g.Expect(s.Get(t.Context(), client.ObjectKeyFromObject(seed), seed)).To(Succeed())
		g.Expect(seed.Status.Conditions).To(ContainElement(And(
			HaveField("Type", gardencorev1beta1.GardenletReady), HaveField("Status", gardencorev1beta1.ConditionTrue))))
	}).Should(Succeed())
	s.namespace = *project.Spec.Namespace
	s.Expect(s.Create(t.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "account"}})).To(Succeed())
	s.Expect(s.Create(t.Context(), &securityv1alpha1.CredentialsBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "account"}, Provider: securityv1alpha1.CredentialsBindingProvider{Type: "local"},
		CredentialsRef: corev1.ObjectReference{APIVersion: "v1", Kind: "Secret", Namespace: s.namespace, Name: "account"},
	})).To(Succeed())
	return s
}

const (
	profile = `
metadata: {name: %s}
spec:
  type: local
  kubernetes: {versions: [{version: 1.36.1}, {version: 1.35.4}, {version: 1.34.6}, {version: 1.33.9}]}
  machineImages: [{name: local, versions: [{version: 1.0.0, architectures: [amd64], cri: [{name: containerd}]}]}]
  machineTypes: [{name: small, cpu: "1", gpu: "0", memory: 2Gi}, {name: large, cpu: "2", gpu: "0", memory: 8Gi}]
  regions: [{name: local, zones: [{name: a}, {name: b}, {name: c}]}]
  seedSelector: {matchLabels: {test: %s}}
`
	seedManifest = `
metadata: {name: %s, labels: {test: %s}}
spec:
  provider: {type: local, region: local, zones: [a]}
  networks: {nodes: 10.240.0.0/16, pods: 10.241.128.0/17, services: 10.241.0.0/17}
  ingress: {domain: ingress.example.com, controller: {kind: nginx}}
  dns:
    provider: {type: aws-route53, credentialsRef: {apiVersion: v1, kind: Secret, name: dns, namespace: garden}}
    internal: {type: aws-route53, domain: internal.example.com, credentialsRef: {apiVersion: v1, kind: Secret, name: dns, namespace: garden}}
`
	shootManifest = `
metadata: {name: it, namespace: %s}
spec:
  cloudProfile: {name: %s}
  region: local
  credentialsBindingName: account
  kubernetes: {version: 1.33.9}
  networking: {type: flannel, nodes: 10.250.0.0/16}
  provider:
    type: local
    workers:
    - {name: first, minimum: 0, maximum: 4, machine: {type: small}, zones: [a, b], labels: {node.cluster.x-k8s.io/color: red}}
`
)

// create creates the Shoot, and waits until its topology is as wanted.
func (s *story) create(change func(*gardencorev1beta1.Shoot)) {
	s.Helper()
	s.shoot = read[gardencorev1beta1.Shoot](s.T, fmt.Sprintf(shootManifest, s.namespace, s.name))
	if change != nil {
		change(s.shoot)
	}
	s.Expect(s.Create(s.Context(), s.shoot)).To(Succeed())
}

// change changes the Shoot.
func (s *story) change(how func(*gardencorev1beta1.Shoot)) {
	s.Helper()
	s.Eventually(func(g Gomega) {
		g.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(s.shoot), s.shoot)).To(Succeed())
		how(s.shoot)
		g.Expect(s.Update(s.Context(), s.shoot)).To(Succeed())
	}).Should(Succeed())
}

// get is the Cluster.
func (s *story) getCluster(g Gomega) *clusterv1.Cluster {
	s.Helper()
	cluster := &clusterv1.Cluster{}
	g.Expect(s.Get(s.Context(), client.ObjectKey{Namespace: s.cluster, Name: "shoot--" + s.name + "--it"}, cluster)).To(Succeed())
	return cluster
}

// settles waits until the topology controller has made everything as the Cluster says, at a version.
func (s *story) settles(version string) {
	s.Helper()
	s.Eventually(func(g Gomega) {
		cluster := s.getCluster(g)
		g.Expect(cluster.Spec.Topology.Version).To(Equal("v" + version))
		condition := conditions.Get(cluster, clusterv1.ClusterTopologyReconciledCondition)
		g.Expect(condition).NotTo(BeNil())
		g.Expect(condition.Status).To(Equal(metav1.ConditionTrue), condition.Message)
		g.Expect(condition.ObservedGeneration).To(Equal(cluster.Generation))
		g.Expect(s.controlPlane(g).Spec.Version).To(Equal("v" + version))
		for _, deployment := range s.machineDeployments(g) {
			if _, owned := deployment.Labels[clusterv1.ClusterTopologyOwnedLabel]; owned {
				g.Expect(deployment.Spec.Template.Spec.Version).To(Equal("v" + version))
			}
		}
	}).Should(Succeed())
}

func (s *story) controlPlane(g Gomega) *controlplanev1.KubeceptionControlPlane {
	s.Helper()
	list := &controlplanev1.KubeceptionControlPlaneList{}
	g.Expect(s.List(s.Context(), list, client.InNamespace(s.cluster))).To(Succeed())
	g.Expect(list.Items).To(HaveLen(1))
	return &list.Items[0]
}

// machineDeployments are those of the Cluster by their names.
func (s *story) machineDeployments(g Gomega) map[string]clusterv1.MachineDeployment {
	s.Helper()
	list := &clusterv1.MachineDeploymentList{}
	g.Expect(s.List(s.Context(), list, client.InNamespace(s.cluster))).To(Succeed())
	out := map[string]clusterv1.MachineDeployment{}
	for i := range list.Items {
		out[strings.TrimPrefix(list.Items[i].Name, "shoot--"+s.name+"--")] = list.Items[i]
	}
	return out
}

// delete confirms and deletes the Shoot, and waits until it is gone.
func (s *story) delete() {
	s.Helper()
	s.change(func(shoot *gardencorev1beta1.Shoot) {
		metav1.SetMetaDataAnnotation(&shoot.ObjectMeta, "confirmation.gardener.cloud/deletion", "true")
	})
	s.Expect(s.Delete(s.Context(), s.shoot)).To(Succeed())
	s.Eventually(func() bool {
		return apierrors.IsNotFound(s.Get(s.Context(), client.ObjectKeyFromObject(s.shoot), s.shoot))
	}).Should(BeTrue())
}

func read[T any](t *testing.T, manifest string) *T {
	t.Helper()
	out := new(T)
	if err := yaml.UnmarshalStrict([]byte(manifest), out); err != nil {
		t.Fatalf("read the manifest: %v\n%s", err, manifest)
	}
	return out
}

func lastErrors(shoot *gardencorev1beta1.Shoot) []string {
	var out []string
	for _, one := range shoot.Status.LastErrors {
		out = append(out, ptr.Deref(one.TaskID, "")+": "+one.Description)
	}
	return out
}

// dump shows what there is when a story fails.
func (s *story) dump() {
	if !s.Failed() {
		return
	}
	for _, list := range []client.ObjectList{&clusterv1.ClusterList{}, &clusterv1.MachineDeploymentList{}} {
		_ = s.List(context.Background(), list, client.InNamespace(s.cluster))
		text, _ := yaml.Marshal(list)
		s.Log(string(text))
	}
	_ = s.Get(context.Background(), client.ObjectKeyFromObject(s.shoot), s.shoot)
	text, _ := yaml.Marshal(s.shoot)
	s.Log(string(text))
}
