// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// Part says how one binary is built.
type Part struct {
	// Folder is the folder of the module that pins it, relative to the checkout.
	Folder string
	// Module is the upstream module; its version is the binary's. Empty for
	// programs of this repository.
	Module string
	// Package is the main package: an import path, or "./…" inside Folder.
	Package string
	// Tags are build tags, separated by commas.
	Tags string
	// Test says that the package is one of tests, and the binary what go test would run.
	Test bool
	// C says that it needs a C compiler. It is linked statically nevertheless.
	C bool
	// Stamp returns linker settings for a version, as "import/path.name=value".
	Stamp func(version string) []string
}

const (
	folder     = "test/seed/parts/"
	kubernetes = "k8s.io/kubernetes"
	// For its tests.
	ginkgo          = "github.com/onsi/ginkgo/v2"
	sampleAPIServer = "k8s.io/sample-apiserver"
	capi            = "sigs.k8s.io/cluster-api"
	capa            = "sigs.k8s.io/cluster-api-provider-aws/v2"
	containerd      = "github.com/containerd/containerd/v2"
	konnectivity    = "sigs.k8s.io/apiserver-network-proxy"
	cniPlugins      = "github.com/containernetworking/plugins"
	// The snapshotters left out need C headers or tools nobody has by default.
	containerdTags = "no_btrfs,no_devmapper,no_zfs"
	managerPrefix  = "manager:"
)

// Table lists every binary by name.
var Table = table()

func table() map[string]Part {
	t := map[string]Part{
		"etcd":    {Folder: folder + "etcd", Module: "go.etcd.io/etcd/server/v3", Package: "go.etcd.io/etcd/server/v3"},
		"etcdctl": {Folder: folder + "etcd", Module: "go.etcd.io/etcd/etcdctl/v3", Package: "go.etcd.io/etcd/etcdctl/v3"},
		"coredns": {Folder: folder + "coredns", Module: "github.com/coredns/coredns", Package: "."},
		// For the node-cache of k8s.io/dns; see its main.go.
		"node-cache-standin": {Folder: folder + "coredns", Module: "github.com/coredns/coredns", Package: "./node-cache-standin"},

		"capi-core":  {Folder: folder + "cluster-api", Module: capi, Package: capi + "/core", Stamp: capiStamp},
		"clusterctl": {Folder: folder + "cluster-api", Module: capi, Package: capi + "/cmd/clusterctl", Stamp: capiStamp},

		"etcd-druid":   {Folder: folder + "etcd-druid", Module: "github.com/gardener/etcd-druid", Package: "github.com/gardener/etcd-druid/cmd"},
		"etcdbrctl":    {Folder: folder + "etcd-backup-restore", Module: "github.com/gardener/etcd-backup-restore", Package: "github.com/gardener/etcd-backup-restore"},
		"etcd-wrapper": {Folder: folder + "etcd-wrapper", Module: "go.etcd.io/etcd/server/v3", Package: "."},
		"objectstore":  {Folder: folder + "objectstore", Module: "github.com/rclone/rclone", Package: "."},
		// For its manifests only; see its doc.go.
		"cert-manager":             {Folder: folder + "cert-manager", Module: "github.com/cert-manager/cert-manager"},
		"cluster-api-provider-aws": {Folder: folder + "cluster-api-provider-aws", Module: capa, Package: capa, Stamp: capaStamp},

		"proxy-server":   {Folder: folder + "konnectivity", Module: konnectivity, Package: konnectivity + "/cmd/server"},
		"proxy-agent":    {Folder: folder + "konnectivity", Module: konnectivity, Package: konnectivity + "/cmd/agent"},
		"metrics-server": {Folder: folder + "metrics-server", Module: "sigs.k8s.io/metrics-server", Package: "sigs.k8s.io/metrics-server/cmd/metrics-server", Stamp: metricsServerStamp},
		"flanneld":       {Folder: folder + "flannel", Module: "github.com/flannel-io/flannel", Package: "github.com/flannel-io/flannel", C: true},
		"cni-flannel":    {Folder: folder + "cni-plugin-flannel", Module: cniPlugins, Package: cniPlugins + "/plugins/meta/flannel"},
		"registry":       {Folder: folder + "registry", Module: "github.com/distribution/distribution/v3", Package: "."},

		"seed-agent":   {Folder: "test", Package: "./seed/agent"},
		"seed-pid1":    {Folder: "test", Package: "./seed/node/pid1"},
		"machine-init": {Folder: ".", Package: "./cmd/machine-init"},
		"workload":     {Folder: "test", Package: "./workload"},
		"pause":        {Folder: "test", Package: "./seed/pause"},
	}
	for _, name := range []string{"containerd", "containerd-shim-runc-v2", "ctr"} {
		t[name] = Part{Folder: folder + "containerd", Module: containerd, Package: containerd + "/cmd/" + name, Tags: containerdTags, Stamp: containerdStamp}
	}
	for name, kind := range map[string]string{"bridge": "main", "loopback": "main", "ptp": "main", "host-local": "ipam", "portmap": "meta"} {
		t["cni-"+name] = Part{Folder: folder + "cni-plugins", Module: cniPlugins, Package: cniPlugins + "/plugins/" + kind + "/" + name}
	}
	t["kubectl"] = kubernetesPart(KubernetesMinors[0], "kubectl")
	// For test/conformance, of the version that clusters run.
	newest := folder + "kubernetes-" + KubernetesMinors[0]
	t["e2e.test"] = Part{Folder: newest, Module: kubernetes, Package: kubernetes + "/test/e2e", Test: true, Stamp: kubernetesStamp}
	t["agnhost"] = Part{Folder: newest, Module: kubernetes, Package: kubernetes + "/test/images/agnhost"}
	t["ginkgo"] = Part{Folder: newest, Module: ginkgo, Package: ginkgo + "/ginkgo"}
	t["sample-apiserver"] = Part{Folder: newest, Module: sampleAPIServer, Package: sampleAPIServer}
	for _, minor := range slices.Concat(KubernetesMinors, OlderMinors) {
		for _, name := range []string{"kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy"} {
			t[name+"-"+minor] = kubernetesPart(minor, name)
		}
	}
	return t
}

