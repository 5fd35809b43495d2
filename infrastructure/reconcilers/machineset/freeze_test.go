// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package machineset

import (
	"testing"

	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
)

func TestOvershoots(t *testing.T) {
	deployment := func(replicas int32, maxSurge intstr.IntOrString) *clusterv1.MachineDeployment {
		d := &clusterv1.MachineDeployment{}
		d.Spec.Replicas = &replicas
		d.Spec.Rollout.Strategy.RollingUpdate.MaxSurge = &maxSurge
		return d
	}
	one := intstr.FromInt32(1)
	cases := map[string]struct {
		deployment *clusterv1.MachineDeployment
		replicas   int32
		frozen     bool
		machines   int
		want       bool
	}{
		"as many as desired are left alone":                   {deployment(3, one), 3, false, 3, false},
		"a rollout may add its surge, and one more by chance": {deployment(3, one), 3, false, 5, false},
		"two above the surge is too many":                     {deployment(3, one), 3, false, 6, true},
		"far above is too many":                               {deployment(3, one), 3, false, 60, true},
		"a surge in percent is rounded up":                    {deployment(3, intstr.FromString("50%")), 3, false, 6, false},
		"and counts":                                          {deployment(3, intstr.FromString("50%")), 3, false, 7, true},
		"no surge is none":                                    {deployment(3, intstr.FromInt32(0)), 3, false, 5, true},
		"what is frozen stays so while there are too many":    {deployment(3, one), 3, true, 6, true},
		"and is let go when there are fewer":                  {deployment(3, one), 3, true, 5, false},
		"a deployment scaled to zero keeps what it deletes":   {deployment(0, one), 0, false, 2, false},
		"a set of its own may have twice as many and one":     {nil, 3, false, 7, false},
		"but not more":                                        {nil, 3, false, 8, true},
		"a set of its own is let go when it has no more":      {nil, 3, true, 7, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			set := &clusterv1.MachineSet{}
			set.Spec.Replicas = &c.replicas
			if c.frozen {
				set.Annotations = map[string]string{infrav1.FrozenAnnotation: "why"}
			}
			got, _ := overshoots(set, c.deployment, c.machines)
			NewWithT(t).Expect(got).To(Equal(c.want))
		})
	}
}

func TestTheSurgeOfADeploymentThatSaysNoneIsOne(t *testing.T) {
	upper, lower := limits(&clusterv1.MachineSet{}, &clusterv1.MachineDeployment{Spec: clusterv1.MachineDeploymentSpec{Replicas: ptr.To(int32(5))}})
	NewWithT(t).Expect([]int{upper, lower}).To(Equal([]int{8, 7}))
}
