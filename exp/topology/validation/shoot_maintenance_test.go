// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation_test

import (
	"testing"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
)

func TestShootMaintenance(t *testing.T) {
	window := func(begin, end string) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Maintenance.TimeWindow = &gardencorev1beta1.MaintenanceTimeWindow{Begin: begin, End: end}
		}
	}
	rotation := func(period time.Duration) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			config := &gardencorev1beta1.MaintenanceRotationConfig{RotationPeriod: &metav1.Duration{Duration: period}}
			shoot.Spec.Maintenance.AutoRotation = &gardencorev1beta1.MaintenanceAutoRotation{Credentials: &gardencorev1beta1.MaintenanceCredentialsAutoRotation{
				SSHKeypair: config, Observability: config, ETCDEncryptionKey: config,
			}}
		}
	}
	credentials := "spec.maintenance.autoRotation.credentials."
	everywhere := []string{credentials + "sshKeypair.rotationPeriod: Invalid", credentials + "observability.rotationPeriod: Invalid", credentials + "etcdEncryptionKey.rotationPeriod: Invalid"}
	run(t, map[string]row{
		"§6 window: as short as can be":   {window("220000+0100", "223000+0100"), nil},
		"§6 window: shorter":              {window("220000+0100", "222900+0100"), []string{"spec.maintenance.timeWindow: Invalid"}},
		"§6 window: as long as can be":    {window("220000+0100", "040000+0100"), nil},
		"§6 window: longer":               {window("220000+0100", "040100+0100"), []string{"spec.maintenance.timeWindow: Invalid"}},
		"§6 window: across midnight":      {window("233000+0000", "003000+0000"), nil},
		"§6 window: in other zones":       {window("220000+0100", "220000+0000"), nil},
		"§6 window: no time":              {window("22:00", "23:00"), []string{"spec.maintenance.timeWindow.begin/end: Invalid"}},
		"§6 window: without offset":       {window("220000", "230000"), []string{"spec.maintenance.timeWindow.begin/end: Invalid"}},
		"§6 rotationPeriod: never":        {rotation(0), nil},
		"§6 rotationPeriod: half an hour": {rotation(30 * time.Minute), nil},
		"§6 rotationPeriod: 90 days":      {rotation(90 * 24 * time.Hour), nil},
		"§6 rotationPeriod: more often":   {rotation(29 * time.Minute), everywhere},
		"§6 rotationPeriod: less often":   {rotation(91 * 24 * time.Hour), append([]string{}, everywhere...)},
		"§6 rotationPeriod: negative":     {rotation(-time.Hour), append([]string{}, everywhere...)},
	}, validation.Shoot)
}

func TestShootHibernation(t *testing.T) {
	schedules := func(list ...gardencorev1beta1.HibernationSchedule) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Hibernation = &gardencorev1beta1.Hibernation{Schedules: list}
		}
	}
	schedule := func(start, end string) gardencorev1beta1.HibernationSchedule {
		return gardencorev1beta1.HibernationSchedule{Start: &start, End: &end}
	}
	path := "spec.hibernation.schedules[0]."
	run(t, map[string]row{
		"§7 schedule: at night":                {schedules(schedule("0 20 * * 1,2,3,4,5", "0 6 * * 1,2,3,4,5")), nil},
		"§7 schedule: only asleep":             {schedules(gardencorev1beta1.HibernationSchedule{Start: new("0 20 * * *")}), nil},
		"§7 schedule: neither":                 {schedules(gardencorev1beta1.HibernationSchedule{}), []string{path + "start/end: Required"}},
		"§7 schedule: no times":                {schedules(schedule("at night", "0 25 * * *")), []string{path + "start: Invalid", path + "end: Invalid"}},
		"§7 schedule: what a parser panics on": {schedules(gardencorev1beta1.HibernationSchedule{Start: new("TZ=0")}), []string{path + "start: Invalid"}},
		"§7 schedule: the same time twice":     {schedules(schedule("0 20 * * *", "0 20 * * *")), []string{path + "end: Duplicate"}},
		"§7 schedule: the same time of two":    {schedules(schedule("0 20 * * *", "0 6 * * *"), schedule("0 20 * * *", "0 7 * * *")), []string{"spec.hibernation.schedules[1].start: Duplicate"}},
		"§7 location: a time zone":             {schedules(gardencorev1beta1.HibernationSchedule{Start: new("0 20 * * *"), Location: new("Europe/Berlin")}), nil},
		"§7 location: none":                    {schedules(gardencorev1beta1.HibernationSchedule{Start: new("0 20 * * *"), Location: new("Europe/Nowhere")}), []string{path + "location: Invalid"}},
		"§7 enabled: with an operation in the next maintenance that needs it awake": {all(created, annotate("maintenance.gardener.cloud/operation", "rotate-etcd-encryption-key"),
			func(shoot *gardencorev1beta1.Shoot) {
				shoot.Spec.Hibernation = &gardencorev1beta1.Hibernation{Enabled: new(true)}
			}),
			[]string{"spec.hibernation.enabled: Forbidden", laterPath + ": Forbidden"}},
	}, validation.Shoot)
}

