// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package server serves the aggregated API of package access beside the webhooks of the manager: on the same port, with the same
// certificate, in every instance. The kube-apiserver forwards requests and says by headers who asks; its word is taken only with
// the certificate of its front proxy, as the cluster's extension-apiserver-authentication says. What the user may do has been
// checked by the kube-apiserver and is asked again, so that nothing hangs on who can reach the port.
//
// One line is logged for each kubeconfig that is issued: for whom, for which Shoot, until when, with which serial number. What is
// secret is in the answer and nowhere else.
package server
