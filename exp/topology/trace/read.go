// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package trace

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// Manifests are what a trace begins with. Nothing but Shoot and Profile is needed.
type Manifests struct {
	Shoot   *gardencorev1beta1.Shoot
	Profile *gardencorev1beta1.CloudProfile
	// Own is the profile of the project that the Shoot names instead.
	Own     *gardencorev1beta1.NamespacedCloudProfile
	Seed    *gardencorev1beta1.Seed
	Project *gardencorev1beta1.Project
	// ConfigMaps and Secrets are what the Shoot and the Seed refer to. A Secret of another name has the credentials of the Shoot.
	ConfigMaps []*corev1.ConfigMap
	Secrets    []*corev1.Secret
}

// Read adds the YAML documents of a file. Kinds that translation does not read are passed over; fields that there are not are
// refused.
func (m *Manifests) Read(content []byte) error {
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(content)))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read YAML: %w", err)
		}
		if err := m.add(document); err != nil {
			return err
		}
	}
}

func (m *Manifests) add(document []byte) error {
	var kind metav1.TypeMeta
	if err := yaml.Unmarshal(document, &kind); err != nil {
		return fmt.Errorf("read YAML: %w", err)
	}
	var object any
	switch kind.Kind {
	case "Shoot":
		object = fresh(&m.Shoot)
	case "CloudProfile":
		object = fresh(&m.Profile)
	case "NamespacedCloudProfile":
		object = fresh(&m.Own)
	case "Seed":
		object = fresh(&m.Seed)
	case "Project":
		object = fresh(&m.Project)
	case "ConfigMap":
		object = another(&m.ConfigMaps)
	case "Secret":
		object = another(&m.Secrets)
	default:
		return nil
	}
	if err := yaml.UnmarshalStrict(document, object); err != nil {
		return fmt.Errorf("read %s: %w", kind.Kind, err)
	}
	return nil
}

// fresh puts an empty object into a field.
func fresh[T any](field **T) *T {
	*field = new(T)
	return *field
}

// another adds an empty object to a list.
func another[T any](list *[]*T) *T {
	*list = append(*list, new(T))
	return (*list)[len(*list)-1]
}
