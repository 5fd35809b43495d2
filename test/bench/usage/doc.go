// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package usage reads what containers and processes of this machine use: the working set that the kubelet would act
// on, the proportional set size (PSS) in which copies of one program share what they share, and processor time.
package usage
