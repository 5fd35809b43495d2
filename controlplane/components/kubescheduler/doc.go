// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package kubescheduler is kube-scheduler. It needs kube-apiserver, and nothing reads from it.
//
// It is the smallest component and the one to copy for a new one.
package kubescheduler