const (
	nowPath   = "metadata.annotations[gardener.cloud/operation]"
	laterPath = "metadata.annotations[maintenance.gardener.cloud/operation]"
)

// created makes a Shoot one that was created once.
func created(shoot *gardencorev1beta1.Shoot) {
	shoot.Status.LastOperation = &gardencorev1beta1.LastOperation{Type: gardencorev1beta1.LastOperationTypeCreate, State: gardencorev1beta1.LastOperationStateSucceeded}
}

// phases are those of the rotations of certificate authorities, the service account key and the encryption key.
func phases(authorities, serviceAccount, encryption gardencorev1beta1.CredentialsRotationPhase) func(*gardencorev1beta1.Shoot) {
	return func(shoot *gardencorev1beta1.Shoot) {
		shoot.Status.Credentials = &gardencorev1beta1.ShootCredentials{Rotation: &gardencorev1beta1.ShootCredentialsRotation{
			CertificateAuthorities: &gardencorev1beta1.CARotation{Phase: authorities},
			ServiceAccountKey:      &gardencorev1beta1.ServiceAccountKeyRotation{Phase: serviceAccount},
			ETCDEncryptionKey:      &gardencorev1beta1.ETCDEncryptionKeyRotation{Phase: encryption},
		}}
	}
}

func asleep(shoot *gardencorev1beta1.Shoot) {
	shoot.Spec.Hibernation = &gardencorev1beta1.Hibernation{Enabled: new(true)}
}

