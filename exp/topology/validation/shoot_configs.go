// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"
)

// providerConfigs checks that configurations of extensions are of versions of an API that is published, section 17.
func providerConfigs(spec *gardencorev1beta1.ShootSpec) field.ErrorList {
	path := specPath.Child("provider")
	out := join(published(spec.Provider.InfrastructureConfig, path.Child("infrastructureConfig")),
		published(spec.Provider.ControlPlaneConfig, path.Child("controlPlaneConfig")))
	if spec.Networking != nil {
		out = append(out, published(spec.Networking.ProviderConfig, specPath.Child("networking", "providerConfig"))...)
	}
	for i := range spec.Provider.Workers {
		worker, own := &spec.Provider.Workers[i], path.Child("workers").Index(i)
		out = append(out, published(worker.ProviderConfig, own.Child("providerConfig"))...)
		if worker.Machine.Image != nil {
			out = append(out, published(worker.Machine.Image.ProviderConfig, own.Child("machine", "image", "providerConfig"))...)
		}
		for j, runtime := range deref(worker.CRI).ContainerRuntimes {
			out = append(out, published(runtime.ProviderConfig, own.Child("cri", "containerRuntimes").Index(j).Child("providerConfig"))...)
		}
	}
	return out
}

// published checks that a configuration does not name the version of an API that only Go code has.
func published(config *runtime.RawExtension, path *field.Path) field.ErrorList {
	if config == nil || len(config.Raw) == 0 {
		return nil
	}
	var object runtime.TypeMeta
	if err := yaml.Unmarshal(config.Raw, &object); err != nil {
		return nil // What it has to be is the business of who reads it.
	}
	if _, version, _ := strings.Cut(object.APIVersion, "/"); version != runtime.APIVersionInternal && object.APIVersion != runtime.APIVersionInternal {
		return nil
	}
	return field.ErrorList{field.Invalid(path, object.APIVersion, "must not be the internal version; name one such as v1alpha1")}
}
