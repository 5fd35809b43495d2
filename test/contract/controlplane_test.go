// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package contract

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/cluster-api/util/patch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
)

func TestControlPlaneEndpoint(t *testing.T) {
	expectField(t, controlPlaneKind, "string", "", "spec", "controlPlaneEndpoint", "host")
	expectField(t, controlPlaneKind, "integer", "int32", "spec", "controlPlaneEndpoint", "port")
	if slices.Contains(schemaOf(t, controlPlaneKind, "spec").Required, "controlPlaneEndpoint") {
		t.Error("the endpoint is required, but the controller provides it")
	}
}

// The topology applies the object without the endpoint that the controller owns.
func TestControlPlaneEndpointIsOwnedByTheController(t *testing.T) {
	for _, server := range envtest.Servers() {
		t.Run(server.Minor, func(t *testing.T) {
			t.Parallel()
			apply := func(content, owner string) *unstructured.Unstructured {
				t.Helper()
				obj := object(t, controlPlaneKind, content)
				if err := server.Client.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(obj), client.FieldOwner(owner), client.ForceOwnership); err != nil {
					t.Fatal(err)
				}
				return obj
			}
			apply(`{metadata: {name: endpoint}, spec: {version: v1.35.7}}`, "capi-topology")
			apply(`{metadata: {name: endpoint}, spec: {controlPlaneEndpoint: {host: 10.0.0.1, port: 443}}}`, "kubeception")
			after := apply(`{metadata: {name: endpoint}, spec: {version: v1.36.3}}`, "capi-topology")
			expectValue(t, after, "v1.36.3", "spec", "version")
			expectValue(t, after, "10.0.0.1", "spec", "controlPlaneEndpoint", "host")
		})
	}
}

func TestControlPlaneReplicas(t *testing.T) {
	expectField(t, controlPlaneKind, "integer", "int32", "spec", "replicas")
	expectField(t, controlPlaneKind, "string", "", "status", "selector")
	for _, counter := range []string{"replicas", "readyReplicas", "availableReplicas", "upToDateReplicas"} {
		expectField(t, controlPlaneKind, "integer", "int32", "status", counter)
	}
	// A topology without replicas leaves the field out, and must not get one by a default.
	if field := schemaOf(t, controlPlaneKind, "spec", "replicas"); field != nil && field.Default != nil {
		t.Error("spec.replicas has a default")
	}
}

func TestControlPlaneReplicasByTheScaleSubresource(t *testing.T) {
	for _, server := range envtest.Servers() {
		t.Run(server.Minor, func(t *testing.T) {
			t.Parallel()
			stored := created(t, server, controlPlaneKind, `{spec: {version: v1.36.3, replicas: 3}, status: {replicas: 2, selector: app=kube-apiserver}}`)
			obj := &controlplanev1.KubeceptionControlPlane{ObjectMeta: metav1.ObjectMeta{Namespace: stored.GetNamespace(), Name: stored.GetName()}}
			scale := &autoscalingv1.Scale{}
			if err := server.Client.SubResource("scale").Get(t.Context(), obj, scale); err != nil {
				t.Fatal(err)
			}
			if scale.Spec.Replicas != 3 || scale.Status.Replicas != 2 || scale.Status.Selector != "app=kube-apiserver" {
				t.Errorf("the scale is %+v of %+v", scale.Status, scale.Spec)
			}
			scale.Spec.Replicas = 5
			if err := server.Client.SubResource("scale").Update(t.Context(), obj, client.WithSubResourceBody(scale)); err != nil {
				t.Fatal(err)
			}
			if err := server.Client.Get(t.Context(), client.ObjectKeyFromObject(stored), stored); err != nil {
				t.Fatal(err)
			}
			expectValue(t, stored, 5, "spec", "replicas")
		})
	}
}

