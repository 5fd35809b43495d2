// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package local

import (
	"encoding/json"
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/validation/field"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/versions"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/names"
)

const (
	// Type is the provider type.
	Type = "local"

	// hostVariable is the specification of the KubeceptionCluster, machineVariable that of the machines of a pool.
	hostVariable    = "host"
	machineVariable = "machine"

	// goneSeconds is how long a machine may be without its pod.
	goneSeconds = 60
)

// What a machine consists of at least, as the API of local machines has it.
var (
	minCPU    = resource.MustParse("100m")
	minMemory = resource.MustParse("256Mi")
)

// Provider translates for local machines.
type Provider struct{}

var _ provider.Provider = Provider{}

// Type returns "local".
func (Provider) Type() string { return Type }

// Class has two variables, which are the specifications of a KubeceptionCluster and of its machines.
func (Provider) Class(profile provider.Profile) (provider.Class, field.ErrorList) {
	return provider.Class{
		Infrastructure: template("KubeceptionClusterTemplate"),
		Machine:        template("KubeceptionMachineTemplate"),
		Variables:      []clusterv1.ClusterClassVariable{host(), machines(profile.Spec)},
		Patches: []clusterv1.ClusterClassPatch{
			carry(hostVariable, "KubeceptionClusterTemplate", clusterv1.PatchSelectorMatch{InfrastructureCluster: new(true)}),
			carry(machineVariable, "KubeceptionMachineTemplate", clusterv1.PatchSelectorMatch{
				MachineDeploymentClass: &clusterv1.PatchSelectorMatchMachineDeploymentClass{Names: []string{provider.WorkerClass}},
			}),
		},
		// The pod of a machine that is gone does not come back, so there is little to wait for.
		UnhealthyMachineConditions: []clusterv1.UnhealthyMachineCondition{{
			Type: clusterv1.InfrastructureReadyCondition, Status: metav1.ConditionFalse, TimeoutSeconds: new(int32(goneSeconds)),
		}},
	}, checkMachineTypes(profile.Spec)
}

// template has an empty specification, which patches need to be there.
func template(kind string) client.Object {
	out := &unstructured.Unstructured{Object: map[string]any{
		"spec": map[string]any{"template": map[string]any{"spec": map[string]any{}}},
	}}
	out.SetGroupVersionKind(infrav1.GroupVersion.WithKind(kind))
	return out
}

// Cluster has the zones of the Shoot's region as failure domains that exist by name alone: a host for tests has one zone, if
// any. The machines are beside the control plane, in a namespace of a similar name.
func (Provider) Cluster(shoot provider.Shoot) (provider.Cluster, field.ErrorList) {
	spec := infrav1.KubeceptionClusterSpec{Namespace: names.Namespace(shoot.Name, "machines")}
	for _, zone := range zones(shoot) {
		spec.FailureDomains = append(spec.FailureDomains, infrav1.VirtualFailureDomain{Name: zone})
	}
	path := field.NewPath("spec", "provider")
	problems := append(
		refuseConfig(shoot.Shoot.Spec.Provider.InfrastructureConfig != nil, path.Child("infrastructureConfig")),
		refuseConfig(shoot.Shoot.Spec.Provider.ControlPlaneConfig != nil, path.Child("controlPlaneConfig"))...,
	)
	value, err := variable(hostVariable, spec)
	if err != nil {
		problems = append(problems, field.InternalError(path, err))
	}
	return provider.Cluster{Variables: []clusterv1.ClusterVariable{value}, HostGateway: true, SharedDisk: true}, problems
}

// Pool has machines of the size of the machine type. Images are those of the release: a local machine is a container, and
// what a profile calls an image is a system for a disk.
func (Provider) Pool(
	shoot provider.Shoot, worker *gardencorev1beta1.Worker, zone string, path *field.Path,
) (provider.Pool, field.ErrorList) {
	problems := refuseConfig(worker.ProviderConfig != nil, path.Child("providerConfig"))
	if image := worker.Machine.Image; image != nil && image.ProviderConfig != nil {
		problems = append(problems, refuseConfig(true, path.Child("machine", "image", "providerConfig"))...)
	}
	machineType := versions.FindMachineType(shoot.Profile.Spec.MachineTypes, worker.Machine.Type)
	if machineType == nil {
		return provider.Pool{}, append(problems, field.NotFound(path.Child("machine", "type"), worker.Machine.Type))
	}
	configuration := infrav1.KubeceptionMachineConfiguration{Architecture: architecture(worker, machineType)}
	if cpu := machineType.CPU; !cpu.IsZero() {
		configuration.CPU = &cpu
	}
	if memory := machineType.Memory; !memory.IsZero() {
		configuration.Memory = &memory
	}
	value, err := variable(machineVariable, configuration)
	if err != nil {
		problems = append(problems, field.InternalError(path, err))
	}
	return provider.Pool{Variables: []clusterv1.ClusterVariable{value}, FailureDomain: zone}, problems
}

// architecture is that of the pool. If neither it nor the machine type names one, whatever node has room.
func architecture(worker *gardencorev1beta1.Worker, machineType *gardencorev1beta1.MachineType) infrav1.Architecture {
	switch {
	case worker.Machine.Architecture != nil:
		return infrav1.Architecture(*worker.Machine.Architecture)
	case machineType.Architecture != nil:
		return infrav1.Architecture(*machineType.Architecture)
	}
	return ""
}

