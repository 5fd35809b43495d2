// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package seed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// fieldOwner owns what addons apply.
const fieldOwner = client.FieldOwner("kubeception-seed")

const (
	readyTimeout  = 3 * time.Minute
	readyInterval = 200 * time.Millisecond
)

// Apply applies a stream of YAML documents on the server, in their order, and
// takes over fields that others own.
func (s *Seed) Apply(ctx context.Context, manifests []byte, log io.Writer) error {
	for decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(manifests), 4096); ; {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(&object.Object)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read manifests: %w", err)
		}
		if len(object.Object) == 0 {
			continue
		}
		name := object.GetKind() + " " + client.ObjectKeyFromObject(object).String()
		if err := s.Client.Apply(ctx, client.ApplyConfigurationFromUnstructured(object), fieldOwner, client.ForceOwnership); err != nil {
			return fmt.Errorf("apply %s: %w", name, err)
		}
		_, _ = fmt.Fprintln(log, "applied", name)
	}
}

// AwaitDeployment returns when all replicas of a Deployment are of its current
// revision and available. Its error says what is missing.
func (s *Seed) AwaitDeployment(ctx context.Context, namespace, name string) error {
	deployment := &appsv1.Deployment{}
	err := wait.PollUntilContextTimeout(ctx, readyInterval, readyTimeout, true, func(ctx context.Context) (bool, error) {
		if err := s.Client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, deployment); err != nil {
			return false, client.IgnoreNotFound(err)
		}
		status, want := deployment.Status, int32(1)
		if deployment.Spec.Replicas != nil {
			want = *deployment.Spec.Replicas
		}
		return status.ObservedGeneration >= deployment.Generation && status.UpdatedReplicas == want &&
			status.Replicas == want && status.AvailableReplicas == want, nil
	})
	if err != nil {
		return fmt.Errorf("await Deployment %s/%s: %w%s", namespace, name, err, s.whyNotReady(ctx, deployment))
	}
	return nil
}

// whyNotReady describes the containers of a Deployment that are not ready.
func (s *Seed) whyNotReady(ctx context.Context, deployment *appsv1.Deployment) string {
	if deployment.Spec.Selector == nil {
		return ": it does not exist"
	}
	pods := &corev1.PodList{}
	selector := client.MatchingLabels(deployment.Spec.Selector.MatchLabels)
	if err := s.Client.List(ctx, pods, client.InNamespace(deployment.Namespace), selector); err != nil {
		return ""
	}
	reasons := ""
	for _, pod := range pods.Items {
		for _, condition := range pod.Status.Conditions {
			if condition.Status != corev1.ConditionTrue && condition.Message != "" {
				reasons += fmt.Sprintf("\n  pod %s: %s: %s", pod.Name, condition.Type, condition.Message)
			}
		}
		for _, container := range pod.Status.ContainerStatuses {
			if waiting := container.State.Waiting; waiting != nil {
				reasons += fmt.Sprintf("\n  pod %s, container %s: %s: %s", pod.Name, container.Name, waiting.Reason, waiting.Message)
			}
		}
	}
	return reasons
}
