// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package seeds

import (
	"testing"
	"time"

	druidapicommon "github.com/gardener/etcd-druid/api/common"
	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

func TestOnlyNewsReconcileAControlPlane(t *testing.T) {
	etcd := func(change func(*druidv1alpha1.Etcd)) client.Object {
		e := &druidv1alpha1.Etcd{
			ObjectMeta: metav1.ObjectMeta{Name: "etcd-main", ResourceVersion: "1"},
			Status: druidv1alpha1.EtcdStatus{
				Conditions: []druidv1alpha1.Condition{{Type: druidv1alpha1.ConditionTypeReady, Status: druidv1alpha1.ConditionTrue}},
				LastErrors: []druidapicommon.LastError{{Description: "no luck"}},
			},
		}
		change(e)
		return e
	}
	nothing := etcd(func(*druidv1alpha1.Etcd) {})
	cases := map[string]struct {
		before, after client.Object
		want          bool
	}{
		"not a resync": {nothing, nothing, false},
		"not when etcd-druid looks": {nothing, etcd(func(e *druidv1alpha1.Etcd) {
			e.ResourceVersion = "2"
			e.Status.LastOperation = &druidapicommon.LastOperation{State: druidv1alpha1.LastOperationStateProcessing}
			e.Status.Conditions[0].LastUpdateTime = metav1.NewTime(time.Now())
			e.Status.LastErrors[0].ObservedAt = metav1.NewTime(time.Now())
		}), false},
		"but when an Etcd is no longer ready": {nothing, etcd(func(e *druidv1alpha1.Etcd) {
			e.ResourceVersion = "2"
			e.Status.Conditions[0].Status = druidv1alpha1.ConditionFalse
		}), true},
		"or has another problem": {nothing, etcd(func(e *druidv1alpha1.Etcd) {
			e.ResourceVersion = "2"
			e.Status.LastErrors[0].Description = "still none"
		}), true},
		"or someone changed its spec": {nothing, etcd(func(e *druidv1alpha1.Etcd) {
			e.ResourceVersion = "2"
			e.Spec.Replicas = 3
		}), true},
		"and every other object that changed": {
			&corev1.Pod{ObjectMeta: metav1.ObjectMeta{ResourceVersion: "1"}},
			&corev1.Pod{ObjectMeta: metav1.ObjectMeta{ResourceVersion: "2"}}, true,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := isNews(c.before, c.after); got != c.want {
				t.Errorf("got %t, want %t", got, c.want)
			}
		})
	}
}
