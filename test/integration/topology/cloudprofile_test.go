// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package topology

import (
	"strings"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
)

func TestProfilesSayWhatTheyAre(t *testing.T) {
	onEachMinor(t, func(t *testing.T, server *envtest.Server) {
		g := NewWithT(t)
		c := server.Client
		for _, object := range documents(t, strings.ReplaceAll(profileLocal, "metadata: {name: local}", "metadata: {name: parent}")) {
			g.Expect(applyManifest(t, c, object)).To(Succeed())
		}
		parent := &gardencorev1beta1.CloudProfile{}
		g.Eventually(func(g Gomega) {
			g.Expect(c.Get(t.Context(), client.ObjectKey{Name: "parent"}, parent)).To(Succeed())
			g.Expect(parent.Status.Kubernetes).NotTo(BeNil())
			g.Expect(parent.Status.Kubernetes.Versions).To(ContainElement(HaveField("Classification", gardencorev1beta1.ClassificationSupported)))
		}).Should(Succeed())

		project := createProject(t, g, c, "deriving", "[]")
		own := object[gardencorev1beta1.NamespacedCloudProfile](t, `
metadata: {name: own}
spec: {parent: {kind: CloudProfile, name: parent}, machineTypes: [{name: huge, cpu: "64", gpu: "0", memory: 256Gi}]}
`)
		own.Namespace = *project.Spec.Namespace
		g.Expect(c.Create(t.Context(), own)).To(Succeed())
		g.Eventually(func(g Gomega) {
			g.Expect(c.Get(t.Context(), client.ObjectKeyFromObject(own), own)).To(Succeed())
			g.Expect(own.Status.CloudProfileSpec.MachineTypes).To(ContainElements(HaveField("Name", "local"), HaveField("Name", "huge")))
		}).Should(Succeed())

		shoot := workerless("derived")
		shoot.Namespace = own.Namespace
		shoot.Spec.CloudProfile = &gardencorev1beta1.CloudProfileReference{Kind: "NamespacedCloudProfile", Name: "own"}
		g.Expect(c.Create(t.Context(), shoot)).To(Succeed())
		g.Expect(shoot.Spec.Kubernetes.Version).To(Equal("1.36.1"), "the highest supported one")
		for _, used := range []client.Object{own, parent} {
			err := c.Delete(t.Context(), used)
			g.Expect(apierrors.IsForbidden(err)).To(BeTrue(), "%v", err)
		}
		g.Eventually(func() error { return c.Delete(t.Context(), parent) }).Should(MatchError(ContainSubstring("NamespacedCloudProfile " + own.Namespace + "/own is derived from it; delete that first")))
	})
}
