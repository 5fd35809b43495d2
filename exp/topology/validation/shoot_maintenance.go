// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"regexp"
	"slices"
	"time"
	_ "time/tzdata" // Time zones are known wherever this runs.

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	"github.com/gardener/gardener/pkg/apis/utils/timewindow"
	"github.com/robfig/cron/v3"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const (
	minRotationPeriod = 30 * time.Minute
	maxRotationPeriod = 90 * 24 * time.Hour
)

// maintenance checks when and what is maintained, section 6.
func maintenance(maintenance *gardencorev1beta1.Maintenance, workerless bool, path *field.Path) field.ErrorList {
	if maintenance == nil {
		return nil
	}
	var out field.ErrorList
	if update := maintenance.AutoUpdate; workerless && update != nil && update.MachineImageVersion != nil {
		out = append(out, field.Forbidden(path.Child("autoUpdate", "machineImageVersion"), workerlessDetail))
	}
	if rotation := maintenance.AutoRotation; rotation != nil && rotation.Credentials != nil {
		own := path.Child("autoRotation", "credentials")
		out = append(out, rotationPeriod(rotation.Credentials.Observability, own.Child("observability"))...)
		out = append(out, rotationPeriod(rotation.Credentials.ETCDEncryptionKey, own.Child("etcdEncryptionKey"))...)
		if workerless && rotation.Credentials.SSHKeypair != nil {
			out = append(out, field.Forbidden(own.Child("sshKeypair"), workerlessDetail))
		} else {
			out = append(out, rotationPeriod(rotation.Credentials.SSHKeypair, own.Child("sshKeypair"))...)
		}
	}
	if maintenance.TimeWindow != nil {
		out = append(out, window(maintenance.TimeWindow, path.Child("timeWindow"))...)
	}
	return out
}

func rotationPeriod(config *gardencorev1beta1.MaintenanceRotationConfig, path *field.Path) field.ErrorList {
	if config == nil || config.RotationPeriod == nil {
		return nil
	}
	period := config.RotationPeriod.Duration
	if period == 0 || period >= minRotationPeriod && period <= maxRotationPeriod {
		return nil
	}
	return field.ErrorList{field.Invalid(path.Child("rotationPeriod"), period.String(), "must be 0, which is never, or between 30m and 90 days")}
}

func window(window *gardencorev1beta1.MaintenanceTimeWindow, path *field.Path) field.ErrorList {
	parsed, err := timewindow.ParseMaintenanceTimeWindow(window.Begin, window.End)
	if err != nil {
		return field.ErrorList{field.Invalid(path.Child("begin/end"), window.Begin+" "+window.End,
			"must be times with an offset such as 220000+0100: "+err.Error())}
	}
	const least, most = gardencorev1beta1.MaintenanceTimeWindowDurationMinimum, gardencorev1beta1.MaintenanceTimeWindowDurationMaximum
	if length := parsed.Duration(); length < least || length > most {
		return field.ErrorList{field.Invalid(path, length.String(), "must be between 30m and 6h long; it may cross midnight")}
	}
	return nil
}

// hibernation checks when a Shoot sleeps, section 7.
func hibernation(shoot *gardencorev1beta1.Shoot, path *field.Path) field.ErrorList {
	hibernation := shoot.Spec.Hibernation
	if hibernation == nil {
		return nil
	}
	var out field.ErrorList
	for _, operation := range maintenanceOperations(shoot) {
		if deref(hibernation.Enabled) && forbiddenWhileHibernated.Has(operation) {
			out = append(out, field.Forbidden(path.Child("enabled"), fmt.Sprintf("annotation %s asks for %s, which needs a cluster that is awake; remove it first",
				v1beta1constants.GardenerMaintenanceOperation, operation)))
		}
	}
	seen := unique[string]{}
	for i, schedule := range hibernation.Schedules {
		own := path.Child("schedules").Index(i)
		if schedule.Start == nil && schedule.End == nil {
			out = append(out, field.Required(own.Child("start/end"), "set start, end or both"))
		}
		out = append(out, cronTime(schedule.Start, seen, own.Child("start"))...)
		out = append(out, cronTime(schedule.End, seen, own.Child("end"))...)
		if schedule.Location != nil {
			if _, err := time.LoadLocation(*schedule.Location); err != nil {
				out = append(out, field.Invalid(own.Child("location"), *schedule.Location, "must be a time zone such as Europe/Berlin"))
			}
		}
	}
	return out
}

