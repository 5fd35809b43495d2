// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"net/url"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/util/cert"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/hosted"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/template"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/workload"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/registry"
)

var _ = Describe("A cluster with workers", Ordered, func() {
	const workers = 2
	// certificateLifetime is short, so that kubelets renew theirs while everything else is looked at.
	const certificateLifetime = 4 * time.Minute
	var (
		cluster *hosted.Cluster
		shoot   *workload.Cluster
		pods    []corev1.Pod
	)

	BeforeAll(func(ctx context.Context) {
		cluster = newCluster("workers")
		manifests, err := template.Generate(ctx, realSeed, template.Cluster{
			ObjectKey: cluster.ObjectKey, Version: newVersion, Workers: workers,
		}, GinkgoWriter)
		Expect(err).NotTo(HaveOccurred())
		began := time.Now()
		Expect(realSeed.Apply(ctx, manifests, GinkgoWriter)).To(Succeed())
		Expect(cluster.Patch(ctx, func(controlPlane *controlplanev1.KubeceptionControlPlane) {
			controlPlane.Spec.Components = append(controlPlane.Spec.Components, signingFor(certificateLifetime))
		})).To(Succeed())
		Expect(cluster.UntilAvailable(ctx, startTimeout)).To(Succeed())
		available := time.Since(began)
		shoot, err = workload.Connect(ctx, cluster, scheme)
		Expect(err).NotTo(HaveOccurred())
		Expect(shoot.UntilNodesReady(ctx, workers, startTimeout)).To(Succeed())
		AddReportEntry(fmt.Sprintf("available after %s, %d nodes ready after %s",
			available.Round(100*time.Millisecond), workers, time.Since(began).Round(100*time.Millisecond)))
		untilSystemComponents(ctx, cluster)
	})

	It("has nodes that Cluster API knows", func(ctx context.Context) {
		Eventually(func(g Gomega) {
			machines := &clusterv1.MachineList{}
			g.Expect(management.List(ctx, machines, client.InNamespace(cluster.Namespace),
				client.MatchingLabels{clusterv1.ClusterNameLabel: cluster.Name})).To(Succeed())
			g.Expect(machines.Items).To(HaveLen(workers))
			for _, machine := range machines.Items {
				g.Expect(machine.Status.Phase).To(Equal(string(clusterv1.MachinePhaseRunning)), machine.Name)
				g.Expect(machine.Status.NodeRef.Name).To(Equal(machine.Name))
				node := &corev1.Node{}
				g.Expect(shoot.Get(ctx, client.ObjectKey{Name: machine.Name}, node)).To(Succeed())
				g.Expect(node.Spec.ProviderID).To(Equal(machine.Spec.ProviderID))
				g.Expect(node.Spec.Taints).To(BeEmpty())
				g.Expect(node.Status.NodeInfo.KubeletVersion).To(Equal(newVersion))
				g.Expect(node.Labels).To(HaveKeyWithValue("kubeception.cluster.x-k8s.io/kubelet-version", newVersion))
			}
		}).WithTimeout(reportTimeout).Should(Succeed())
	})

	It("runs a pod on each node; they reach each other, Services and names", func(ctx context.Context) {
		Expect(shoot.Create(ctx, everywhere())).To(Succeed())
		Expect(shoot.Create(ctx, serviceOf("everywhere", 80, 8080))).To(Succeed())
		var err error
		pods, err = shoot.UntilPodsReady(ctx, metav1.NamespaceDefault, labelsOf("everywhere"), workers, startTimeout)
		Expect(err).NotTo(HaveOccurred())
		names := []string{pods[0].Name, pods[1].Name}
		for i, pod := range pods {
			other := pods[1-i]
			for target, want := range map[string]OmegaMatcher{
				"http://" + other.Status.PodIP + ":8080/": Equal(other.Name),
				"http://everywhere/":                      BeElementOf(names),
			} {
				Eventually(shoot.Fetch).WithArguments(ctx, pod, 8080, "/fetch", url.Values{"url": {target}}).
					WithTimeout(reportTimeout).Should(want, "from %s to %s", pod.Name, target)
			}
			Eventually(shoot.Fetch).WithArguments(ctx, pod, 8080, "/lookup", url.Values{"name": {"kubernetes.default.svc.cluster.local"}}).
				WithTimeout(reportTimeout).ShouldNot(BeEmpty())
		}
	})

	It("shows logs, executes commands and forwards ports through the tunnel", func(ctx context.Context) {
		for _, pod := range pods {
			Expect(shoot.Logs(ctx, pod)).To(ContainSubstring("serving"))
			Expect(shoot.Exec(ctx, pod, "/workload", "-hostname")).To(Equal(pod.Name + "\n"))
			Expect(shoot.Fetch(ctx, pod, 8080, "/", nil)).To(Equal(pod.Name))
		}
	})

	It("measures nodes and pods", func(ctx context.Context) {
		for _, kind := range []string{"NodeMetrics", "PodMetrics"} {
			Eventually(func(g Gomega) {
				list := &unstructured.UnstructuredList{}
				list.SetAPIVersion("metrics.k8s.io/v1beta1")
				list.SetKind(kind + "List")
				g.Expect(shoot.List(ctx, list)).To(Succeed())
				g.Expect(len(list.Items)).To(BeNumerically(">=", workers))
			}).WithTimeout(changeTimeout).WithPolling(time.Second).Should(Succeed())
		}
	})

	It("asks a webhook that runs in the cluster", func(ctx context.Context) {
		certificate, key, err := cert.GenerateSelfSignedCertKey("webhook.default.svc", nil, nil)
		Expect(err).NotTo(HaveOccurred())
		for _, object := range []client.Object{
			&corev1.Secret{
				ObjectMeta: metav1.ObjectMeta{Namespace: metav1.NamespaceDefault, Name: "webhook"}, Type: corev1.SecretTypeTLS,
				Data: map[string][]byte{corev1.TLSCertKey: certificate, corev1.TLSPrivateKeyKey: key},
			},
			webhook(), serviceOf("webhook", 443, 8443), webhookConfiguration(certificate),
		} {
			Expect(shoot.Create(ctx, object)).To(Succeed())
		}
		_, err = shoot.UntilPodsReady(ctx, metav1.NamespaceDefault, labelsOf("webhook"), 1, startTimeout)
		Expect(err).NotTo(HaveOccurred())
		Eventually(func(g Gomega) {
			err := shoot.Create(ctx, configMap("denied", "true"))
			g.Expect(err).To(MatchError(ContainSubstring("the workload denies it")))
		}).WithTimeout(reportTimeout).Should(Succeed())
		Expect(shoot.Create(ctx, configMap("allowed", "false"))).To(Succeed())
	})

	It("renews the certificates of kubelets while they serve", long, func(ctx context.Context) {
		Eventually(func(g Gomega) {
			nodes := &corev1.NodeList{}
			g.Expect(shoot.List(ctx, nodes)).To(Succeed())
			requests := &certificatesv1.CertificateSigningRequestList{}
			g.Expect(shoot.List(ctx, requests)).To(Succeed())
			for _, node := range nodes.Items {
				issued := map[string]int{}
				for _, request := range requests.Items {
					if request.Spec.Username == "system:node:"+node.Name && len(request.Status.Certificate) > 0 {
						issued[request.Spec.SignerName]++
					}
				}
				g.Expect(issued[certificatesv1.KubeAPIServerClientKubeletSignerName]).To(BeNumerically(">=", 1), "%s: after that of its bootstrap token", node.Name)
				g.Expect(issued[certificatesv1.KubeletServingSignerName]).To(BeNumerically(">=", 2), node.Name)
			}
		}).WithTimeout(2 * certificateLifetime).WithPolling(time.Second).Should(Succeed())
		Expect(shoot.UntilNodesReady(ctx, workers, reportTimeout)).To(Succeed())
		for _, pod := range pods {
			Expect(shoot.Logs(ctx, pod)).To(ContainSubstring("serving"), "through the kubelet's new certificate")
		}
	})

	It("follows the wanted number of machines", func(ctx context.Context) {
		deployment := &clusterv1.MachineDeployment{}
		Expect(management.Get(ctx, client.ObjectKey{Namespace: cluster.Namespace, Name: cluster.Name + "-workers"}, deployment)).To(Succeed())
		before := deployment.DeepCopy()
		deployment.Spec.Replicas = new(int32(1))
		Expect(management.Patch(ctx, deployment, client.MergeFrom(before))).To(Succeed())
		Expect(shoot.UntilNodesReady(ctx, 1, changeTimeout)).To(Succeed())
	})
})

