// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"fmt"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/intstr"
)

// share is the part of a size for one of several zones: the same for all, and one more for the first ones as long as there
// is a rest.
func share(size int32, zone, zones int) int32 {
	out := size / int32(zones)
	if int32(zone) < size%int32(zones) {
		out++
	}
	return out
}

// shareOf is the part of a number, or of a percentage of a total, for one of several zones. A percentage is that of the total
// as long as zones are equal, and is otherwise larger for a larger zone, rounded up.
func shareOf(value intstr.IntOrString, total int32, zone, zones int) (intstr.IntOrString, error) {
	if value.Type == intstr.Int {
		return intstr.FromInt32(share(value.IntVal, zone, zones)), nil
	}
	percent, err := strconv.ParseInt(strings.TrimSuffix(value.StrVal, "%"), 10, 32)
	if err != nil || !strings.HasSuffix(value.StrVal, "%") || percent < 0 {
		return intstr.IntOrString{}, fmt.Errorf("%q is neither a number nor a percentage such as 25%%", value.StrVal)
	}
	if total > 0 && total%int32(zones) != 0 {
		weight := percent * int64(share(total, zone, zones)) * int64(zones)
		percent = (weight + int64(total) - 1) / int64(total)
	}
	return intstr.FromString(fmt.Sprintf("%d%%", percent)), nil
}
