// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package seeds

import (
	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// isNews reports whether an update tells something that matters to a control plane: etcd-druid writes when and how it
// has last looked at an Etcd several times with each look.
func isNews(before, after client.Object) bool {
	old, ok := before.(*druidv1alpha1.Etcd)
	if !ok {
		return true
	}
	changed, ok := after.(*druidv1alpha1.Etcd)
	return !ok || !equality.Semantic.DeepEqual(withoutLooks(old), withoutLooks(changed))
}

// withoutLooks returns a copy without what changes although nothing happens.
func withoutLooks(etcd *druidv1alpha1.Etcd) *druidv1alpha1.Etcd {
	etcd = etcd.DeepCopy()
	etcd.ResourceVersion = ""
	etcd.ManagedFields = nil
	etcd.Status.LastOperation = nil
	for i := range etcd.Status.Conditions {
		etcd.Status.Conditions[i].LastUpdateTime = metav1.Time{}
	}
	for i := range etcd.Status.LastErrors {
		etcd.Status.LastErrors[i].ObservedAt = metav1.Time{}
	}
	return etcd
}
