// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package health tells from the status of an object whether it does what it is there for. It knows the kinds that
// run pods (Deployment, DaemonSet, StatefulSet, Job) and those that extend an API (APIService,
// CustomResourceDefinition). Objects of every other kind are healthy by existing.
package health