// Zero is told from unknown, in Go and in what is stored.
func TestControlPlaneCountersAndFlagsArePointers(t *testing.T) {
	for _, typ := range []reflect.Type{
		reflect.TypeFor[controlplanev1.KubeceptionControlPlaneStatus](),
		reflect.TypeFor[controlplanev1.KubeceptionControlPlaneInitializationStatus](),
	} {
		for field := range typ.Fields() {
			if kind := field.Type.Kind(); kind == reflect.Bool || kind == reflect.Int32 {
				t.Errorf("%s.%s is no pointer", typ.Name(), field.Name)
			}
		}
	}
	for _, server := range envtest.Servers() {
		t.Run(server.Minor, func(t *testing.T) {
			t.Parallel()
			obj := &controlplanev1.KubeceptionControlPlane{
				ObjectMeta: metav1.ObjectMeta{Namespace: "default", GenerateName: "counters-"},
				Spec:       controlplanev1.KubeceptionControlPlaneSpec{Version: "v1.36.3"},
			}
			if err := server.Client.Create(t.Context(), obj); err != nil {
				t.Fatal(err)
			}
			obj.Status.Replicas, obj.Status.ReadyReplicas = new(int32(0)), new(int32(0))
			if err := server.Client.Status().Update(t.Context(), obj); err != nil {
				t.Fatal(err)
			}
			if obj.Status.ReadyReplicas == nil || *obj.Status.ReadyReplicas != 0 || obj.Status.UpToDateReplicas != nil {
				t.Errorf("the status is %+v", obj.Status)
			}
		})
	}
}

func TestControlPlaneVersion(t *testing.T) {
	expectField(t, controlPlaneKind, "string", "", "spec", "version")
	if !slices.Contains(schemaOf(t, controlPlaneKind, "spec").Required, "version") {
		t.Error("spec.version is not required")
	}
	expectField(t, controlPlaneKind, "array", "", "status", "versions")
	expectField(t, controlPlaneKind, "string", "", "status", "version")
	versions := schemaOf(t, controlPlaneKind, "status", "versions").Items.Schema
	if versions.Properties["version"].Type != "string" || versions.Properties["replicas"].Type != "integer" {
		t.Errorf("status.versions holds %v", versions.Properties)
	}
}

func TestControlPlaneMachines(t *testing.T) {
	if schemaOf(t, controlPlaneKind, "spec", "machineTemplate") != nil {
		t.Error("spec.machineTemplate exists, which promises Machines")
	}
}

func TestControlPlaneExternalManagedControlPlane(t *testing.T) {
	for _, server := range envtest.Servers() {
		t.Run(server.Minor, func(t *testing.T) {
			t.Parallel()
			stored := created(t, server, controlPlaneKind, `{spec: {version: v1.36.3}, status: {externalManagedControlPlane: true}}`)
			if !util.IsExternalManagedControlPlane(stored) {
				t.Error("Cluster API does not see that the control plane has no Machines")
			}
		})
	}
}

func TestControlPlaneRolloutAfter(t *testing.T) {
	expectField(t, controlPlaneKind, "string", "date-time", "spec", "rollout", "after")
}

func TestControlPlaneInitializationCompleted(t *testing.T) {
	expectField(t, controlPlaneKind, "boolean", "", "status", "initialization", "controlPlaneInitialized")
}

