// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
	"sigs.k8s.io/yaml"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
)

func TestACreatedConfiguration(t *testing.T) {
	cases := map[string]struct {
		spec    string
		refused string
	}{
		"may be empty":                        {spec: `{}`},
		"has labels of other domains":         {spec: `{node: {labels: {example.com/pool: blue, pool: blue}}}`},
		"has labels that a kubelet may set":   {spec: `{node: {labels: {topology.kubernetes.io/zone: a, node.kubernetes.io/pool: blue, x.kubelet.kubernetes.io/y: z}}}`},
		"has no role":                         {spec: `{node: {labels: {node-role.kubernetes.io/worker: ""}}}`, refused: `spec.node.labels[node-role.kubernetes.io/worker]: Forbidden: a kubelet may not set this label`},
		"has no label of k8s.io":              {spec: `{node: {labels: {k8s.io/a: b}}}`, refused: "a kubelet may not set this label"},
		"has no version of its own":           {spec: `{node: {labels: {kubeception.cluster.x-k8s.io/kubelet-version: v1.36.3}}}`, refused: "this label is set on every node; leave it out"},
		"has labels that are labels":          {spec: `{node: {labels: {"not a label": a}}}`, refused: `spec.node.labels: Invalid value: "not a label"`},
		"has values that are values":          {spec: `{node: {labels: {a: "not a value"}}}`, refused: `spec.node.labels[a]: Invalid value: "not a value"`},
		"has authorities that are such":       {spec: `{registryMirrors: [{registry: docker.io, hosts: [{url: "https://a.example.com", caBundle: none}]}]}`, refused: `spec.registryMirrors[0].hosts[0].caBundle: Invalid value: "https://a.example.com": holds no certificate in PEM`},
		"may have files":                      {spec: `{files: [{path: /etc/motd, content: hello}, {path: /etc/kubernetes/kubelet.conf.d/50-own.conf, content: ""}]}`},
		"has no file of the project's":        {spec: `{files: [{path: /etc/kubernetes/kubelet.yaml, content: ""}]}`, refused: "spec.files[0].path: Forbidden: /etc/kubernetes/kubelet.yaml is written by the bootstrap provider; use a file in /etc/kubernetes/kubelet.conf.d or /etc/containerd/conf.d, or a drop-in of a unit, instead"},
		"has no file that is a unit":          {spec: `{files: [{path: /etc/systemd/system/a.service, content: ""}], units: [{name: a.service, content: "[Unit]"}]}`, refused: "spec.files[0].path: Duplicate value"},
		"has no file that is a drop-in":       {spec: `{files: [{path: /etc/systemd/system/a.service.d/b.conf, content: ""}], units: [{name: a.service, dropIns: [{name: b.conf, content: "[Unit]"}]}]}`, refused: "spec.files[0].path: Duplicate value"},
		"may change the kubelet's unit":       {spec: `{units: [{name: kubelet.service, enabled: true, dropIns: [{name: 20-own.conf, content: "[Unit]"}]}]}`},
		"may bring a unit of containerd":      {spec: `{units: [{name: containerd.service, content: "[Unit]"}]}`},
		"does not replace the kubelet's unit": {spec: `{units: [{name: kubelet.service, content: "[Unit]"}]}`, refused: "spec.units[0].content: Forbidden: kubelet.service is written by the bootstrap provider; use dropIns instead"},
		"does not replace our drop-ins":       {spec: `{units: [{name: kubelet.service, dropIns: [{name: 10-proxy.conf, content: "[Unit]"}]}]}`, refused: "spec.units[0].dropIns[0].name: Forbidden: 10-proxy.conf is written by the bootstrap provider; choose another name"},
		"does not stop the kubelet":           {spec: `{units: [{name: kubelet.service, enabled: false}]}`, refused: "spec.units[0].enabled: Forbidden: a node needs kubelet.service; leave enabled out"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			config := &bootstrapv1.KubeceptionConfig{}
			parse(t, c.spec, &config.Spec)
			_, err := (&KubeceptionConfig{}).ValidateCreate(t.Context(), config)
			expect(t, c.refused, err)

			template := &bootstrapv1.KubeceptionConfigTemplate{}
			template.Spec.Template.Spec = config.Spec
			_, err = (&KubeceptionConfigTemplate{}).ValidateCreate(t.Context(), template)
			expect(t, strings.ReplaceAll(c.refused, "spec.", "spec.template.spec."), err)
		})
	}
}

