// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/hosted"
)

var _ = Describe("A hosted control plane", Ordered, func() {
	var (
		cluster *hosted.Cluster
		shoot   client.Client
		etcdctl string
	)

	BeforeAll(func(ctx context.Context) {
		cluster = newCluster("first")
		start(ctx, cluster, newVersion)
		config, err := cluster.Config(ctx)
		Expect(err).NotTo(HaveOccurred())
		shoot, err = client.New(config, client.Options{Scheme: scheme})
		Expect(err).NotTo(HaveOccurred())
		etcdctl, err = realSeed.Binaries.Binary(ctx, "etcdctl")
		Expect(err).NotTo(HaveOccurred())
	})

	It("tells Cluster API what the contract asks for", func(ctx context.Context) {
		controlPlane, err := cluster.ControlPlane(ctx)
		Expect(err).NotTo(HaveOccurred())
		status := controlPlane.Status
		Expect(status.ExternalManagedControlPlane).To(HaveValue(BeTrue()))
		Expect(status.Initialization.ControlPlaneInitialized).To(HaveValue(BeTrue()))
		Expect(status.Version).To(Equal(controlPlane.Spec.Version))
		Expect(status.Versions).To(Equal([]clusterv1.StatusVersion{{Version: controlPlane.Spec.Version, Replicas: 1}}))
		Expect(status.ReadyReplicas).To(HaveValue(Equal(int32(1))))
		Expect(status.Certificates).NotTo(BeEmpty())
		Eventually(func(g Gomega) {
			object := &clusterv1.Cluster{}
			g.Expect(management.Get(ctx, cluster.ObjectKey, object)).To(Succeed())
			g.Expect(object.Spec.ControlPlaneEndpoint).To(Equal(controlPlane.Spec.ControlPlaneEndpoint))
			g.Expect(object.Status.Phase).To(Equal(string(clusterv1.ClusterPhaseProvisioned)))
		}).WithTimeout(reportTimeout).Should(Succeed())
	})

	It("serves namespaces, configuration, custom resources and certificate requests", func(ctx context.Context) {
		Expect(shoot.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "tour"}})).To(Succeed())
		Eventually(func() error { // The controller manager makes the service account without which nothing runs.
			return shoot.Get(ctx, client.ObjectKey{Namespace: "tour", Name: "default"}, &corev1.ServiceAccount{})
		}).WithTimeout(reportTimeout).Should(Succeed())
		Expect(shoot.Create(ctx, &corev1.ConfigMap{
			ObjectMeta: metav1.ObjectMeta{Namespace: "tour", Name: "greeting"}, Data: map[string]string{"hello": "world"},
		})).To(Succeed())
		Expect(shoot.Create(ctx, widgets())).To(Succeed())
		Expect(shoot.Create(ctx, certificateRequest())).To(Succeed())
		approve(ctx, shoot, "tour")
		Eventually(func(g Gomega) {
			request := &certificatesv1.CertificateSigningRequest{}
			g.Expect(shoot.Get(ctx, client.ObjectKey{Name: "tour"}, request)).To(Succeed())
			g.Expect(request.Status.Certificate).NotTo(BeEmpty())
		}).WithTimeout(reportTimeout).Should(Succeed())
	})

	It("keeps events in etcd-events and nothing else there", func(ctx context.Context) {
		Expect(shoot.Create(ctx, &eventsv1.Event{
			ObjectMeta: metav1.ObjectMeta{Namespace: metav1.NamespaceDefault, Name: "seen"},
			EventTime:  metav1.NewMicroTime(time.Now()), Action: "Looking", Reason: "Seen", Type: "Normal",
			ReportingController: "e2e", ReportingInstance: "e2e",
			Regarding: corev1.ObjectReference{Kind: "Namespace", Name: "default"},
		})).To(Succeed())
		events, err := cluster.Etcdctl(ctx, etcdctl, "etcd-events", "get", "--prefix", "--keys-only", "/registry/")
		Expect(err).NotTo(HaveOccurred())
		Expect(events).To(ContainSubstring("/registry/events/default/seen"))
		Expect(events).NotTo(ContainSubstring("/registry/namespaces/"))
		main, err := cluster.Etcdctl(ctx, etcdctl, "etcd-main", "get", "--prefix", "--keys-only", "/registry/events/")
		Expect(err).NotTo(HaveOccurred())
		Expect(main).To(BeEmpty())
	})

	It("encrypts Secrets from the first write", func(ctx context.Context) {
		Expect(shoot.Create(ctx, &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: metav1.NamespaceDefault, Name: "treasure"},
			StringData: map[string]string{"where": "under-the-palm-tree"},
		})).To(Succeed())
		raw, err := cluster.Etcdctl(ctx, etcdctl, "etcd-main", "get", "/registry/secrets/default/treasure", "--print-value-only")
		Expect(err).NotTo(HaveOccurred())
		Expect(raw).To(HavePrefix("k8s:enc:aescbc:v1:key"))
		Expect(raw).NotTo(ContainSubstring("palm-tree"))
		all, err := cluster.Etcdctl(ctx, etcdctl, "etcd-main", "get", "--prefix", "/registry/secrets/", "--print-value-only")
		Expect(err).NotTo(HaveOccurred())
		Expect(all).NotTo(ContainSubstring("k8s\x00"), "a Secret was written in plain text")
	})

	It("runs pods that meet the restricted Pod Security level and hold no token they do not need", func(ctx context.Context) {
		namespace := &corev1.Namespace{}
		Expect(management.Get(ctx, client.ObjectKey{Name: cluster.SeedNamespace()}, namespace)).To(Succeed())
		Expect(namespace.Labels).To(HaveKeyWithValue("pod-security.kubernetes.io/enforce", "restricted"))
		pods := &corev1.PodList{}
		Expect(management.List(ctx, pods, client.InNamespace(cluster.SeedNamespace()))).To(Succeed())
		Expect(len(pods.Items)).To(BeNumerically(">=", 5))
		for _, pod := range pods.Items {
			Expect(pod.Spec.PriorityClassName).To(Equal("kubeception-control-plane"), pod.Name)
			if pod.Labels["app.kubernetes.io/managed-by"] != "etcd-druid" { // Etcd pods report through Leases.
				Expect(pod.Spec.AutomountServiceAccountToken).To(HaveValue(BeFalse()), pod.Name)
			}
		}
	})

	It("writes nothing while nothing changes", func(ctx context.Context) {
		versions := func() map[string]string {
			found := map[string]string{}
			for _, list := range listsAtRest() {
				Expect(management.List(ctx, list, client.InNamespace(cluster.SeedNamespace()))).To(Succeed())
				record(found, list)
			}
			controlPlane, err := cluster.ControlPlane(ctx)
			Expect(err).NotTo(HaveOccurred())
			found["KubeceptionControlPlane"] = controlPlane.ResourceVersion
			return found
		}
		Eventually(func(g Gomega) { // The last pods become ready and the last conditions settle.
			before := versions()
			g.Consistently(versions).WithTimeout(20 * time.Second).WithPolling(5 * time.Second).Should(Equal(before))
		}).WithTimeout(reportTimeout).Should(Succeed())
	})
})

