// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

func TestAnswers(t *testing.T) {
	server := httptest.NewServer(handler(t.TempDir()))
	t.Cleanup(server.Close)
	hostname, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	const review = `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","object":{"metadata":{"labels":{"deny":"%"}}}}}`
	steps := []struct {
		title, method, path, body string
		status                    int
		want                      string
	}{
		{"its name", http.MethodGet, "/", "", http.StatusOK, hostname},
		{"an address", http.MethodGet, "/lookup?name=127.0.0.1", "", http.StatusOK, "127.0.0.1"},
		{"another server", http.MethodGet, "/fetch?url=" + server.URL, "", http.StatusOK, hostname},
		{"a server that is not there", http.MethodGet, "/fetch?url=http://127.0.0.1:1", "", http.StatusBadGateway, "refused"},
		{"a file that is not there", http.MethodGet, "/files/note", "", http.StatusBadGateway, "no such file"},
		{"a file is written", http.MethodPut, "/files/note", "kept", http.StatusOK, ""},
		{"a file is read", http.MethodGet, "/files/note", "", http.StatusOK, "kept"},
		{"an object is denied", http.MethodPost, "/deny", strings.ReplaceAll(review, "%", "true"), http.StatusOK, `"allowed":false`},
		{"an object is allowed", http.MethodPost, "/deny", strings.ReplaceAll(review, "%", "false"), http.StatusOK, `"allowed":true`},
	}
	for _, step := range steps {
		request, err := http.NewRequestWithContext(t.Context(), step.method, server.URL+step.path, strings.NewReader(step.body))
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != step.status || !strings.Contains(string(content), step.want) {
			t.Errorf("%s: got %s %q, want %d %q (%v)", step.title, response.Status, content, step.status, step.want, err)
		}
	}
}