// cronTime checks a time that returns. The same one twice is refused, even in different time zones.
func cronTime(value *string, seen unique[string], path *field.Path) field.ErrorList {
	if value == nil {
		return nil
	}
	if err := parseCron(*value); err != nil {
		return field.ErrorList{field.Invalid(path, *value, `must be a schedule of five fields such as "0 20 * * 1,2,3,4,5": `+err.Error())}
	}
	if seen.seen(*value) {
		return field.ErrorList{field.Duplicate(path, *value)}
	}
	return nil
}

// parseCron reads a schedule. The parser panics on some of what is none.
func parseCron(value string) (err error) {
	defer func() {
		if recovered := recover(); recovered != nil {
			err = fmt.Errorf("it cannot be read: %v", recovered)
		}
	}()
	_, err = cron.ParseStandard(value)
	return err
}

// hibernationWanted says whether the spec wants a Shoot to sleep.
func hibernationWanted(shoot *gardencorev1beta1.Shoot) bool {
	return shoot.Spec.Hibernation != nil && deref(shoot.Spec.Hibernation.Enabled)
}

// inHibernation says whether a Shoot sleeps, falls asleep or wakes up.
func inHibernation(shoot *gardencorev1beta1.Shoot) bool {
	return hibernationWanted(shoot) || shoot.Status.IsHibernated
}

// hibernationUpdate checks that a Shoot can fall asleep: it could wake up again, and nothing is going on that needs it awake.
func hibernationUpdate(now, before *gardencorev1beta1.Shoot) field.ErrorList {
	if hibernationWanted(before) || !hibernationWanted(now) {
		return nil
	}
	path := specPath.Child("hibernation", "enabled")
	var out field.ErrorList
	for _, constraint := range now.Status.Constraints {
		if constraint.Type == gardencorev1beta1.ShootHibernationPossible && constraint.Status != gardencorev1beta1.ConditionTrue {
			out = append(out, field.Forbidden(path, fmt.Sprintf("the constraint %s is %s: %s", constraint.Type, constraint.Status, constraint.Message)))
		}
	}
	for _, rotation := range []struct {
		name     rotation
		blocking []gardencorev1beta1.CredentialsRotationPhase
	}{
		{rotationETCDEncryptionKey, []gardencorev1beta1.CredentialsRotationPhase{
			gardencorev1beta1.RotationPreparing, gardencorev1beta1.RotationCompleting,
		}},
		{rotationServiceAccountKey, []gardencorev1beta1.CredentialsRotationPhase{
			gardencorev1beta1.RotationPreparing, gardencorev1beta1.RotationPreparingWithoutWorkersRollout,
			gardencorev1beta1.RotationCompleting,
		}},
	} {
		if phase := rotationPhase(now.Status.Credentials, rotation.name); slices.Contains(rotation.blocking, phase) {
			out = append(out, field.Forbidden(path, fmt.Sprintf("status.credentials.rotation.%s.phase is %s; wait until it is Prepared or Completed", rotation.name, phase)))
		}
	}
	if !wantedEncryption(&before.Spec).resources.Equal(actualEncryption(&before.Status).resources) {
		out = append(out, field.Forbidden(path, "a change of encryption is being carried out; wait for status.credentials.encryptionAtRest"))
	}
	return out
}

// email is what an address looks like.
var email = regexp.MustCompile(`^[^@]+@([a-zA-Z0-9-]+\.)+[a-zA-Z]{2,}$`)

func monitoring(monitoring *gardencorev1beta1.Monitoring, path *field.Path) field.ErrorList {
	if monitoring == nil || monitoring.Alerting == nil {
		return nil
	}
	path = path.Child("alerting", "emailReceivers")
	var out field.ErrorList
	seen := unique[string]{}
	for i, address := range monitoring.Alerting.EmailReceivers {
		if !email.MatchString(address) {
			out = append(out, field.Invalid(path.Index(i), address, "must be an address such as jane@example.com"))
		}
		if seen.seen(address) {
			out = append(out, field.Duplicate(path.Index(i), address))
		}
	}
	return out
}
