// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeapiserver

import (
	"errors"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apiserverv1 "k8s.io/apiserver/pkg/apis/apiserver/v1"
	"sigs.k8s.io/yaml"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
)

const (
	encryptionFile = "encryption.yaml"
	// everything matches all resources, custom ones among them.
	everything = "*.*"
)

// encryption is how resources are stored. The last entry is for everything that is not encrypted, or no longer: it
// is written in plain text, and what an earlier configuration encrypted is still read.
func encryption(in *component.Input) (part, error) {
	spec := in.Configuration.APIServer.Encryption
	if len(in.Keys.Encryption) == 0 {
		return part{}, errors.New("there is no encryption key")
	}
	providers, err := encryptionProviders(spec.Provider, in.Keys.Encryption)
	if err != nil {
		return part{}, err
	}
	identity := []apiserverv1.ProviderConfiguration{{Identity: &apiserverv1.IdentityConfiguration{}}}
	content, err := yaml.Marshal(apiserverv1.EncryptionConfiguration{
		TypeMeta: metav1.TypeMeta{
			APIVersion: apiserverv1.SchemeGroupVersion.String(),
			Kind:       "EncryptionConfiguration",
		},
		Resources: []apiserverv1.ResourceConfiguration{
			{Resources: in.EncryptedResources(), Providers: slices.Concat(providers, identity)},
			{Resources: []string{everything}, Providers: slices.Concat(identity, providers)},
		},
	})
	if err != nil {
		return part{}, fmt.Errorf("encode: %w", err)
	}
	p, mount := secret("encryption", map[string][]byte{encryptionFile: content})
	p.flags = component.Flags{"encryption-provider-config": mount.File(encryptionFile)}
	return p, nil
}

// encryptionProviders returns the ways to read and write: the first key writes in the way that the user wants, and
// every key reads what was written in the way it was made for.
func encryptionProviders(wanted controlplanev1.EncryptionProvider, keys []pki.EncryptionKey) ([]apiserverv1.ProviderConfiguration, error) {
	if wanted == "" {
		wanted = controlplanev1.EncryptionAESCBC
	}
	writer := keys[0]
	writer.Provider = pki.EncryptionProvider(wanted)
	if keys[0].Provider != writer.Provider {
		keys = slices.Concat([]pki.EncryptionKey{writer}, keys)
	}
	var providers []apiserverv1.ProviderConfiguration
	for _, key := range keys {
		provider := apiserverv1.ProviderConfiguration{}
		material := []apiserverv1.Key{{Name: key.Name, Secret: key.Secret}}
		switch key.Provider {
		case pki.AESCBC:
			provider.AESCBC = &apiserverv1.AESConfiguration{Keys: material}
		case pki.AESGCM:
			provider.AESGCM = &apiserverv1.AESConfiguration{Keys: material}
		case pki.Secretbox:
			provider.Secretbox = &apiserverv1.SecretboxConfiguration{Keys: material}
		default:
			return nil, fmt.Errorf("key %s is for the unknown provider %q", key.Name, key.Provider)
		}
		providers = append(providers, provider)
	}
	return providers, nil
}
