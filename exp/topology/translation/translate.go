// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
)

// Translate returns what a Shoot becomes: the same for the same input, byte for byte. What is out of reach is named by the
// fields of the Shoot.
func Translate(in Input, p provider.Provider) (Output, field.ErrorList) {
	return Output{}, nil
}
