// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package project

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// namespacePrefix begins the names of the namespaces of Projects.
const namespacePrefix = "garden-"

// namespaceError says why a namespace cannot be that of a Project. Its message tells the remedy.
type namespaceError struct{ message string }

func (e *namespaceError) Error() string { return e.message }

// namespaceName is what the Project asks for, or else a name that another Project of the same name would not have.
func namespaceName(project *gardencorev1beta1.Project) string {
	if project.Spec.Namespace != nil {
		return *project.Spec.Namespace
	}
	return namespacePrefix + project.Name + "-" + shortHash(project.UID)
}

func shortHash(uid types.UID) string {
	sum := sha256.Sum256([]byte(uid))
	return hex.EncodeToString(sum[:])[:5]
}

// namespaceOf is the namespace as the Project wants it, given the one that exists, if any. One that was there before
// is adopted if its labels name the Project, and then outlives it.
func namespaceOf(project *gardencorev1beta1.Project, existing *corev1.Namespace) (*corev1.Namespace, error) {
	want := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name:            namespaceName(project),
		Labels:          namespaceLabels(project),
		Annotations:     map[string]string{v1beta1constants.NamespaceProject: string(project.UID)},
		OwnerReferences: []metav1.OwnerReference{ownerReference(project)},
	}}
	if existing == nil {
		want.Annotations[v1beta1constants.NamespaceCreatedByProjectController] = "true"
		return want, nil
	}
	for key, value := range namespaceLabels(project) {
		if existing.Labels[key] != value {
			return nil, &namespaceError{fmt.Sprintf("namespace %s is not for this project; label it with %s=%s and %s=%s, or choose another spec.namespace",
				existing.Name, v1beta1constants.GardenRole, v1beta1constants.GardenRoleProject, v1beta1constants.ProjectName, project.Name)}
		}
	}
	if uid, used := existing.Annotations[v1beta1constants.NamespaceProject]; used && uid != string(project.UID) {
		return nil, &namespaceError{fmt.Sprintf("namespace %s belongs to another project; choose another spec.namespace", existing.Name)}
	}
	if existing.Annotations[v1beta1constants.NamespaceCreatedByProjectController] == "true" {
		want.Annotations[v1beta1constants.NamespaceCreatedByProjectController] = "true"
	} else {
		want.Annotations[v1beta1constants.NamespaceKeepAfterProjectDeletion] = "true"
	}
	return want, nil
}

func namespaceLabels(project *gardencorev1beta1.Project) map[string]string {
	return map[string]string{
		v1beta1constants.GardenRole:  v1beta1constants.GardenRoleProject,
		v1beta1constants.ProjectName: project.Name,
	}
}

// reconcileNamespace creates or adopts the namespace and returns it.
func (r *Reconciler) reconcileNamespace(ctx context.Context, project *gardencorev1beta1.Project) (*corev1.Namespace, error) {
	existing, err := r.getNamespace(ctx, namespaceName(project))
	if err != nil {
		return nil, err
	}
	want, err := namespaceOf(project, existing)
	if err != nil {
		return nil, err
	}
	if _, _, err := apply.Apply(ctx, r.Client, want); err != nil {
		return nil, err
	}
	return want, nil
}

// getNamespace returns nil if there is none.
func (r *Reconciler) getNamespace(ctx context.Context, name string) (*corev1.Namespace, error) {
	namespace := &corev1.Namespace{}
	err := r.Client.Get(ctx, client.ObjectKey{Name: name}, namespace)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("get namespace %s: %w", name, err)
	}
	return namespace, nil
}

// releaseNamespace deletes the namespace of a Project that is being deleted, or makes it nobody's if it was there before.
// It reports whether the Project can go.
func (r *Reconciler) releaseNamespace(ctx context.Context, project *gardencorev1beta1.Project) (bool, error) {
	namespace, err := r.getNamespace(ctx, namespaceName(project))
	if err != nil || namespace == nil {
		return true, err
	}
	if namespace.Annotations[v1beta1constants.NamespaceProject] != string(project.UID) {
		return true, nil
	}
	if keep, _ := strconv.ParseBool(namespace.Annotations[v1beta1constants.NamespaceKeepAfterProjectDeletion]); !keep {
		_, err := apply.Delete(ctx, r.Client, namespace)
		return false, err
	}
	free := namespace.DeepCopy()
	for key := range namespaceLabels(project) {
		delete(free.Labels, key)
	}
	for _, key := range []string{
		v1beta1constants.NamespaceProject, v1beta1constants.NamespaceKeepAfterProjectDeletion,
		v1beta1constants.NamespaceCreatedByProjectController, apply.AnnotationHash,
	} {
		delete(free.Annotations, key)
	}
	free.OwnerReferences = withoutOwner(free.OwnerReferences, project.UID)
	_, err = apply.Merge(ctx, r.Client, namespace, free)
	return err == nil, err
}

func withoutOwner(owners []metav1.OwnerReference, uid types.UID) []metav1.OwnerReference {
	var out []metav1.OwnerReference
	for _, owner := range owners {
		if owner.UID != uid {
			out = append(out, owner)
		}
	}
	return out
}
