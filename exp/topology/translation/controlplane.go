// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"math"
	"slices"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

// controlPlaneVariables are the parts of the control plane that the Shoot, or its seed, says something of.
func (t *translator) controlPlaneVariables() []clusterv1.ClusterVariable {
	out := slices.Concat(
		t.variable("seed", t.seed()),
		t.variable("exposure", exposure(t.Seed)),
		t.variable("workerless", t.isWorkerless()),
		t.variable("etcd", t.etcd()),
		t.variable("apiServer", t.apiServer()),
		t.variable("controllerManager", t.controllerManager()),
	)
	if t.isWorkerless() {
		return out
	}
	return slices.Concat(out, t.variable("scheduler", scheduler(t.spec())), t.variable("addons", t.addons()))
}

func (t *translator) seed() controlplanev1.SeedSpec {
	out := controlplanev1.SeedSpec{Namespace: t.key.Name}
	if t.SeedKubeconfig != nil {
		out.KubeconfigRef.Name = t.seedKubeconfigName()
	}
	return out
}

// exposure is a load balancer as the seed makes them.
func exposure(seed *gardencorev1beta1.Seed) controlplanev1.ExposureSpec {
	out := controlplanev1.ExposureSpec{Type: controlplanev1.ExposureLoadBalancer}
	if settings := seed.Spec.Settings; settings != nil && settings.LoadBalancerServices != nil {
		out.Annotations = settings.LoadBalancerServices.Annotations
		out.LoadBalancerClass = deref(settings.LoadBalancerServices.Class)
	}
	return out
}

// Numbers of instances, as Gardener has them.
const (
	apiServersUsual     = 2
	apiServersAvailable = 3
	// apiServersPinned is for Shoots whose API server is not to be scaled down.
	apiServersPinned = 4
	etcdAvailable    = 3
)

// failureTolerance is what the control plane survives: nothing, the loss of a node, or of a zone.
func (t *translator) failureTolerance() gardencorev1beta1.FailureToleranceType {
	controlPlane := deref(t.spec().ControlPlane)
	if controlPlane.HighAvailability == nil {
		return ""
	}
	return controlPlane.HighAvailability.FailureTolerance.Type
}

// apiServers is the number of kube-apiservers.
func (t *translator) apiServers() int32 {
	switch {
	case t.Shoot.Annotations[v1beta1constants.ShootAlphaControlPlaneScaleDownDisabled] == "true":
		return apiServersPinned
	case t.failureTolerance() != "":
		return apiServersAvailable
	}
	return apiServersUsual
}

// etcd has three members of both clusters where the control plane is to survive a failure, and one otherwise. The one that does
// not hold Events has the backup of the seed.
func (t *translator) etcd() controlplanev1.EtcdSpec {
	var out controlplanev1.EtcdSpec
	out.Main.Backup = t.backup()
	if t.failureTolerance() != "" {
		out.Main.Replicas, out.Events.Replicas = new(int32(etcdAvailable)), new(int32(etcdAvailable))
	}
	return out
}

func (t *translator) controllerManager() controlplanev1.ControllerManagerSpec {
	own := deref(t.spec().Kubernetes.KubeControllerManager)
	out := controlplanev1.ControllerManagerSpec{FeatureGates: own.FeatureGates}
	if t.isWorkerless() {
		return out
	}
	out.NodeCIDRMaskSize, out.NodeCIDRMaskSizeIPv6 = own.NodeCIDRMaskSize, own.NodeCIDRMaskSizeIPv6
	out.NodeMonitorGracePeriodSeconds = seconds(own.NodeMonitorGracePeriod)
	if autoscaler := own.HorizontalPodAutoscalerConfig; autoscaler != nil {
		out.HorizontalPodAutoscaler = controlplanev1.HorizontalPodAutoscalerSpec{
			SyncPeriodSeconds:              seconds(autoscaler.SyncPeriod),
			TolerancePercent:               percent(autoscaler.Tolerance),
			DownscaleStabilizationSeconds:  seconds(autoscaler.DownscaleStabilization),
			InitialReadinessDelaySeconds:   seconds(autoscaler.InitialReadinessDelay),
			CPUInitializationPeriodSeconds: seconds(autoscaler.CPUInitializationPeriod),
		}
	}
	t.checkControllerManager(out)
	return out
}

// percent is a share in whole percent, at least one.
func percent(share *float64) *int32 {
	if share == nil || math.IsNaN(*share) {
		return nil
	}
	return new(int32(clamp(math.Round(*share*100), 1, 100)))
}

func scheduler(spec *gardencorev1beta1.ShootSpec) controlplanev1.SchedulerSpec {
	own := deref(spec.Kubernetes.KubeScheduler)
	return controlplanev1.SchedulerSpec{FeatureGates: own.FeatureGates, Profile: controlplanev1.SchedulingProfile(deref(own.Profile))}
}
