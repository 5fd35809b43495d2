// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"os"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"
)

// TestConfigurationsThatGardenerPublishesAreKnown decodes the examples of Gardener's AWS extension strictly, and finds each field
// again that they set.
func TestConfigurationsThatGardenerPublishesAreKnown(t *testing.T) {
	content, err := os.ReadFile("testdata/gardener/configs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	decoders := map[string]func(*runtime.RawExtension) (any, field.ErrorList){
		"InfrastructureConfig": known[infrastructureConfigType]("InfrastructureConfig"),
		"CloudProfileConfig":   known[cloudProfileConfigType]("CloudProfileConfig"),
		"WorkerConfig":         known[workerConfigType]("WorkerConfig"),
		"ControlPlaneConfig":   known[controlPlaneConfigType]("ControlPlaneConfig"),
	}
	for _, document := range strings.Split(string(content), "\n---\n") {
		g := NewWithT(t)
		raw, err := yaml.YAMLToJSON([]byte(document))
		g.Expect(err).NotTo(HaveOccurred())
		is := runtime.TypeMeta{}
		g.Expect(yaml.Unmarshal(raw, &is)).To(Succeed())
		g.Expect(decoders).To(HaveKey(is.Kind))
		decoded, problems := decoders[is.Kind](&runtime.RawExtension{Raw: raw})
		g.Expect(problems).To(BeEmpty(), document)
		again, err := yaml.Marshal(decoded)
		g.Expect(err).NotTo(HaveOccurred())
		var want, got map[string]any
		g.Expect(yaml.Unmarshal(raw, &want)).To(Succeed())
		g.Expect(yaml.Unmarshal(again, &got)).To(Succeed())
		g.Expect(got).To(Equal(want))
	}
}

func known[T any](kind string) func(*runtime.RawExtension) (any, field.ErrorList) {
	return func(raw *runtime.RawExtension) (any, field.ErrorList) {
		return decode[T](raw, kind, field.NewPath("config"))
	}
}

func TestWhatCannotBeDecoded(t *testing.T) {
	header := `"apiVersion": "` + configVersion + `", "kind": "ControlPlaneConfig"`
	cases := map[string]struct{ config, field, says string }{
		"no object":                {`[]`, "config", "is no object"},
		"no JSON":                  {`{`, "config", "is no object"},
		"an unknown field":         {`{` + header + `, "storage": {"class": "a"}}`, "config.storage.class", "has no such field"},
		"another case":             {`{` + header + `, "Storage": {}}`, "config.Storage", "has no such field"},
		"a field twice":            {`{` + header + `, "storage": {}, "storage": {}}`, "config.storage", "Duplicate"},
		"a text where a number is": {`{` + header + `, "storage": {"managedDefaultClass": "yes"}}`, "config", "managedDefaultClass"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			_, problems := decode[controlPlaneConfigType](&runtime.RawExtension{Raw: []byte(c.config)}, "ControlPlaneConfig", field.NewPath("config"))
			g.Expect(problems).To(HaveLen(1))
			g.Expect(problems[0].Field).To(Equal(c.field))
			g.Expect(problems[0].Error()).To(ContainSubstring(c.says))
		})
	}
}
