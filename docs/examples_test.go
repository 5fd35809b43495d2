// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apimachinery/pkg/util/sets"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/yaml"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	bootstrapadmission "github.com/kubeception/cluster-api-provider-kubeception/bootstrap/webhooks/admission"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component/golden"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/setup"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/webhooks/admission"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/images"
)

// Examples in YAML are whole objects, parts of a control plane that begin with spec, or files of image overrides. What
// is for another program begins with its path, as in "# ~/.config/…".
func TestExamplesAreAccepted(t *testing.T) {
	for path, p := range pages(t) {
		for _, b := range p.blocks {
			if b.language != "yaml" || strings.HasPrefix(b.content, "# ~/") {
				continue
			}
			t.Run(fmt.Sprintf("%s:%d", path, b.line), func(t *testing.T) {
				for _, document := range strings.Split(b.content, "\n---\n") {
					expectAccepted(t, document)
				}
			})
		}
	}
}

func expectAccepted(t *testing.T, document string) {
	t.Helper()
	var content any
	if err := utilyaml.Unmarshal([]byte(document), &content); err != nil {
		t.Fatal(err)
	}
	fields, isObject := content.(map[string]any)
	if !isObject {
		expectOverrides(t, document)
		return
	}
	if _, hasKind := fields["kind"]; !hasKind {
		fields = wholeControlPlane(t, fields)
	}
	encoded, err := yaml.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	decoder := serializer.NewCodecFactory(scheme(), serializer.EnableStrict).UniversalDeserializer()
	object, _, err := decoder.Decode(encoded, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	switch object := object.(type) {
	case *controlplanev1.KubeceptionControlPlane:
		expectSchema(t, controlPlaneCRD, fields)
		expectAdmitted(t, object)
		expectRendered(t, object)
	case *bootstrapv1.KubeceptionConfigTemplate:
		expectSchema(t, configTemplateCRD, fields)
		if _, err := (&bootstrapadmission.KubeceptionConfigTemplate{}).ValidateCreate(t.Context(), object); err != nil {
			t.Error(err)
		}
	}
}

// scheme knows the kinds of all providers.
func scheme() *runtime.Scheme {
	all := setup.Scheme()
	utilruntime.Must(infrav1.AddToScheme(all))
	utilruntime.Must(bootstrapv1.AddToScheme(all))
	utilruntime.Must(gardencorev1beta1.AddToScheme(all))
	utilruntime.Must(securityv1alpha1.AddToScheme(all))
	return all
}

// wholeControlPlane completes a part of a control plane.
func wholeControlPlane(t *testing.T, part map[string]any) map[string]any {
	t.Helper()
	spec, isPart := part["spec"].(map[string]any)
	if !isPart || len(part) != 1 {
		t.Fatal("it is neither an object with a kind nor a part that has spec alone")
	}
	if _, hasVersion := spec["version"]; !hasVersion {
		spec["version"] = "v1.36.3"
	}
	return map[string]any{
		"apiVersion": controlplanev1.GroupVersion.String(),
		"kind":       "KubeceptionControlPlane",
		"metadata":   map[string]any{"name": "my-cluster", "namespace": "team-a"},
		"spec":       spec,
	}
}

func expectOverrides(t *testing.T, document string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "images.yaml")
	if err := os.WriteFile(path, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := images.WithOverrides(path); err != nil {
		t.Error(err)
	}
}

func expectAdmitted(t *testing.T, controlPlane *controlplanev1.KubeceptionControlPlane) {
	t.Helper()
	webhook := &admission.KubeceptionControlPlane{Client: fake.NewClientBuilder().WithScheme(setup.Scheme()).Build()}
	if _, err := webhook.ValidateCreate(t.Context(), controlPlane); err != nil {
		t.Error(err)
	}
}

// expectRendered renders every component, so that patches fit objects and containers exist.
func expectRendered(t *testing.T, controlPlane *controlplanev1.KubeceptionControlPlane) {
	t.Helper()
	in := golden.ReadInput(t, "../controlplane/components/kubescheduler/testdata/default/input.yaml")
	in.Configuration = controlPlane.Spec.KubeceptionControlPlaneConfiguration
	in.Version = controlPlane.Spec.Version
	in.Workers.Versions = []string{in.Version}
	client := map[string][]byte{"ca.crt": []byte("ca"), "tls.crt": []byte("crt"), "tls.key": []byte("key")}
	in.References = component.References{
		CNIManifests:      map[string]string{"calico/calico.yaml": "{apiVersion: v1, kind: ServiceAccount, metadata: {namespace: kube-system, name: calico-node}}"},
		BackupCredentials: map[string][]byte{"region": []byte("eu")},
		ExternalEtcd:      map[string]map[string][]byte{wiring.EtcdMain: client, wiring.EtcdEvents: client},
	}
	for _, c := range components.All() {
		if !c.Enabled(in) {
			continue
		}
		if _, err := component.Prepare(in, c); err != nil {
			t.Error(err)
		}
	}
}

var marker = regexp.MustCompile(`^// \+kubebuilder:rbac:groups=([^,]*),resources=([^,]*),verbs=(\S*)$`)

// TestRolesInOtherClustersAreThoseOfTheSource compares what users are told to grant with what the managers use.
func TestRolesInOtherClustersAreThoseOfTheSource(t *testing.T) {
	cases := map[string]struct{ source, from string }{
		"docs/operation.md":      {"../controlplane/reconcilers/kubeceptioncontrolplane/reconciler.go", "// RBAC in a seed"},
		"docs/local-machines.md": {"../infrastructure/reconcilers/kubeceptioncluster/reconciler.go", "// RBAC in a host cluster"},
	}
	for page, c := range cases {
		t.Run(page, func(t *testing.T) { expectRole(t, page, c.source, c.from) })
	}
}

func expectRole(t *testing.T, page, file, from string) {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, markers, found := strings.Cut(string(source), from)
	if !found {
		t.Fatalf("%s has no markers that begin with %q", file, from)
	}
	want := sets.New[string]()
	for line := range strings.SplitSeq(markers, "\n") {
		if m := marker.FindStringSubmatch(line); m != nil {
			allow(want, []string{strings.Trim(m[1], `"`)}, strings.Split(m[2], ";"), strings.Split(m[3], ";"))
		}
	}
	got := sets.New[string]()
	for _, rule := range roleOf(t, page).Rules {
		allow(got, rule.APIGroups, rule.Resources, rule.Verbs)
	}
	for _, permission := range sets.List(want.Difference(got)) {
		t.Errorf("%s lacks %s", page, permission)
	}
	for _, permission := range sets.List(got.Difference(want)) {
		t.Errorf("%s grants %s for nothing", page, permission)
	}
}

func allow(permissions sets.Set[string], groups, resources, verbs []string) {
	for _, group := range groups {
		for _, resource := range resources {
			for _, verb := range verbs {
				permissions.Insert(fmt.Sprintf("%s %s/%s", verb, group, resource))
			}
		}
	}
}

func roleOf(t *testing.T, path string) *rbacv1.ClusterRole {
	t.Helper()
	blocks := readPage(t, path).blocks
	i := slices.IndexFunc(blocks, func(b block) bool { return strings.Contains(b.content, "kind: ClusterRole\n") })
	if i < 0 {
		t.Fatalf("%s has no ClusterRole", path)
	}
	decoded, err := runtime.Decode(serializer.NewCodecFactory(setup.Scheme()).UniversalDeserializer(), []byte(blocks[i].content))
	if err != nil {
		t.Fatal(err)
	}
	return decoded.(*rbacv1.ClusterRole)
}
