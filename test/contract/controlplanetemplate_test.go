// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package contract

import (
	"maps"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/controllers/external"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
)

func TestControlPlaneTemplate(t *testing.T) {
	expectField(t, templateKind, "object", "", "spec", "template", "metadata", "labels")
	expectField(t, templateKind, "object", "", "spec", "template", "metadata", "annotations")
	provided := []string{"controlPlaneEndpoint", "replicas", "rollout", "version"}
	want := slices.Sorted(maps.Keys(schemaOf(t, controlPlaneKind, "spec").Properties))
	want = slices.DeleteFunc(want, func(name string) bool { return slices.Contains(provided, name) })
	if got := slices.Sorted(maps.Keys(schemaOf(t, templateKind, "spec", "template", "spec").Properties)); !slices.Equal(got, want) {
		t.Errorf("the template has %v, must have what the control plane has and the topology does not provide: %v", got, want)
	}
}

// Cluster API makes a control plane of a template, also of an empty one.
func TestControlPlaneTemplateIsCloned(t *testing.T) {
	for _, server := range envtest.Servers() {
		t.Run(server.Minor, func(t *testing.T) {
			t.Parallel()
			for _, content := range []string{
				`{spec: {template: {}}}`,
				`{spec: {template: {spec: {}}}}`,
				`{spec: {template: {metadata: {labels: {team: a}}, spec: {scheduler: {profile: bin-packing}}}}}`,
			} {
				template := created(t, server, templateKind, content)
				clone, err := external.GenerateTemplate(&external.GenerateTemplateInput{
					Template:    template,
					TemplateRef: &corev1.ObjectReference{APIVersion: template.GetAPIVersion(), Kind: templateKind, Name: template.GetName()},
					Namespace:   "default", Name: template.GetName(), ClusterName: "one",
				})
				if err != nil {
					t.Fatal(err)
				}
				if err := unstructured.SetNestedField(clone.Object, "v1.36.3", "spec", "version"); err != nil {
					t.Fatal(err)
				}
				if clone.GetKind() != controlPlaneKind || clone.GetLabels()[clusterv1.ClusterNameLabel] != "one" {
					t.Errorf("the clone of %s is %v", content, clone)
				}
				// The default namespace in the seed is that of the cluster, so one control plane at a time.
				if err := server.Client.Create(t.Context(), clone); err != nil {
					t.Errorf("the clone of %s is refused: %v", content, err)
				}
				if err := server.Client.Delete(t.Context(), clone); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestControlPlaneTemplateSupportsServerSideApplyDryRuns(t *testing.T) {
	for _, server := range envtest.Servers() {
		t.Run(server.Minor, func(t *testing.T) {
			t.Parallel()
			stored := created(t, server, templateKind, `{spec: {template: {}}}`)
			change := func(annotations string, options ...client.ApplyOption) error {
				obj := object(t, templateKind, `{metadata: {annotations: `+annotations+`}, spec: {template: {spec: {scheduler: {profile: balanced}}}}}`)
				obj.SetGenerateName("")
				obj.SetName(stored.GetName())
				options = append(options, client.FieldOwner("capi-topology"), client.ForceOwnership)
				return server.Client.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(obj), options...)
			}
			topology := `{"` + clusterv1.TopologyDryRunAnnotation + `": ""}`
			if err := change(topology, client.DryRunAll); err != nil {
				t.Errorf("a dry run of the topology is refused: %v", err)
			}
			for name, err := range map[string]error{
				"a dry run of a user":                     change(`{}`, client.DryRunAll),
				"a change with the topology's annotation": change(topology),
				"a change": change(`{}`),
			} {
				if err == nil || !strings.Contains(err.Error(), "a template cannot change") {
					t.Errorf("%s is answered with %v", name, err)
				}
			}
		})
	}
}
