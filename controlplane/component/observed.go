// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"context"
	"slices"
	"strconv"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// Observed are facts about what runs that a component is rendered from. Empty, they hold nothing back.
type Observed struct {
	// EtcdsToStart names the etcds without a running pod, while there is no API server either. An API server that has
	// waited 20 seconds for etcd gives up and is started again after growing pauses, and it competes with etcd for the
	// processors until then.
	EtcdsToStart []string `json:"etcdsToStart,omitempty"`
	// EtcdMembers is the number of members that the API server goes on naming, by etcd, while an etcd grows: those that
	// have not joined refuse requests.
	EtcdMembers map[string]int32 `json:"etcdMembers,omitempty"`
}

// AnnotationEtcdMembers is the annotation of the API server's Deployment with the number of members that it names.
func AnnotationEtcdMembers(etcd string) string {
	return "kubeception.cluster.x-k8s.io/members-of-" + etcd
}

// observe reads the facts from the objects of all components and, until there is an API server, the pods of etcd.
func (e *Engine) observe(ctx context.Context, in *Input, live map[string][]client.Object) (Observed, error) {
	var observed Observed
	apiServer, exists := find[*appsv1.Deployment](live[wiring.KubeAPIServer])
	for name, spec := range map[string]controlplanev1.EtcdInstanceSpec{
		wiring.EtcdMain:   in.Configuration.Etcd.Main.EtcdInstanceSpec,
		wiring.EtcdEvents: in.Configuration.Etcd.Events.EtcdInstanceSpec,
	} {
		if len(spec.External.Endpoints) > 0 {
			continue
		}
		etcd, _ := find[*druidv1alpha1.Etcd](live[name])
		if exists {
			if members := membersToName(apiServer, etcd, name, ptr.Deref(spec.Replicas, 1)); members > 0 {
				if observed.EtcdMembers == nil {
					observed.EtcdMembers = map[string]int32{}
				}
				observed.EtcdMembers[name] = members
			}
			continue
		}
		pods, err := e.pods(ctx, in.Namespace, name)
		if err != nil {
			return Observed{}, err
		}
		if !started(etcd, pods) {
			observed.EtcdsToStart = append(observed.EtcdsToStart, name)
		}
	}
	slices.Sort(observed.EtcdsToStart)
	return observed, nil
}

// membersToName is the number of members that an API server has to go on naming; 0 when it may name all that are
// desired.
func membersToName(apiServer *appsv1.Deployment, etcd *druidv1alpha1.Etcd, name string, desired int32) int32 {
	parsed, err := strconv.ParseInt(apiServer.Annotations[AnnotationEtcdMembers(name)], 10, 32)
	named := int32(parsed)
	if err != nil || named <= 0 || named >= desired {
		return 0
	}
	if etcd != nil && etcd.Spec.Replicas >= desired && HealthOf(etcd).State == controlplanev1.ComponentHealthy {
		return 0
	}
	return named
}

func started(etcd *druidv1alpha1.Etcd, pods []corev1.Pod) bool {
	if etcd != nil && HealthOf(etcd).State == controlplanev1.ComponentHealthy {
		return true
	}
	return slices.ContainsFunc(pods, func(pod corev1.Pod) bool { return pod.Status.Phase == corev1.PodRunning })
}

func find[T client.Object](objects []client.Object) (found T, ok bool) {
	for _, obj := range objects {
		if found, ok = obj.(T); ok {
			return found, true
		}
	}
	return found, false
}
