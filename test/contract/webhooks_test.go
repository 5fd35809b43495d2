// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package contract

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
)

// The rules themselves are tested beside the webhooks; this shows that real API servers ask them.
func TestControlPlaneWebhooksAreAsked(t *testing.T) {
	for _, server := range envtest.Servers() {
		t.Run(server.Minor, func(t *testing.T) {
			t.Parallel()
			err := server.Client.Create(t.Context(), object(t, controlPlaneKind, `{spec: {version: v1.20.0}}`))
			expectRefusal(t, err, "spec.version: Invalid value: \"v1.20.0\": version v1.20.0 cannot be run")

			stored := created(t, server, controlPlaneKind, `{spec: {version: v1.36.3}}`)
			if err := unstructured.SetNestedField(stored.Object, "v1.35.7", "spec", "version"); err != nil {
				t.Fatal(err)
			}
			expectRefusal(t, server.Client.Update(t.Context(), stored), "the version cannot go back from v1.36.3 to v1.35.7")
			if err := server.Client.Delete(t.Context(), stored); err != nil {
				t.Errorf("a deletion is refused: %v", err)
			}

			err = server.Client.Create(t.Context(), object(t, templateKind, `{spec: {template: {spec: {apiServer: {runtimeConfig: {v1: true}}}}}}`))
			expectRefusal(t, err, "spec.template.spec.apiServer.runtimeConfig: Invalid value: \"v1\"")
		})
	}
}

func expectRefusal(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("must be refused with\n%s\nbut is answered with\n%v", want, err)
	}
}
