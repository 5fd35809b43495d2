// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

func TestACreatedTemplate(t *testing.T) {
	cases := map[string]struct {
		spec    string
		refused string
	}{
		"may be empty":                    {spec: `{template: {}}`},
		"may have an empty spec":          {spec: `{template: {spec: {}}}`},
		"has valid labels":                {spec: `{template: {metadata: {labels: {"not a label": x}}}}`, refused: `spec.template.metadata.labels: Invalid value: "not a label"`},
		"has valid control planes":        {spec: `{template: {spec: {apiServer: {runtimeConfig: {v1: true}}}}}`, refused: `spec.template.spec.apiServer.runtimeConfig: Invalid value: "v1"`},
		"has patches that can be applied": {spec: `{template: {spec: {components: [{name: network, patches: [{target: {kind: A}, patch: "["}]}]}}}`, refused: `spec.template.spec.components[network].patches[0].patch`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := (&KubeceptionControlPlaneTemplate{}).ValidateCreate(t.Context(), template(t, c.spec))
			expect(t, c.refused, err)
		})
	}
}

func TestAnUpdatedTemplate(t *testing.T) {
	const immutable = "spec.template.spec: Forbidden: a template cannot change; create another one and refer to it in the ClusterClass instead"
	cases := map[string]struct {
		before, after    string
		dryRun, topology bool
		refused          string
	}{
		"may stay as it is":                    {before: `{template: {spec: {scheduler: {profile: balanced}}}}`, after: `{template: {spec: {scheduler: {profile: balanced}}}}`},
		"may write a quantity in another way":  {before: `{template: {spec: {etcd: {main: {quota: 1Gi}}}}}`, after: `{template: {spec: {etcd: {main: {quota: 1024Mi}}}}}`},
		"may change its labels":                {before: `{template: {}}`, after: `{template: {metadata: {labels: {a: b}}}}`},
		"does not change its spec":             {before: `{template: {}}`, after: `{template: {spec: {scheduler: {profile: balanced}}}}`, refused: immutable},
		"does not change its spec in dry runs": {before: `{template: {}}`, after: `{template: {spec: {scheduler: {profile: balanced}}}}`, dryRun: true, refused: immutable},
		"does not change its spec by an annotation alone": {
			before: `{template: {}}`, after: `{template: {spec: {scheduler: {profile: balanced}}}}`, topology: true, refused: immutable,
		},
		"changes its spec in dry runs of the topology": {
			before: `{template: {}}`, after: `{template: {spec: {scheduler: {profile: balanced}}}}`, dryRun: true, topology: true,
		},
		"is valid in dry runs of the topology": {
			before: `{template: {}}`, after: `{template: {spec: {apiServer: {runtimeConfig: {v1: true}}}}}`, dryRun: true, topology: true,
			refused: `spec.template.spec.apiServer.runtimeConfig: Invalid value: "v1"`,
		},
		"may keep what has become invalid": {
			before: `{template: {spec: {apiServer: {runtimeConfig: {v1: true}}}}}`, after: `{template: {metadata: {labels: {a: b}}, spec: {apiServer: {runtimeConfig: {v1: true}}}}}`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			before, after := template(t, c.before), template(t, c.after)
			if c.topology {
				after.Annotations = map[string]string{clusterv1.TopologyDryRunAnnotation: ""}
			}
			request := admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{DryRun: &c.dryRun}}
			ctx := admission.NewContextWithRequest(t.Context(), request)
			_, err := (&KubeceptionControlPlaneTemplate{}).ValidateUpdate(ctx, before, after)
			expect(t, c.refused, err)
		})
	}
}

func template(t *testing.T, spec string) *controlplanev1.KubeceptionControlPlaneTemplate {
	t.Helper()
	obj := &controlplanev1.KubeceptionControlPlaneTemplate{ObjectMeta: metav1.ObjectMeta{Namespace: "clusters", Name: "template"}}
	parse(t, spec, &obj.Spec)
	return obj
}
