// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/fields"
)

const workersPath = "spec.provider.workers[].providerConfig"

// NotCarriedOut implements provider.Reporter.
func (Provider) NotCarriedOut(shoot *gardencorev1beta1.Shoot) []fields.Field {
	var out []fields.Field
	report := func(is bool, path, reason string) {
		if is {
			out = append(out, fields.Field{Path: path, Verdict: fields.Reported, Reason: reason})
		}
	}
	if config, _ := infrastructureConfig(shoot); config != nil {
		under := infrastructurePath.String()
		report(config.EnableECRAccess != nil && !*config.EnableECRAccess, under+".enableECRAccess", "the IAM instance profile of the nodes decides")
		report(config.ElasticFileSystem != nil && config.ElasticFileSystem.Enabled, under+".elasticFileSystem.enabled",
			"Cluster API Provider AWS makes no file systems; make one, and install its CSI driver")
		report(deref(config.EnableMTUCustomizer), under+".enableMTUCustomizer", "nodes keep the MTU of their network")
		report(len(config.Networks.VPC.GatewayEndpoints) > 0, under+".networks.vpc.gatewayEndpoints[]",
			"Cluster API Provider AWS makes no such endpoints; traffic goes through the NAT gateway")
	}
	if config, _ := controlPlaneConfig(shoot); config != nil {
		under := controlPlanePath.String()
		manager, storage := deref(config.CloudControllerManager), deref(config.Storage)
		report(len(manager.FeatureGates) > 0, under+".cloudControllerManager.featureGates{}", noCloudControllerManager)
		report(storage.ManagedDefaultClass != nil, under+".storage.managedDefaultClass", "no storage classes are installed")
	}
	templates := false
	for i := range shoot.Spec.Provider.Workers {
		config, _ := workerConfig(&shoot.Spec.Provider.Workers[i], field.NewPath(workersPath))
		templates = templates || config != nil && config.NodeTemplate != nil
	}
	report(templates, workersPath+".nodeTemplate", "Cluster API Provider AWS tells the capacity of machine types from what AWS says")
	return out
}

const noCloudControllerManager = "no cloud-controller-manager for AWS is installed"

// controlPlaneNotCarriedOut refuses what would leave a cluster without something that users rely on.
func controlPlaneNotCarriedOut(shoot *gardencorev1beta1.Shoot) field.ErrorList {
	config, _ := controlPlaneConfig(shoot)
	if config == nil {
		return nil
	}
	var out field.ErrorList
	if deref(config.LoadBalancerController).Enabled {
		out = append(out, field.Forbidden(controlPlanePath.Child("loadBalancerController", "enabled"),
			"the AWS Load Balancer Controller is not installed; install it in the cluster"))
	}
	if deref(deref(config.CloudControllerManager).UseCustomRouteController) {
		out = append(out, field.Forbidden(controlPlanePath.Child("cloudControllerManager", "useCustomRouteController"), noCloudControllerManager))
	}
	return out
}
