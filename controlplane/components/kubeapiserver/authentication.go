// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeapiserver

import (
	"errors"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/kubernetes"
)

const authenticationFile = "config.yaml"

// authentication is how users are known, besides by certificates and service accounts. Nobody is served without
// being known.
func authentication(in *component.Input) (part, error) {
	flags := component.Flags{"anonymous-auth": "false"}
	if in.References.Authentication == "" {
		return part{flags: flags}, nil
	}
	config, err := parseDocument(in.References.Authentication, "AuthenticationConfiguration")
	if err != nil {
		return part{}, err
	}
	if enabled, _ := config.object("anonymous")["enabled"].(bool); enabled {
		return part{}, errors.New("anonymous requests are not served; remove anonymous or set anonymous.enabled to false")
	}
	// The flag says so too, and the two exclude each other.
	delete(config, "anonymous")
	config.adaptVersion(in.Version, kubernetes.StructuredAuthenticationV1)
	content, err := config.encode()
	if err != nil {
		return part{}, err
	}
	p, mount := configMap("authentication", map[string]string{authenticationFile: content})
	p.flags = flags.Merge(component.Flags{"authentication-config": mount.File(authenticationFile)})
	return p, nil
}
