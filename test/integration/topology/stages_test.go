// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package topology

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/client-go/kubernetes"
	"k8s.io/utils/ptr"
	addonsv1 "sigs.k8s.io/cluster-api/api/addons/v1beta2"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/setup"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
)

// stages plays what the translation and Cluster API do with a Shoot, and keeps what kubectl shows of it.
type stages struct {
	t       *testing.T
	client  client.Client
	rest    *kubernetes.Clientset
	shoot   client.ObjectKey
	cluster *clusterv1.Cluster
	hosted  *controlplanev1.KubeceptionControlPlane
	out     strings.Builder
}

// columns are those that kubectl shows. Those about health, of -o wide, change by the clock as well.
var columns = []string{"Name", "K8S Version", "Hibernated", "Last Operation", "State", "Progress", "Status"}

// expect waits until the status has a word and the label a value, and writes down the row.
func (s *stages) expect(title, health, description string) {
	s.t.Helper()
	g := NewWithT(s.t)
	g.Eventually(func(g Gomega) {
		shoot := &gardencorev1beta1.Shoot{}
		g.Expect(s.client.Get(s.t.Context(), s.shoot, shoot)).To(Succeed())
		g.Expect(shoot.Status.LastOperation).NotTo(BeNil())
		g.Expect(shoot.Status.LastOperation.Description).To(ContainSubstring(description))
		g.Expect(shoot.Labels).To(HaveKeyWithValue("shoot.gardener.cloud/status", health))
	}).Should(Succeed(), title)
	content, err := s.rest.CoreV1().RESTClient().Get().AbsPath("/apis/core.gardener.cloud/v1beta1/namespaces", s.shoot.Namespace, "shoots", s.shoot.Name).
		SetHeader("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io").Do(s.t.Context()).Raw()
	g.Expect(err).NotTo(HaveOccurred())
	table := &metav1.Table{}
	g.Expect(json.Unmarshal(content, table)).To(Succeed())
	fmt.Fprintf(&s.out, "# %s\n", title)
	w := tabwriter.NewWriter(&s.out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, strings.ToUpper(strings.Join(columns, "\t")))
	var cells []string
	for _, column := range columns {
		for i, definition := range table.ColumnDefinitions {
			if definition.Name != column {
				continue
			}
			cell := ""
			if table.Rows[0].Cells[i] != nil {
				cell = fmt.Sprint(table.Rows[0].Cells[i])
			}
			cells = append(cells, cell)
		}
	}
	fmt.Fprintln(w, strings.Join(cells, "\t"))
	g.Expect(w.Flush()).To(Succeed())
	fmt.Fprintln(&s.out)
}

// says changes conditions of the Cluster or of the control plane.
func (s *stages) says(object client.Object, of *[]metav1.Condition, status metav1.ConditionStatus, kinds ...string) {
	s.t.Helper()
	for _, kind := range kinds {
		meta.SetStatusCondition(of, metav1.Condition{Type: kind, Status: status, Reason: map[metav1.ConditionStatus]string{"True": "Available", "False": "NotAvailable"}[status], Message: "as played",
			ObservedGeneration: object.GetGeneration()})
	}
	NewWithT(s.t).Expect(s.client.Status().Update(s.t.Context(), object)).To(Succeed())
}

func TestKubectlGetShootsReadsWellAtEveryStage(t *testing.T) {
	server := envtest.Servers()[0]
	g := NewWithT(t)
	s := newStages(t, g, server)

	s.expect("Waits for a seed", "healthy", "Failed to schedule Shoot")
	createSeed(t, g, server.Client, "stages", "local", 10)
	s.expect("Has a seed", "healthy", "Waiting for the Cluster")
	s.createCluster(g)
	s.expect("The Cluster exists", "healthy", "Waiting for the parts of the Cluster")
	s.cluster.Status.Initialization.InfrastructureProvisioned = ptr.To(true)
	s.says(s.cluster, &s.cluster.Status.Conditions, metav1.ConditionTrue, clusterv1.ClusterTopologyReconciledCondition, clusterv1.ClusterInfrastructureReadyCondition)
	s.expect("The infrastructure exists", "healthy", "Waiting for the seed")
	s.says(s.hosted, &s.hosted.Status.Conditions, metav1.ConditionTrue, controlplanev1.SeedReachableCondition, controlplanev1.ConfigurationValidCondition,
		controlplanev1.CertificatesAvailableCondition, controlplanev1.EndpointAvailableCondition)
	s.expect("The control plane has an address", "healthy", "Waiting for etcd")
	s.says(s.hosted, &s.hosted.Status.Conditions, metav1.ConditionTrue, controlplanev1.EtcdClusterAvailableCondition, controlplanev1.APIServerAvailableCondition)
	s.expect("The API server answers", "healthy", "Waiting for the components")
	s.hosted.Status.ObservedGeneration = s.hosted.Generation
	s.says(s.hosted, &s.hosted.Status.Conditions, metav1.ConditionTrue, controlplanev1.ComponentsAvailableCondition, controlplanev1.SystemComponentsAvailableCondition)
	s.expect("Is created", "healthy", "successfully reconciled")
	expectNoWrites(t, g, s)
	s.says(s.hosted, &s.hosted.Status.Conditions, metav1.ConditionFalse, controlplanev1.APIServerAvailableCondition)
	s.expect("The API server does not answer", "progressing", "successfully reconciled")
	s.says(s.hosted, &s.hosted.Status.Conditions, metav1.ConditionTrue, controlplanev1.APIServerAvailableCondition)
	g.Eventually(func() string { return s.label(g) }).Should(Equal("healthy"))
	meta.SetStatusCondition(&s.hosted.Status.Conditions, metav1.Condition{
		Type: controlplanev1.ConfigurationValidCondition, Status: metav1.ConditionFalse, Reason: controlplanev1.ConfigurationInvalidReason, Message: "spec.version: too new",
	})
	g.Expect(s.client.Status().Update(t.Context(), s.hosted)).To(Succeed())
	s.expect("Cannot be carried out", "unhealthy", "spec.version: too new")
	s.expectEvents(g, "Reconciling", "Reconciled", "ReconcileError")
	s.expectGolden(g)
	g.Eventually(func() error {
		return s.client.Get(t.Context(), client.ObjectKey{Namespace: s.cluster.Namespace, Name: stagesID + "-access"}, &addonsv1.ClusterResourceSet{})
	}).Should(Succeed(), "the groups of kubeconfigs are made known to the cluster")
}

