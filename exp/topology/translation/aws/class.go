// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"encoding/json"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/validation/field"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
)

// Variables of the ClusterClass.
const (
	// regionVariable is the AWS region.
	regionVariable = "awsRegion"
	// identityVariable is the name of an AWSClusterStaticIdentity.
	identityVariable = "awsIdentity"
	// networkVariable is spec.network of the AWSCluster.
	networkVariable = "awsNetwork"
	// machineVariable is spec of the AWSMachines of a pool.
	machineVariable = "awsMachine"
)

const (
	clusterTemplateKind = "AWSClusterTemplate"
	machineTemplateKind = "AWSMachineTemplate"
)

// Class implements provider.Provider.
func (Provider) Class(profile provider.Profile) (provider.Class, field.ErrorList) {
	config, problems := cloudProfileConfig(profile.Spec)
	if config != nil {
		problems = append(problems, config.validate(profile.Spec)...)
	}
	if len(profile.Spec.MachineTypes) == 0 {
		problems = append(problems, field.Required(field.NewPath("spec", "machineTypes"), "profiles of type aws need machine types"))
	}
	if len(problems) > 0 {
		return provider.Class{}, problems
	}
	return provider.Class{
		Infrastructure: clusterTemplate(),
		Machine:        machineTemplate(profile.Spec.MachineTypes[0].Name),
		Variables:      variables(profile.Spec),
		Patches:        patches(),
	}, nil
}

// clusterTemplate has what all Shoots share. Without a load balancer Cluster API Provider AWS waits for the endpoint that the
// hosted control plane writes into spec.controlPlaneEndpoint of the AWSCluster.
func clusterTemplate() *unstructured.Unstructured {
	return template(clusterTemplateKind, map[string]any{
		"controlPlaneLoadBalancer": map[string]any{"loadBalancerType": "disabled"},
		"sshKeyName":               "",
	})
}

// machineTemplate has what is needed to be accepted; the variable replaces it.
func machineTemplate(machineType string) *unstructured.Unstructured {
	return template(machineTemplateKind, map[string]any{"instanceType": machineType, "sshKeyName": ""})
}

func template(kind string, spec map[string]any) *unstructured.Unstructured {
	out := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{"template": map[string]any{"spec": spec}}}}
	out.SetAPIVersion(apiVersion)
	out.SetKind(kind)
	return out
}

func variables(spec *gardencorev1beta1.CloudProfileSpec) []clusterv1.ClusterClassVariable {
	machine := schemaOf[machineSpec]("spec of the AWSMachines of a pool")
	types := machine.Properties["instanceType"]
	for _, machineType := range spec.MachineTypes {
		types.Enum = append(types.Enum, jsonOf(machineType.Name))
	}
	machine.Properties["instanceType"] = types
	region := schemaOf[string]("AWS region")
	for _, r := range spec.Regions {
		region.Enum = append(region.Enum, jsonOf(r.Name))
	}
	return []clusterv1.ClusterClassVariable{
		classVariable(regionVariable, true, region),
		classVariable(identityVariable, true, schemaOf[string]("Name of the AWSClusterStaticIdentity with the credentials")),
		classVariable(networkVariable, true, schemaOf[network]("spec.network of the AWSCluster")),
		// Each pool has its own, so that the cluster has none.
		classVariable(machineVariable, false, machine),
	}
}

func classVariable(name string, required bool, schema clusterv1.JSONSchemaProps) clusterv1.ClusterClassVariable {
	return clusterv1.ClusterClassVariable{Name: name, Required: &required, Schema: clusterv1.VariableSchema{OpenAPIV3Schema: schema}}
}

func patches() []clusterv1.ClusterClassPatch {
	return []clusterv1.ClusterClassPatch{
		{Name: "awsCluster", Description: "Region, identity and network of the AWSCluster.", Definitions: []clusterv1.PatchDefinition{{
			Selector: clusterv1.PatchSelector{
				APIVersion: apiVersion, Kind: clusterTemplateKind,
				MatchResources: clusterv1.PatchSelectorMatch{InfrastructureCluster: new(true)},
			},
			JSONPatches: []clusterv1.JSONPatch{
				fromVariable("/spec/template/spec/region", regionVariable),
				{Op: "add", Path: "/spec/template/spec/identityRef", ValueFrom: &clusterv1.JSONPatchValue{
					Template: "kind: " + identityKind + "\nname: {{ ." + identityVariable + " }}\n",
				}},
				fromVariable("/spec/template/spec/network", networkVariable),
			},
		}}},
		{Name: "awsMachine", Description: "The AWSMachines of a pool.", Definitions: []clusterv1.PatchDefinition{{
			Selector: clusterv1.PatchSelector{
				APIVersion: apiVersion, Kind: machineTemplateKind,
				MatchResources: clusterv1.PatchSelectorMatch{
					MachineDeploymentClass: &clusterv1.PatchSelectorMatchMachineDeploymentClass{Names: []string{provider.WorkerClass}},
				},
			},
			JSONPatches: []clusterv1.JSONPatch{fromVariable("/spec/template/spec", machineVariable)},
		}}},
	}
}

func fromVariable(path, name string) clusterv1.JSONPatch {
	return clusterv1.JSONPatch{Op: "add", Path: path, ValueFrom: &clusterv1.JSONPatchValue{Variable: name}}
}

func variable(name string, value any) clusterv1.ClusterVariable {
	return clusterv1.ClusterVariable{Name: name, Value: jsonOf(value)}
}

// jsonOf panics for what has no JSON form, which nothing in this package is.
func jsonOf(value any) apiextensionsv1.JSON {
	raw, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return apiextensionsv1.JSON{Raw: raw}
}
