// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation/field"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
)

// ClassOf returns what a profile becomes for a provider: the same for the same profile, byte for byte. What the provider
// refuses is named by the fields of the CloudProfile.
//
// The names of the class and of its templates end in a hash of what they hold. So a changed profile, or a new release of
// this project, makes a class beside the old one, and a Cluster goes over to it when its Shoot is translated the next time,
// not all Clusters at once. Templates that stay the same keep their names, and machines made from them stay.
func ClassOf(profile provider.Profile, p provider.Provider) (Class, field.ErrorList) {
	infrastructure, problems := p.Class(profile)
	if len(problems) > 0 {
		return Class{}, problems
	}
	out, err := classOf(profile, p.Type(), infrastructure)
	if err != nil {
		return Class{}, field.ErrorList{field.InternalError(field.NewPath("spec"), err)}
	}
	return out, nil
}

func classOf(profile provider.Profile, typ string, infrastructure provider.Class) (Class, error) {
	hasWorkers := infrastructure.Machine != nil
	objects := []client.Object{controlPlaneTemplate(), infrastructure.Infrastructure}
	if hasWorkers {
		objects = append(objects, configTemplate(), infrastructure.Machine)
	}
	begin := profile.Name + "-" + typ
	labels := map[string]string{ProfileLabel: label(profile.Name), ProviderLabel: label(typ)}
	var out Class
	for _, object := range objects {
		template, err := content(object)
		if err != nil {
			return Class{}, err
		}
		if err := named(template, begin); err != nil {
			return Class{}, err
		}
		template.SetNamespace(ClassNamespace)
		template.SetLabels(labels)
		out.Templates = append(out.Templates, template)
	}
	class := &clusterv1.ClusterClass{Spec: clusterv1.ClusterClassSpec{
		// A Cluster has one of each, so that its name says enough.
		ControlPlane: clusterv1.ControlPlaneClass{
			TemplateRef: reference(out.Templates[0]), Naming: clusterv1.ControlPlaneClassNamingSpec{Template: clusterName},
		},
		Infrastructure: clusterv1.InfrastructureClass{
			TemplateRef: reference(out.Templates[1]), Naming: clusterv1.InfrastructureClassNamingSpec{Template: clusterName},
		},
		KubernetesVersions: kubernetesVersions(profile.Spec),
	}}
	class.APIVersion, class.Kind = clusterv1.GroupVersion.String(), "ClusterClass"
	class.Spec.Variables, class.Spec.Patches = parts(hasWorkers)
	class.Spec.Variables = append(class.Spec.Variables, infrastructure.Variables...)
	class.Spec.Patches = append(class.Spec.Patches, infrastructure.Patches...)
	if hasWorkers {
		class.Spec.Workers.MachineDeployments = []clusterv1.MachineDeploymentClass{workerClass(out.Templates[2], out.Templates[3])}
		class.Spec.Workers.MachineDeployments[0].HealthCheck.Checks.UnhealthyMachineConditions = infrastructure.UnhealthyMachineConditions
	}
	if err := distinct(class); err != nil {
		return Class{}, err
	}
	if err := named(class, begin); err != nil {
		return Class{}, err
	}
	class.Namespace, class.Labels = ClassNamespace, labels
	out.ClusterClass = class
	return out, nil
}

// clusterName is how templates of names spell the name of the Cluster.
const clusterName = "{{ .cluster.name }}"

// controlPlaneTemplate says what holds for control planes of which a Cluster says nothing else.
func controlPlaneTemplate() client.Object {
	out := &controlplanev1.KubeceptionControlPlaneTemplate{}
	out.SetGroupVersionKind(controlplanev1.GroupVersion.WithKind("KubeceptionControlPlaneTemplate"))
	out.Spec.Template.Spec.Exposure.Type = controlplanev1.ExposureLoadBalancer
	return out
}

func configTemplate() client.Object {
	out := &bootstrapv1.KubeceptionConfigTemplate{}
	out.SetGroupVersionKind(bootstrapv1.GroupVersion.WithKind("KubeceptionConfigTemplate"))
	out.Spec.Template.Spec.Format = bootstrapv1.CloudConfig
	return out
}

// workerClass has Gardener's times. A machine that is replaced for its health is replaced alone.
func workerClass(config, machine client.Object) clusterv1.MachineDeploymentClass {
	usual := timeoutsOf(nil, nil)
	return clusterv1.MachineDeploymentClass{
		Class:          provider.WorkerClass,
		Bootstrap:      clusterv1.MachineDeploymentClassBootstrapTemplate{TemplateRef: reference(config)},
		Infrastructure: clusterv1.MachineDeploymentClassInfrastructureTemplate{TemplateRef: reference(machine)},
		// The name says which pool and zone, also to an autoscaler's priorities.
		Naming: clusterv1.MachineDeploymentClassNamingSpec{Template: clusterName + "-{{ .machineDeployment.topologyName }}"},
		HealthCheck: clusterv1.MachineDeploymentClassHealthCheck{
			Checks: clusterv1.MachineDeploymentClassHealthCheckChecks{
				NodeStartupTimeoutSeconds: new(usual.creation), UnhealthyNodeConditions: usual.unhealthy(),
			},
			Remediation: clusterv1.MachineDeploymentClassHealthCheckRemediation{MaxInFlight: new(intstr.FromInt32(1))},
		},
		Deletion: clusterv1.MachineDeploymentClassMachineDeletionSpec{
			NodeDrainTimeoutSeconds: new(usual.drain), NodeVolumeDetachTimeoutSeconds: new(int32(volumeDetachTimeout.Seconds())),
		},
	}
}

func reference(template client.Object) clusterv1.ClusterClassTemplateReference {
	apiVersion, kind := template.GetObjectKind().GroupVersionKind().ToAPIVersionAndKind()
	return clusterv1.ClusterClassTemplateReference{APIVersion: apiVersion, Kind: kind, Name: template.GetName()}
}

// distinct checks that a provider takes no name that is taken.
func distinct(class *clusterv1.ClusterClass) error {
	seen := map[string]bool{}
	for _, variable := range class.Spec.Variables {
		if seen[variable.Name] {
			return fmt.Errorf("the variable %s is defined twice", variable.Name)
		}
		seen[variable.Name] = true
	}
	seen = map[string]bool{}
	for _, patch := range class.Spec.Patches {
		if seen[patch.Name] {
			return fmt.Errorf("the patch %s is defined twice", patch.Name)
		}
		seen[patch.Name] = true
	}
	return nil
}

// content is an object with nothing but what is to be written: as JSON has it, without an empty status.
func content(object client.Object) (*unstructured.Unstructured, error) {
	if object.GetObjectKind().GroupVersionKind() == (schema.GroupVersionKind{}) {
		return nil, errors.New("a template has no apiVersion and kind")
	}
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return nil, fmt.Errorf("convert %s: %w", object.GetObjectKind().GroupVersionKind().Kind, err)
	}
	delete(fields, "status")
	out := &unstructured.Unstructured{Object: fields}
	unstructured.RemoveNestedField(fields, "metadata", "creationTimestamp")
	return out, nil
}