func widgets() *apiextensionsv1.CustomResourceDefinition {
	return &apiextensionsv1.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: "widgets.example.org"},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: "example.org", Scope: apiextensionsv1.NamespaceScoped,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: "widgets", Kind: "Widget"},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
				Name: "v1", Served: true, Storage: true,
				Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{Type: "object"}},
			}},
		},
	}
}

func certificateRequest() *certificatesv1.CertificateSigningRequest {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	Expect(err).NotTo(HaveOccurred())
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "tourist"}}, key)
	Expect(err).NotTo(HaveOccurred())
	return &certificatesv1.CertificateSigningRequest{
		ObjectMeta: metav1.ObjectMeta{Name: "tour"},
		Spec: certificatesv1.CertificateSigningRequestSpec{
			Request:    pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}),
			SignerName: certificatesv1.KubeAPIServerClientSignerName,
			Usages:     []certificatesv1.KeyUsage{certificatesv1.UsageClientAuth},
		},
	}
}

func approve(ctx context.Context, shoot client.Client, name string) {
	request := &certificatesv1.CertificateSigningRequest{}
	Expect(shoot.Get(ctx, client.ObjectKey{Name: name}, request)).To(Succeed())
	request.Status.Conditions = append(request.Status.Conditions, certificatesv1.CertificateSigningRequestCondition{
		Type: certificatesv1.CertificateApproved, Status: corev1.ConditionTrue, Reason: "Tour", Message: "approved by the test",
	})
	Expect(shoot.SubResource("approval").Update(ctx, request)).To(Succeed())
}
