// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package timeline

import (
	"context"
	"fmt"
	"sync"
	"time"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

// Recorder notes the milestones of all control planes that are created while it runs.
type Recorder struct {
	// Watcher watches the management cluster, which is the seed too.
	Watcher client.WithWatch
	// Logs reads the logs of pods.
	Logs kubernetes.Interface

	mutex    sync.Mutex
	byPlane  map[string]record
	restarts map[string]int32
	cancel   context.CancelFunc
	running  sync.WaitGroup
}

// Start begins to watch. Stop ends it.
func (r *Recorder) Start(ctx context.Context) error {
	ctx, r.cancel = context.WithCancel(ctx)
	r.byPlane, r.restarts = map[string]record{}, map[string]int32{}
	for _, list := range []client.ObjectList{
		&controlplanev1.KubeceptionControlPlaneList{}, &corev1.PodList{}, &corev1.PersistentVolumeClaimList{},
		&druidv1alpha1.EtcdList{}, &corev1.SecretList{},
	} {
		var options []client.ListOption
		if _, secrets := list.(*corev1.SecretList); secrets {
			options = append(options, client.MatchingFields{"type": string(clusterv1.ClusterSecretType)})
		}
		watcher, err := r.Watcher.Watch(ctx, list, options...)
		if err != nil {
			r.Stop()
			return fmt.Errorf("watch %T: %w", list, err)
		}
		r.running.Go(func() {
			defer watcher.Stop()
			for event := range watcher.ResultChan() {
				if object, ok := event.Object.(client.Object); ok {
					r.see(object, time.Now())
				}
			}
		})
	}
	return nil
}

// Stop ends the watches.
func (r *Recorder) Stop() {
	r.cancel()
	r.running.Wait()
}

// Note notes what the recorder cannot see. The plane is named by its namespace in the seed.
func (r *Recorder) Note(plane string, milestone Milestone, at time.Time) {
	r.note(plane, milestone, "", at)
}

// Restarts is how often containers of a control plane were restarted.
func (r *Recorder) Restarts(plane string) int32 {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	sum := int32(0)
	for pod, restarts := range r.restarts {
		if len(pod) > len(plane) && pod[:len(plane)+1] == plane+"/" {
			sum += restarts
		}
	}
	return sum
}

// Reached returns the milestones of a control plane, those in logs included.
func (r *Recorder) Reached(ctx context.Context, plane string, began time.Time) (Reached, error) {
	if err := r.readLogs(ctx, plane); err != nil {
		return nil, err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.byPlane[plane].since(began), nil
}

func (r *Recorder) note(plane string, milestone Milestone, subject string, at time.Time) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.byPlane[plane] == nil {
		r.byPlane[plane] = record{}
	}
	r.byPlane[plane].note(milestone, subject, at)
}

// see notes what an object shows.
func (r *Recorder) see(object client.Object, now time.Time) {
	note := func(plane string, milestone Milestone, reached bool) {
		if reached {
			r.note(plane, milestone, object.GetName(), now)
		}
	}
	namespace := object.GetNamespace()
	switch o := object.(type) {
	case *controlplanev1.KubeceptionControlPlane:
		plane := namespace + "--" + o.Name
		note(plane, Owned, len(o.OwnerReferences) > 0)
		note(plane, Endpoint, o.Spec.ControlPlaneEndpoint.IsValid())
		note(plane, Initialized, ptr.Deref(o.Status.Initialization.ControlPlaneInitialized, false))
		note(plane, Available, conditions.IsTrue(o, controlplanev1.AvailableCondition))
	case *corev1.Secret:
		cluster := o.Labels[clusterv1.ClusterNameLabel]
		note(namespace+"--"+cluster, Kubeconfig, o.Name == cluster+"-kubeconfig")
	case *druidv1alpha1.Etcd:
		note(namespace, EtcdCreated, true)
	case *corev1.PersistentVolumeClaim:
		note(namespace, EtcdVolume, o.Status.Phase == corev1.ClaimBound)
	case *corev1.Pod:
		r.seePod(o, note)
	}
}

func (r *Recorder) seePod(pod *corev1.Pod, note func(string, Milestone, bool)) {
	var created, scheduled, sandbox, started, ready Milestone
	switch pod.Labels["app.kubernetes.io/name"] {
	case "kube-apiserver":
		created, scheduled, sandbox, started, ready = ServerPod, ServerScheduled, ServerSandbox, ServerStarted, ServerReady
	case "etcd-main", "etcd-events":
		created, scheduled, sandbox, started, ready = EtcdPod, EtcdScheduled, EtcdSandbox, EtcdStarted, EtcdReady
	default:
		return
	}
	running := len(pod.Status.ContainerStatuses) > 0
	restarts := int32(0)
	for _, status := range pod.Status.ContainerStatuses {
		running = running && status.State.Running != nil
		restarts += status.RestartCount
	}
	r.mutex.Lock()
	r.restarts[pod.Namespace+"/"+pod.Name] = restarts
	r.mutex.Unlock()
	note(pod.Namespace, created, true)
	note(pod.Namespace, scheduled, podIs(pod, corev1.PodScheduled))
	note(pod.Namespace, sandbox, podIs(pod, corev1.PodReadyToStartContainers))
	note(pod.Namespace, started, running)
	note(pod.Namespace, ready, podIs(pod, corev1.PodReady))
}

func podIs(pod *corev1.Pod, conditionType corev1.PodConditionType) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == conditionType {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

// readLogs reads what happened inside the containers that run now.
func (r *Recorder) readLogs(ctx context.Context, plane string) error {
	pods, err := r.Logs.CoreV1().Pods(plane).List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	for i := range pods.Items {
		pod := &pods.Items[i]
		name := pod.Labels["app.kubernetes.io/name"]
		container := name
		if name == "etcd-main" || name == "etcd-events" {
			container = "etcd"
		} else if name != "kube-apiserver" {
			continue
		}
		log, err := r.Logs.CoreV1().Pods(plane).GetLogs(pod.Name, &corev1.PodLogOptions{Container: container}).Stream(ctx)
		if err != nil {
			return fmt.Errorf("read the log of %s/%s: %w", plane, pod.Name, err)
		}
		var found map[Milestone]time.Time
		if container == "etcd" {
			found, err = readEtcdLog(log)
		} else {
			found, err = readServerLog(log, time.Now().Year())
		}
		_ = log.Close()
		if err != nil {
			return fmt.Errorf("read the log of %s/%s: %w", plane, pod.Name, err)
		}
		for milestone, at := range found {
			r.note(plane, milestone, pod.Name, at)
		}
	}
	return nil
}
