// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package contract

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/controllers/external"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
)

// InfraCluster: control plane endpoint. The control plane has its own; who has none to give has no such field.
func TestInfraClusterControlPlaneEndpoint(t *testing.T) {
	if schemaOf(t, infraClusterKind, "spec", "controlPlaneEndpoint") != nil {
		t.Error("spec.controlPlaneEndpoint exists, which Cluster API would read")
	}
}

func TestInfraClusterFailureDomains(t *testing.T) {
	field := schemaOf(t, infraClusterKind, "status", "failureDomains")
	if field == nil || field.Type != "array" || *field.XListType != "map" || !slices.Equal(field.XListMapKeys, []string{"name"}) {
		t.Fatal("status.failureDomains is no list by name")
	}
	item := field.Items.Schema.Properties
	if item["name"].Type != "string" || item["controlPlane"].Type != "boolean" {
		t.Errorf("status.failureDomains holds %v", item)
	}
}

func TestInfraClusterInitializationCompleted(t *testing.T) {
	expectField(t, infraClusterKind, "boolean", "", "status", "initialization", "provisioned")
}

func TestInfraMachineProviderID(t *testing.T) {
	expectField(t, infraMachineKind, "string", "", "spec", "providerID")
	if slices.Contains(schemaOf(t, infraMachineKind, "spec").Required, "providerID") {
		t.Error("spec.providerID is required, but the controller provides it")
	}
}

func TestInfraMachineFailureDomain(t *testing.T) {
	expectField(t, infraMachineKind, "string", "", "status", "failureDomain")
}

func TestInfraMachineAddresses(t *testing.T) {
	field := schemaOf(t, infraMachineKind, "status", "addresses")
	if field == nil || field.Type != "array" {
		t.Fatal("status.addresses is no list")
	}
	item := field.Items.Schema.Properties
	if item["type"].Type != "string" || item["address"].Type != "string" {
		t.Errorf("status.addresses holds %v", item)
	}
}

func TestInfraMachineInitializationCompleted(t *testing.T) {
	expectField(t, infraMachineKind, "boolean", "", "status", "initialization", "provisioned")
}

// False is told from unknown, in Go and in what is stored.
func TestInfrastructureFlagsArePointers(t *testing.T) {
	for _, typ := range []reflect.Type{
		reflect.TypeFor[infrav1.KubeceptionClusterInitializationStatus](), reflect.TypeFor[infrav1.KubeceptionMachineInitializationStatus](),
	} {
		for field := range typ.Fields() {
			if field.Type.Kind() == reflect.Bool {
				t.Errorf("%s.%s is no pointer", typ.Name(), field.Name)
			}
		}
	}
}

func TestInfrastructureConditions(t *testing.T) {
	var _ conditions.Setter = &infrav1.KubeceptionCluster{}
	var _ conditions.Setter = &infrav1.KubeceptionMachine{}
	for _, kind := range []string{infraClusterKind, infraMachineKind} {
		field := schemaOf(t, kind, "status", "conditions")
		if field.XListType == nil || *field.XListType != "map" || !slices.Equal(field.XListMapKeys, []string{"type"}) {
			t.Errorf("%s: status.conditions is no map by type", kind)
		}
	}
	for _, server := range envtest.Servers() {
		t.Run(server.Minor, func(t *testing.T) {
			t.Parallel()
			for _, kind := range []string{infraClusterKind, infraMachineKind} {
				stored := created(t, server, kind, `status: {conditions: [{type: Ready, status: "False", reason: MachineFailed, message: gone, lastTransitionTime: "2026-11-21T06:00:00Z"}]}`)
				// As core mirrors it to InfrastructureReady.
				mirrored, err := conditions.NewMirrorConditionFromUnstructured(stored, clusterv1.ReadyCondition, conditions.TargetConditionType(clusterv1.InfrastructureReadyCondition))
				if err != nil || mirrored.Status != metav1.ConditionFalse || mirrored.Reason != "MachineFailed" {
					t.Errorf("%s: Cluster API reads %+v: %v", kind, mirrored, err)
				}
			}
		})
	}
}

// InfraMachine: terminal failures. The fields of contract v1beta1 are gone.
func TestInfraMachineTerminalFailures(t *testing.T) {
	for _, field := range []string{"failureReason", "failureMessage"} {
		if schemaOf(t, infraMachineKind, "status", field) != nil {
			t.Errorf("status.%s exists", field)
		}
	}
}

