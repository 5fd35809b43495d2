// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package connections

import (
	"errors"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// ErrConnecting says that the connection to a cluster is being made. The user is reconciled when it stands.
var ErrConnecting = errors.New("connecting to the cluster")

// KubeconfigError says that the Secret with a kubeconfig is missing or cannot be used.
type KubeconfigError struct {
	// Name is what the cluster is to the provider, for example "seed".
	Name   string
	Secret client.ObjectKey
	Err    error
}

func (e *KubeconfigError) Error() string {
	return fmt.Sprintf("kubeconfig of the %s in Secret %s: %v", e.Name, e.Secret, e.Err)
}

// Unwrap returns the cause.
func (e *KubeconfigError) Unwrap() error { return e.Err }

// UnreachableError says that the API server of a cluster does not answer.
type UnreachableError struct {
	// Name is what the cluster is to the provider, for example "seed".
	Name string
	Err  error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("the API server of the %s does not answer: %v", e.Name, e.Err)
}

// Unwrap returns the cause.
func (e *UnreachableError) Unwrap() error { return e.Err }