// untilSystemComponents waits for what makes names and logs of pods work.
func untilSystemComponents(ctx context.Context, cluster *hosted.Cluster) {
	GinkgoHelper()
	Expect(cluster.UntilCondition(ctx, startTimeout, controlplanev1.SystemComponentsAvailableCondition, metav1.ConditionTrue, "")).To(Succeed())
}

// signingFor limits how long certificates are valid that are asked of the hosted cluster.
func signingFor(lifetime time.Duration) controlplanev1.ComponentOverride {
	return controlplanev1.ComponentOverride{
		Name: "kube-controller-manager",
		Patches: []controlplanev1.Patch{{
			Target: controlplanev1.PatchTarget{Kind: "Deployment"}, Type: controlplanev1.PatchJSON6902,
			Patch: fmt.Sprintf(`[{"op": "add", "path": "/spec/template/spec/containers/0/args/-", "value": "--cluster-signing-duration=%s"}]`, lifetime),
		}},
	}
}

func labelsOf(name string) map[string]string { return map[string]string{"app": name} }

// podOf runs the workload.
func podOf(name string, arguments ...string) corev1.PodTemplateSpec {
	return corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: labelsOf(name)},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "workload", Image: registry.WorkloadImage, Args: arguments,
			ReadinessProbe: &corev1.Probe{PeriodSeconds: 1, ProbeHandler: corev1.ProbeHandler{
				HTTPGet: &corev1.HTTPGetAction{Path: "/", Port: intstr.FromInt32(8080)},
			}},
		}}},
	}
}

