// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package contract

import (
	"maps"
	"reflect"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/controllers/external"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
)

func TestBootstrapConfigDataSecret(t *testing.T) {
	expectField(t, configKind, "string", "", "status", "dataSecretName")
}

func TestBootstrapConfigInitializationCompleted(t *testing.T) {
	expectField(t, configKind, "boolean", "", "status", "initialization", "dataSecretCreated")
	for _, server := range envtest.Servers() {
		t.Run(server.Minor, func(t *testing.T) {
			t.Parallel()
			stored := created(t, server, configKind, `{spec: {}, status: {initialization: {dataSecretCreated: true}, dataSecretName: one}}`)
			// As Cluster API's Machine controller reads them.
			expectValue(t, stored, true, "status", "initialization", "dataSecretCreated")
			expectValue(t, stored, "one", "status", "dataSecretName")
		})
	}
}

func TestBootstrapConfigConditions(t *testing.T) {
	config := &bootstrapv1.KubeceptionConfig{}
	conditions.Set(config, metav1.Condition{Type: bootstrapv1.ReadyCondition, Status: metav1.ConditionTrue, Reason: clusterv1.ReadyReason})
	for _, server := range envtest.Servers() {
		t.Run(server.Minor, func(t *testing.T) {
			t.Parallel()
			stored := &bootstrapv1.KubeceptionConfig{ObjectMeta: metav1.ObjectMeta{GenerateName: "contract-", Namespace: "default"}}
			if err := server.Client.Create(t.Context(), stored); err != nil {
				t.Fatal(err)
			}
			stored.Status = *config.Status.DeepCopy()
			if err := server.Client.Status().Update(t.Context(), stored); err != nil {
				t.Fatal(err)
			}
			// As Cluster API mirrors the condition to the Machine.
			object := &unstructured.Unstructured{}
			object.SetGroupVersionKind(bootstrapv1.GroupVersion.WithKind(configKind))
			if err := server.Client.Get(t.Context(), client.ObjectKeyFromObject(stored), object); err != nil {
				t.Fatal(err)
			}
			ready, err := conditions.UnstructuredGet(object, clusterv1.ReadyCondition)
			if err != nil || ready == nil || ready.Status != metav1.ConditionTrue {
				t.Errorf("Cluster API reads %v, %v", ready, err)
			}
		})
	}
}

func TestBootstrapConfigTemplate(t *testing.T) {
	expectField(t, configTemplateKind, "object", "", "spec", "template", "metadata", "labels")
	expectField(t, configTemplateKind, "object", "", "spec", "template", "metadata", "annotations")
	want := slices.Sorted(maps.Keys(schemaOf(t, configKind, "spec").Properties))
	if got := slices.Sorted(maps.Keys(schemaOf(t, configTemplateKind, "spec", "template", "spec").Properties)); !slices.Equal(got, want) {
		t.Errorf("the template has %v, must have what the configuration has: %v", got, want)
	}
}

// Cluster API makes a configuration of a template, also of an empty one.
func TestBootstrapConfigTemplateIsCloned(t *testing.T) {
	for _, server := range envtest.Servers() {
		t.Run(server.Minor, func(t *testing.T) {
			t.Parallel()
			for _, content := range []string{
				`{spec: {template: {}}}`,
				`{spec: {template: {metadata: {labels: {team: a}}, spec: {format: ignition}}}}`,
			} {
				template := created(t, server, configTemplateKind, content)
				clone, err := external.GenerateTemplate(&external.GenerateTemplateInput{
					Template:    template,
					TemplateRef: &corev1.ObjectReference{APIVersion: template.GetAPIVersion(), Kind: configTemplateKind, Name: template.GetName()},
					Namespace:   "default", Name: template.GetName(), ClusterName: "one",
				})
				if err != nil {
					t.Fatal(err)
				}
				if clone.GetKind() != configKind || clone.GetLabels()[clusterv1.ClusterNameLabel] != "one" {
					t.Errorf("the clone of %s is %v", content, clone)
				}
				if err := server.Client.Create(t.Context(), clone); err != nil {
					t.Errorf("the clone of %s is refused: %v", content, err)
				}
			}
		})
	}
}

func TestBootstrapConfigTemplateSupportsServerSideApplyDryRuns(t *testing.T) {
	for _, server := range envtest.Servers() {
		t.Run(server.Minor, func(t *testing.T) {
			t.Parallel()
			stored := created(t, server, configTemplateKind, `{spec: {template: {}}}`)
			change := func(annotations string, options ...client.ApplyOption) error {
				obj := object(t, configTemplateKind, `{metadata: {annotations: `+annotations+`}, spec: {template: {spec: {format: ignition}}}}`)
				obj.SetGenerateName("")
				obj.SetName(stored.GetName())
				options = append(options, client.FieldOwner("capi-topology"), client.ForceOwnership)
				return server.Client.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(obj), options...)
			}
			const topology = `{` + clusterv1.TopologyDryRunAnnotation + `: ""}`
			if err := change(topology, client.DryRunAll); err != nil {
				t.Errorf("the dry run of the topology is refused: %v", err)
			}
			expectRefusal(t, change(topology), "a template cannot change")
			expectRefusal(t, change(`{}`, client.DryRunAll), "a template cannot change")
			expectRefusal(t, change(`{}`), "a template cannot change")
		})
	}
}

// Machines are updated in place by changing their configuration, so no field may be fixed.
func TestBootstrapConfigSupportsInPlaceChanges(t *testing.T) {
	for _, server := range envtest.Servers() {
		t.Run(server.Minor, func(t *testing.T) {
			t.Parallel()
			stored := created(t, server, configKind, `{spec: {format: cloud-config}, status: {initialization: {dataSecretCreated: true}}}`)
			stored.Object["spec"] = map[string]any{"format": "ignition", "kubelet": map[string]any{"maxPods": int64(50)}}
			if err := server.Client.Update(t.Context(), stored); err != nil {
				t.Errorf("a change is refused: %v", err)
			}
		})
	}
}

func TestBootstrapConfigWebhooksAreAsked(t *testing.T) {
	for _, server := range envtest.Servers() {
		t.Run(server.Minor, func(t *testing.T) {
			t.Parallel()
			const label = `node: {labels: {node-role.kubernetes.io/worker: ""}}`
			err := server.Client.Create(t.Context(), object(t, configKind, `{spec: {`+label+`}}`))
			expectRefusal(t, err, "spec.node.labels[node-role.kubernetes.io/worker]: Forbidden")
			err = server.Client.Create(t.Context(), object(t, configTemplateKind, `{spec: {template: {spec: {`+label+`}}}}`))
			expectRefusal(t, err, "spec.template.spec.node.labels[node-role.kubernetes.io/worker]: Forbidden")
		})
	}
}

// Cluster API writes conditions through this interface.
func TestBootstrapConfigHasConditions(t *testing.T) {
	setter := reflect.TypeFor[conditions.Setter]()
	if !reflect.TypeFor[*bootstrapv1.KubeceptionConfig]().Implements(setter) {
		t.Errorf("KubeceptionConfig does not implement %s", setter)
	}
}
