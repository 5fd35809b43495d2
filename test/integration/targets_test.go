// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrlenvtest "sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component/golden"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/kubernetesservice"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/kubernetes"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// TestWorkloadClustersAcceptWhatComponentsRender applies the target objects of every golden case, as a dry run, to real
// API servers of every minor version. What is refused or warned of there would be so in workload clusters.
func TestWorkloadClustersAcceptWhatComponentsRender(t *testing.T) {
	for _, minor := range parts.Minors() {
		t.Run(minor, func(t *testing.T) {
			server, warnings := startWorkloadCluster(t, minor)
			for _, c := range components.All() {
				for _, input := range goldenInputs(t, c) {
					in := golden.ReadInput(t, input)
					// The server decides what it accepts, and the input what is rendered for it.
					in.Version = "v" + minor + ".0"
					t.Run(c.Name()+" "+filepath.Base(filepath.Dir(input)), func(t *testing.T) {
						expectAccepted(t, server, in, c)
						for _, warning := range warnings.take() {
							t.Errorf("the API server warns: %s", warning)
						}
					})
				}
			}
		})
	}
}

func expectAccepted(t *testing.T, server client.Client, in *component.Input, c component.Component) {
	t.Helper()
	g := NewWithT(t)
	rendered, err := component.Prepare(in, c)
	g.Expect(err).NotTo(HaveOccurred())
	for _, obj := range rendered.Target {
		document, err := component.Unstructured(obj)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(server.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(document),
			client.DryRunAll, client.FieldOwner("test"), client.ForceOwnership)).
			To(Succeed(), "%s %s", obj.GetObjectKind().GroupVersionKind().Kind, obj.GetName())
	}
}

// goldenInputs are the cases of a component, whose folder has its name without dashes.
func goldenInputs(t *testing.T, c component.Component) []string {
	t.Helper()
	folder := strings.ReplaceAll(c.Name(), "-", "")
	if instance, isEtcd := strings.CutPrefix(c.Name(), "etcd-"); isEtcd {
		folder = filepath.Join("etcd", "testdata", instance)
	} else {
		folder = filepath.Join(folder, "testdata")
	}
	inputs, err := filepath.Glob(filepath.Join("..", "..", "controlplane", "components", folder, "*", "input.yaml"))
	if err != nil || len(inputs) == 0 {
		t.Fatalf("there is no case of %s: %v", c.Name(), err)
	}
	return inputs
}

// TestPodsLearnTheNameOfTheAPIServer creates pods where the admission policy for endpoints that are names is installed.
func TestPodsLearnTheNameOfTheAPIServer(t *testing.T) {
	for _, minor := range parts.Minors() {
		if !kubernetes.Has("v"+minor+".0", kubernetes.MutatingAdmissionPolicyV1) {
			continue
		}
		t.Run(minor, func(t *testing.T) {
			g := NewWithT(t)
			server, _ := startWorkloadCluster(t, minor)
			in := golden.ReadInput(t, filepath.Join("..", "..", "controlplane", "components", "kubernetesservice", "testdata", "hostname", "input.yaml"))
			rendered, err := component.Prepare(in, kubernetesservice.New())
			g.Expect(err).NotTo(HaveOccurred())
			for _, obj := range rendered.Target {
				g.Expect(server.Create(t.Context(), obj)).To(Succeed())
			}
			g.Expect(server.Create(t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "default"}})).To(Succeed())

			learned := []corev1.EnvVar{
				{Name: wiring.APIServerHostVariable, Value: "api.alpha.example.com"},
				{Name: wiring.APIServerPortVariable, Value: "6443"},
			}
			own := []corev1.EnvVar{{Name: wiring.APIServerHostVariable, Value: "own.example.com"}}
			other := corev1.EnvVar{Name: "OTHER", Value: "kept"}
			var pod *corev1.Pod
			// The API server learns of a new policy by a watch.
			g.Eventually(func(g Gomega) {
				pod = &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", GenerateName: "p-"}, Spec: corev1.PodSpec{
					InitContainers: []corev1.Container{{Name: "first", Image: "i"}},
					Containers: []corev1.Container{
						{Name: "plain", Image: "i", Env: []corev1.EnvVar{other}}, {Name: "knowing", Image: "i", Env: own}, {Name: "last", Image: "i"},
					},
				}}
				g.Expect(server.Create(t.Context(), pod, client.DryRunAll)).To(Succeed())
				g.Expect(pod.Spec.Containers[2].Env).To(Equal(learned))
			}).WithTimeout(30 * time.Second).Should(Succeed())
			g.Expect(pod.Spec.InitContainers[0].Env).To(Equal(learned))
			g.Expect(pod.Spec.Containers[0].Env).To(ConsistOf(append(learned, other)))
			g.Expect(pod.Spec.Containers[1].Env).To(Equal(own), "what a container says itself stays")
		})
	}
}

func startWorkloadCluster(t *testing.T, minor string) (client.Client, *warningLog) {
	t.Helper()
	g := NewWithT(t)
	server, err := envtest.Start(t.Context(), minor, envtest.Options{Flags: func(server *ctrlenvtest.APIServer) {
		server.Configure().
			Set("service-cluster-ip-range", "10.96.0.0/16,fd00:10:96::/112"). // Those of the golden cases.
			Set("endpoint-reconciler-type", "none")                           // As hosted API servers do.
	}})
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(func() { g.Expect(server.Stop()).To(Succeed()) })
	warnings := &warningLog{}
	config := rest.CopyConfig(server.Config)
	config.WarningHandlerWithContext = warnings
	c, err := client.New(config, client.Options{Scheme: server.Client.Scheme()})
	g.Expect(err).NotTo(HaveOccurred())
	return client.WithFieldValidation(c, metav1.FieldValidationStrict), warnings
}

// warningLog collects what an API server warns of.
type warningLog struct{ warnings []string }

var _ rest.WarningHandlerWithContext = &warningLog{}

// HandleWarningHeaderWithContext implements rest.WarningHandlerWithContext.
func (w *warningLog) HandleWarningHeaderWithContext(_ context.Context, _ int, _ string, text string) {
	w.warnings = append(w.warnings, text)
}

func (w *warningLog) take() []string {
	taken := w.warnings
	w.warnings = nil
	return taken
}
