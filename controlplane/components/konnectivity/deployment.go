// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package konnectivity

import (
	"fmt"
	"path"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/images"
)

const (
	// replicas are two even where the control plane is not highly available: nodes come and go.
	replicas = 2
	nonRoot  = 65532
	// drainSeconds are what streams have left when an agent ends. With the default each drain of a node would wait for half
	// a minute, because an agent never ends by itself.
	drainSeconds = 10

	dir            = "/etc/konnectivity"
	kubeconfigFile = "kubeconfig"
	// apiTokenFile is for the API server, tunnelTokenFile for the servers of the tunnel.
	apiTokenFile    = "api-token"
	tunnelTokenFile = "tunnel-token"
	tokenSeconds    = 3600

	healthPort = 8093
	adminPort  = 8094
)

func file(name string) string { return path.Join(dir, name) }

// configuration is whom the agents trust, and how they reach the API server: where everybody does, since they must
// run before kube-proxy and the cluster's DNS do.
func configuration(in *component.Input) (*corev1.ConfigMap, error) {
	kubeconfig, err := pki.TokenFileKubeconfig(in.ClusterName, "https://"+in.Endpoint.String(), file(wiring.CABundleKey), file(apiTokenFile))
	if err != nil {
		return nil, fmt.Errorf("write the kubeconfig: %w", err)
	}
	return component.MakeUnique(&corev1.ConfigMap{
		ObjectMeta: inSystem(wiring.KonnectivityAgent),
		Data: map[string]string{
			kubeconfigFile:     string(kubeconfig),
			wiring.CABundleKey: in.Keys.Bundles[pki.ClusterCA],
		},
	}), nil
}

func selector() map[string]string { return map[string]string{"k8s-app": wiring.KonnectivityAgent} }

func deployment(in *component.Input, config string) (*appsv1.Deployment, error) {
	image, err := in.Image(images.KonnectivityAgent)
	if err != nil {
		return nil, err
	}
	return &appsv1.Deployment{
		ObjectMeta: inSystem(wiring.KonnectivityAgent),
		Spec: appsv1.DeploymentSpec{
			Replicas:             ptr.To[int32](replicas),
			RevisionHistoryLimit: ptr.To[int32](2),
			Selector:             &metav1.LabelSelector{MatchLabels: selector()},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: selector()},
				Spec:       pod(image, in, config),
			},
		},
	}, nil
}

func pod(image string, in *component.Input, config string) corev1.PodSpec {
	return corev1.PodSpec{
		ServiceAccountName:            wiring.KonnectivityAgent,
		PriorityClassName:             "system-cluster-critical",
		Tolerations:                   []corev1.Toleration{{Key: "CriticalAddonsOnly", Operator: corev1.TolerationOpExists}},
		TerminationGracePeriodSeconds: ptr.To[int64](drainSeconds),
		// The name of the API server is known outside the cluster, and the cluster's DNS may need the tunnel.
		DNSPolicy: corev1.DNSDefault,
		SecurityContext: &corev1.PodSecurityContext{
			RunAsNonRoot: ptr.To(true), RunAsUser: ptr.To[int64](nonRoot), RunAsGroup: ptr.To[int64](nonRoot),
			FSGroup:        ptr.To[int64](nonRoot),
			SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		},
		TopologySpreadConstraints: []corev1.TopologySpreadConstraint{{
			TopologyKey: corev1.LabelHostname, MaxSkew: 1, WhenUnsatisfiable: corev1.ScheduleAnyway,
			LabelSelector: &metav1.LabelSelector{MatchLabels: selector()},
		}},
		Containers: []corev1.Container{{
			Name:    wiring.KonnectivityAgent,
			Image:   image,
			Command: []string{"/proxy-agent"},
			Args:    flags(in).Args(),
			SecurityContext: &corev1.SecurityContext{
				AllowPrivilegeEscalation: ptr.To(false), ReadOnlyRootFilesystem: ptr.To(true),
				Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
			},
			LivenessProbe:  probe("/healthz"),
			ReadinessProbe: probe("/readyz"),
			Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
				corev1.ResourceCPU:    resource.MustParse("5m"),
				corev1.ResourceMemory: resource.MustParse("32Mi"),
			}},
			TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError,
			VolumeMounts:             []corev1.VolumeMount{{Name: "config", MountPath: dir, ReadOnly: true}},
		}},
		Volumes: []corev1.Volume{{Name: "config", VolumeSource: corev1.VolumeSource{
			Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{
				{ConfigMap: &corev1.ConfigMapProjection{LocalObjectReference: corev1.LocalObjectReference{Name: config}}},
				token(apiTokenFile, ""),
				token(tunnelTokenFile, wiring.KonnectivityAudience),
			}},
		}}},
	}
}

func token(file, audience string) corev1.VolumeProjection {
	return corev1.VolumeProjection{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{
		Path: file, Audience: audience, ExpirationSeconds: ptr.To[int64](tokenSeconds),
	}}
}

func probe(path string) *corev1.Probe {
	return &corev1.Probe{
		ProbeHandler:  corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: path, Port: intstr.FromInt32(healthPort)}},
		PeriodSeconds: 10, TimeoutSeconds: 5,
	}
}

func flags(in *component.Input) component.Flags {
	return component.Flags{
		"ca-cert":                    file(wiring.CABundleKey),
		"proxy-server-host":          in.Tunnel.Host,
		"proxy-server-port":          strconv.Itoa(int(in.Tunnel.Port)),
		"service-account-token-path": file(tunnelTokenFile),
		"kubeconfig":                 file(kubeconfigFile),
		"count-server-leases":        "true",
		"lease-namespace":            metav1.NamespaceSystem,
		"health-server-port":         strconv.Itoa(healthPort),
		"admin-bind-address":         "127.0.0.1",
		"admin-server-port":          strconv.Itoa(adminPort),
		// Load balancers forget connections on which nothing is said.
		"keepalive-time": "1m0s",
		// The default of these programs is for those who develop them.
		"v": "1",
	}
}

func disruptionBudget() *policyv1.PodDisruptionBudget {
	return &policyv1.PodDisruptionBudget{
		ObjectMeta: inSystem(wiring.KonnectivityAgent),
		Spec: policyv1.PodDisruptionBudgetSpec{
			MaxUnavailable:             ptr.To(intstr.FromInt32(1)),
			Selector:                   &metav1.LabelSelector{MatchLabels: selector()},
			UnhealthyPodEvictionPolicy: ptr.To(policyv1.AlwaysAllow),
		},
	}
}
