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
		known      int32 // how many machines the MachineSet says it has
	}{
		"a set that is about to be scaled down is left alone": {deployment(1, one), 10, false, 10, false, 10},
		"and when it knows that it has too many":              {deployment(1, one), 1, false, 10, false, 10},
		"but not when it has more than it knows of":           {deployment(1, one), 1, false, 10, true, 1},
		"as many as desired are left alone":                   {deployment(3, one), 3, false, 3, false, 0},
		"a rollout may add its surge, and one more by chance": {deployment(3, one), 3, false, 5, false, 0},
		"two above the surge is too many":                     {deployment(3, one), 3, false, 6, true, 0},
		"far above is too many":                               {deployment(3, one), 3, false, 60, true, 0},
		"a surge in percent is rounded up":                    {deployment(3, intstr.FromString("50%")), 3, false, 6, false, 0},
		"and counts":                                          {deployment(3, intstr.FromString("50%")), 3, false, 7, true, 0},
		"no surge is none":                                    {deployment(3, intstr.FromInt32(0)), 3, false, 5, true, 0},
		"what is frozen stays so while there are too many":    {deployment(3, one), 3, true, 6, true, 0},
		"and is let go when there are fewer":                  {deployment(3, one), 3, true, 5, false, 0},
		"a deployment scaled to zero keeps what it deletes":   {deployment(0, one), 0, false, 2, false, 0},
		"a set of its own may have twice as many and one":     {nil, 3, false, 7, false, 0},
		"but not more": {nil, 3, false, 8, true, 0},
		"a set of its own is let go when it has no more": {nil, 3, true, 7, false, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			set := &clusterv1.MachineSet{}
			set.Spec.Replicas, set.Status.Replicas = &c.replicas, &c.known
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
