// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package capi installs Cluster API on a seed with clusterctl, the way a user
// would, and lets other addons install their providers likewise.
//
// Real: Cluster API's core manager and clusterctl, built from their module, the
// manifests of that module, clusterctl's inventory and templates, and the
// CustomResourceDefinitions of cert-manager.
//
// Stands in: a local repository (type Repository) for the release pages that
// clusterctl would download from, and, for cert-manager's controllers, which
// are not published as a module, function issueCertificates: it makes the
// Secrets and the CA bundles that cert-manager would make, once, when
// manifests are rendered. clusterctl.yaml declares cert-manager as externally
// provisioned. The Certificates themselves are installed and never reconciled.
//
// The state folder of the seed keeps clusterctl.yaml, so that
//
//	clusterctl --config _run/clusterctl.yaml generate cluster …
//
// works while the seed runs.
package capi
