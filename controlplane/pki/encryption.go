// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package pki

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"time"

	"sigs.k8s.io/yaml"
)

// EncryptionProvider is a way in which the API server encrypts what it stores.
type EncryptionProvider string

// Providers with a local key, by the API server's names.
const (
	AESCBC    EncryptionProvider = "aescbc"
	AESGCM    EncryptionProvider = "aesgcm"
	Secretbox EncryptionProvider = "secretbox"
)

// EncryptionKey encrypts resources in etcd. Losing one loses what was written with it.
type EncryptionKey struct {
	// Name is stored with every value this key encrypts: key<seconds since 1970>.
	Name     string             `json:"name"`
	Provider EncryptionProvider `json:"provider"`
	// Secret is the key itself, base64 as the API server expects it.
	Secret string `json:"secret"`
}

const encryptionKeyBytes = 32

const restoreEncryption = "restore it from a backup, for without the right keys stored resources cannot be read; " +
	"a supplied keys.yaml is a list of name, provider (aescbc, aesgcm or secretbox) and secret (base64 of 32 bytes)"

// A colon would end the key's name in the prefix of a stored value.
var encryptionKeyName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$`)

// NewEncryptionKey returns a random key named after the current time.
func NewEncryptionKey(provider EncryptionProvider, now time.Time) EncryptionKey {
	key := make([]byte, encryptionKeyBytes)
	_, _ = rand.Read(key) // It never fails.
	return EncryptionKey{
		Name:     fmt.Sprintf("key%d", now.Unix()),
		Provider: provider,
		Secret:   base64.StdEncoding.EncodeToString(key),
	}
}

func generateEncryption(now time.Time) (map[string][]byte, error) {
	keys, err := yaml.Marshal([]EncryptionKey{NewEncryptionKey(AESCBC, now)})
	if err != nil {
		return nil, fmt.Errorf("encode encryption keys: %w", err)
	}
	return map[string][]byte{EncryptionData: keys}, nil
}

func parseEncryption(data map[string][]byte) ([]EncryptionKey, *RootError) {
	var keys []EncryptionKey
	if err := yaml.UnmarshalStrict(data[EncryptionData], &keys); err != nil {
		// The cause may quote the keys themselves.
		return nil, invalid(restoreEncryption, "%s is not a YAML list of keys", EncryptionData)
	}
	if len(keys) == 0 {
		return nil, invalid(restoreEncryption, "%s holds no key", EncryptionData)
	}
	seen := map[string]bool{}
	for i, key := range keys {
		if !encryptionKeyName.MatchString(key.Name) {
			return nil, invalid(restoreEncryption, "key %d has no proper name", i)
		}
		if seen[key.Name] {
			return nil, invalid(restoreEncryption, "two keys are named %s", key.Name)
		}
		seen[key.Name] = true
		if problem := key.problem(); problem != "" {
			return nil, invalid(restoreEncryption, "key %s %s", key.Name, problem)
		}
	}
	return keys, nil
}

// problem says why a key cannot be used; empty if it can.
func (k EncryptionKey) problem() string {
	sizes := []int{16, 24, 32}
	switch k.Provider {
	case AESCBC, AESGCM:
	case Secretbox:
		sizes = []int{32}
	default:
		return fmt.Sprintf("has the unknown provider %q", k.Provider)
	}
	secret, err := base64.StdEncoding.DecodeString(k.Secret)
	if err != nil {
		return "is not base64"
	}
	if !slices.Contains(sizes, len(secret)) {
		return fmt.Sprintf("has %d bytes, which %s does not take", len(secret), k.Provider)
	}
	return ""
}
