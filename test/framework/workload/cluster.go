// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package workload

import (
	"context"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/hosted"
)

// pollPeriod is the time between two looks while a test waits.
const pollPeriod = 250 * time.Millisecond

// Cluster is a workload cluster, as its administrator reaches it.
type Cluster struct {
	client.Client

	config    *rest.Config
	clientset kubernetes.Interface
}

// Connect connects to the workload cluster of a hosted control plane through the kubeconfig that Cluster API publishes.
func Connect(ctx context.Context, cluster *hosted.Cluster, scheme *runtime.Scheme) (*Cluster, error) {
	config, err := cluster.Config(ctx)
	if err != nil {
		return nil, err
	}
	return Of(config, scheme)
}

// Of is any cluster, as whoever the configuration names reaches it.
func Of(config *rest.Config, scheme *runtime.Scheme) (*Cluster, error) {
	c, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		return nil, err
	}
	streaming := rest.CopyConfig(config)
	streaming.Timeout = 0 // Streams last.
	clientset, err := kubernetes.NewForConfig(streaming)
	return &Cluster{Client: c, config: streaming, clientset: clientset}, err
}

// UntilNodesReady waits until there are so many nodes, all of them ready. The error says what each node lacks.
func (c *Cluster) UntilNodesReady(ctx context.Context, count int, timeout time.Duration) error {
	var nodes corev1.NodeList
	return until(ctx, timeout, func(ctx context.Context) (bool, string) {
		if err := c.List(ctx, &nodes); err != nil {
			return false, err.Error()
		}
		var missing []string
		for _, node := range nodes.Items {
			if problem := notReady(node); problem != "" {
				missing = append(missing, node.Name+": "+problem)
			}
		}
		return len(nodes.Items) == count && len(missing) == 0,
			fmt.Sprintf("%d nodes, want %d; %s", len(nodes.Items), count, strings.Join(missing, "; "))
	})
}

func notReady(node corev1.Node) string {
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady && condition.Status == corev1.ConditionTrue {
			return ""
		}
		if condition.Type == corev1.NodeReady {
			return condition.Message
		}
	}
	return "the kubelet has not reported yet"
}

// UntilPodsReady waits until so many pods have the labels, all of them ready, and returns them.
func (c *Cluster) UntilPodsReady(ctx context.Context, namespace string, labels map[string]string, count int, timeout time.Duration) ([]corev1.Pod, error) {
	var pods corev1.PodList
	err := until(ctx, timeout, func(ctx context.Context) (bool, string) {
		if err := c.List(ctx, &pods, client.InNamespace(namespace), client.MatchingLabels(labels)); err != nil {
			return false, err.Error()
		}
		ready := 0
		var states []string
		for _, pod := range pods.Items {
			for _, condition := range pod.Status.Conditions {
				if condition.Type == corev1.PodReady && condition.Status == corev1.ConditionTrue {
					ready++
				}
			}
			states = append(states, describe(pod))
		}
		return len(pods.Items) == count && ready == count,
			fmt.Sprintf("%d of %d pods are ready, want %d; %s", ready, len(pods.Items), count, strings.Join(states, "; "))
	})
	return pods.Items, err
}

func describe(pod corev1.Pod) string {
	text := fmt.Sprintf("%s on %q is %s", pod.Name, pod.Spec.NodeName, pod.Status.Phase)
	for _, container := range pod.Status.ContainerStatuses {
		if waiting := container.State.Waiting; waiting != nil {
			text += fmt.Sprintf(", %s: %s %s", container.Name, waiting.Reason, waiting.Message)
		}
	}
	return text
}

// until checks until the check passes. When it never does, the error says what it saw last.
func until(ctx context.Context, timeout time.Duration, check func(context.Context) (passed bool, saw string)) error {
	var last string
	err := wait.PollUntilContextTimeout(ctx, pollPeriod, timeout, true, func(ctx context.Context) (bool, error) {
		passed, saw := check(ctx)
		last = saw
		return passed, nil
	})
	if err != nil {
		return fmt.Errorf("%w: %s", err, last)
	}
	return nil
}
