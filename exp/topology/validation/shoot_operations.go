// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"slices"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Operations that annotations of a Shoot may ask for, now or in the next maintenance.
var (
	// forbiddenWhileHibernated need a cluster that is awake.
	forbiddenWhileHibernated = sets.New(
		v1beta1constants.OperationRotateCredentialsStart, v1beta1constants.OperationRotateCredentialsStartWithoutWorkersRollout,
		v1beta1constants.OperationRotateCredentialsComplete, v1beta1constants.OperationRotateETCDEncryptionKey,
		v1beta1constants.OperationRotateETCDEncryptionKeyStart, v1beta1constants.OperationRotateETCDEncryptionKeyComplete,
		v1beta1constants.OperationRotateServiceAccountKeyStart,
		v1beta1constants.OperationRotateServiceAccountKeyStartWithoutWorkersRollout,
		v1beta1constants.OperationRotateServiceAccountKeyComplete,
	)
	// combinable may be asked for together with others.
	combinable = sets.New(
		v1beta1constants.GardenerOperationReconcile, v1beta1constants.OperationRotateCAStart,
		v1beta1constants.OperationRotateCAStartWithoutWorkersRollout, v1beta1constants.OperationRotateCAComplete,
		v1beta1constants.OperationRotateObservabilityCredentials, v1beta1constants.ShootOperationRotateSSHKeypair,
		v1beta1constants.OperationRotateRolloutWorkers, v1beta1constants.OperationRolloutWorkers,
	).Union(forbiddenWhileHibernated)
	// knownOperations are all.
	knownOperations = sets.New(
		v1beta1constants.ShootOperationMaintain, v1beta1constants.ShootOperationRetry, v1beta1constants.ShootOperationForceInPlaceUpdate,
	).Union(combinable)
	// encrypting begin a change of the encryption key.
	encrypting = sets.New(
		v1beta1constants.OperationRotateCredentialsStart, v1beta1constants.OperationRotateETCDEncryptionKey,
		v1beta1constants.OperationRotateETCDEncryptionKeyStart,
	)
	// starts and completions are the parts of what rotates all credentials.
	starts = sets.New(
		v1beta1constants.OperationRotateCAStart, v1beta1constants.OperationRotateCAStartWithoutWorkersRollout,
		v1beta1constants.OperationRotateServiceAccountKeyStart,
		v1beta1constants.OperationRotateServiceAccountKeyStartWithoutWorkersRollout,
		v1beta1constants.OperationRotateETCDEncryptionKey, v1beta1constants.OperationRotateETCDEncryptionKeyStart,
	)
	completions = sets.New(
		v1beta1constants.OperationRotateCAComplete, v1beta1constants.OperationRotateServiceAccountKeyComplete,
		v1beta1constants.OperationRotateETCDEncryptionKeyComplete,
	)
	// excludes are operations of the same annotation that contradict one.
	excludes = map[string]sets.Set[string]{
		v1beta1constants.OperationRotateCredentialsStart: sets.New(
			v1beta1constants.OperationRotateCAStartWithoutWorkersRollout,
			v1beta1constants.OperationRotateServiceAccountKeyStartWithoutWorkersRollout,
			v1beta1constants.OperationRotateCredentialsStartWithoutWorkersRollout,
		),
		v1beta1constants.OperationRotateCredentialsStartWithoutWorkersRollout: sets.New(
			v1beta1constants.OperationRotateCAStart, v1beta1constants.OperationRotateServiceAccountKeyStart,
		),
		v1beta1constants.OperationRotateCAStart: sets.New(v1beta1constants.OperationRotateCAStartWithoutWorkersRollout),
		v1beta1constants.OperationRotateServiceAccountKeyStart: sets.New(
			v1beta1constants.OperationRotateServiceAccountKeyStartWithoutWorkersRollout,
		),
		v1beta1constants.OperationRotateETCDEncryptionKey: sets.New(v1beta1constants.OperationRotateETCDEncryptionKeyStart),
	}
	// covers are operations that the other annotation must not ask for, because one includes them.
	covers = map[string]sets.Set[string]{
		v1beta1constants.OperationRotateCredentialsStart:                      starts,
		v1beta1constants.OperationRotateCredentialsStartWithoutWorkersRollout: starts,
		v1beta1constants.OperationRotateCredentialsComplete:                   completions,
	}
)

// operationsOf returns the operations that an annotation asks for, each once.
func operationsOf(shoot *gardencorev1beta1.Shoot, annotation string) []string {
	var out []string
	for operation := range strings.SplitSeq(shoot.Annotations[annotation], v1beta1constants.GardenerOperationsSeparator) {
		if operation = strings.TrimSpace(operation); operation != "" && !slices.Contains(out, operation) {
			out = append(out, operation)
		}
	}
	return out
}

func maintenanceOperations(shoot *gardencorev1beta1.Shoot) []string {
	return operationsOf(shoot, v1beta1constants.GardenerMaintenanceOperation)
}

// rollsWorkers says whether an operation replaces the machines of pools that it names.
func rollsWorkers(operation string) bool {
	return strings.HasPrefix(operation, v1beta1constants.OperationRotateRolloutWorkers) ||
		strings.HasPrefix(operation, v1beta1constants.OperationRolloutWorkers)
}

