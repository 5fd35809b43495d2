// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"errors"
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

func patches(list ...controlplanev1.Patch) *Input {
	return exampleInput(controlplanev1.ComponentOverride{Name: "x", Patches: list})
}

func merge(target, text string) controlplanev1.Patch {
	return controlplanev1.Patch{Target: controlplanev1.PatchTarget{Kind: target}, Patch: text}
}

func json6902(target, text string) controlplanev1.Patch {
	p := merge(target, text)
	p.Type = controlplanev1.PatchJSON6902
	return p
}

func TestPatchesChangeRenderedObjects(t *testing.T) {
	const addTo = `
spec:
  template:
    spec:
      containers:
      - name: main
        env: [{name: A, value: b}]
      - name: sidecar
        image: sidecar`
	cases := map[string]struct {
		patches []controlplanev1.Patch
		check   func(g Gomega, pod corev1.PodSpec)
	}{
		"a merge finds list elements by their key": {
			patches: []controlplanev1.Patch{merge("Deployment", addTo)},
			check: func(g Gomega, pod corev1.PodSpec) {
				g.Expect(pod.Containers).To(HaveLen(2))
				byName := map[string]corev1.Container{}
				for _, c := range pod.Containers {
					byName[c.Name] = c
				}
				g.Expect(byName["main"].Image).To(Equal("image"))
				g.Expect(byName["main"].Env).To(ConsistOf(corev1.EnvVar{Name: "A", Value: "b"}))
				g.Expect(byName["sidecar"].Image).To(Equal("sidecar"))
			},
		},
		"operations": {
			patches: []controlplanev1.Patch{json6902("Deployment", `[{"op":"add","path":"/spec/template/spec/containers/0/args/-","value":"--x"}]`)},
			check: func(g Gomega, pod corev1.PodSpec) {
				g.Expect(pod.Containers[0].Args).To(Equal([]string{"--v=2", "--x"}))
			},
		},
		"operations in YAML": {
			patches: []controlplanev1.Patch{json6902("Deployment", "- {op: replace, path: /spec/template/spec/priorityClassName, value: mine}")},
			check:   func(g Gomega, pod corev1.PodSpec) { g.Expect(pod.PriorityClassName).To(Equal("mine")) },
		},
		"the later patch wins": {
			patches: []controlplanev1.Patch{
				merge("Deployment", "spec: {template: {spec: {priorityClassName: first}}}"),
				merge("Deployment", "spec: {template: {spec: {priorityClassName: second}}}"),
			},
			check: func(g Gomega, pod corev1.PodSpec) { g.Expect(pod.PriorityClassName).To(Equal("second")) },
		},
		"null removes": {
			patches: []controlplanev1.Patch{merge("Deployment", "spec: {template: {spec: {priorityClassName: null}}}")},
			check:   func(g Gomega, pod corev1.PodSpec) { g.Expect(pod.PriorityClassName).To(BeEmpty()) },
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := deploymentOf(t, prepared(t, patches(c.patches...), example{name: "x"}))
			c.check(NewWithT(t), d.Spec.Template.Spec)
		})
	}
}

func TestPatchedConfigurationGetsANewNameEverywhere(t *testing.T) {
	g := NewWithT(t)
	before := prepared(t, exampleInput(), example{name: "x"})
	p := merge("ConfigMap", "data: {key: patched}")
	p.Target.Name = "x-config"
	after := prepared(t, patches(p), example{name: "x"})
	config := after[0].(*corev1.ConfigMap)
	g.Expect(config.Data).To(HaveKeyWithValue("key", "patched"))
	g.Expect(config.Name).NotTo(Equal(before[0].GetName()))
	g.Expect(config.Name).To(Equal(MakeUnique(exampleConfig("x-config", "patched")).Name))
	g.Expect(deploymentOf(t, after).Spec.Template.Spec.Volumes[0].ConfigMap.Name).To(Equal(config.Name))
}

