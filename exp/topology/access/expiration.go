// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package access

import (
	"fmt"
	"math"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Seconds of spec.expirationSeconds, as Gardener has them.
const (
	DefaultExpirationSeconds = 3600
	MinimumExpirationSeconds = 600
	limitExpirationSeconds   = math.MaxUint32 + 1
)

// DefaultMaximumExpiration is the longest time that a kubeconfig is valid for if the operator does not say otherwise.
const DefaultMaximumExpiration = 24 * time.Hour

// Expiration is how long a kubeconfig is valid that was asked for these seconds, nil for the default. More than the maximum is
// cut to it without an error, as in Gardener: the answer tells when the kubeconfig ends.
func Expiration(seconds *int64, maximum time.Duration) (time.Duration, field.ErrorList) {
	wanted := int64(DefaultExpirationSeconds)
	if seconds != nil {
		wanted = *seconds
	}
	path := field.NewPath("spec", "expirationSeconds")
	switch {
	case wanted < MinimumExpirationSeconds:
		return 0, field.ErrorList{field.Invalid(path, wanted, fmt.Sprintf("must be at least %d, which are ten minutes", MinimumExpirationSeconds))}
	case wanted > limitExpirationSeconds:
		return 0, field.ErrorList{field.Invalid(path, wanted, "must not be more than 2^32")}
	case maximum > 0 && wanted > int64(maximum/time.Second):
		return maximum, nil
	}
	return time.Duration(wanted) * time.Second, nil
}