func everywhere() *appsv1.DaemonSet {
	return &appsv1.DaemonSet{
		ObjectMeta: metav1.ObjectMeta{Namespace: metav1.NamespaceDefault, Name: "everywhere"},
		Spec: appsv1.DaemonSetSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labelsOf("everywhere")}, Template: podOf("everywhere"),
		},
	}
}

func serviceOf(name string, port, target int32) *corev1.Service {
	return &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: metav1.NamespaceDefault, Name: name},
		Spec: corev1.ServiceSpec{
			Selector: labelsOf(name), Ports: []corev1.ServicePort{{Port: port, TargetPort: intstr.FromInt32(target)}},
		},
	}
}

func webhook() *appsv1.Deployment {
	pod := podOf("webhook", "-certificates=/certificates")
	pod.Spec.Volumes = []corev1.Volume{{Name: "certificates", VolumeSource: corev1.VolumeSource{
		Secret: &corev1.SecretVolumeSource{SecretName: "webhook"},
	}}}
	pod.Spec.Containers[0].VolumeMounts = []corev1.VolumeMount{{Name: "certificates", MountPath: "/certificates", ReadOnly: true}}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: metav1.NamespaceDefault, Name: "webhook"},
		Spec:       appsv1.DeploymentSpec{Selector: &metav1.LabelSelector{MatchLabels: labelsOf("webhook")}, Template: pod},
	}
}

// webhookConfiguration asks about ConfigMaps with the label deny, whatever its value.
func webhookConfiguration(authority []byte) *admissionregistrationv1.ValidatingWebhookConfiguration {
	return &admissionregistrationv1.ValidatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: "webhook"},
		Webhooks: []admissionregistrationv1.ValidatingWebhook{{
			Name: "deny.example.org", AdmissionReviewVersions: []string{"v1"},
			ClientConfig: admissionregistrationv1.WebhookClientConfig{
				CABundle: authority,
				Service: &admissionregistrationv1.ServiceReference{
					Namespace: metav1.NamespaceDefault, Name: "webhook", Path: new("/deny"),
				},
			},
			ObjectSelector: &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{
				Key: "deny", Operator: metav1.LabelSelectorOpExists,
			}}},
			Rules: []admissionregistrationv1.RuleWithOperations{{
				Operations: []admissionregistrationv1.OperationType{admissionregistrationv1.Create},
				Rule:       admissionregistrationv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"configmaps"}},
			}},
			SideEffects: new(admissionregistrationv1.SideEffectClassNone),
		}},
	}
}

func configMap(name, deny string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
		Namespace: metav1.NamespaceDefault, Name: name, Labels: map[string]string{"deny": deny},
	}}
}
