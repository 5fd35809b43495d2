// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeapiserver

import (
	"fmt"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// Component is kube-apiserver.
type Component struct{}

var _ component.Component = Component{}

// New returns kube-apiserver.
func New() Component { return Component{} }

// Name implements component.Component.
func (Component) Name() string { return wiring.KubeAPIServer }

// Enabled implements component.Component.
func (Component) Enabled(*component.Input) bool { return true }

// Needs implements component.Component. It needs both etcds, and yet starts beside them, as soon as their pods run: it
// waits for them by itself, and its readiness says when they have come.
func (Component) Needs() []string { return nil }

// Render implements component.Component.
func (Component) Render(in *component.Input) (component.Objects, error) {
	whole, err := parts(in)
	if err != nil {
		return component.Objects{}, err
	}
	objects := component.Objects{
		Runtime:      append([]client.Object{service(in)}, whole.objects...),
		Certificates: whole.certificates,
	}
	if in.Replicas > 1 {
		objects.Runtime = append(objects.Runtime, component.DisruptionBudget(wiring.KubeAPIServer))
	}
	if in.Endpoint.Host == "" {
		objects.Waiting = "the address of Service " + wiring.KubeAPIServerService
		return objects, nil
	}
	if len(in.Observed.EtcdsToStart) > 0 {
		objects.Waiting = "the pods of " + strings.Join(in.Observed.EtcdsToStart, " and ") + " to start"
		return objects, nil
	}
	deployment, err := deployment(in, whole)
	if err != nil {
		return component.Objects{}, err
	}
	if !in.Workerless() {
		if err := addKonnectivityServer(in, &objects, &deployment.Spec.Template.Spec); err != nil {
			return component.Objects{}, fmt.Errorf("add the sidecar for konnectivity: %w", err)
		}
	}
	objects.Runtime = append(objects.Runtime, deployment)
	return objects, nil
}

// parts renders every concern and joins them.
func parts(in *component.Input) (part, error) {
	whole := general(in)
	for _, concern := range []struct {
		name   string
		render func(*component.Input) (part, error)
	}{
		{"trusted authorities", trust},
		{"serving certificate", serving},
		{"client certificates", clients},
		{"etcd", etcd},
		{"service accounts", serviceAccounts},
		{"health check", healthCheck},
		{"encryption", encryption},
		{"audit", audit},
		{"authentication", authentication},
		{"authorization", authorization},
		{"admission", admission},
		{"konnectivity", konnectivity},
	} {
		rendered, err := concern.render(in)
		if err != nil {
			return part{}, fmt.Errorf("configure %s of kube-apiserver: %w", concern.name, err)
		}
		whole.add(rendered)
	}
	return whole, nil
}
