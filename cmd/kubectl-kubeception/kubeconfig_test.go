// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	authenticationv1alpha1 "github.com/gardener/gardener/pkg/apis/authentication/v1alpha1"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// management answers as the aggregated API does, and keeps what it was asked.
type management struct {
	path    string
	request authenticationv1alpha1.AdminKubeconfigRequest
	refuse  bool
}

func (m *management) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.path = r.Method + " " + r.URL.Path
	_ = json.NewDecoder(r.Body).Decode(&m.request)
	w.Header().Set("Content-Type", "application/json")
	if m.refuse {
		respond(w, http.StatusForbidden, metav1.Status{
			TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: metav1.StatusFailure, Code: http.StatusForbidden,
			Reason: metav1.StatusReasonForbidden, Message: "ann may not",
		})
		return
	}
	answer := m.request
	answer.Status.Kubeconfig = []byte("the kubeconfig")
	answer.Status.ExpirationTimestamp = metav1.NewTime(time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC))
	respond(w, http.StatusCreated, answer)
}

func respond(w http.ResponseWriter, code int, content any) {
	body, err := json.Marshal(content)
	if err != nil {
		code, body = http.StatusInternalServerError, []byte(err.Error())
	}
	w.WriteHeader(code)
	_, _ = w.Write(body)
}

// run runs the plugin with a kubeconfig that leads to the server, in namespace garden-context.
func (m *management) run(t *testing.T, arguments ...string) (out, side string, err error) {
	t.Helper()
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	config := clientcmdapi.NewConfig()
	config.Clusters["c"] = &clientcmdapi.Cluster{Server: server.URL}
	config.Contexts["c"] = &clientcmdapi.Context{Cluster: "c", Namespace: "garden-context"}
	config.CurrentContext = "c"
	file := filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*config, file); err != nil {
		t.Fatal(err)
	}
	command, stdout, stderr := command(), &bytes.Buffer{}, &bytes.Buffer{}
	command.SetOut(stdout)
	command.SetErr(stderr)
	command.SetArgs(append([]string{"kubeconfig", "--kubeconfig", file}, arguments...))
	err = command.ExecuteContext(t.Context())
	return stdout.String(), stderr.String(), err
}

func TestWhatIsAskedFor(t *testing.T) {
	const root = "POST /apis/access.kubeception.cluster.x-k8s.io/v1alpha1/namespaces/"
	cases := map[string]struct {
		arguments []string
		path      string
		kind      string
		seconds   int64
	}{
		"an hour as administrator, in the namespace of the context": {[]string{"alpha"}, root + "garden-context/shoots/alpha/adminkubeconfig", "AdminKubeconfigRequest", 3600},
		"another namespace":      {[]string{"alpha", "-n", "garden-a"}, root + "garden-a/shoots/alpha/adminkubeconfig", "AdminKubeconfigRequest", 3600},
		"half an hour as viewer": {[]string{"alpha", "--viewer", "--expiration", "30m"}, root + "garden-context/shoots/alpha/viewerkubeconfig", "ViewerKubeconfigRequest", 1800},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			m := &management{}
			out, side, err := m.run(t, c.arguments...)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(m.path).To(Equal(c.path))
			g.Expect(m.request.Kind).To(Equal(c.kind))
			g.Expect(m.request.Spec.ExpirationSeconds).To(HaveValue(Equal(c.seconds)))
			g.Expect(out).To(Equal("the kubeconfig"), "and nothing else, so that it can be redirected")
			g.Expect(side).To(ContainSubstring("is valid until"))
		})
	}
}

func TestAFileIsForItsOwnerAlone(t *testing.T) {
	g := NewWithT(t)
	file := filepath.Join(t.TempDir(), "alpha")
	g.Expect(os.WriteFile(file, []byte(strings.Repeat("old", 100)), 0o600)).To(Succeed())
	g.Expect(os.Chmod(file, 0o644)).To(Succeed())
	out, _, err := (&management{}).run(t, "alpha", "-o", file)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(out).To(BeEmpty())
	g.Expect(os.ReadFile(file)).To(BeEquivalentTo("the kubeconfig"))
	info, err := os.Stat(file)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(info.Mode().Perm()).To(Equal(os.FileMode(0o600)))
}

func TestARefusalSaysWhy(t *testing.T) {
	g := NewWithT(t)
	out, side, err := (&management{refuse: true}).run(t, "alpha")
	g.Expect(err).To(MatchError("get a kubeconfig for Shoot garden-context/alpha: ann may not"))
	g.Expect(out).To(BeEmpty())
	g.Expect(side).To(ContainSubstring("ann may not"))
}
