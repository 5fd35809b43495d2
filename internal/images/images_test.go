// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package images

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/onsi/gomega"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/kubernetes"
)

func TestEverySupportedVersionHasEveryImage(t *testing.T) {
	ofKubernetes := []string{KubeAPIServer, KubeControllerManager, KubeScheduler, KubeProxy}
	for _, release := range kubernetes.Releases() {
		for _, name := range Names() {
			version := "v" + release.Minor + ".2"
			t.Run(name+" "+version, func(t *testing.T) {
				g := gomega.NewWithT(t)
				image, err := Default().Find(name, version)
				g.Expect(err).NotTo(gomega.HaveOccurred())
				if slices.Contains(ofKubernetes, name) {
					g.Expect(image).To(gomega.Equal("registry.k8s.io/" + name + ":" + version))
				} else {
					g.Expect(image).To(gomega.MatchRegexp("/" + name + ":v?[0-9]+[.][0-9]+[.][0-9]+"))
				}
			})
		}
	}
}

func TestNamesAreThoseOfTheFile(t *testing.T) {
	g := gomega.NewWithT(t)
	var inFile []string
	for _, source := range Default().sources {
		inFile = append(inFile, source.Name)
	}
	slices.Sort(inFile)
	g.Expect(slices.Compact(inFile)).To(gomega.ConsistOf(Names()))
}

func TestFind(t *testing.T) {
	const name, version = KubeScheduler, "v1.36.3"
	cases := map[string]struct {
		overrides string
		version   string
		want      string
		wantErr   string
	}{
		"without overrides, the image of this release": {version: version, want: "registry.k8s.io/kube-scheduler:v1.36.3"},
		"build metadata becomes a legal tag":           {version: "v1.36.3+vendor", want: "registry.k8s.io/kube-scheduler:v1.36.3_vendor"},
		"an override comes first": {
			overrides: "- {name: kube-scheduler, repository: example.com/s}", version: version, want: "example.com/s:v1.36.3"},
		"an override with a tag": {
			overrides: "- {name: kube-scheduler, repository: example.com/s, tag: t}", version: version, want: "example.com/s:t"},
		"an override with a complete image": {
			overrides: "- {name: kube-scheduler, image: 'example.com/s@sha256:0'}", version: version, want: "example.com/s@sha256:0"},
		"the first override for the version": {
			overrides: "- {name: kube-scheduler, versions: '< 1.36', image: old}\n- {name: kube-scheduler, versions: '>= 1.36', image: new}",
			version:   version, want: "new"},
		"an override for another version leaves this release's": {
			overrides: "- {name: kube-scheduler, versions: '< 1.36', image: old}", version: version, want: "registry.k8s.io/kube-scheduler:v1.36.3"},
		"a range takes pre-releases": {
			overrides: "- {name: kube-scheduler, versions: '>= 1.37.0-0', image: new}", version: "v1.37.0-rc.1", want: "new"},
		"what is no version": {version: "latest", wantErr: `"latest" is not a semantic version`},
	}
	for title, c := range cases {
		t.Run(title, func(t *testing.T) {
			g := gomega.NewWithT(t)
			image, err := withOverrides(t, c.overrides).Find(name, c.version)
			if c.wantErr != "" {
				g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring(c.wantErr)))
				return
			}
			g.Expect(err).NotTo(gomega.HaveOccurred())
			g.Expect(image).To(gomega.Equal(c.want))
		})
	}
}

func TestNoVectorIsThatOfThisRelease(t *testing.T) {
	var none *Vector
	gomega.NewWithT(t).Expect(none.Find(KubeAPIServer, "v1.36.0")).To(gomega.Equal("registry.k8s.io/kube-apiserver:v1.36.0"))
}

func TestAMissingImageNamesItsRemedy(t *testing.T) {
	g := gomega.NewWithT(t)
	_, err := Default().Find("unknown", "v1.36.0")
	g.Expect(err).To(gomega.MatchError("there is no image unknown for Kubernetes v1.36.0; give the manager a file of image overrides that has one"))
	_, err = withOverrides(t, "- {name: kube-scheduler, image: i}").Find("unknown", "v1.36.0")
	g.Expect(err).To(gomega.MatchError(gomega.MatchRegexp("add one to .*images.yaml")))
}

func TestOverridesAreCheckedWhenTheyAreRead(t *testing.T) {
	cases := map[string]struct{ content, want string }{
		"an unknown name lists the names": {"- {name: kube-apisrver, image: i}", "the images are kube-apiserver, "},
		"an unknown field":                {"- {name: kube-apiserver, img: i}", `unknown field "img"`},
		"neither image nor repository":    {"- {name: kube-apiserver}", "give either image, or repository"},
		"both image and repository":       {"- {name: kube-apiserver, image: i, repository: r}", "give either image, or repository"},
		"a tag for a complete image":      {"- {name: kube-apiserver, image: i, tag: t}", "tag goes with repository"},
		"a range that is none":            {"- {name: kube-apiserver, image: i, versions: new}", "is not a range such as"},
		"something else than a list":      {"name: kube-apiserver", "not a list of images"},
	}
	for title, c := range cases {
		t.Run(title, func(t *testing.T) {
			_, err := WithOverrides(write(t, c.content))
			gomega.NewWithT(t).Expect(err).To(gomega.MatchError(gomega.ContainSubstring(c.want)))
		})
	}
	t.Run("a file that does not exist", func(t *testing.T) {
		_, err := WithOverrides(filepath.Join(t.TempDir(), "none"))
		gomega.NewWithT(t).Expect(err).To(gomega.MatchError(os.ErrNotExist))
	})
}

func withOverrides(t *testing.T, content string) *Vector {
	t.Helper()
	if content == "" {
		return Default()
	}
	v, err := WithOverrides(write(t, content))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "images.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
