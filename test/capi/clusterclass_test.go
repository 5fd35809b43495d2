// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/test/e2e"
	"sigs.k8s.io/cluster-api/test/framework"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
)

var _ = Describe("Changes of a ClusterClass", long, func() {
	e2e.ClusterClassChangesSpec(ctx, func() e2e.ClusterClassChangesSpecInput {
		return e2e.ClusterClassChangesSpecInput{
			E2EConfig: config, ClusterctlConfigPath: clusterctlConfig,
			BootstrapClusterProxy: pretender{management},
			ArtifactFolder:        artifacts, ControlPlaneWaiters: waiters,
			Flavor:               topology,
			PostNamespaceCreated: pretend,
			ModifyControlPlaneFields: map[string]any{
				"spec.controllerManager.nodeMonitorGracePeriodSeconds": int64(45),
			},
			ModifyMachineDeploymentBootstrapConfigTemplateFields: map[string]any{
				"spec.template.spec.kubelet.maxPods": int64(50),
			},
			ModifyMachineDeploymentInfrastructureMachineTemplateFields: map[string]any{
				"spec.template.spec.cpu": "150m",
			},
		}
	})
})

// pretended is a template of machines that no class refers to.
const pretended = "control-plane-machines"

// pretender shows specs ClusterClasses whose control planes have machines, and keeps that from the API server: the spec
// copies the template of these machines from class to class without looking at it, and fails where there is none. What
// it does and checks otherwise is as upstream has it.
type pretender struct{ framework.ClusterProxy }

// pretend makes the template.
func pretend(proxy framework.ClusterProxy, namespace string) {
	GinkgoHelper()
	Expect(proxy.GetClient().Create(ctx, &infrav1.KubeceptionMachineTemplate{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: pretended},
	})).To(Succeed())
}

// GetClient implements framework.ClusterProxy.
func (p pretender) GetClient() client.Client {
	direct, err := client.NewWithWatch(p.GetRESTConfig(), client.Options{Scheme: p.GetScheme()})
	Expect(err).NotTo(HaveOccurred())
	return interceptor.NewClient(direct, interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, object client.Object, options ...client.GetOption) error {
			err := c.Get(ctx, key, object, options...)
			if class, is := object.(*clusterv1.ClusterClass); is && err == nil {
				class.Spec.ControlPlane.MachineInfrastructure.TemplateRef = clusterv1.ClusterClassTemplateReference{
					APIVersion: infrav1.GroupVersion.String(), Kind: "KubeceptionMachineTemplate", Name: pretended,
				}
			}
			return err
		},
		Create: func(ctx context.Context, c client.WithWatch, object client.Object, options ...client.CreateOption) error {
			class, is := object.(*clusterv1.ClusterClass)
			if !is {
				return c.Create(ctx, object, options...)
			}
			shown := class.Spec.ControlPlane.MachineInfrastructure
			class.Spec.ControlPlane.MachineInfrastructure = clusterv1.ControlPlaneClassMachineInfrastructureTemplate{}
			err := c.Create(ctx, class, options...)
			class.Spec.ControlPlane.MachineInfrastructure = shown
			return err
		},
	})
}
