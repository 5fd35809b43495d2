// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation_test

import (
	"testing"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
)

func amounts(pairs map[string]string) corev1.ResourceList {
	out := corev1.ResourceList{}
	for name, value := range pairs {
		out[corev1.ResourceName(name)] = resource.MustParse(value)
	}
	return out
}

func TestShootUsage(t *testing.T) {
	stored := func(size string) func(*gardencorev1beta1.CloudProfileSpec) {
		return func(profile *gardencorev1beta1.CloudProfileSpec) {
			profile.MachineTypes[0].Storage = &gardencorev1beta1.MachineTypeStorage{Class: "premium", Type: "io1", StorageSize: quantity(size)}
		}
	}
	noVolume := first(func(worker *gardencorev1beta1.Worker) { worker.Volume = nil })
	for name, row := range map[string]struct {
		change    func(*gardencorev1beta1.Shoot)
		profile   func(*gardencorev1beta1.CloudProfileSpec)
		want      map[string]string
		wantError string
	}{
		"§21 usage: machines and volumes at maximum": {same, nil, map[string]string{"cpu": "6", "gpu": "0", "memory": "24Gi", "storage.standard": "150Gi", "loadbalancer": "1"}, ""},
		"§21 usage: the sum over pools": {func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Provider.Workers = append(shoot.Spec.Provider.Workers, pool("two", func(worker *gardencorev1beta1.Worker) {
				worker.Maximum, worker.Volume.Type, worker.Volume.VolumeSize = 10, new("io1"), "10Gi"
			}))
		}, nil, map[string]string{"cpu": "26", "gpu": "0", "memory": "104Gi", "storage.standard": "150Gi", "storage.premium": "100Gi", "loadbalancer": "1"}, ""},
		"§21 usage: the nginx addon has a load balancer": {func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Addons = &gardencorev1beta1.Addons{NginxIngress: &gardencorev1beta1.NginxIngress{Addon: gardencorev1beta1.Addon{Enabled: true}}}
		}, nil, map[string]string{"cpu": "6", "gpu": "0", "memory": "24Gi", "storage.standard": "150Gi", "loadbalancer": "2"}, ""},
		"§21 usage: storage of the machine":             {noVolume, stored("100Gi"), map[string]string{"cpu": "6", "gpu": "0", "memory": "24Gi", "storage.premium": "300Gi", "loadbalancer": "1"}, ""},
		"§21 usage: no storage":                         {noVolume, nil, map[string]string{"cpu": "6", "gpu": "0", "memory": "24Gi", "loadbalancer": "1"}, ""},
		"§21 usage: a volume of a machine with storage": {same, stored("100Gi"), map[string]string{"cpu": "6", "gpu": "0", "memory": "24Gi", "storage.premium": "150Gi", "loadbalancer": "1"}, ""},
		"§21 usage: no pool, no machine":                {func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Provider.Workers = nil }, nil, map[string]string{"loadbalancer": "1"}, ""},
		"§21 usage: a machine type that nobody knows":   {first(func(worker *gardencorev1beta1.Worker) { worker.Machine.Type = "m9" }), nil, nil, `pool one: the CloudProfile has no machine type "m9"`},
		"§21 usage: a volume type that nobody knows":    {first(func(worker *gardencorev1beta1.Worker) { worker.Volume.Type = new("gp9") }), nil, nil, `pool one: the CloudProfile has no volume type "gp9"`},
		"§21 usage: a volume of no size":                {first(func(worker *gardencorev1beta1.Worker) { worker.Volume.VolumeSize = "much" }), nil, nil, `pool one: read the size of its volume, "much"`},
		"§21 usage: a class that no quota has":          {same, func(profile *gardencorev1beta1.CloudProfileSpec) { profile.VolumeTypes[0].Class = "silver" }, nil, `volumes of class "silver" are in no quota`},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			offered := profile()
			if row.profile != nil {
				row.profile(offered)
			}
			got, err := validation.ShootUsage(shoot(row.change), offered)
			if row.wantError != "" {
				g.Expect(err).To(MatchError(ContainSubstring(row.wantError)))
				return
			}
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(got).To(HaveLen(len(row.want)))
			for metric, amount := range row.want {
				total := got[corev1.ResourceName(metric)]
				g.Expect(total.Cmp(resource.MustParse(amount))).To(BeZero(), "%s is %s and not %s", metric, total.String(), amount)
			}
		})
	}
}

