// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package metricsserver

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

const port = 10250

// Component is metrics-server.
type Component struct{}

var _ component.Component = Component{}

// New returns metrics-server.
func New() Component { return Component{} }

// Name implements component.Component.
func (Component) Name() string { return wiring.MetricsServer }

// Enabled implements component.Component.
func (Component) Enabled(in *component.Input) bool {
	return !in.Workerless() && !ptr.Deref(in.Addons().MetricsServer.Disabled, false)
}

// Needs implements component.Component.
func (Component) Needs() []string { return []string{wiring.KubeAPIServer} }

// Render implements component.Component.
func (Component) Render(in *component.Input) (component.Objects, error) {
	kubelets := kubeletAuthority(in)
	serving := certificate(in)
	deployment, err := deployment(in, kubelets.Name, serving.SecretName)
	if err != nil {
		return component.Objects{}, err
	}
	target := []client.Object{serviceAccount()}
	target = append(target, permissions()...)
	target = append(target, kubelets, service(), deployment, apiService(in))
	if component.ControllerReplicas(in) > 1 {
		target = append(target, component.SystemDisruptionBudget(wiring.MetricsServer, component.SystemPodSelector(wiring.MetricsServer)))
	}
	return component.Objects{Target: target, TargetCertificates: []pki.Leaf{serving}}, nil
}

func serviceAccount() *corev1.ServiceAccount {
	return &corev1.ServiceAccount{ObjectMeta: component.SystemMeta(wiring.MetricsServer)}
}

// kubeletAuthority is what serving certificates of kubelets are verified with.
func kubeletAuthority(in *component.Input) *corev1.ConfigMap {
	return component.MakeUnique(&corev1.ConfigMap{
		ObjectMeta: component.SystemMeta(wiring.MetricsServer + "-kubelet-ca"),
		Data:       map[string]string{wiring.CABundleKey: in.Keys.Bundles[pki.KubeletCA]},
	})
}

// certificate is for the name by which the API server addresses it. metrics-server reads it again when it changes.
func certificate(in *component.Input) pki.Leaf {
	return pki.Leaf{
		SecretName: wiring.MetricsServer + "-server",
		Authority:  pki.ClusterCA,
		CommonName: wiring.MetricsServer,
		DNSNames: append(wiring.ServiceDNSNames(wiring.MetricsServer, metav1.NamespaceSystem)[:3],
			wiring.ServiceHost(wiring.MetricsServer, metav1.NamespaceSystem)+"."+in.Network.DNSDomain),
		ServerAuth: true,
	}
}

func service() *corev1.Service {
	return &corev1.Service{
		ObjectMeta: component.SystemMeta(wiring.MetricsServer),
		Spec: corev1.ServiceSpec{
			Selector: component.SystemPodSelector(wiring.MetricsServer),
			Ports: []corev1.ServicePort{{
				Name: "https", Protocol: corev1.ProtocolTCP, Port: 443, TargetPort: intstr.FromInt32(port),
			}},
		},
	}
}
