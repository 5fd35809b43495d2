// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package kubeapiserver is kube-apiserver. It starts in parallel with etcd-main and etcd-events, whose members it
// addresses by name; all other components need it.
//
// Each concern is a part: the flags, and the files that the flags name. Configuration is in immutable objects with
// a hash in their name, so that a change replaces the pods one by one; certificates keep the name of their Secret
// and are read again by the API server. Health checks carry a token, because nobody is served anonymously.
//
// The Deployment waits for the address of the control plane, which is published by the Service and part of the
// serving certificate; etcd starts meanwhile.
package kubeapiserver