// KubernetesMinors are the minors that control planes and nodes are built for, newest first.
// The seed itself runs the newest.
var KubernetesMinors = []string{"1.36", "1.35"}

// OlderMinors are those from which tests of several upgrades in a row start. They are built on request alone.
var OlderMinors = []string{"1.34"}

// minorsVariable names minors, newest first, with commas between them.
const minorsVariable = "KUBECEPTION_MINORS"

// Minors returns the minors that KUBECEPTION_MINORS asks for, newest first. Default: KubernetesMinors.
func Minors() []string {
	if chosen := os.Getenv(minorsVariable); chosen != "" {
		return strings.Split(chosen, ",")
	}
	return KubernetesMinors
}

func kubernetesPart(minor, name string) Part {
	return Part{Folder: folder + "kubernetes-" + minor, Module: kubernetes, Package: kubernetes + "/cmd/" + name, Stamp: kubernetesStamp}
}

// lookup returns the part of a name in Table, or of "manager:<provider>".
func lookup(name string) (Part, error) {
	if provider, isManager := strings.CutPrefix(name, managerPrefix); isManager {
		return Part{Folder: ".", Package: "./" + provider, Stamp: managerStamp}, nil
	}
	part, ok := Table[name]
	if !ok {
		return Part{}, fmt.Errorf("no part is called %q", name)
	}
	return part, nil
}

// kubernetesStamp is what makes /version and feature-gate emulation answer as
// the release does; unstamped binaries call themselves v0.0.0-master.
func kubernetesStamp(version string) []string {
	return append(stampVersion("k8s.io/component-base/version", version), stampVersion("k8s.io/client-go/pkg/version", version)...)
}

// metricsServerStamp is what its build does: what it reports itself, and what the API machinery in it takes for its version.
func metricsServerStamp(version string) []string {
	return stampVersion("k8s.io/client-go/pkg/version", version)
}

// Release is the version of this repository's programs. Its minor must be in metadata.yaml.
const Release = "v0.1.0-dev"

func managerStamp(string) []string { return stampVersion("k8s.io/component-base/version", Release) }

func capiStamp(version string) []string { return stampVersion(capi+"/version", version) }

func capaStamp(version string) []string { return stampVersion(capa+"/version", version) }

func containerdStamp(version string) []string {
	return []string{containerd + "/version.Version=" + version, containerd + "/version.Revision=module"}
}

// stampVersion fills the variables that Kubernetes-style version packages share.
// The module proxy tells neither commit nor date, and a fixed date keeps builds reproducible.
func stampVersion(pkg, version string) []string {
	major, rest, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	minor, _, _ := strings.Cut(rest, ".")
	return []string{
		pkg + ".gitVersion=" + version,
		pkg + ".gitMajor=" + major,
		pkg + ".gitMinor=" + minor,
		pkg + ".gitCommit=",
		pkg + ".gitTreeState=clean",
		pkg + ".buildDate=1970-01-01T00:00:00Z",
	}
}
