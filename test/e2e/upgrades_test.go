// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"slices"
	"strings"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/machines"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// upgrade labels specs that begin with a minor that no other needs; make e2e-upgrades has its programs compiled first.
var upgrade = Label("Upgrade")

var _ = Describe("A Shoot that is two minor versions behind", Ordered, upgrade, func() {
	s := newShootStory("upgrades", "beta")

	BeforeAll(func(ctx context.Context) {
		oldest, err := realSeed.Binaries.Version("kube-apiserver-" + parts.OlderMinors[0])
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(s.remove)
		s.begin(ctx, oldest)
	})

	It("becomes a cluster with nodes", func(ctx context.Context) {
		s.created(ctx)
		s.settles(ctx, map[string]int{"workers": 2})
	})

	It("may not skip a minor version", func(ctx context.Context) {
		shoot := s.shoot(ctx)
		before := shoot.DeepCopy()
		shoot.Spec.Kubernetes.Version = strings.TrimPrefix(newVersion, "v")
		Expect(management.Patch(ctx, shoot, client.MergeFrom(before))).To(MatchError(SatisfyAll(
			ContainSubstring("spec.kubernetes.version"), ContainSubstring("cannot skip a minor version; go to 1.35 first"))))
	})

	It("passes through both when the second is wished for while it is on its way to the first", func(ctx context.Context) {
		seen := &passed{}
		watch := machines.Watch(ctx, func(ctx context.Context) (int, error) { return seen.look(ctx, s) })
		began := time.Now()
		for _, version := range []string{oldVersion, newVersion} {
			s.change(ctx, func(shoot *gardencorev1beta1.Shoot) {
				shoot.Spec.Kubernetes.Version = strings.TrimPrefix(version, "v")
			})
		}
		s.reaches(ctx, newVersion)
		took("two minor versions, of a control plane and two nodes", began)
		s.settles(ctx, map[string]int{"workers": 2})
		watch.Stop()
		Expect(seen.controlPlane).To(ContainElements(oldVersion, newVersion), "the control plane passes through each")
		Expect(slices.Index(seen.controlPlane, oldVersion)).To(BeNumerically("<", slices.Index(seen.controlPlane, newVersion)))
	})
})

// passed is what a control plane was seen to run, oldest first.
type passed struct{ controlPlane []string }

func (p *passed) look(ctx context.Context, s *shootStory) (int, error) {
	controlPlane, err := s.cluster.ControlPlane(ctx)
	if err != nil {
		return 0, err
	}
	for _, version := range controlPlane.Status.Versions {
		if !slices.Contains(p.controlPlane, version.Version) {
			p.controlPlane = append(p.controlPlane, version.Version)
		}
	}
	return len(controlPlane.Status.Versions), nil
}
