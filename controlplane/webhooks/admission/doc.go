// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package admission refuses what the schema and its CEL rules cannot see to be
// wrong: versions and the steps between them, texts in another language (patches,
// plugin configuration, cron expressions), and other control planes.
//
// Webhooks only read and keep no state, so they are safe for server-side-apply
// dry runs. They change nothing: a version without its leading v is refused by the
// schema, because Cluster API writes it with one and a changed field would be
// contended for by whoever applied it. An update is asked only about what it
// brings: an object that was stored under older rules stays editable. Nothing is
// asked of a deletion.
//
// Names of feature gates and admission plugins are not checked. They change with
// every minor, and the lists can only be had by importing Kubernetes itself; a
// kube-apiserver that does not know a name exits and says so, which the condition
// ComponentsAvailable shows while the running instances serve on.
package admission