func TestInfrastructureStatusSubresource(t *testing.T) {
	for _, kind := range []string{infraClusterKind, infraMachineKind, machineTemplateKind} {
		if subresources := crds(t)[kind].Spec.Versions[0].Subresources; subresources == nil || subresources.Status == nil {
			t.Errorf("%s has no status subresource", kind)
		}
	}
}

// InfraMachineTemplate: support cluster autoscaling from zero.
func TestInfraMachineTemplateAutoscalingFromZero(t *testing.T) {
	capacity := schemaOf(t, machineTemplateKind, "status", "capacity")
	if capacity == nil || capacity.AdditionalProperties == nil {
		t.Fatal("status.capacity is no map of quantities")
	}
	expectField(t, machineTemplateKind, "string", "", "status", "nodeInfo", "architecture")
	expectField(t, machineTemplateKind, "string", "", "status", "nodeInfo", "operatingSystem")
}

// Cluster API makes objects of templates, also of empty ones.
func TestInfrastructureTemplatesAreCloned(t *testing.T) {
	for _, server := range envtest.Servers() {
		t.Run(server.Minor, func(t *testing.T) {
			t.Parallel()
			for _, kind := range []string{clusterTemplateKind, machineTemplateKind} {
				for _, content := range []string{
					`{spec: {template: {}}}`, `{spec: {template: {spec: {}}}}`, `{spec: {template: {metadata: {labels: {team: a}}}}}`,
				} {
					template := created(t, server, kind, content)
					clone, err := external.GenerateTemplate(&external.GenerateTemplateInput{
						Template:    template,
						TemplateRef: &corev1.ObjectReference{APIVersion: template.GetAPIVersion(), Kind: kind, Name: template.GetName()},
						Namespace:   "default", Name: template.GetName(), ClusterName: "one",
					})
					if err != nil {
						t.Fatal(err)
					}
					if clone.GetKind() != strings.TrimSuffix(kind, "Template") || clone.GetLabels()[clusterv1.ClusterNameLabel] != "one" {
						t.Errorf("the clone of %s is %v", content, clone)
					}
					if err := server.Client.Create(t.Context(), clone); err != nil {
						t.Errorf("the clone of %s is refused: %v", content, err)
					}
				}
			}
		})
	}
}

func TestInfrastructureTemplatesSupportServerSideApplyDryRuns(t *testing.T) {
	changes := map[string]string{
		clusterTemplateKind: `{spec: {template: {spec: {failureDomains: [{name: left}]}}}}`,
		machineTemplateKind: `{spec: {template: {spec: {architecture: arm64}}}}`,
	}
	for _, server := range envtest.Servers() {
		t.Run(server.Minor, func(t *testing.T) {
			t.Parallel()
			for kind, content := range changes {
				stored := created(t, server, kind, `{spec: {template: {}}}`)
				change := func(annotations map[string]string, options ...client.ApplyOption) error {
					obj := object(t, kind, content)
					obj.SetGenerateName("")
					obj.SetName(stored.GetName())
					obj.SetAnnotations(annotations)
					options = append(options, client.FieldOwner("capi-topology"), client.ForceOwnership)
					return server.Client.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(obj), options...)
				}
				topology := map[string]string{clusterv1.TopologyDryRunAnnotation: ""}
				if err := change(topology, client.DryRunAll); err != nil {
					t.Errorf("%s: a dry run of the topology is refused: %v", kind, err)
				}
				for name, err := range map[string]error{
					"a dry run of a user":                     change(nil, client.DryRunAll),
					"a change with the topology's annotation": change(topology),
					"a change": change(nil),
				} {
					expectRefusal(t, err, "a template cannot change; create another one and refer to it instead")
					if t.Failed() {
						t.Fatalf("%s: %s", kind, name)
					}
				}
			}
		})
	}
}

// The name of a machine is that of a host, so that of a Machine that is too long is refused before anything is made.
func TestTheNameOfAnInfraMachineIsThatOfAHost(t *testing.T) {
	for _, server := range envtest.Servers() {
		t.Run(server.Minor, func(t *testing.T) {
			t.Parallel()
			for name, refused := range map[string]bool{strings.Repeat("a", 63): false, strings.Repeat("a", 64): true, "a.b": true} {
				obj := &unstructured.Unstructured{}
				obj.SetGroupVersionKind(infrav1.GroupVersion.WithKind(infraMachineKind))
				obj.SetNamespace("default")
				obj.SetName(name)
				err := server.Client.Create(t.Context(), obj)
				if refused {
					expectRefusal(t, err, "the name is that of a host: at most 63 characters, without dots")
				} else if err != nil {
					t.Error(err)
				}
			}
		})
	}
}
