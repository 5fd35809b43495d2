// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptionmachinetemplate

import (
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
)

func TestATemplateTellsWhatItKnows(t *testing.T) {
	cpu, memory := resource.MustParse("4"), resource.MustParse("8Gi")
	cases := map[string]struct {
		spec infrav1.KubeceptionMachineConfiguration
		want infrav1.KubeceptionMachineTemplateStatus
	}{
		"nothing but the operating system": {want: infrav1.KubeceptionMachineTemplateStatus{NodeInfo: infrav1.NodeInfo{OperatingSystem: "linux"}}},
		"all of it": {
			spec: infrav1.KubeceptionMachineConfiguration{CPU: &cpu, Memory: &memory, Architecture: infrav1.ArchitectureARM64},
			want: infrav1.KubeceptionMachineTemplateStatus{
				Capacity: corev1.ResourceList{corev1.ResourceCPU: cpu, corev1.ResourceMemory: memory},
				NodeInfo: infrav1.NodeInfo{Architecture: infrav1.ArchitectureARM64, OperatingSystem: "linux"},
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			NewWithT(t).Expect(statusOf(c.spec)).To(Equal(c.want))
		})
	}
}