func zones(shoot provider.Shoot) []string {
	var out []string
	for _, region := range shoot.Profile.Spec.Regions {
		if region.Name != shoot.Shoot.Spec.Region {
			continue
		}
		for _, zone := range region.Zones {
			out = append(out, zone.Name)
		}
	}
	return out
}

func checkMachineTypes(profile *gardencorev1beta1.CloudProfileSpec) field.ErrorList {
	var out field.ErrorList
	for i, machineType := range profile.MachineTypes {
		path := field.NewPath("spec", "machineTypes").Index(i)
		if cpu := machineType.CPU; !cpu.IsZero() && cpu.Cmp(minCPU) < 0 {
			out = append(out, field.Invalid(path.Child("cpu"), cpu.String(), "a local machine has at least "+minCPU.String()))
		}
		if memory := machineType.Memory; !memory.IsZero() && memory.Cmp(minMemory) < 0 {
			out = append(out, field.Invalid(path.Child("memory"), memory.String(), "a local machine has at least "+minMemory.String()))
		}
	}
	return out
}

// refuseConfig refuses a configuration that local machines do not know.
func refuseConfig(isThere bool, path *field.Path) field.ErrorList {
	if !isThere {
		return nil
	}
	return field.ErrorList{field.Forbidden(path, "local machines have no such configuration; remove it")}
}

func host() clusterv1.ClusterClassVariable {
	text := clusterv1.JSONSchemaProps{Type: "string"}
	domain := clusterv1.JSONSchemaProps{Type: "object", Required: []string{"name"}, Properties: map[string]clusterv1.JSONSchemaProps{"name": text}}
	return clusterv1.ClusterClassVariable{Name: hostVariable, Required: new(false), Schema: clusterv1.VariableSchema{OpenAPIV3Schema: clusterv1.JSONSchemaProps{
		Description: "host says where machines run, as in the specification of a KubeceptionCluster.",
		Type:        "object",
		Properties: map[string]clusterv1.JSONSchemaProps{
			"failureDomains": {Type: "array", Items: &domain},
			"namespace":      text,
			"kubeconfigRef":  {Type: "object", Properties: map[string]clusterv1.JSONSchemaProps{"name": text, "key": text}},
		},
	}}}
}

// machines may have the architectures and sizes of the profile.
func machines(profile *gardencorev1beta1.CloudProfileSpec) clusterv1.ClusterClassVariable {
	var cpu, memory []string
	for _, machineType := range profile.MachineTypes {
		cpu = append(cpu, machineType.CPU.String())
		memory = append(memory, machineType.Memory.String())
	}
	return clusterv1.ClusterClassVariable{Name: machineVariable, Required: new(false), Schema: clusterv1.VariableSchema{OpenAPIV3Schema: clusterv1.JSONSchemaProps{
		Description: "machine is the size of machines, as in the specification of a KubeceptionMachine, of a machine type of the profile.",
		Type:        "object",
		Properties: map[string]clusterv1.JSONSchemaProps{
			"cpu":          {Type: "string", Enum: enum(cpu)},
			"memory":       {Type: "string", Enum: enum(memory)},
			"architecture": {Type: "string", Enum: enum([]string{string(infrav1.ArchitectureAMD64), string(infrav1.ArchitectureARM64)})},
			"image":        {Type: "string"},
		},
	}}}
}

// maxEnum is how many values a schema can list.
const maxEnum = 100

// enum are the different values, in their order. If there are too many to list, any value is allowed.
func enum(values []string) []apiextensionsv1.JSON {
	var out []apiextensionsv1.JSON
	seen := map[string]bool{}
	for _, value := range values {
		if !seen[value] {
			seen[value] = true
			out = append(out, apiextensionsv1.JSON{Raw: fmt.Appendf(nil, "%q", value)})
		}
	}
	if len(out) > maxEnum {
		return nil
	}
	return out
}

// carry puts a variable in the place of a specification.
func carry(variable, kind string, match clusterv1.PatchSelectorMatch) clusterv1.ClusterClassPatch {
	return clusterv1.ClusterClassPatch{
		Name:      variable,
		EnabledIf: fmt.Sprintf("{{ if .%s }}true{{ end }}", variable),
		Definitions: []clusterv1.PatchDefinition{{
			Selector: clusterv1.PatchSelector{APIVersion: infrav1.GroupVersion.String(), Kind: kind, MatchResources: match},
			JSONPatches: []clusterv1.JSONPatch{{
				Op: "add", Path: "/spec/template/spec", ValueFrom: &clusterv1.JSONPatchValue{Variable: variable},
			}},
		}},
	}
}

func variable(name string, value any) (clusterv1.ClusterVariable, error) {
	encoded, err := json.Marshal(value)
	if err != nil {
		return clusterv1.ClusterVariable{}, fmt.Errorf("encode the variable %s: %w", name, err)
	}
	return clusterv1.ClusterVariable{Name: name, Value: apiextensionsv1.JSON{Raw: encoded}}, nil
}