const bad = `{node: {labels: {k8s.io/a: b}}}`

func TestAnUpdatedConfiguration(t *testing.T) {
	cases := map[string]struct {
		before, after string
		deleted       bool
		refused       string
	}{
		"may change anything":              {before: `{format: cloud-config}`, after: `{format: ignition, kubelet: {maxPods: 50}}`},
		"may keep what has become invalid": {before: bad, after: `{format: ignition, node: {labels: {k8s.io/a: b}}}`},
		"does not become invalid":          {before: `{}`, after: bad, refused: "a kubelet may not set this label"},
		"may go":                           {before: `{}`, after: bad, deleted: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			before, after := &bootstrapv1.KubeceptionConfig{}, &bootstrapv1.KubeceptionConfig{}
			parse(t, c.before, &before.Spec)
			parse(t, c.after, &after.Spec)
			if c.deleted {
				after.DeletionTimestamp = new(metav1.Now())
			}
			_, err := (&KubeceptionConfig{}).ValidateUpdate(t.Context(), before, after)
			expect(t, c.refused, err)
		})
	}
	_, err := (&KubeceptionConfig{}).ValidateDelete(t.Context(), &bootstrapv1.KubeceptionConfig{})
	expect(t, "", err)
}

func TestAnUpdatedTemplate(t *testing.T) {
	const immutable = "spec.template.spec: Forbidden: a template cannot change; create another one"
	cases := map[string]struct {
		before, after    string
		dryRun, topology bool
		refused          string
	}{
		"may change its labels":                           {before: `{template: {}}`, after: `{template: {metadata: {labels: {a: b}}}}`},
		"may write a quantity in another way":             {before: `{template: {spec: {kubelet: {kubeReserved: {memory: 1Gi}}}}}`, after: `{template: {spec: {kubelet: {kubeReserved: {memory: 1024Mi}}}}}`},
		"does not change its spec":                        {before: `{template: {}}`, after: `{template: {spec: {format: ignition}}}`, refused: immutable},
		"does not change its spec in dry runs":            {before: `{template: {}}`, after: `{template: {spec: {format: ignition}}}`, dryRun: true, refused: immutable},
		"does not change its spec by an annotation alone": {before: `{template: {}}`, after: `{template: {spec: {format: ignition}}}`, topology: true, refused: immutable},
		"changes its spec in dry runs of the topology":    {before: `{template: {}}`, after: `{template: {spec: {format: ignition}}}`, dryRun: true, topology: true},
		"is valid in dry runs of the topology":            {before: `{template: {}}`, after: `{template: {spec: ` + bad + `}}`, dryRun: true, topology: true, refused: "a kubelet may not set this label"},
		"has valid labels":                                {before: `{template: {}}`, after: `{template: {metadata: {labels: {"not a label": x}}}}`, refused: `spec.template.metadata.labels: Invalid value`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			before, after := &bootstrapv1.KubeceptionConfigTemplate{}, &bootstrapv1.KubeceptionConfigTemplate{}
			parse(t, c.before, &before.Spec)
			parse(t, c.after, &after.Spec)
			if c.topology {
				after.Annotations = map[string]string{clusterv1.TopologyDryRunAnnotation: ""}
			}
			request := admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{DryRun: &c.dryRun}}
			_, err := (&KubeceptionConfigTemplate{}).ValidateUpdate(admission.NewContextWithRequest(t.Context(), request), before, after)
			expect(t, c.refused, err)
		})
	}
}

func parse(t *testing.T, text string, into any) {
	t.Helper()
	NewWithT(t).Expect(yaml.UnmarshalStrict([]byte(text), into)).To(Succeed())
}

func expect(t *testing.T, refused string, err error) {
	t.Helper()
	if refused == "" {
		NewWithT(t).Expect(err).NotTo(HaveOccurred())
		return
	}
	NewWithT(t).Expect(err).To(MatchError(ContainSubstring(refused)))
}