// stagesID is the technical ID of the Shoot.
const stagesID = "shoot--stages--alpha"

func newStages(t *testing.T, g Gomega, server *envtest.Server) *stages {
	t.Helper()
	s := &stages{t: t, shoot: client.ObjectKey{Namespace: "garden-stages", Name: "alpha"}}
	var err error
	s.client, err = client.New(server.Config, client.Options{Scheme: setup.Scheme()})
	g.Expect(err).NotTo(HaveOccurred())
	s.rest, err = kubernetes.NewForConfig(server.Config)
	g.Expect(err).NotTo(HaveOccurred())
	// The webhook of the control plane provider is installed, and its manager does not run here.
	webhooks := &admissionregistrationv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "controlplane-validating-webhook-configuration"}}
	g.Expect(s.client.Delete(t.Context(), webhooks)).To(Succeed())
	for _, object := range documents(t, strings.NewReplacer("metadata: {name: local}", "metadata: {name: stages}", "{test: nobody}", "{test: stages}").Replace(profileLocal)+`
---
{apiVersion: v1, kind: Namespace, metadata: {name: garden-stages, labels: {gardener.cloud/role: project, project.gardener.cloud/name: stages}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: capi--stages--alpha}}
---
{apiVersion: core.gardener.cloud/v1beta1, kind: Project, metadata: {name: stages}, spec: {namespace: garden-stages}}
`) {
		g.Expect(applyManifest(t, s.client, object)).To(Succeed())
	}
	g.Eventually(func() error {
		shoot := workerless("alpha")
		shoot.Namespace, shoot.Spec.CloudProfile.Name = "garden-stages", "stages"
		return s.client.Create(t.Context(), shoot)
	}).Should(Succeed())
	return s
}

func (s *stages) createCluster(g Gomega) {
	s.cluster = &clusterv1.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: "capi--stages--alpha", Name: stagesID}}
	s.cluster.Spec.Topology.ClassRef.Name, s.cluster.Spec.Topology.Version = "stages", "v1.36.1"
	s.cluster.Spec.ControlPlaneRef = clusterv1.ContractVersionedObjectReference{APIGroup: controlplanev1.GroupVersion.Group, Kind: "KubeceptionControlPlane", Name: stagesID}
	g.Expect(s.client.Create(s.t.Context(), s.cluster)).To(Succeed())
	s.hosted = &controlplanev1.KubeceptionControlPlane{ObjectMeta: metav1.ObjectMeta{
		Namespace: s.cluster.Namespace, Name: stagesID, Labels: map[string]string{clusterv1.ClusterNameLabel: stagesID},
	}}
	s.hosted.Spec.Version = "v1.36.1"
	g.Expect(s.client.Create(s.t.Context(), s.hosted)).To(Succeed())
}

func (s *stages) label(g Gomega) string {
	shoot := &gardencorev1beta1.Shoot{}
	g.Expect(s.client.Get(s.t.Context(), s.shoot, shoot)).To(Succeed())
	return shoot.Labels["shoot.gardener.cloud/status"]
}

// expectNoWrites waits until nobody has written to a Shoot for a while.
func expectNoWrites(t *testing.T, g Gomega, s *stages) {
	t.Helper()
	version := func() string {
		shoot := &gardencorev1beta1.Shoot{}
		g.Expect(s.client.Get(t.Context(), s.shoot, shoot)).To(Succeed())
		return shoot.ResourceVersion
	}
	g.Eventually(func() string { return s.label(g) }).Should(Equal("healthy"))
	last := ""
	g.Eventually(func() bool { // Somebody who was overtaken comes again.
		before := last
		last = version()
		return last == before
	}).WithPolling(3 * time.Second).WithTimeout(20 * time.Second).Should(BeTrue())
}

func (s *stages) expectEvents(g Gomega, reasons ...string) {
	g.Eventually(func() []string {
		events := &eventsv1.EventList{}
		g.Expect(s.client.List(s.t.Context(), events, client.InNamespace(s.shoot.Namespace))).To(Succeed())
		var out []string
		for i := range events.Items {
			if events.Items[i].ReportingController == "shoot-care" {
				out = append(out, events.Items[i].Reason)
			}
		}
		return out
	}).Should(ContainElements(reasons))
}

// expectGolden compares with the file, or writes it when UPDATE_GOLDEN is set.
func (s *stages) expectGolden(g Gomega) {
	file := filepath.Join("testdata", "shoots.txt")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		g.Expect(os.WriteFile(file, []byte(s.out.String()), 0o600)).To(Succeed())
	}
	want, err := os.ReadFile(file)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(s.out.String()).To(Equal(string(want)))
}
