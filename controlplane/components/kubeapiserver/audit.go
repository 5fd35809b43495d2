// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeapiserver

import (
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
)

const policyFile = "policy.yaml"

// audit is what is logged about requests, and by whom. Without a policy nothing is, which is a policy of level
// None at no cost.
func audit(in *component.Input) (part, error) {
	if in.References.AuditPolicy == "" {
		return part{}, nil
	}
	p, mount := configMap("audit", map[string]string{policyFile: in.References.AuditPolicy})
	p.flags = component.Flags{
		"audit-policy-file": mount.File(policyFile),
		// The log of the container is collected like any other; a file would need a volume and rotation.
		"audit-log-path": "-",
	}
	return p, nil
}
