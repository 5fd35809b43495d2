// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"context"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// ProjectOf returns the Project that a namespace is for, by its label. What does not exist is a *NotFoundError.
func ProjectOf(ctx context.Context, reader client.Reader, namespace string) (*gardencorev1beta1.Project, error) {
	object := &corev1.Namespace{}
	if err := get(ctx, reader, client.ObjectKey{Name: namespace}, object, "Namespace"); err != nil {
		return nil, err
	}
	name := object.Labels[v1beta1constants.ProjectName]
	if name == "" {
		return nil, &NotFoundError{Kind: "Project", Name: "of namespace " + namespace}
	}
	project := &gardencorev1beta1.Project{}
	return project, get(ctx, reader, client.ObjectKey{Name: name}, project, "Project")
}
