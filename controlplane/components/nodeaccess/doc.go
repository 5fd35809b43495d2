// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package nodeaccess is who may do what so that machines become nodes: it lets bootstrap tokens ask for a client
// certificate, has those requests and the renewals of kubelets approved by kube-controller-manager, and lets the API
// server use kubelets. Requests for serving certificates are not approved here: who may serve under which address is
// for the bootstrap provider to check.
//
// It is in the workload cluster alone.
package nodeaccess
