// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// encryption checks what is encrypted in etcd and how, section 11.
func encryption(config *gardencorev1beta1.EncryptionConfig, maintenance *gardencorev1beta1.Maintenance, path *field.Path) field.ErrorList {
	if config == nil {
		return nil
	}
	var out field.ErrorList
	seen := unique[schema.GroupResource]{}
	for i, name := range config.Resources {
		out = append(out, encryptedResource(name, seen, path.Child("resources").Index(i))...)
	}
	typePath := path.Child("provider", "type")
	out = append(out, oneOf(config.Provider.Type, typePath, gardencorev1beta1.EncryptionProviderTypeAESCBC,
		gardencorev1beta1.EncryptionProviderTypeAESGCM, gardencorev1beta1.EncryptionProviderTypeSecretbox)...)
	if deref(config.Provider.Type) == gardencorev1beta1.EncryptionProviderTypeAESGCM && !rotatesEncryptionKey(maintenance) {
		out = append(out, field.Forbidden(typePath, "aesgcm keys have to be changed often; set spec.maintenance.autoRotation.credentials.etcdEncryptionKey"))
	}
	return out
}

func encryptedResource(name string, seen unique[schema.GroupResource], path *field.Path) field.ErrorList {
	parsed := schema.ParseGroupResource(name)
	var out field.ErrorList
	for _, rule := range []struct {
		broken bool
		detail string
	}{
		{strings.ToLower(name) != name, "must be in lower case"},
		{name == "apiserveripinfo" || name == "serviceipallocations" || name == "servicenodeportallocations", "is no resource of the API"},
		{strings.HasSuffix(name, "."), "must not end with a dot"},
		{strings.Contains(name, "*"), "must not contain *; name each resource"},
		{parsed.Group == "events.k8s.io", "is stored as events; write that"},
		{parsed.Group == "extensions", "is of a group that is gone"},
	} {
		if rule.broken {
			out = append(out, field.Invalid(path, name, rule.detail))
		}
	}
	if seen.seen(parsed) {
		out = append(out, field.Duplicate(path, name))
	}
	if parsed == (schema.GroupResource{Resource: "secrets"}) {
		out = append(out, field.Forbidden(path, "are always encrypted; remove it"))
	}
	return out
}

func rotatesEncryptionKey(maintenance *gardencorev1beta1.Maintenance) bool {
	if maintenance == nil || maintenance.AutoRotation == nil || maintenance.AutoRotation.Credentials == nil {
		return false
	}
	key := maintenance.AutoRotation.Credentials.ETCDEncryptionKey
	return key != nil && key.RotationPeriod != nil && key.RotationPeriod.Duration != 0
}

// encrypted is what is encrypted, and with what.
type encrypted struct {
	resources sets.Set[schema.GroupResource]
	provider  gardencorev1beta1.EncryptionProviderType
}

func groupResources(names []string) sets.Set[schema.GroupResource] {
	out := sets.New[schema.GroupResource]()
	for _, name := range names {
		out.Insert(schema.ParseGroupResource(name))
	}
	return out
}

// wantedEncryption is what the spec of a Shoot says.
func wantedEncryption(spec *gardencorev1beta1.ShootSpec) encrypted {
	if spec.Kubernetes.KubeAPIServer == nil || spec.Kubernetes.KubeAPIServer.EncryptionConfig == nil {
		return encrypted{resources: groupResources(nil)}
	}
	config := spec.Kubernetes.KubeAPIServer.EncryptionConfig
	return encrypted{groupResources(config.Resources), deref(config.Provider.Type)}
}

// actualEncryption is what the status of a Shoot says.
func actualEncryption(status *gardencorev1beta1.ShootStatus) encrypted {
	if status.Credentials == nil || status.Credentials.EncryptionAtRest == nil {
		return encrypted{resources: groupResources(nil)}
	}
	return encrypted{groupResources(status.Credentials.EncryptionAtRest.Resources), status.Credentials.EncryptionAtRest.Provider.Type}
}

// encryptionUpdate checks that a change of encryption begins only when the one before has ended, that no key is being
// rotated, and that the cluster is awake.
func encryptionUpdate(now, before *gardencorev1beta1.Shoot, path *field.Path) field.ErrorList {
	wanted, last, actual := wantedEncryption(&now.Spec), wantedEncryption(&before.Spec), actualEncryption(&now.Status)
	newResources, newProvider := !wanted.resources.Equal(last.resources), wanted.provider != last.provider
	phase := rotationPhase(now.Status.Credentials, rotationETCDEncryptionKey)
	var out field.ErrorList
	check := func(own *field.Path) {
		if phase != "" && phase != gardencorev1beta1.RotationCompleted {
			out = append(out, field.Forbidden(own, fmt.Sprintf("cannot change while the encryption key is being rotated (%s); complete that first", phase)))
		}
		if !last.resources.Equal(actual.resources) || last.provider != actual.provider {
			out = append(out, field.Forbidden(own, "cannot change while an earlier change of encryption is being carried out; wait for status.credentials.encryptionAtRest"))
		}
		if hibernationWanted(now) {
			out = append(out, field.Forbidden(own, "cannot change while the Shoot is hibernated; wake it up first"))
		}
	}
	if newResources {
		check(path.Child("resources"))
	}
	if newProvider {
		own := path.Child("provider", "type")
		if !readyForRotation(now.Status.LastOperation) {
			out = append(out, field.Forbidden(own, "cannot change before the Shoot has been created"))
		}
		check(own)
		if newResources {
			out = append(out, field.Forbidden(own, "cannot change together with the resources; change one after the other"))
		}
	}
	return out
}
