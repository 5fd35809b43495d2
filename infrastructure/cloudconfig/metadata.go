// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cloudconfig

import (
	"errors"
	"fmt"

	"sigs.k8s.io/yaml"
)

// Where a machine finds its data.
const (
	// Folder is where the data is mounted.
	Folder = "/etc/machine"
	// UserDataFile is the cloud-config in it.
	UserDataFile = "user-data"
	// MetaDataFile is the MetaData in it, as YAML.
	MetaDataFile = "meta-data"
)

// MetaData is what a machine is told about itself. The first two keys are those of cloud-init's NoCloud.
type MetaData struct {
	// InstanceID identifies the machine; its user data is carried out once for each.
	InstanceID string `json:"instance-id"`
	// LocalHostname is the name of the host and so of the node.
	LocalHostname string `json:"local-hostname"`
	// ProviderID is that of the node.
	ProviderID string `json:"provider-id"`
	// Zone is the node's label topology.kubernetes.io/zone. Empty means none.
	Zone string `json:"zone,omitempty"`
	// CPU and Memory are what pods can be given, as quantities. Empty means all that the host has.
	CPU    string `json:"cpu,omitempty"`
	Memory string `json:"memory,omitempty"`
}

// ParseMetaData reads meta-data. Errors name what is missing.
func ParseMetaData(data []byte) (MetaData, error) {
	var m MetaData
	if err := yaml.UnmarshalStrict(data, &m); err != nil {
		return m, fmt.Errorf("read meta-data: %w", err)
	}
	for key, value := range map[string]string{
		"instance-id": m.InstanceID, "local-hostname": m.LocalHostname, "provider-id": m.ProviderID,
	} {
		if value == "" {
			return m, errors.New("read meta-data: " + key + " is missing")
		}
	}
	return m, nil
}