func TestControlPlaneConditions(t *testing.T) {
	field := schemaOf(t, controlPlaneKind, "status", "conditions")
	if field.XListType == nil || *field.XListType != "map" || !slices.Equal(field.XListMapKeys, []string{"type"}) {
		t.Error("status.conditions is no map by type")
	}
	var _ conditions.Setter = &controlplanev1.KubeceptionControlPlane{}
	for _, server := range envtest.Servers() {
		t.Run(server.Minor, func(t *testing.T) {
			t.Parallel()
			obj := &controlplanev1.KubeceptionControlPlane{
				ObjectMeta: metav1.ObjectMeta{Namespace: "default", GenerateName: "conditions-"},
				Spec:       controlplanev1.KubeceptionControlPlaneSpec{Version: "v1.36.3"},
			}
			if err := server.Client.Create(t.Context(), obj); err != nil {
				t.Fatal(err)
			}
			helper, err := patch.NewHelper(obj, server.Client)
			if err != nil {
				t.Fatal(err)
			}
			// An empty message is legal, and a second beside a first is kept.
			for _, condition := range []string{clusterv1.AvailableCondition, clusterv1.RollingOutCondition, clusterv1.ScalingUpCondition, clusterv1.ScalingDownCondition} {
				conditions.Set(obj, metav1.Condition{Type: condition, Status: metav1.ConditionTrue, Reason: condition})
			}
			if err := helper.Patch(t.Context(), obj, patch.WithOwnedConditions{Conditions: []string{clusterv1.AvailableCondition}}); err != nil {
				t.Fatal(err)
			}
			stored := object(t, controlPlaneKind, `{}`)
			if err := server.Client.Get(t.Context(), client.ObjectKeyFromObject(obj), stored); err != nil {
				t.Fatal(err)
			}
			available, err := conditions.UnstructuredGet(stored, clusterv1.AvailableCondition)
			if err != nil || available == nil || available.Status != metav1.ConditionTrue || time.Since(available.LastTransitionTime.Time) > time.Hour {
				t.Errorf("Cluster API reads %+v: %v", available, err)
			}
		})
	}
}

func TestControlPlaneConditionNames(t *testing.T) {
	// The names by which core looks for conditions.
	for _, pair := range [][2]string{
		{controlplanev1.AvailableCondition, "Available"}, {controlplanev1.RollingOutCondition, "RollingOut"},
		{controlplanev1.ScalingUpCondition, "ScalingUp"}, {controlplanev1.ScalingDownCondition, "ScalingDown"},
		{controlplanev1.DeletingCondition, "Deleting"}, {controlplanev1.PausedCondition, "Paused"},
		{controlplanev1.CertificatesAvailableCondition, "CertificatesAvailable"}, {controlplanev1.EtcdClusterAvailableCondition, "EtcdClusterAvailable"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("the condition %s is called %s", pair[1], pair[0])
		}
	}
}

func TestControlPlaneStatusSubresource(t *testing.T) {
	for _, server := range envtest.Servers() {
		t.Run(server.Minor, func(t *testing.T) {
			t.Parallel()
			stored := created(t, server, controlPlaneKind, `{spec: {version: v1.36.3, replicas: 1}, status: {replicas: 1}}`)
			generation := stored.GetGeneration()
			if err := unstructured.SetNestedField(stored.Object, int64(2), "status", "replicas"); err != nil {
				t.Fatal(err)
			}
			if err := server.Client.Update(t.Context(), stored); err != nil {
				t.Fatal(err)
			}
			expectValue(t, stored, 1, "status", "replicas")
			if stored.GetGeneration() != generation {
				t.Error("a change of status moved the generation")
			}
		})
	}
}

func TestControlPlanePrinterColumns(t *testing.T) {
	// The columns of KubeadmControlPlane that make sense without Machines.
	want := []string{"Cluster", "Available", "Desired", "Ready", "Up-to-date", "Paused", "Initialized", "Age", "Version"}
	var got []string
	for _, column := range crds(t)[controlPlaneKind].Spec.Versions[0].AdditionalPrinterColumns {
		got = append(got, column.Name)
		if column.Description == "" {
			t.Errorf("the column %s has no description", column.Name)
		}
		if path := strings.Split(strings.TrimPrefix(column.JSONPath, "."), "."); path[0] != "metadata" && !strings.ContainsAny(column.JSONPath, "[?") && schemaOf(t, controlPlaneKind, path...) == nil {
			t.Errorf("the column %s shows %s, which does not exist", column.Name, column.JSONPath)
		}
	}
	for _, name := range want {
		if !slices.Contains(got, name) {
			t.Errorf("the column %s is missing from %v", name, got)
		}
	}
}