func TestNeedsQuota(t *testing.T) {
	for name, row := range map[string]struct {
		change func(*gardencorev1beta1.Shoot)
		want   bool
	}{
		"§21 needs: nothing changes": {same, false},
		"§21 needs: a new pool": {func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Provider.Workers = append(shoot.Spec.Provider.Workers, pool("two"))
		}, true},
		"§21 needs: another maximum": {first(func(worker *gardencorev1beta1.Worker) { worker.Maximum = 4 }), true},
		"§21 needs: another minimum": {first(func(worker *gardencorev1beta1.Worker) { worker.Minimum = 2 }), false},
		"§21 needs: another machine": {first(func(worker *gardencorev1beta1.Worker) { worker.Machine.Type = "m5.xlarge" }), true},
		"§21 needs: another volume":  {first(func(worker *gardencorev1beta1.Worker) { worker.Volume.VolumeSize = "60Gi" }), true},
		"§21 needs: the nginx addon": {func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Addons = &gardencorev1beta1.Addons{NginxIngress: &gardencorev1beta1.NginxIngress{Addon: gardencorev1beta1.Addon{Enabled: true}}}
		}, true},
		"§21 needs: nothing when it is being deleted": {all(first(func(worker *gardencorev1beta1.Worker) { worker.Maximum = 4 }), func(shoot *gardencorev1beta1.Shoot) { shoot.DeletionTimestamp = new(metav1.Now()) }), false},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			after := shoot()
			row.change(after)
			g.Expect(validation.NeedsQuota(after, shoot())).To(Equal(row.want))
		})
	}
	NewWithT(t).Expect(validation.NeedsQuota(shoot(), nil)).To(BeTrue(), "§21 needs: a new Shoot")
}

func TestQuotaExceeded(t *testing.T) {
	for name, row := range map[string]struct {
		limits, used, wanted map[string]string
		want                 []string
	}{
		"§21 exceeded: as much as there is":   {map[string]string{"cpu": "10"}, map[string]string{"cpu": "4"}, map[string]string{"cpu": "6"}, nil},
		"§21 exceeded: more than there is":    {map[string]string{"cpu": "10"}, map[string]string{"cpu": "4"}, map[string]string{"cpu": "6001m"}, []string{"spec.provider.workers: Forbidden"}},
		"§21 exceeded: each metric by itself": {map[string]string{"cpu": "1", "memory": "1Gi"}, nil, map[string]string{"cpu": "2", "memory": "2Gi"}, []string{"spec.provider.workers: Forbidden", "spec.provider.workers: Forbidden"}},
		"§21 exceeded: what is not bounded":   {nil, map[string]string{"cpu": "4"}, map[string]string{"cpu": "1000"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			quota := &gardencorev1beta1.Quota{ObjectMeta: metav1.ObjectMeta{Namespace: "garden", Name: "trial"}, Spec: gardencorev1beta1.QuotaSpec{Metrics: amounts(row.limits)}}
			expect(t, validation.QuotaExceeded(quota, amounts(row.used), amounts(row.wanted)), row.want)
		})
	}
	t.Run("§21 exceeded: the message says how much is left", func(t *testing.T) {
		g := NewWithT(t)
		quota := &gardencorev1beta1.Quota{ObjectMeta: metav1.ObjectMeta{Namespace: "garden", Name: "trial"}, Spec: gardencorev1beta1.QuotaSpec{Metrics: amounts(map[string]string{"cpu": "10"})}}
		problems := validation.QuotaExceeded(quota, amounts(map[string]string{"cpu": "8"}), amounts(map[string]string{"cpu": "6"}))
		g.Expect(problems.ToAggregate()).To(MatchError(ContainSubstring("quota garden/trial: cpu would be exceeded; 2 of 10 are left, and the Shoot may grow to 6")))
	})
}