func TestShootOperations(t *testing.T) {
	now := func(operation string) func(*gardencorev1beta1.Shoot) {
		return annotate("gardener.cloud/operation", operation)
	}
	later := func(operation string) func(*gardencorev1beta1.Shoot) {
		return annotate("maintenance.gardener.cloud/operation", operation)
	}
	forbidden := []string{nowPath + ": Forbidden"}
	run(t, map[string]row{
		"§26 operation: reconcile":                  {now("reconcile"), nil},
		"§26 operation: unknown":                    {now("dance"), []string{nowPath + ": NotSupported"}},
		"§26 operation: unknown in the maintenance": {later("dance"), []string{laterPath + ": NotSupported"}},
		"§26 operation: several":                    {all(created, now("rotate-ca-start; rotate-ssh-keypair")), nil},
		"§26 operation: one that has to be alone":   {now("retry;reconcile"), append([]string{}, forbidden...)},
		"§26 operation: the same now and later":     {all(now("rotate-ssh-keypair"), later("rotate-ssh-keypair")), []string{"metadata.annotations: Forbidden"}},
		"§26 operation: two that contradict":        {all(created, now("rotate-ca-start;rotate-ca-start-without-workers-rollout")), append([]string{}, forbidden...)},
		"§26 operation: one that covers another":    {all(created, later("rotate-credentials-start"), now("rotate-ca-start")), append([]string{}, forbidden...)},
		"§26 start: before it was created":          {now("rotate-ca-start"), append([]string{}, forbidden...)},
		"§26 start: after it was created":           {all(created, now("rotate-credentials-start")), nil},
		"§26 start: while it is reconciled": {all(func(shoot *gardencorev1beta1.Shoot) {
			shoot.Status.LastOperation = &gardencorev1beta1.LastOperation{Type: gardencorev1beta1.LastOperationTypeReconcile, State: gardencorev1beta1.LastOperationStateProcessing}
		}, now("rotate-ca-start")), nil},
		"§26 start: while it is deleted": {all(func(shoot *gardencorev1beta1.Shoot) {
			shoot.Status.LastOperation = &gardencorev1beta1.LastOperation{Type: gardencorev1beta1.LastOperationTypeDelete}
		}, now("rotate-ca-start")), append([]string{}, forbidden...)},
		"§26 start: again after it was completed":               {all(created, phases("Completed", "Completed", "Completed"), now("rotate-credentials-start")), nil},
		"§26 start: while it is going on":                       {all(created, phases("Prepared", "Completed", "Preparing"), now("rotate-credentials-start")), []string{nowPath + ": Forbidden", nowPath + ": Forbidden"}},
		"§26 start: of one while another is going on":           {all(created, phases("Completed", "Prepared", "Completed"), now("rotate-ca-start")), nil},
		"§26 complete: when it is prepared":                     {all(created, phases("Prepared", "Prepared", "Completed"), now("rotate-credentials-complete")), nil},
		"§26 complete: before it is prepared":                   {all(created, phases("Preparing", "Prepared", "Completed"), now("rotate-credentials-complete")), append([]string{}, forbidden...)},
		"§26 complete: before 1.34, the encryption key as well": {all(created, version("1.33.4"), phases("Prepared", "Prepared", "Completed"), now("rotate-credentials-complete")), append([]string{}, forbidden...)},
		"§26 complete: of what never began":                     {all(created, now("rotate-ca-complete")), append([]string{}, forbidden...)},
		"§26 encryption key: in two steps from 1.34 on":         {all(created, now("rotate-etcd-encryption-key-start")), append([]string{}, forbidden...)},
		"§26 encryption key: in two steps before 1.34":          {all(created, version("1.33.4"), now("rotate-etcd-encryption-key-start")), nil},
		"§26 encryption key: while other resources are being encrypted": {all(created, now("rotate-etcd-encryption-key"), apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) {
			config.EncryptionConfig = &gardencorev1beta1.EncryptionConfig{Resources: []string{"configmaps"}}
		})), append([]string{}, forbidden...)},
		"§7 operation: one that needs it awake":   {all(created, asleep, now("rotate-credentials-start")), append([]string{}, forbidden...)},
		"§7 operation: one that does not":         {all(created, asleep, now("rotate-ssh-keypair")), nil},
		"§26 rollout: pools that there are":       {all(created, phases("WaitingForWorkersRollout", "Completed", "Completed"), now("rotate-rollout-workers=one")), nil},
		"§26 rollout: pools that there are not":   {all(created, phases("WaitingForWorkersRollout", "Completed", "Completed"), now("rotate-rollout-workers=two,one,one")), []string{nowPath + ": Invalid", nowPath + ": Duplicate"}},
		"§26 rollout: none":                       {all(created, phases("WaitingForWorkersRollout", "Completed", "Completed"), now("rotate-rollout-workers=")), []string{nowPath + ": Required", nowPath + ": Invalid"}},
		"§26 rollout: where nothing waits for it": {all(created, phases("Prepared", "Completed", "Completed"), now("rotate-rollout-workers=one")), append([]string{}, forbidden...)},
		"§26 rollout: of all pools":               {all(created, now("rollout-workers=*")), nil},
		"§26 rollout: of all pools and one":       {all(created, now("rollout-workers=*,one")), []string{nowPath + ": Forbidden", nowPath + ": Invalid"}},
		"§26 rollout: of a pool that is updated in place": {all(created, now("rollout-workers=one"), first(func(worker *gardencorev1beta1.Worker) {
			worker.UpdateStrategy = new(gardencorev1beta1.AutoInPlaceUpdate)
		})), []string{nowPath + ": Invalid"}},
		"§19 operation: has to wait for updates in place": {all(created, now("rotate-ca-start"), func(shoot *gardencorev1beta1.Shoot) {
			shoot.Status.InPlaceUpdates = &gardencorev1beta1.InPlaceUpdatesStatus{PendingWorkerUpdates: &gardencorev1beta1.PendingWorkerUpdates{AutoInPlaceUpdate: []string{"one"}}}
		}), append([]string{}, forbidden...)},
		"§6 operation: nobody looks at maintenance of what is being deleted": {all(later("rotate-ca-start"), func(shoot *gardencorev1beta1.Shoot) { shoot.DeletionTimestamp = new(metav1.Now()) }), nil},
	}, validation.Shoot)
}
