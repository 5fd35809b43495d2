// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package kubeletserving decides about the serving certificates that kubelets ask for. The kube-controller-manager
// signs what was approved; nobody but this package approves it.
//
// Who may ask for what is said by Machines, which kubelets cannot write: a node may have a certificate for the addresses
// that the infrastructure reports for its Machine, and for no others. The rules are those of Gardener's approver and of
// Kubernetes' signer, in rules.go. They have three outcomes. A request that no later observation could make right is
// denied, and its Denied condition says why; the kubelet then asks anew. A request of a node whose Machine is not known
// well enough yet waits for it. A request in a cluster none of whose machines is ours, or of a Machine that another
// bootstrap provider made, is left to others.
package kubeletserving
