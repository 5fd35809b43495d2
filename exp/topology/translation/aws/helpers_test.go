// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/examples"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
)

// read reads one manifest.
func read[T any](t *testing.T, file string) *T {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	out := new(T)
	if err := yaml.UnmarshalStrict(content, out); err != nil {
		t.Fatalf("read %s: %v", file, err)
	}
	return out
}

func profile(t *testing.T) provider.Profile {
	t.Helper()
	content := read[gardencorev1beta1.CloudProfile](t, "testdata/cloudprofile.yaml")
	return provider.Profile{Name: content.Name, Spec: &content.Spec}
}

// usage is the Shoot of type aws that Gardener publishes as an example. It has no image; admission chooses it.
func usage(t *testing.T) *gardencorev1beta1.Shoot {
	t.Helper()
	for _, manifest := range examples.Of("Shoot") {
		shoot := &gardencorev1beta1.Shoot{}
		if yaml.Unmarshal(manifest, shoot) == nil && shoot.Spec.Provider.Type == Type && shoot.Spec.Provider.InfrastructureConfig != nil {
			shoot.Spec.Provider.Workers[0].Machine.Image = &gardencorev1beta1.ShootMachineImage{Name: "gardenlinux", Version: new("1877.3.0")}
			return shoot
		}
	}
	t.Fatal("there is no example of type aws")
	return nil
}

// of is a Shoot with what belongs to it.
func of(t *testing.T, shoot *gardencorev1beta1.Shoot) provider.Shoot {
	t.Helper()
	return provider.Shoot{
		Shoot: shoot, Profile: profile(t), Namespace: "capi--dev--" + shoot.Name, Name: shoot.Name,
		Credentials: map[string][]byte{
			"accessKeyID":     bytes.Repeat([]byte("A"), 20),
			"secretAccessKey": bytes.Repeat([]byte("s"), 40),
		},
	}
}

func pathOf(worker int) *field.Path { return providerPath.Child("workers").Index(worker) }

// shoots are the Shoots of all cases.
func shoots(t *testing.T) map[string]*gardencorev1beta1.Shoot {
	t.Helper()
	out := map[string]*gardencorev1beta1.Shoot{"usage": usage(t)}
	files, err := filepath.Glob("testdata/*/shoot.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		out[filepath.Base(filepath.Dir(file))] = read[gardencorev1beta1.Shoot](t, file)
	}
	return out
}

// expectGolden compares content with a file, or writes it when UPDATE_GOLDEN is set.
func expectGolden(g Gomega, file string, content []byte) {
	if os.Getenv("UPDATE_GOLDEN") != "" {
		g.Expect(os.WriteFile(file, content, 0o600)).To(Succeed())
		return
	}
	want, err := os.ReadFile(file)
	g.Expect(err).NotTo(HaveOccurred(), "make golden writes it")
	g.Expect(string(content)).To(Equal(string(want)), "%s; make golden writes it anew", file)
}

// paths are where problems are.
func paths(problems field.ErrorList) []string {
	var out []string
	for _, problem := range problems {
		out = append(out, problem.Field)
	}
	return out
}

// changed is the example with another value at a place in a configuration; null takes away.
func changed(t *testing.T, shoot *gardencorev1beta1.Shoot, patch string) *gardencorev1beta1.Shoot {
	t.Helper()
	out := shoot.DeepCopy()
	merged, err := merge(out, patch)
	if err != nil {
		t.Fatalf("merge %s: %v", patch, err)
	}
	return merged
}
