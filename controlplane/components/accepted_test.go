// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package components_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	druidcrds "github.com/gardener/etcd-druid/api/core/v1alpha1/crds"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component/golden"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/etcd"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/kubeapiserver"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
)

// A hosted API server stands in for the seed's: it validates as the seed's would, Pod Security included.
func TestASeedAcceptsWhatComponentsRender(t *testing.T) {
	in := golden.ReadInput(t, filepath.Join("kubeapiserver", "testdata", "default", "input.yaml"))
	m := newMachine(t, in, "")
	m.runEtcd(etcd.New(etcd.Main), m.main)
	m.runEtcd(etcd.New(etcd.Events), m.events)
	m.run(kubeapiserver.New())
	m.waitForAPIServer()
	seed, warnings := m.seed(in.Namespace)

	for _, c := range components.All() {
		inputs, err := filepath.Glob(filepath.Join(folder(c), "*", "input.yaml"))
		if err != nil || len(inputs) == 0 {
			t.Fatalf("there is no case of %s: %v", c.Name(), err)
		}
		for _, input := range inputs {
			t.Run(c.Name()+" "+filepath.Base(filepath.Dir(input)), func(t *testing.T) {
				rendered, err := component.Prepare(golden.ReadInput(t, input), c)
				if err != nil {
					t.Fatal(err)
				}
				for _, obj := range rendered.Runtime {
					document, err := component.Unstructured(obj)
					if err != nil {
						t.Fatal(err)
					}
					err = seed.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(document),
						client.DryRunAll, client.FieldOwner("test"))
					if err != nil {
						t.Error(err)
					}
				}
				for _, warning := range warnings.take() {
					t.Errorf("the seed warns: %s", warning)
				}
			})
		}
	}
}

// folder is where the golden cases of a component are.
func folder(c component.Component) string {
	if instance, isEtcd := strings.CutPrefix(c.Name(), "etcd-"); isEtcd {
		return filepath.Join("etcd", "testdata", instance)
	}
	return filepath.Join(strings.ReplaceAll(c.Name(), "-", ""), "testdata")
}

// seed makes a seed of the API server: with etcd-druid's kinds and a namespace that warns of what is not restricted.
func (m *machine) seed(namespace string) (client.Client, *warningLog) {
	m.t.Helper()
	kubeconfig, err := pki.AdminKubeconfig(m.in.ClusterName, m.url(), m.roots, time.Now())
	m.must(err)
	config, err := clientcmd.RESTConfigFromKubeConfig(kubeconfig)
	m.must(err)
	warnings := &warningLog{}
	config.WarningHandlerWithContext = warnings
	seed, err := client.New(config, client.Options{})
	m.must(err)

	crds, err := druidcrds.GetAll(strings.TrimPrefix(m.in.Version, "v"))
	m.must(err)
	for _, crd := range crds {
		object := map[string]any{}
		m.must(yaml.Unmarshal([]byte(crd), &object))
		m.must(seed.Create(m.t.Context(), &unstructured.Unstructured{Object: object}))
	}
	m.must(seed.Create(m.t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name: namespace, Labels: map[string]string{"pod-security.kubernetes.io/warn": "restricted"},
	}}))
	discovery := kubernetes.NewForConfigOrDie(config).Discovery()
	m.eventually("kind Etcd", func(context.Context) bool {
		resources, err := discovery.ServerResourcesForGroupVersion("druid.gardener.cloud/v1alpha1")
		return err == nil && len(resources.APIResources) > 0
	})
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(schema.GroupVersionKind{Group: "druid.gardener.cloud", Version: "v1alpha1", Kind: "EtcdList"})
	m.eventually("list of Etcds", func(ctx context.Context) bool { return seed.List(ctx, list) == nil })
	warnings.take()
	return seed, warnings
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
