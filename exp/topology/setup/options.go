// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/access"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/reconcilers/project"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/reconcilers/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/scheduler"
)

const day = 24 * time.Hour

// Options tune the controllers.
type Options struct {
	// Concurrency is the number of objects of a kind that are reconciled at the same time. Shoots are scheduled one by one.
	Concurrency int
	// Projects and Seeds are the operator's choices for them.
	Projects project.Settings
	Seeds    seed.Settings
	// Strategy is how the nearest seeds are found.
	Strategy scheduler.Strategy
	// MaximumKubeconfigExpiration is the longest time that a kubeconfig for a Shoot is valid for.
	MaximumKubeconfigExpiration time.Duration
	// Now is the clock.
	Now func() time.Time
}

// Defaults returns the options of an operator who says nothing. They are Gardener's, apart from the strategy and
// the longest time for kubeconfigs, which Gardener does not limit.
func Defaults() *Options {
	return &Options{
		Concurrency: 20,
		Projects: project.Settings{
			MinimumLifetime: 30 * day, StaleGracePeriod: 14 * day, StaleExpiration: 90 * day, StaleSyncPeriod: 12 * time.Hour,
		},
		Seeds:    seed.Settings{Capacity: 250, HeartbeatPeriod: 10 * time.Second, MonitorPeriod: 40 * time.Second},
		Strategy: scheduler.MinimalDistance, MaximumKubeconfigExpiration: access.DefaultMaximumExpiration,
		Now: time.Now,
	}
}

// AddFlags adds the options to a flag set.
func (o *Options) AddFlags(fs *pflag.FlagSet) {
	fs.Var((*resourceList)(&o.Projects.ResourceQuota), "project-resource-quota",
		"Limits of the ResourceQuota of each project, for example count/shoots.core.gardener.cloud=100. If empty, projects get none.")
	fs.DurationVar(&o.Projects.MinimumLifetime, "project-minimum-lifetime", o.Projects.MinimumLifetime, "Time that a project may go unused before it is stale.")
	fs.DurationVar(&o.Projects.StaleGracePeriod, "project-stale-grace-period", o.Projects.StaleGracePeriod, "Time that a project is stale before the time of its deletion is told.")
	fs.DurationVar(&o.Projects.StaleExpiration, "project-stale-expiration", o.Projects.StaleExpiration, "Time that a project is stale before it is deleted.")
	fs.DurationVar(&o.Projects.StaleSyncPeriod, "project-stale-sync-period", o.Projects.StaleSyncPeriod, "Time between two looks at whether a project is used.")
	fs.Int64Var(&o.Seeds.Capacity, "seed-capacity", o.Seeds.Capacity, "Shoots that a seed may have whose annotation does not say.")
	fs.DurationVar(&o.Seeds.HeartbeatPeriod, "seed-heartbeat-period", o.Seeds.HeartbeatPeriod, "Time between two looks at a seed.")
	fs.DurationVar(&o.Seeds.MonitorPeriod, "seed-monitor-period", o.Seeds.MonitorPeriod, "Time without an answer after which a seed is not ready any more.")
	fs.DurationVar(&o.MaximumKubeconfigExpiration, "kubeconfig-maximum-expiration", o.MaximumKubeconfigExpiration, "Longest time that a kubeconfig for a Shoot is valid for. Who asks for more gets this.")
	fs.Var((*strategy)(&o.Strategy), "scheduling-strategy", fmt.Sprintf("How the nearest seeds are found: %s or %s.", scheduler.MinimalDistance, scheduler.SameRegion))
}

// strategy is a flag.
type strategy scheduler.Strategy

func (s *strategy) String() string { return string(*s) }
func (s *strategy) Type() string   { return "strategy" }

// Set refuses strategies that do not exist.
func (s *strategy) Set(value string) error {
	switch scheduler.Strategy(value) {
	case scheduler.MinimalDistance, scheduler.SameRegion:
		*s = strategy(value)
		return nil
	}
	return fmt.Errorf("there is no strategy %q; use %s or %s", value, scheduler.MinimalDistance, scheduler.SameRegion)
}

// resourceList is a flag with amounts by name.
type resourceList corev1.ResourceList

func (l *resourceList) String() string {
	pairs := map[string]string{}
	for name, amount := range *l {
		pairs[string(name)] = amount.String()
	}
	if len(pairs) == 0 {
		return ""
	}
	return fmt.Sprint(pairs)
}

func (l *resourceList) Type() string { return "name=amount" }

// Set adds amounts. Several are separated by commas, or given by several flags.
func (l *resourceList) Set(value string) error {
	for pair := range strings.SplitSeq(value, ",") {
		name, amount, _ := strings.Cut(pair, "=")
		quantity, err := resource.ParseQuantity(amount)
		if name == "" || err != nil {
			return fmt.Errorf("%q is not of the form name=amount", pair)
		}
		if *l == nil {
			*l = resourceList{}
		}
		(*l)[corev1.ResourceName(name)] = quantity
	}
	return nil
}