func TestPatchesThatCannotBeAppliedSayWhere(t *testing.T) {
	cases := map[string]struct {
		patch controlplanev1.Patch
		want  string
	}{
		"no object of the kind":      {merge("Service", "{}"), "it is for no object of the component; its objects are: Deployment x, ConfigMap x-config"},
		"a misspelt field":           {merge("Deployment", "spec: {replica: 2}"), `unknown field "spec.replica"`},
		"a value of the wrong type":  {merge("Deployment", "spec: {replicas: many}"), "not a valid Deployment"},
		"another name":               {merge("Deployment", "metadata: {name: y}"), "must not change metadata.name"},
		"another namespace":          {merge("Deployment", "metadata: {namespace: kube-system}"), "must not change metadata.namespace"},
		"another kind":               {merge("Deployment", "kind: DaemonSet"), "must not change kind"},
		"a label of the framework":   {merge("Deployment", "metadata: {labels: {kubeception.cluster.x-k8s.io/component: y}}"), "must not change metadata.labels"},
		"a label of the pods":        {json6902("Deployment", "- {op: remove, path: /spec/template/metadata/labels/app.kubernetes.io~1managed-by}"), "must not change spec.template.metadata.labels"},
		"all labels":                 {json6902("Deployment", "- {op: remove, path: /metadata/labels}"), "must not change metadata.labels"},
		"the deletion of the object": {merge("Deployment", "$patch: delete"), "must not delete the object"},
		"a path that does not exist": {json6902("Deployment", "- {op: remove, path: /spec/none}"), "/spec/none"},
		"a test that fails":          {json6902("Deployment", "- {op: test, path: /spec/replicas, value: 7}"), "/spec/replicas"},
		"operations in a merge":      {merge("Deployment", "- {op: remove, path: /a}"), "set type to JSON6902"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			_, err := Prepare(patches(merge("ConfigMap", "data: {a: b}"), c.patch), example{name: "x"})
			g.Expect(err).To(MatchError(ContainSubstring(c.want)))
			g.Expect(err).To(MatchError(ContainSubstring("spec.components[x].patches[1] for every " + c.patch.Target.Kind)))
			var patchError *PatchError
			g.Expect(errors.As(err, &patchError)).To(BeTrue())
			g.Expect(patchError.Index).To(Equal(1))
		})
	}
}

func TestValidatePatches(t *testing.T) {
	cases := map[string]struct {
		patch controlplanev1.Patch
		want  string
	}{
		"a merge":                     {merge("Deployment", "spec: {replicas: 2}"), ""},
		"a merge in JSON":             {merge("Deployment", `{"spec":{"replicas":2}}`), ""},
		"operations":                  {json6902("Deployment", `[{"op":"replace","path":"/spec/replicas","value":null}]`), ""},
		"what is no YAML":             {merge("Deployment", "a: [b"), "neither YAML nor JSON"},
		"operations that are no YAML": {json6902("Deployment", "a: [b"), "neither YAML nor JSON"},
		"two documents":               {merge("Deployment", "a: b\n---\nc: d"), "a patch is one"},
		"a text":                      {merge("Deployment", "text"), "is a partial object"},
		"an object as operations":     {json6902("Deployment", "spec: {}"), "is a list of operations"},
		"no operation":                {json6902("Deployment", "[]"), "holds no operation"},
		"an unknown operation":        {json6902("Deployment", "- {op: set, path: /a, value: b}"), `operation 0: op "set" is not add`},
		"an operation without path":   {json6902("Deployment", "- {op: remove}"), "path must start with /"},
		"a path with dots":            {json6902("Deployment", "- {op: remove, path: spec.replicas}"), "path must start with /"},
		"an addition of nothing":      {json6902("Deployment", "- {op: add, path: /a}"), "add needs a value"},
		"a move from nowhere":         {json6902("Deployment", "- {op: move, path: /a}"), "move needs from"},
		"an unknown type":             {controlplanev1.Patch{Type: "Merge", Patch: "{}"}, `no patch type "Merge"`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			problems := ValidatePatches(field.NewPath("spec", "components"), []controlplanev1.ComponentOverride{{
				Name: "x", Patches: []controlplanev1.Patch{c.patch},
			}})
			if c.want == "" {
				g.Expect(problems).To(BeEmpty())
				return
			}
			g.Expect(problems).To(HaveLen(1))
			g.Expect(problems[0].Field).To(Equal("spec.components[x].patches[0].patch"))
			g.Expect(problems[0].Detail).To(ContainSubstring(c.want))
		})
	}
}