// operations checks the annotations that ask for operations, sections 6, 7 and 26.
func operations(shoot *gardencorev1beta1.Shoot) field.ErrorList {
	annotations := field.NewPath("metadata", "annotations")
	now := asked{shoot, operationsOf(shoot, v1beta1constants.GardenerOperation), annotations.Key(v1beta1constants.GardenerOperation)}
	later := asked{shoot, maintenanceOperations(shoot), annotations.Key(v1beta1constants.GardenerMaintenanceOperation)}
	if out := join(now.unknown(), later.unknown()); len(out) > 0 {
		return out
	}
	var out field.ErrorList
	if both := sets.New(now.operations...).Intersection(sets.New(later.operations...)); both.Len() > 0 {
		out = append(out, field.Forbidden(annotations, fmt.Sprintf("%s is asked for now and in the next maintenance; choose one", strings.Join(sets.List(both), ", "))))
	}
	out = join(out, now.contradictions(), later.contradictions(), now.coveredBy(later), later.coveredBy(now))
	for _, operation := range now.operations {
		out = append(out, now.context(operation)...)
	}
	if shoot.DeletionTimestamp == nil { // A Shoot that is being deleted sees no maintenance any more.
		for _, operation := range later.operations {
			out = append(out, later.context(operation)...)
		}
	}
	return out
}

// asked is what one annotation asks for.
type asked struct {
	shoot      *gardencorev1beta1.Shoot
	operations []string
	path       *field.Path
}

func (a asked) forbidden(format string, arguments ...any) *field.Error {
	return field.Forbidden(a.path, fmt.Sprintf(format, arguments...))
}

// unknown returns the first operation that nobody knows, or that does not go together with others.
func (a asked) unknown() field.ErrorList {
	for _, operation := range a.operations {
		switch {
		case rollsWorkers(operation):
		case !knownOperations.Has(operation):
			return one(field.NotSupported(a.path, operation, sets.List(knownOperations)))
		case len(a.operations) > 1 && !combinable.Has(operation):
			return one(a.forbidden("%s must be asked for alone", operation))
		}
	}
	return nil
}

// contradictions checks operations against each other and against the state of the Shoot.
func (a asked) contradictions() field.ErrorList {
	var out field.ErrorList
	all := sets.New(a.operations...)
	for _, operation := range a.operations {
		if isOldKeyOperation(operation) && !parseVersion(a.shoot.Spec.Kubernetes.Version).before(34) {
			out = append(out, a.forbidden("%s is gone from Kubernetes 1.34 on; use %s, which does all of it",
				operation, v1beta1constants.OperationRotateETCDEncryptionKey))
		}
		if others := excludes[operation].Intersection(all); others.Len() > 0 {
			out = append(out, a.forbidden("%s cannot be asked for together with %s", operation, strings.Join(sets.List(others), ", ")))
		}
		if inHibernation(a.shoot) && (forbiddenWhileHibernated.Has(operation) || rollsWorkers(operation)) {
			out = append(out, a.forbidden("%s needs a cluster that is awake; wake it up first", operation))
		}
		if encrypting.Has(operation) && !wantedEncryption(&a.shoot.Spec).resources.Equal(actualEncryption(&a.shoot.Status).resources) {
			out = append(out, a.forbidden("%s has to wait for a change of encryption that is being carried out", operation))
		}
	}
	return out
}

func isOldKeyOperation(operation string) bool {
	return operation == v1beta1constants.OperationRotateETCDEncryptionKeyStart ||
		operation == v1beta1constants.OperationRotateETCDEncryptionKeyComplete
}

// coveredBy checks that the other annotation asks for nothing that includes an operation of this one.
func (a asked) coveredBy(other asked) field.ErrorList {
	var out field.ErrorList
	for _, operation := range other.operations {
		if mine := covers[operation].Intersection(sets.New(a.operations...)); mine.Len() > 0 {
			out = append(out, field.Forbidden(field.NewPath("metadata", "annotations").Key(v1beta1constants.GardenerOperation),
				fmt.Sprintf("%s is part of %s, which is asked for as well; remove it", strings.Join(sets.List(mine), ", "), operation)))
		}
	}
	return out
}

// pools checks the names of pools that an operation rolls.
func (a asked) pools(operation, prefix string, all bool) field.ErrorList {
	names := strings.Split(strings.TrimPrefix(operation, prefix+"="), ",")
	if all && len(names) == 1 && names[0] == "*" {
		names = nil
		for i := range a.shoot.Spec.Provider.Workers {
			names = append(names, a.shoot.Spec.Provider.Workers[i].Name)
		}
	}
	var out field.ErrorList
	if slices.Contains(names, "") {
		out = append(out, field.Required(a.path, fmt.Sprintf("name pools as in %s=<pool>,<pool>", prefix)))
	}
	if all && slices.Contains(names, "*") {
		out = append(out, a.forbidden("* is all pools; name no others beside it"))
	}
	seen := unique[string]{}
	for _, name := range names {
		if seen.seen(name) {
			out = append(out, field.Duplicate(a.path, name))
		}
		i := slices.IndexFunc(a.shoot.Spec.Provider.Workers, func(worker gardencorev1beta1.Worker) bool { return worker.Name == name })
		switch {
		case i < 0:
			out = append(out, field.Invalid(a.path, name, "must be the name of a pool in spec.provider.workers"))
		case all && inPlace(&a.shoot.Spec.Provider.Workers[i]):
			out = append(out, field.Invalid(a.path, name, "is a pool that is updated in place, whose machines are not replaced"))
		}
	}
	return out
}
