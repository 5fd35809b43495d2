// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Command workload is what tests run in workload clusters: a server that says
// where it runs, asks DNS and other servers on request, keeps files on volumes,
// and answers as an admission webhook. With -hostname it prints the name of the
// host instead.
//
//	GET  /                 the name of the host
//	GET  /lookup?name=…    the addresses of a name, one a line
//	GET  /fetch?url=…      what another server answers
//	PUT  /files/<path>     writes the body to a file below --files
//	GET  /files/<path>     reads it
//	POST /deny             an AdmissionReview; objects with the label deny=true are denied (TLS only)
package main
