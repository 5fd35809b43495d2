// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package shoot

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/defaults"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/webhooks/request"
)

// complete fills in what a user leaves out, as Gardener does: it is stored, so that it stays what it was when the Shoot was
// made. What cannot be completed is refused.
func (w *webhook) complete(ctx context.Context, r request.Request, now, before *gardencorev1beta1.Shoot) error {
	keepCreator(now, before)
	labelSeeds(now)
	input := defaults.ShootInput{Before: before, User: r.User.Username, Now: w.Now(), Random: random{}}
	if err := w.lookForDefaults(ctx, &input, now); err != nil {
		return err
	}
	return request.Answer(gardencorev1beta1.Kind("Shoot"), now.Name, defaults.Shoot(now, input))
}

// random is the source of numbers that only have to differ. It is safe for several requests at once.
type random struct{}

// IntN returns a number below the bound.
func (random) IntN(bound int) int {
	return rand.IntN(bound) //nolint:gosec // Nothing is kept secret by these numbers.
}

// lookForDefaults reads what defaults depend on. What does not exist is left to the rules, which name the field.
func (w *webhook) lookForDefaults(ctx context.Context, input *defaults.ShootInput, now *gardencorev1beta1.Shoot) error {
	s := &surroundings{}
	for _, step := range []func(context.Context, *surroundings, *gardencorev1beta1.Shoot, *gardencorev1beta1.Shoot) error{
		w.lookAtProfile, w.lookAtProject, w.lookAtSeeds,
	} {
		var missing *missingError
		if err := step(ctx, s, now, nil); err != nil && !errors.As(err, &missing) {
			return err
		}
	}
	class, err := named[gardencorev1beta1.ExposureClass](ctx, w.Reader, "", now.Spec.ExposureClassName, "ExposureClass")
	if ignoreMissing(err) != nil {
		return err
	}
	input.Project, input.Seed, input.ExposureClass, input.Domains = s.project, s.seed, class, domainsOf(s.seed)
	if s.profile != nil {
		input.Profile = s.profile.Spec
	}
	return nil
}

// domainsOf are the default domains that a seed has records for.
func domainsOf(seed *gardencorev1beta1.Seed) []string {
	if seed == nil {
		return nil
	}
	var out []string
	for _, domain := range seed.Spec.DNS.Defaults {
		out = append(out, domain.Domain)
	}
	return out
}

// keepCreator lets nobody change who made a Shoot.
func keepCreator(now, before *gardencorev1beta1.Shoot) {
	if before == nil {
		return
	}
	if creator, known := before.Annotations[v1beta1constants.GardenCreatedBy]; known {
		metav1.SetMetaDataAnnotation(&now.ObjectMeta, v1beta1constants.GardenCreatedBy, creator)
		return
	}
	delete(now.Annotations, v1beta1constants.GardenCreatedBy)
}

// labelSeeds lets Shoots be found by their seeds.
func labelSeeds(shoot *gardencorev1beta1.Shoot) {
	maps.DeleteFunc(shoot.Labels, func(key, _ string) bool { return strings.HasPrefix(key, v1beta1constants.LabelPrefixSeedName) })
	for _, seed := range []*string{shoot.Spec.SeedName, shoot.Status.SeedName} {
		if name := ptr.Deref(seed, ""); name != "" {
			metav1.SetMetaDataLabel(&shoot.ObjectMeta, v1beta1constants.LabelPrefixSeedName+name, "true")
		}
	}
}
