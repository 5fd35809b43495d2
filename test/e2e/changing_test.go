// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/hosted"
)

var _ = Describe("Changing a hosted control plane", Ordered, func() {
	var cluster *hosted.Cluster

	BeforeAll(func(ctx context.Context) {
		cluster = newCluster("changing")
		start(ctx, cluster, oldVersion)
	})

	// during runs a change while a client writes and reads, and returns what the client saw.
	during := func(ctx context.Context, name string, change func(*controlplanev1.KubeceptionControlPlane)) hosted.Traffic {
		GinkgoHelper()
		load, err := cluster.StartLoad(ctx, name)
		Expect(err).NotTo(HaveOccurred())
		began := time.Now()
		Expect(cluster.Patch(ctx, change)).To(Succeed())
		waited := cluster.UntilAvailable(ctx, changeTimeout)
		took := time.Since(began).Round(100 * time.Millisecond)
		seen := load.Stop()
		AddReportEntry(fmt.Sprintf("%s: %s, %d requests, %d failed, longest gap %s",
			name, took, seen.Requests, len(seen.Failures), seen.LongestGap.Round(time.Millisecond)))
		Expect(waited).To(Succeed())
		return seen
	}

	It("upgrades a single API server by one minor without a refused request", func(ctx context.Context) {
		seen := during(ctx, "upgrade", func(controlPlane *controlplanev1.KubeceptionControlPlane) {
			controlPlane.Spec.Version = newVersion
		})
		Expect(seen.Failures).To(BeEmpty())
		Eventually(func(g Gomega) { // The clients of the API server follow it.
			controlPlane, err := cluster.ControlPlane(ctx)
			g.Expect(err).NotTo(HaveOccurred())
			for _, component := range controlPlane.Status.Components {
				if component.Version != "" {
					g.Expect(component.Version).To(Equal(newVersion), component.Name)
				}
			}
		}).WithTimeout(changeTimeout).Should(Succeed())
	})

	It("restarts on request without a refused request", func(ctx context.Context) {
		seen := during(ctx, "restart", func(controlPlane *controlplanev1.KubeceptionControlPlane) {
			controlPlane.Spec.Rollout.After = metav1.NewTime(time.Now().Truncate(time.Second))
		})
		Expect(seen.Failures).To(BeEmpty())
	})

	It("scales the API server to three and back", func(ctx context.Context) {
		for _, replicas := range []int32{3, 1} {
			during(ctx, fmt.Sprintf("scale-%d", replicas), func(controlPlane *controlplanev1.KubeceptionControlPlane) {
				controlPlane.Spec.Replicas = &replicas
			})
			Expect(cluster.Until(ctx, changeTimeout, func(controlPlane *controlplanev1.KubeceptionControlPlane) bool {
				ready := controlPlane.Status.ReadyReplicas
				return ready != nil && *ready == replicas && *controlPlane.Status.Replicas == replicas
			})).To(Succeed())
		}
	})

	It("collects configuration that nothing uses any more", func(ctx context.Context) {
		Eventually(func(g Gomega) {
			bases := map[string][]string{}
			configMaps, secrets := &corev1.ConfigMapList{}, &corev1.SecretList{}
			g.Expect(management.List(ctx, configMaps, client.InNamespace(cluster.SeedNamespace()))).To(Succeed())
			g.Expect(management.List(ctx, secrets, client.InNamespace(cluster.SeedNamespace()))).To(Succeed())
			for _, object := range configMaps.Items {
				if base := object.Labels["kubeception.cluster.x-k8s.io/base-name"]; base != "" {
					bases[base] = append(bases[base], object.Name)
				}
			}
			for _, object := range secrets.Items {
				if base := object.Labels["kubeception.cluster.x-k8s.io/base-name"]; base != "" {
					bases[base] = append(bases[base], object.Name)
				}
			}
			g.Expect(bases).NotTo(BeEmpty())
			for base, names := range bases {
				g.Expect(names).To(HaveLen(1), base)
			}
		}).WithTimeout(changeTimeout).Should(Succeed())
	})

	It("refuses a downgrade and says why", func(ctx context.Context) {
		err := cluster.Patch(ctx, func(controlPlane *controlplanev1.KubeceptionControlPlane) {
			controlPlane.Spec.Version = oldVersion
		})
		Expect(err).To(MatchError(And(ContainSubstring("spec.version"), ContainSubstring("cannot go back"))))
	})
})
