// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package exposureclass keeps ExposureClasses while Shoots refer to them.
package exposureclass
