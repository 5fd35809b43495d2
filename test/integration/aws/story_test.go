// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/aws"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// story is one Shoot that has become a Cluster.
type story struct {
	*testing.T
	*WithT
	client.Client
	shoot       *gardencorev1beta1.Shoot
	output      translation.Output
	accessKeyID string
}

// read reads a manifest beside the translation.
func read[T any](t *testing.T, name string) *T {
	t.Helper()
	root, err := (&parts.Builder{}).CheckoutDir()
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(root, "exp", "topology", name))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(content), "\n---\n")
	out := new(T)
	if err := yaml.UnmarshalStrict([]byte(first), out); err != nil {
		t.Fatalf("read %s: %v", name, err)
	}
	return out
}

func profile(t *testing.T) provider.Profile {
	t.Helper()
	content := read[gardencorev1beta1.CloudProfile](t, "translation/aws/testdata/cloudprofile.yaml")
	return provider.Profile{Name: content.Name, Spec: &content.Spec}
}

// shoot is the Shoot of a case of the translation, or the one that Gardener publishes, completed as admission does it.
func shoot(t *testing.T, name string) *gardencorev1beta1.Shoot {
	t.Helper()
	if name != "usage" {
		return read[gardencorev1beta1.Shoot](t, "translation/aws/testdata/"+name+"/shoot.yaml")
	}
	out := read[gardencorev1beta1.Shoot](t, "examples/shoot-aws.yaml")
	out.Spec.Kubernetes.Version = "1.36.3"
	out.Spec.Provider.Workers[0].Machine.Image = &gardencorev1beta1.ShootMachineImage{Name: "gardenlinux", Version: new("1877.3.0")}
	return out
}

// class applies the ClusterClass of the profile; the same for all.
func class(t *testing.T, g Gomega) *clusterv1.ClusterClass {
	t.Helper()
	made, problems := translation.ClassOf(profile(t), aws.Provider{})
	g.Expect(problems).To(BeEmpty())
	for _, object := range append(made.Templates, client.Object(made.ClusterClass)) {
		g.Expect(client.IgnoreAlreadyExists(world.server.Client.Create(t.Context(), object.DeepCopyObject().(client.Object)))).To(Succeed(), object.GetName())
	}
	g.Eventually(func(g Gomega) {
		now := &clusterv1.ClusterClass{}
		g.Expect(world.client.Get(t.Context(), client.ObjectKeyFromObject(made.ClusterClass), now)).To(Succeed())
		g.Expect(now.Status.ObservedGeneration).To(Equal(now.Generation))
		g.Expect(now.Status.Variables).NotTo(BeEmpty())
	}).Should(Succeed())
	return made.ClusterClass
}

// tell makes a Cluster of a Shoot, in a project of its own.
func tell(t *testing.T, name string) *story {
	t.Helper()
	needsProvider(t)
	g := NewWithT(t)
	project := strings.ToLower(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, t.Name()))
	s := &story{T: t, WithT: g, Client: world.server.Client, shoot: shoot(t, name)}
	// The names of tests end differently, and have more letters.
	s.accessKeyID = strings.ToUpper(project[len(project)-20:])
	var problems any
	s.output, problems = s.translate(class(t, g), project[:min(len(project), 10)])
	g.Expect(problems).To(BeEmpty())
	s.create(s.output.Namespace)
	s.create(s.output.Objects...)
	s.create(s.output.Cluster)
	return s
}

func (s *story) translate(class *clusterv1.ClusterClass, project string) (translation.Output, any) {
	out, problems := translation.Translate(translation.Input{
		Shoot: s.shoot, Project: project, Profile: profile(s.T), Seed: &gardencorev1beta1.Seed{}, Class: class, Network: map[string]map[string]string{"network": {"network.yaml": ""}},
		Credentials: map[string][]byte{"accessKeyID": []byte(s.accessKeyID), "secretAccessKey": []byte(strings.Repeat("s", 40))},
	}, aws.Provider{})
	return out, problems
}

func (s *story) create(objects ...client.Object) {
	s.Helper()
	for _, object := range objects {
		s.Expect(s.Create(s.Context(), object)).To(Succeed(), "%T %s", object, object.GetName())
	}
}

// list returns the objects of a kind of infrastructure in the namespace of the Cluster.
func (s *story) list(g Gomega, kind string) []unstructured.Unstructured {
	s.Helper()
	list := &unstructured.UnstructuredList{}
	list.SetAPIVersion("infrastructure.cluster.x-k8s.io/v1beta2")
	list.SetKind(kind + "List")
	g.Expect(s.List(s.Context(), list, client.InNamespace(s.output.Namespace.Name))).To(Succeed())
	return list.Items
}

// awsCluster is the one that the topology has made.
func (s *story) awsCluster(g Gomega) *unstructured.Unstructured {
	s.Helper()
	found := s.list(g, "AWSCluster")
	g.Expect(found).To(HaveLen(1))
	return &found[0]
}

// variable is the value of a variable of a Cluster or a pool.
func variable(g Gomega, variables []clusterv1.ClusterVariable, name string) map[string]any {
	for _, v := range variables {
		if v.Name == name {
			out := map[string]any{}
			g.Expect(json.Unmarshal(v.Value.Raw, &out)).To(Succeed())
			return out
		}
	}
	g.Expect(variables).To(ContainElement(HaveField("Name", name)))
	return nil
}

// condition is a condition of an object of Cluster API Provider AWS, in the form of old times.
func condition(g Gomega, object *unstructured.Unstructured, name string) map[string]any {
	list, _, err := unstructured.NestedSlice(object.Object, "status", "conditions")
	g.Expect(err).NotTo(HaveOccurred())
	for _, item := range list {
		if found, is := item.(map[string]any); is && found["type"] == name {
			return found
		}
	}
	g.Expect(list).To(ContainElement(HaveKeyWithValue("type", name)))
	return nil
}

// secretOf is the Secret of the identity of the Cluster.
func (s *story) secretOf() *corev1.Secret {
	s.Helper()
	for _, object := range s.output.Objects {
		if secret, is := object.(*corev1.Secret); is && secret.Namespace == controllerNamespace {
			return secret
		}
	}
	s.Fatal("there is no Secret for Cluster API Provider AWS")
	return nil
}
