// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package metricsserver

import (
	"encoding/base64"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// apiService leads requests for the metrics API to metrics-server. Its Go type is in a module that nothing else here
// needs.
func apiService(in *component.Input) *unstructured.Unstructured {
	const group, version = "metrics.k8s.io", "v1beta1"
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiregistration.k8s.io/v1",
		"kind":       "APIService",
		"metadata":   map[string]any{"name": version + "." + group},
		"spec": map[string]any{
			"group":   group,
			"version": version,
			"service": map[string]any{
				"namespace": metav1.NamespaceSystem, "name": wiring.MetricsServer, "port": int64(443),
			},
			"caBundle": base64.StdEncoding.EncodeToString([]byte(in.Keys.Bundles[pki.ClusterCA])),
			// Upstream's.
			"groupPriorityMinimum": int64(100),
			"versionPriority":      int64(100),
		},
	}}
}
