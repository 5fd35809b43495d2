// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"errors"
	"fmt"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/json"
)

// configVersion is the API of the configurations.
const configVersion = "aws.provider.extensions.gardener.cloud/v1alpha1"

// decode reads a configuration strictly. It returns nil if there is none, or if there is a problem.
func decode[T any](raw *runtime.RawExtension, kind string, path *field.Path) (*T, field.ErrorList) {
	if raw == nil || len(raw.Raw) == 0 {
		return nil, nil
	}
	var is runtime.TypeMeta
	if err := json.UnmarshalCaseSensitivePreserveInts(raw.Raw, &is); err != nil {
		return nil, field.ErrorList{field.Invalid(path, string(raw.Raw), "is no object: "+err.Error())}
	}
	if is.APIVersion != configVersion {
		return nil, field.ErrorList{field.NotSupported(path.Child("apiVersion"), is.APIVersion, []string{configVersion})}
	}
	if is.Kind != kind {
		return nil, field.ErrorList{field.NotSupported(path.Child("kind"), is.Kind, []string{kind})}
	}
	out := new(T)
	strict, err := json.UnmarshalStrict(raw.Raw, out)
	if err != nil {
		return nil, field.ErrorList{field.Invalid(path, kind, err.Error())}
	}
	var problems field.ErrorList
	for _, problem := range strict {
		problems = append(problems, strictProblem(problem, kind, path))
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return out, nil
}

// strictProblem tells about a field that is unknown or there twice by its path in the whole object.
func strictProblem(problem error, kind string, path *field.Path) *field.Error {
	var at json.FieldError
	if !errors.As(problem, &at) {
		return field.Invalid(path, kind, problem.Error())
	}
	full := field.NewPath(path.String() + "." + at.FieldPath())
	if strings.HasPrefix(problem.Error(), "duplicate") {
		return field.Duplicate(full, at.FieldPath())
	}
	return field.Forbidden(full, fmt.Sprintf("%s in %s has no such field", kind, configVersion))
}

func infrastructureConfig(shoot *gardencorev1beta1.Shoot) (*infrastructureConfigType, field.ErrorList) {
	config, problems := decode[infrastructureConfigType](shoot.Spec.Provider.InfrastructureConfig, "InfrastructureConfig", infrastructurePath)
	if config == nil && len(problems) == 0 {
		problems = append(problems, field.Required(infrastructurePath, "Shoots with workers on AWS need an InfrastructureConfig"))
	}
	return config, problems
}

func controlPlaneConfig(shoot *gardencorev1beta1.Shoot) (*controlPlaneConfigType, field.ErrorList) {
	return decode[controlPlaneConfigType](shoot.Spec.Provider.ControlPlaneConfig, "ControlPlaneConfig", controlPlanePath)
}

// workerConfig returns the configuration of a pool, an empty one if there is none, nil if there is a problem.
func workerConfig(worker *gardencorev1beta1.Worker, path *field.Path) (*workerConfigType, field.ErrorList) {
	config, problems := decode[workerConfigType](worker.ProviderConfig, "WorkerConfig", path)
	if config == nil && len(problems) == 0 {
		config = &workerConfigType{}
	}
	return config, problems
}
