// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	containername "github.com/google/go-containerregistry/pkg/name"
	containerregistry "github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	hostedimages "github.com/kubeception/cluster-api-provider-kubeception/internal/images"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/images"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// hosted are the images that pods of the seed run, not nodes of workload clusters.
var hosted = []string{
	hostedimages.KubeAPIServer, hostedimages.KubeControllerManager, hostedimages.KubeScheduler,
	hostedimages.KonnectivityServer, hostedimages.KubeceptionMachine,
}

func TestEveryImageOfWorkloadClustersIsServed(t *testing.T) {
	served := map[string]bool{}
	for _, image := range Images() {
		served[image.Name] = true
		if _, ok := parts.Table[image.Binary]; !ok {
			t.Errorf("image %s is made from %q, which is no part", image.Name, image.Binary)
		}
	}
	for _, name := range hosted {
		served[name] = true
	}
	for _, name := range hostedimages.Names() {
		if !served[name] {
			t.Errorf("nothing serves image %s", name)
		}
	}
}

func TestReferencesAreUpstreamsWithTheVersionThatWasBuilt(t *testing.T) {
	s := &seed.Seed{Binaries: &parts.Builder{}}
	want := map[string]string{
		hostedimages.CoreDNS:   "registry.k8s.io/coredns/coredns:v1.15.0",
		hostedimages.NodeCache: "registry.k8s.io/dns/k8s-dns-node-cache:standin",
	}
	for _, image := range Images() {
		ref, err := image.Ref(s)
		if err != nil {
			t.Fatal(err)
		}
		if want[image.Name] != "" && ref != want[image.Name] {
			t.Errorf("image %s is %s, want %s", image.Name, ref, want[image.Name])
		}
		if image.Name == hostedimages.KubeProxy && !strings.HasPrefix(ref, "registry.k8s.io/kube-proxy:v"+image.Minor+".") {
			t.Errorf("kube-proxy for %s is %s", image.Minor, ref)
		}
	}
}

func TestTheMachineImageNamesThePauseImageThatIsServed(t *testing.T) {
	config, err := os.ReadFile("../../../../images/machine/rootfs/etc/containerd/conf.d/10-machine.toml")
	if err != nil {
		t.Fatal(err)
	}
	if ref := "registry.k8s.io/pause:" + PauseTag; !strings.Contains(string(config), `sandbox = "`+ref+`"`) {
		t.Errorf("it does not name %s", ref)
	}
}

func TestAMirrorIsAskedWithoutTheUpstreamRegistry(t *testing.T) {
	if got := mirrored("registry.k8s.io/coredns/coredns:v1", "10.0.0.1:5000"); got != "10.0.0.1:5000/coredns/coredns:v1" {
		t.Errorf("got %s", got)
	}
	if got := string(Mirror("10.0.0.1:5000")); !strings.Contains(got, `[host."http://10.0.0.1:5000"]`) {
		t.Errorf("got %s", got)
	}
}

func TestAnImageIsPushedOnce(t *testing.T) {
	program := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(program, []byte("program"), 0o755); err != nil {
		t.Fatal(err)
	}
	built, err := (&images.Builder{CacheDir: t.TempDir()}).Build(t.Context(), images.Spec{
		Name: "program", Tag: "v1", Files: map[string]string{"/program": program}, Entrypoint: []string{"/program"},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(containerregistry.New())
	t.Cleanup(server.Close)
	address := strings.TrimPrefix(server.URL, "http://")
	var log strings.Builder
	for range 2 {
		if err := push(t.Context(), built, "example.com/some/program:v1", address, &log); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Count(log.String(), "pushed"); got != 1 {
		t.Errorf("pushed %d times", got)
	}
	ref, err := containername.ParseReference(address + "/some/program:v1")
	if err != nil {
		t.Fatal(err)
	}
	pulled, err := remote.Get(ref)
	if err != nil || pulled.Digest.String() != built.Digest {
		t.Errorf("pulled %v (%v), want %s", pulled, err, built.Digest)
	}
}
