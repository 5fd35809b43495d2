// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package topology

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
)

// manifest is one of Gardener's examples, in the order in which a platform team applies them.
type manifest struct {
	file string
	// before are objects that the example refers to and that are not among the examples, as manifests.
	before string
	// fill replaces what the example leaves to its reader: placeholders in angle brackets, mostly.
	fill []string
	// refused is part of the message where the example is refused, and why says why that is right.
	refused, why string
}

const (
	notServed   = "no matches for kind"
	placeholder = "the example leaves it to its reader"
)

// examples are all of Gardener's examples in testdata, some twice: as they are, and filled in by a reader.
var examples = []manifest{
	{file: "00-namespace-garden"},
	{file: "00-namespace-garden-dev"},
	{file: "05-project-dev"},
	{file: "81-exposureclass"},
	{file: "95-configmap-custom-audit-policy"},
	{file: "31-scheduler-region-configmap"},

	{file: "30-cloudprofile", refused: `spec.providerConfig: Invalid value: "string"`, why: placeholder},
	{file: "30-cloudprofile", fill: []string{"<some-provider-name>", "aws", "<some-provider-specific-cloudprofile-config>", "{}"}},
	{file: "35-namespacedcloudprofile", before: projectLocal + "---\n" + profileLocal},
	{file: "shoot-versions", refused: "spec.machineTypes: Required value", why: "the page shows a part of a CloudProfile"},

	{file: "50-seed", fill: []string{"<provider-name>", "aws"}},

	{file: "60-quota", refused: `namespaces "garden-trial" not found`, why: "there is no project for it yet"},
	{file: "60-quota", before: `{apiVersion: v1, kind: Namespace, metadata: {name: garden-trial}}`},
	{file: "80-secretbinding", fill: []string{"<some-provider-name>", "aws"}, refused: "the Secret garden-dev/my-provider-account does not exist; create it first", why: "it refers to credentials that are not there"},
	{file: "80-secretbinding", fill: []string{"<some-provider-name>", "aws"}, before: accountDev},
	{file: "80-credentialsbinding", refused: "credentialsRef must be a Secret of v1: there is no issuer of tokens for a WorkloadIdentity here", why: "tokens of workload identities need an issuer that clouds trust"},
	{
		file: "80-credentialsbinding",
		fill: []string{"<some-provider-name>", "aws", "security.gardener.cloud/v1alpha1 # or", "v1 #", "WorkloadIdentity # or", "Secret #"},
	},

	{file: "90-shoot", refused: `the profile has no machine image "<some-image-name>"; it has gardenlinux, ubuntu`, why: placeholder},
	{
		file: "90-shoot", fill: []string{"<some-image-name>", "gardenlinux", "<some-image-version>", "15.4.20220818"},
		refused: `spec.provider.infrastructureConfig in body must be of type object`, why: placeholder,
	},
	{file: "90-shoot", fill: shootFilled},

	{file: "provider-local-shoot", refused: "the CredentialsBinding local does not exist; create it or name another one", why: "it refers to credentials that are not there"},
	{file: "provider-local-shoot", before: accountLocal},
	{file: "provider-local-shoot-workerless"},
	{file: "provider-aws-usage", before: profileAWS, refused: "illegal base64 data", why: placeholder},
	{
		file: "provider-aws-usage", fill: []string{"base64(access-key-id)", "YQ==", "base64(secret-access-key)", "Yg=="},
		refused: "spec.addons.kubernetesDashboard.enabled: Forbidden: install it with what you install other applications with", why: "there are no addons",
	},
	{file: "provider-aws-usage", fill: []string{"base64(access-key-id)", "YQ==", "base64(secret-access-key)", "Yg==", "enabled: true\n    nginx", "enabled: false\n    nginx", "nginxIngress:\n      enabled: true", "nginxIngress:\n      enabled: false"}},

	{file: "11-internal-secret", refused: notServed, why: "the kind is not served; secrets that members must not see are in namespaces of their own"},
	{file: "70-workloadidentity-provider", refused: notServed, why: "tokens of workload identities need an issuer that clouds trust"},
	{file: "25-controllerregistration", refused: notServed, why: "there are no extensions"},
	{file: "100-bastion", refused: notServed, why: "there are no bastions"},
	{file: "57-managedseedset", refused: notServed, why: "a Seed names its cluster itself"},
}

const (
	projectLocal = `
{apiVersion: v1, kind: Namespace, metadata: {name: garden-local, labels: {gardener.cloud/role: project, project.gardener.cloud/name: local}}}
---
{apiVersion: core.gardener.cloud/v1beta1, kind: Project, metadata: {name: local}, spec: {namespace: garden-local}}
`
	profileLocal = `
apiVersion: core.gardener.cloud/v1beta1
kind: CloudProfile
metadata: {name: local}
spec:
  type: local
  kubernetes: {versions: [{version: 1.36.1}, {version: 1.35.4}, {version: 1.34.6, expirationDate: "2027-02-28T23:59:59Z"}]}
  machineImages: [{name: local, versions: [{version: 1.0.0, architectures: [amd64], cri: [{name: containerd}]}]}]
  machineTypes: [{name: local, cpu: "2", gpu: "0", memory: 8Gi}]
  regions: [{name: local}]
  seedSelector: {matchLabels: {test: nobody}} # The seeds of other tests do not come into question.
`
	profileAWS = `
apiVersion: core.gardener.cloud/v1beta1
kind: CloudProfile
metadata: {name: aws}
spec:
  type: aws
  kubernetes: {versions: [{version: 1.36.1}, {version: 1.32.0}]}
  machineImages: [{name: debian, versions: [{version: 13.1.0, architectures: [amd64], cri: [{name: containerd}]}]}]
  machineTypes: [{name: m5.large, cpu: "2", gpu: "0", memory: 8Gi}]
  volumeTypes: [{name: gp2, class: standard}]
  regions: [{name: eu-central-1, zones: [{name: eu-central-1a}]}]
`
	accountDev   = `{apiVersion: v1, kind: Secret, metadata: {name: my-provider-account, namespace: garden-dev}}`
	accountLocal = `
{apiVersion: v1, kind: Secret, metadata: {name: local, namespace: garden-local}}
---
{apiVersion: security.gardener.cloud/v1alpha1, kind: CredentialsBinding, metadata: {name: local, namespace: garden-local}, provider: {type: local}, credentialsRef: {apiVersion: v1, kind: Secret, name: local}}
`
)

