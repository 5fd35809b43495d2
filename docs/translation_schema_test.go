// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/trace"
)

// partsOfNodes are the variables of a KubeceptionConfig; the rest of a pool's are those of its infrastructure.
var partsOfNodes = []string{"format", "kubelet", "node", "sysctls", "files", "preCommands"}

// partsOfInfrastructure are the variables of Clusters that are not of the control plane.
var partsOfInfrastructure = []string{"host", "awsRegion", "awsIdentity", "awsNetwork"}

// TestTheAPIAcceptsWhatShootsBecome puts the variables of translated Shoots where the patches of their class put them, and asks
// schemas, rules and admission of this project.
func TestTheAPIAcceptsWhatShootsBecome(t *testing.T) {
	inputs, err := filepath.Glob("../exp/topology/trace/testdata/*/input.yaml")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("there is no case: %v", err)
	}
	for _, input := range inputs {
		t.Run(filepath.Base(filepath.Dir(input)), func(t *testing.T) {
			cluster := clusterOf(t, input)
			if cluster == nil {
				t.Skip("the Shoot of this case is refused")
			}
			topology := cluster.Spec.Topology
			spec := specOf(t, topology.Variables, func(name string) bool { return !slices.Contains(partsOfInfrastructure, name) })
			spec["version"], spec["replicas"] = topology.Version, *topology.ControlPlane.Replicas
			expectObject(t, "controlplane", "KubeceptionControlPlane", spec)
			for _, pool := range topology.Workers.MachineDeployments {
				own := specOf(t, pool.Variables.Overrides, func(name string) bool { return slices.Contains(partsOfNodes, name) })
				expectObject(t, "bootstrap", "KubeceptionConfigTemplate", map[string]any{"template": map[string]any{"spec": own}})
			}
		})
	}
}

// clusterOf is the Cluster of a case, or nil.
func clusterOf(t *testing.T, input string) *clusterv1.Cluster {
	t.Helper()
	content, err := os.ReadFile(input)
	if err != nil {
		t.Fatal(err)
	}
	var manifests trace.Manifests
	if err := manifests.Read(content); err != nil {
		t.Fatal(err)
	}
	stages, err := trace.Stages(manifests, time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	for _, stage := range stages {
		if stage.Name == trace.ClusterStage && len(stage.Objects) > 0 {
			return stage.Objects[0].(*clusterv1.Cluster)
		}
	}
	return nil
}

// specOf has the values of variables under their names.
func specOf(t *testing.T, variables []clusterv1.ClusterVariable, want func(string) bool) map[string]any {
	t.Helper()
	out := map[string]any{}
	for _, variable := range variables {
		if !want(variable.Name) {
			continue
		}
		var value any
		if err := json.Unmarshal(variable.Value.Raw, &value); err != nil {
			t.Fatal(err)
		}
		out[variable.Name] = value
	}
	return out
}

func expectObject(t *testing.T, group, kind string, spec map[string]any) {
	t.Helper()
	document, err := yaml.Marshal(map[string]any{
		"apiVersion": fmt.Sprintf("%s.cluster.x-k8s.io/v1alpha1", group), "kind": kind,
		"metadata": map[string]any{"name": strings.ToLower(kind), "namespace": "capi--dev--my-shoot"}, "spec": spec,
	})
	if err != nil {
		t.Fatal(err)
	}
	expectAccepted(t, string(document))
}
