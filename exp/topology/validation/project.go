// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"slices"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
)

// Roles returns all roles of a member of a Project, which are in two fields.
func Roles(member gardencorev1beta1.ProjectMember) []string {
	var out []string
	if member.Role != "" {
		out = append(out, member.Role)
	}
	for _, role := range member.Roles {
		if !slices.Contains(out, role) {
			out = append(out, role)
		}
	}
	return out
}
