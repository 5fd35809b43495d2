// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"bytes"
	"os"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/capi"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/kubeception"
)

// infrastructure is what clusterctl calls the provider whose release has the templates.
const infrastructure = "infrastructure-kubeception"

// Flavors of cluster templates. What is not among them is upstream's default.
const (
	topology = "topology"
	// remediation is made here: a condition of nodes that kubelets do not know lets a spec break a node for good.
	remediation = "md-remediation"
)

// repository makes the clusterctl repository that the specs take templates from: the release that the seed was made
// with, the templates of this checkout, and the flavor that is for specs alone. It returns clusterctl's configuration.
func repository(running *seed.Seed) string {
	GinkgoHelper()
	installed := capi.OpenRepository(running.StateDir)
	files, err := installed.Files(infrastructure, kubeception.Release)
	Expect(err).NotTo(HaveOccurred())
	checkout, err := running.Binaries.CheckoutDir()
	Expect(err).NotTo(HaveOccurred())
	templates, err := filepath.Glob(filepath.Join(checkout, "templates", "*.yaml"))
	Expect(err).NotTo(HaveOccurred())
	for _, template := range templates {
		files[filepath.Base(template)], err = os.ReadFile(template)
		Expect(err).NotTo(HaveOccurred())
	}
	files["cluster-template-"+remediation+".yaml"] = breakable(files["cluster-template.yaml"])

	own := capi.OpenRepository(GinkgoT().TempDir())
	Expect(own.Add(infrastructure, kubeception.Release, files)).To(Succeed())
	return own.Config()
}

// breakable adds a node condition to the health check of a template, before all others because the specs set the first.
// A kubelet neither sets it nor takes it back, so that only another machine is healthy again.
func breakable(template []byte) []byte {
	GinkgoHelper()
	before := []byte("    unhealthyNodeConditions:\n")
	Expect(bytes.Count(template, before)).To(Equal(1))
	return bytes.Replace(template, before, append(before, []byte(
		"    - type: e2e.kubeception.cluster.x-k8s.io/broken\n      status: \"True\"\n      timeoutSeconds: 5\n")...), 1)
}
