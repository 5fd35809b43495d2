// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"fmt"
	"strconv"

	"k8s.io/utils/ptr"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

const defaultVerbosity = 2

// LoggingFlags are the flags for the log of a Kubernetes component.
func LoggingFlags(logging controlplanev1.LoggingSpec) Flags {
	flags := Flags{"v": strconv.Itoa(int(ptr.Deref(logging.Verbosity, defaultVerbosity)))}
	if logging.HTTPAccessVerbosity != nil {
		// Kubernetes components log their requests in this file.
		flags["vmodule"] = fmt.Sprintf("httplog=%d", *logging.HTTPAccessVerbosity)
	}
	return flags
}