// shootFilled is what a reader of Gardener's large example writes into it.
var shootFilled = []string{
	"type: <some-provider-name>", "type: aws",
	"      <some-provider-specific-infrastructure-config>", "      apiVersion: aws.provider.extensions.gardener.cloud/v1alpha1\n      kind: InfrastructureConfig",
	"      <some-provider-specific-controlplane-config>", "      apiVersion: aws.provider.extensions.gardener.cloud/v1alpha1\n      kind: ControlPlaneConfig",
	"<some-image-name>", "gardenlinux", "<some-image-version>", "15.4.20220818", "type: gp2\n        size: 20Gi", "type: gp3\n        size: 20Gi",
	"<some-network-extension-name>", "calico",
}

// TestGardenersExamples applies Gardener's own manifests, one after the other, as kubectl does.
func TestGardenersExamples(t *testing.T) {
	t.Run("are all there", func(t *testing.T) {
		g := NewWithT(t)
		files, err := filepath.Glob("testdata/gardener/*.yaml")
		g.Expect(err).NotTo(HaveOccurred())
		for _, file := range files {
			name := strings.TrimSuffix(filepath.Base(file), ".yaml")
			g.Expect(slices.ContainsFunc(examples, func(m manifest) bool { return m.file == name })).To(BeTrue(), "%s is not applied", name)
		}
	})
	onEachMinor(t, func(t *testing.T, server *envtest.Server) {
		for _, m := range examples {
			t.Run(m.file, func(t *testing.T) {
				g := NewWithT(t)
				for _, object := range documents(t, m.before) {
					g.Expect(applyManifest(t, server.Client, object)).To(Succeed())
					awaitNamespace(t, g, server.Client, object)
				}
				err := applyFile(t, server.Client, m)
				if m.refused == "" {
					g.Expect(err).NotTo(HaveOccurred())
					t.Log("accepted")
					return
				}
				g.Expect(err).To(MatchError(ContainSubstring(m.refused)))
				t.Logf("refused: %v\nright, because %s", err, m.why)
			})
		}
	})
}

func applyFile(t *testing.T, c client.Client, m manifest) error {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", "gardener", m.file+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	for i := 0; i < len(m.fill); i += 2 {
		filled := strings.ReplaceAll(text, m.fill[i], m.fill[i+1])
		if filled == text {
			t.Fatalf("%q is not in %s", m.fill[i], m.file)
		}
		text = filled
	}
	// Gardener refuses references to what comes later in the same file, and is asked again.
	var problem error
	for range documents(t, text) {
		var problems []error
		for _, object := range documents(t, text) {
			problems = append(problems, applyManifest(t, c, object))
			awaitNamespace(t, NewWithT(t), c, object)
		}
		problem = errors.Join(problems...)
	}
	return problem
}

func documents(t *testing.T, text string) []*unstructured.Unstructured {
	t.Helper()
	decoder := utilyaml.NewYAMLOrJSONDecoder(bytes.NewReader([]byte(text)), len(text)+1)
	var out []*unstructured.Unstructured
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(&object.Object)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(object.Object) > 0 {
			out = append(out, object)
		}
	}
}

// applyManifest creates an object, or replaces what is there, as kubectl replace does.
func applyManifest(t *testing.T, c client.Client, object *unstructured.Unstructured) error {
	t.Helper()
	existing := &unstructured.Unstructured{}
	existing.SetGroupVersionKind(object.GroupVersionKind())
	err := c.Get(t.Context(), client.ObjectKeyFromObject(object), existing)
	if client.IgnoreNotFound(err) != nil {
		return err
	}
	if err == nil {
		object.SetResourceVersion(existing.GetResourceVersion())
		if err = c.Update(t.Context(), object); apierrors.IsConflict(err) {
			return applyManifest(t, c, object) // A controller wrote meanwhile.
		}
		return err
	}
	return c.Create(t.Context(), object)
}

// awaitNamespace waits until a Project has its namespace, which the next manifest is for.
func awaitNamespace(t *testing.T, g Gomega, c client.Client, object *unstructured.Unstructured) {
	t.Helper()
	if object.GetKind() != "Project" {
		return
	}
	g.Eventually(func(g Gomega) {
		g.Expect(c.Get(t.Context(), client.ObjectKeyFromObject(object), object)).To(Succeed())
		phase, _, _ := unstructured.NestedString(object.Object, "status", "phase")
		g.Expect(phase).To(Equal("Ready"))
		name, _, _ := unstructured.NestedString(object.Object, "spec", "namespace")
		g.Expect(c.Get(t.Context(), client.ObjectKey{Name: name}, &corev1.Namespace{})).To(Succeed())
	}).Should(Succeed(), fmt.Sprintf("Project %s", object.GetName()))
}
