// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package providers lists the providers that Shoots can be translated for.
package providers

import (
	"slices"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/fields"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/aws"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/local"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/workerless"
)

// known are the providers of machines. Add yours here.
var known = []provider.Provider{
	local.Provider{},
	aws.Provider{},
}

// Types are the provider types whose Shoots can have workers.
func Types() []string {
	var out []string
	for _, p := range known {
		out = append(out, p.Type())
	}
	return out
}

// OfProfile returns the providers that a profile needs a ClusterClass for: that of its type, if it is known, and that of
// Shoots without workers.
func OfProfile(profile *gardencorev1beta1.CloudProfileSpec) []provider.Provider {
	out := []provider.Provider{workerless.Provider{}}
	if p := of(profile.Type); p != nil {
		out = append(out, p)
	}
	return out
}

// OfShoot returns the provider that translates a Shoot, or nil if its type is not known. A Shoot without workers needs none
// of a known type.
func OfShoot(shoot *gardencorev1beta1.Shoot) provider.Provider {
	if len(shoot.Spec.Provider.Workers) == 0 {
		return workerless.Provider{}
	}
	return of(shoot.Spec.Provider.Type)
}

// NotCarriedOut lists the fields of a Shoot's configurations of its provider that are accepted and not carried out.
func NotCarriedOut(shoot *gardencorev1beta1.Shoot) []fields.Field {
	if reporter, reports := OfShoot(shoot).(provider.Reporter); reports {
		return reporter.NotCarriedOut(shoot)
	}
	return nil
}

// ValidateUpdate refuses changes of what a Shoot's provider cannot change.
func ValidateUpdate(now, before *gardencorev1beta1.Shoot) field.ErrorList {
	if updater, has := OfShoot(now).(provider.Updater); has {
		return updater.ValidateUpdate(now, before)
	}
	return nil
}

func of(typ string) provider.Provider {
	i := slices.IndexFunc(known, func(p provider.Provider) bool { return p.Type() == typ })
	if i < 0 {
		return nil
	}
	return known[i]
}
