// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"testing"

	. "github.com/onsi/gomega"
	admissionv1 "k8s.io/api/admission/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
	"sigs.k8s.io/yaml"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
)

func machines(t *testing.T, spec string) *infrav1.KubeceptionMachineTemplate {
	t.Helper()
	obj := &infrav1.KubeceptionMachineTemplate{}
	obj.Name = "template"
	if err := yaml.UnmarshalStrict([]byte(spec), &obj.Spec); err != nil {
		t.Fatal(err)
	}
	return obj
}

func TestATemplate(t *testing.T) {
	const immutable = "spec.template.spec: Forbidden: a template cannot change; create another one and refer to it instead"
	cases := map[string]struct {
		before, after    string
		dryRun, topology bool
		refused          string
	}{
		"may stay as it is":                   {before: `{template: {spec: {cpu: 2}}}`, after: `{template: {spec: {cpu: 2}}}`},
		"may write a quantity in another way": {before: `{template: {spec: {memory: 1Gi}}}`, after: `{template: {spec: {memory: 1024Mi}}}`},
		"may change its labels":               {before: `{template: {}}`, after: `{template: {metadata: {labels: {a: b}}}}`},
		"has labels that are some":            {before: `{template: {}}`, after: `{template: {metadata: {labels: {"not a label": b}}}}`, refused: `spec.template.metadata.labels: Invalid value: "not a label"`},
		"does not change":                     {before: `{template: {}}`, after: `{template: {spec: {cpu: 2}}}`, refused: immutable},
		"does not change in dry runs":         {before: `{template: {}}`, after: `{template: {spec: {cpu: 2}}}`, dryRun: true, refused: immutable},
		"does not change by an annotation":    {before: `{template: {}}`, after: `{template: {spec: {cpu: 2}}}`, topology: true, refused: immutable},
		"changes in dry runs of the topology": {before: `{template: {}}`, after: `{template: {spec: {cpu: 2}}}`, dryRun: true, topology: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			before, after := machines(t, c.before), machines(t, c.after)
			if c.topology {
				after.Annotations = map[string]string{clusterv1.TopologyDryRunAnnotation: ""}
			}
			request := admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{DryRun: &c.dryRun}}
			_, err := machineTemplate().ValidateUpdate(admission.NewContextWithRequest(t.Context(), request), before, after)
			if c.refused == "" {
				g.Expect(err).NotTo(HaveOccurred())
				return
			}
			g.Expect(err).To(MatchError(ContainSubstring(c.refused)))
		})
	}
}

func TestACreatedTemplateHasLabelsThatAreSome(t *testing.T) {
	g := NewWithT(t)
	_, err := machineTemplate().ValidateCreate(t.Context(), machines(t, `{template: {metadata: {labels: {a: b}}}}`))
	g.Expect(err).NotTo(HaveOccurred())
	_, err = machineTemplate().ValidateCreate(t.Context(), machines(t, `{template: {metadata: {labels: {"not a label": b}}}}`))
	g.Expect(err).To(MatchError(ContainSubstring("spec.template.metadata.labels")))
}
