// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package nodeconfig

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
)

// TestCloudInitAcceptsCloudConfigs asks cloud-init itself.
func TestCloudInitAcceptsCloudConfigs(t *testing.T) {
	program, err := exec.LookPath("cloud-init")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("cloud-init is missing; hack/ensure/packages.sh installs it")
		}
		t.Skip("cloud-init is missing; hack/ensure/packages.sh installs it")
	}
	for name, node := range cases(t) {
		t.Run(name, func(t *testing.T) {
			node.Spec.Format = bootstrapv1.CloudConfig
			data, _, err := Render(node)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "cloud-config.yaml")
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
			if output, err := exec.CommandContext(t.Context(), program, "schema", "--config-file", file).CombinedOutput(); err != nil {
				t.Errorf("cloud-init refuses the cloud-config: %v\n%s", err, output)
			}
		})
	}
}
