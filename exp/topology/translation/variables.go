// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"fmt"
	"reflect"

	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
)

// part is a field of the specification of control planes or of nodes that a Cluster sets by a variable of the same name.
// A Cluster without the variable leaves what the template says.
type part struct {
	name, description string
	typ               reflect.Type
}

func partOf[T any](name, description string) part {
	return part{name: name, description: description, typ: reflect.TypeFor[T]()}
}

// controlPlaneParts are of a KubeceptionControlPlane.
var controlPlaneParts = []part{
	partOf[controlplanev1.SeedSpec]("seed", "where the control plane runs"),
	partOf[controlplanev1.ExposureSpec]("exposure", "how the API server is reached"),
	partOf[bool]("workerless", "whether the control plane is for an API alone"),
	partOf[controlplanev1.EtcdSpec]("etcd", "the two etcd clusters"),
	partOf[controlplanev1.APIServerSpec]("apiServer", "kube-apiserver"),
	partOf[controlplanev1.ControllerManagerSpec]("controllerManager", "kube-controller-manager"),
	partOf[controlplanev1.SchedulerSpec]("scheduler", "kube-scheduler"),
	partOf[controlplanev1.AddonsSpec]("addons", "what the cluster needs inside to run pods"),
}

// nodeParts are of a KubeceptionConfig. MachineDeployments override them.
var nodeParts = []part{
	partOf[bootstrapv1.Format]("format", "the language of bootstrap data"),
	partOf[bootstrapv1.KubeletSpec]("kubelet", "the kubelet of machines"),
	partOf[bootstrapv1.NodeSpec]("node", "labels and taints of nodes when they register"),
	partOf[[]bootstrapv1.Sysctl]("sysctls", "kernel parameters of machines"),
	partOf[[]bootstrapv1.File]("files", "files on machines"),
	partOf[[]string]("preCommands", "commands of machines before containerd and the kubelet start"),
}

func (p part) variable(of string) clusterv1.ClusterClassVariable {
	schema := schemaOf(p.typ)
	schema.Description = fmt.Sprintf("%s is %s, as in the specification of a %s.", p.name, p.description, of)
	return clusterv1.ClusterClassVariable{Name: p.name, Required: new(false), Schema: clusterv1.VariableSchema{OpenAPIV3Schema: schema}}
}

// patch carries the variable into templates, if it is set.
func (p part) patch(selector clusterv1.PatchSelector) clusterv1.ClusterClassPatch {
	return clusterv1.ClusterClassPatch{
		Name:      p.name,
		EnabledIf: fmt.Sprintf("{{ if .%s }}true{{ end }}", p.name),
		Definitions: []clusterv1.PatchDefinition{{
			Selector: selector,
			JSONPatches: []clusterv1.JSONPatch{{
				Op: "add", Path: "/spec/template/spec/" + p.name, ValueFrom: &clusterv1.JSONPatchValue{Variable: p.name},
			}},
		}},
	}
}

// parts are the variables, and the patches that carry them into templates. A class without workers has those of the control
// plane alone.
func parts(hasWorkers bool) ([]clusterv1.ClusterClassVariable, []clusterv1.ClusterClassPatch) {
	var variables []clusterv1.ClusterClassVariable
	var patches []clusterv1.ClusterClassPatch
	for _, p := range controlPlaneParts {
		variables = append(variables, p.variable("KubeceptionControlPlane"))
		patches = append(patches, p.patch(clusterv1.PatchSelector{
			APIVersion: controlplanev1.GroupVersion.String(), Kind: "KubeceptionControlPlaneTemplate",
			MatchResources: clusterv1.PatchSelectorMatch{ControlPlane: new(true)},
		}))
	}
	if !hasWorkers {
		return variables, patches
	}
	for _, p := range nodeParts {
		variables = append(variables, p.variable("KubeceptionConfig"))
		patches = append(patches, p.patch(clusterv1.PatchSelector{
			APIVersion: bootstrapv1.GroupVersion.String(), Kind: "KubeceptionConfigTemplate",
			MatchResources: clusterv1.PatchSelectorMatch{
				MachineDeploymentClass: &clusterv1.PatchSelectorMatchMachineDeploymentClass{Names: []string{provider.WorkerClass}},
			},
		}))
	}
	return variables, patches
}
