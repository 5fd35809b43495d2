// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package project

import (
	"context"
	"fmt"
	"strconv"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// activityPeriod is how often the activity of a Project is noted at most, so that use costs one write a day.
const activityPeriod = 24 * time.Hour

// usage is what the decision about a Project is taken from.
type usage struct {
	now time.Time
	// inUse is true while the Project has Shoots, or Secrets or Quotas that Shoots of any Project use.
	inUse bool
	// exempt is true if its namespace asks not to be looked at.
	exempt bool
}

// staleness returns the status of a Project by its use, and whether it has to be deleted.
//
// A Project that is young, or was used lately, is not stale. One that is stale is deleted some time after it was found so,
// unless it is used again.
func staleness(project *gardencorev1beta1.Project, use usage, settings Settings) (status gardencorev1beta1.ProjectStatus, expired bool) {
	status = *project.Status.DeepCopy()
	if use.inUse && (status.LastActivityTimestamp == nil || use.now.Sub(status.LastActivityTimestamp.Time) >= activityPeriod) {
		status.LastActivityTimestamp = &metav1.Time{Time: use.now}
	}
	young := use.now.Sub(project.CreationTimestamp.Time) < settings.MinimumLifetime ||
		status.LastActivityTimestamp != nil && use.now.Sub(status.LastActivityTimestamp.Time) < settings.MinimumLifetime
	if use.inUse || use.exempt || young {
		status.StaleSinceTimestamp, status.StaleAutoDeleteTimestamp = nil, nil
		return status, false
	}
	if status.StaleSinceTimestamp == nil {
		status.StaleSinceTimestamp = &metav1.Time{Time: use.now}
	}
	// The end is told once the grace period is over. People rely on it: other settings may put it off, not bring it forward.
	end := status.StaleSinceTimestamp.Add(settings.StaleExpiration)
	told := status.StaleAutoDeleteTimestamp
	if use.now.Sub(status.StaleSinceTimestamp.Time) >= settings.StaleGracePeriod && (told == nil || end.After(told.Time)) {
		status.StaleAutoDeleteTimestamp = &metav1.Time{Time: end}
	}
	return status, status.StaleAutoDeleteTimestamp != nil && !use.now.Before(status.StaleAutoDeleteTimestamp.Time)
}

// usageOf finds out whether anything of a Project is used.
func (r *Reconciler) usageOf(ctx context.Context, namespace *corev1.Namespace) (usage, error) {
	use := usage{now: r.Now()}
	use.exempt, _ = strconv.ParseBool(namespace.Annotations[v1beta1constants.ProjectSkipStaleCheck])
	shoots := &gardencorev1beta1.ShootList{}
	if err := r.Client.List(ctx, shoots, client.UnsafeDisableDeepCopy); err != nil {
		return usage{}, fmt.Errorf("list Shoots: %w", err)
	}
	used := map[bindingKey]bool{}
	for i := range shoots.Items {
		shoot := &shoots.Items[i]
		use.inUse = use.inUse || shoot.Namespace == namespace.Name
		for kind, name := range map[string]*string{secretBinding: shoot.Spec.SecretBindingName, credentialsBinding: shoot.Spec.CredentialsBindingName} {
			if name != nil {
				used[bindingKey{kind, client.ObjectKey{Namespace: shoot.Namespace, Name: *name}}] = true
			}
		}
	}
	if use.inUse {
		return use, nil
	}
	references, err := r.references(ctx, used)
	use.inUse = references[namespace.Name]
	return use, err
}

// bindingKey identifies a SecretBinding or CredentialsBinding.
type bindingKey struct {
	kind string
	client.ObjectKey
}

const (
	secretBinding      = "SecretBinding"
	credentialsBinding = "CredentialsBinding"
)

// references returns the namespaces with Secrets and Quotas that bindings in use refer to.
func (r *Reconciler) references(ctx context.Context, used map[bindingKey]bool) (map[string]bool, error) {
	namespaces := map[string]bool{}
	note := func(kind string, binding client.Object, secret string, quotas []corev1.ObjectReference) {
		if !used[bindingKey{kind, client.ObjectKeyFromObject(binding)}] {
			return
		}
		namespaces[secret] = true
		for _, quota := range quotas {
			namespaces[quota.Namespace] = true
		}
	}
	secretBindings := &gardencorev1beta1.SecretBindingList{}
	if err := r.Client.List(ctx, secretBindings); err != nil {
		return nil, fmt.Errorf("list SecretBindings: %w", err)
	}
	for i := range secretBindings.Items {
		binding := &secretBindings.Items[i]
		note(secretBinding, binding, binding.SecretRef.Namespace, binding.Quotas)
	}
	credentialsBindings := &securityv1alpha1.CredentialsBindingList{}
	if err := r.Client.List(ctx, credentialsBindings); err != nil {
		return nil, fmt.Errorf("list CredentialsBindings: %w", err)
	}
	for i := range credentialsBindings.Items {
		binding := &credentialsBindings.Items[i]
		note(credentialsBinding, binding, binding.CredentialsRef.Namespace, binding.Quotas)
	}
	return namespaces, nil
}