func TestQuotaUsesOf(t *testing.T) {
	in := func(namespace, name string, change func(*gardencorev1beta1.Shoot)) *gardencorev1beta1.Shoot {
		return shoot(func(shoot *gardencorev1beta1.Shoot) { shoot.Namespace, shoot.Name = namespace, name }, change)
	}
	secret := func(shoot *gardencorev1beta1.Shoot) {
		shoot.Spec.SecretBindingName, shoot.Spec.CredentialsBindingName = new("old"), nil
	}
	other := func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.CredentialsBindingName = new("other") }
	shoots := []*gardencorev1beta1.Shoot{
		in("garden-dev", "one", same), in("garden-dev", "two", secret), in("garden-dev", "three", other), in("garden-prod", "four", same), in("garden-prod", "five", secret),
	}
	secrets, credentials := map[string]bool{"garden-dev/old": true, "garden-prod/old": true}, map[string]bool{"garden-dev/account": true}
	for name, row := range map[string]struct {
		kind string
		want []string
	}{
		"§21 scope: of a project":   {"Project", []string{"one", "two"}},
		"§21 scope: of credentials": {"Secret", []string{"one", "two", "five"}},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			quota := &gardencorev1beta1.Quota{Spec: gardencorev1beta1.QuotaSpec{Scope: corev1.ObjectReference{Kind: row.kind}}}
			got := []string{}
			for _, shoot := range validation.QuotaUsesOf(shoots, quota, "garden-dev", secrets, credentials) {
				got = append(got, shoot.Name)
			}
			g.Expect(got).To(Equal(row.want))
		})
	}
}

func TestShootLifetime(t *testing.T) {
	const key = "shoot.gardener.cloud/expiration-timestamp"
	at := func(days int) func(*gardencorev1beta1.Shoot) {
		return annotate(key, now.Add(time.Duration(days)*24*time.Hour).Format(time.RFC3339))
	}
	quota := func(days *int32) *gardencorev1beta1.Quota {
		return &gardencorev1beta1.Quota{Spec: gardencorev1beta1.QuotaSpec{ClusterLifetimeDays: days}}
	}
	week, month := quota(new(int32(7))), quota(new(int32(30)))
	refused := []string{"metadata.annotations[" + key + "]: Forbidden"}
	for name, row := range map[string]struct {
		before, change func(*gardencorev1beta1.Shoot)
		quotas         []*gardencorev1beta1.Quota
		want           []string
	}{
		"§21 lifetime: as far as can be":        {same, at(7), []*gardencorev1beta1.Quota{week}, nil},
		"§21 lifetime: further":                 {same, at(8), []*gardencorev1beta1.Quota{week}, refused},
		"§21 lifetime: the shortest of several": {same, at(8), []*gardencorev1beta1.Quota{month, week}, refused},
		"§21 lifetime: without bound":           {same, at(800), []*gardencorev1beta1.Quota{quota(nil)}, nil},
		"§21 lifetime: nothing is said":         {same, same, []*gardencorev1beta1.Quota{week}, nil},
		"§21 lifetime: stays":                   {at(8), same, []*gardencorev1beta1.Quota{week}, nil},
		"§21 lifetime: no time":                 {same, annotate(key, "tomorrow"), []*gardencorev1beta1.Quota{week}, []string{"metadata.annotations[" + key + "]: Invalid"}},
	} {
		t.Run(name, func(t *testing.T) {
			before := shoot(row.before)
			after := before.DeepCopy()
			row.change(after)
			expect(t, validation.ShootLifetime(after, before, row.quotas, now), row.want)
		})
	}
}
