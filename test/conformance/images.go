// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/registry"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/debian"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/images"
)

// image is one that tests run.
type image struct {
	layer debian.Layer
	// programs are parts by their paths in the image.
	programs map[string]string
	// upstream are files of upstream's module, below test/images, by their paths in the image.
	upstream map[string]string
	// folder of rootfs, whose files are added.
	folder string
	links  map[string]string
	user   string
	// entrypoint and cmd are those of upstream's image.
	entrypoint, cmd []string
}

// Layers of Debian packages. Upstream's images are made of Alpine, Debian and busybox; scripts in them find the same
// commands here.
var (
	network = debian.Layer{Name: "e2e-network", Packages: []string{
		"bind9-dnsutils", "busybox-static", "curl", "hostname", "iperf", "iproute2", "netcat-openbsd", "procps",
	}}
	busybox = debian.Layer{Name: "e2e-busybox", Bare: true, Packages: []string{"base-files", "busybox-static"}}
	nginx   = debian.Layer{Name: "e2e-nginx", Bare: true, Packages: []string{"base-files", "busybox-static", "nginx-light"}}
)

// agnhost is most of what tests run.
var agnhost = image{
	layer:    network,
	programs: map[string]string{"/agnhost": "agnhost", "/coredns": "coredns"},
	upstream: map[string]string{"/localhost.crt": "agnhost/porter/localhost.crt", "/localhost.key": "agnhost/porter/localhost.key"},
	folder:   "agnhost",
	links: map[string]string{
		"/agnhost-2": "agnhost", "/usr/local/bin/wget": "/bin/busybox", "/usr/local/bin/nslookup": "/usr/bin/nslookup",
	},
	entrypoint: []string{"/agnhost"}, cmd: []string{"pause"},
}

// table lists the images of conformance tests by repository.
func table() map[string]image {
	kitten, nautilus := agnhost, agnhost
	kitten.cmd, nautilus.cmd = []string{"test-webserver"}, []string{"test-webserver"}
	kitten.upstream = map[string]string{"/kitten.jpg": "kitten/html/kitten.jpg", "/data.json": "kitten/html/data.json"}
	nautilus.upstream = map[string]string{"/nautilus.jpg": "nautilus/html/nautilus.jpg", "/data.json": "nautilus/html/data.json"}
	return map[string]image{
		"agnhost":           agnhost,
		"kitten":            kitten,
		"nautilus":          nautilus,
		"busybox":           {layer: busybox, links: applets(), cmd: []string{"sh"}},
		"nonroot":           {layer: busybox, links: applets(), user: "1234:1234", cmd: []string{"sh"}},
		"glibc-dns-testing": {layer: network, programs: map[string]string{"/coredns": "coredns"}, cmd: []string{"bash"}},
		"nginx": {layer: nginx, folder: "nginx", links: applets(),
			entrypoint: []string{"/usr/sbin/nginx"}, cmd: []string{"-g", "daemon off;"}},
		"sample-apiserver": {layer: busybox, programs: map[string]string{"/kube-sample-apiserver": "sample-apiserver"},
			entrypoint: []string{"/kube-sample-apiserver"}},
		"etcd": {layer: busybox, links: applets(), programs: map[string]string{"/usr/local/bin/etcd": "etcd"}},
	}
}

// applets links the commands that scripts of tests call to busybox. Images of a single distribution's package manager
// would have done so when it was installed.
func applets() map[string]string {
	links := map[string]string{}
	for name := range strings.FieldsSeq(`[ ash awk basename cat chgrp chmod chown cp cut date dd df dirname du echo egrep env
		expr false find free grep gzip head hexdump hostname httpd id ifconfig install ip kill ln ls md5sum mkdir mkfifo mknod
		mktemp more mount mv nc netstat nslookup od paste pidof ping ping6 printenv printf ps pwd readlink realpath rm rmdir
		route sed seq sh sha1sum sha256sum sleep sort stat stty sync sysctl tail tar tee telnet test time timeout top touch
		tr traceroute true tty umount uname uniq uptime usleep vi watch wc wget which whoami xargs yes`) {
		links["/bin/"+name] = "busybox"
	}
	return links
}

// serve makes the images that e2e.test names and gives them to the seed's registry. Those that it does not know are of
// tests that are not run.
func serve(ctx context.Context, s *seed.Seed, refs []string, log io.Writer) error {
	known := table()
	for _, ref := range refs {
		repository, tag, _ := strings.Cut(ref[strings.LastIndexByte(ref, '/')+1:], ":")
		wanted, found := known[repository]
		if !found || !strings.HasPrefix(ref, "registry.k8s.io/") {
			continue
		}
		built, err := wanted.build(ctx, s, repository, tag)
		if err != nil {
			return fmt.Errorf("image %s: %w", ref, err)
		}
		if err := registry.Push(ctx, s, built, ref, log); err != nil {
			return err
		}
	}
	return nil
}

func (i image) build(ctx context.Context, s *seed.Seed, name, tag string) (images.Image, error) {
	spec := images.Spec{
		Name: "e2e-" + name, Tag: tag, Files: map[string]string{}, Links: i.links,
		Entrypoint: i.entrypoint, Cmd: i.cmd, User: i.user, Env: map[string]string{"HOME": "/root"},
	}
	if spec.User == "" {
		spec.User = "0:0"
	}
	var err error
	if spec.Base, err = s.Debian.Build(ctx, i.layer); err != nil {
		return images.Image{}, err
	}
	for path, part := range i.programs {
		if spec.Files[path], err = s.Binaries.Binary(ctx, part); err != nil {
			return images.Image{}, err
		}
	}
	if len(i.upstream) > 0 {
		module, err := s.Binaries.ModuleDir(ctx, "agnhost", "k8s.io/kubernetes")
		if err != nil {
			return images.Image{}, err
		}
		for path, file := range i.upstream {
			spec.Files[path] = filepath.Join(module, "test", "images", file)
		}
	}
	if i.folder != "" {
		checkout, err := s.Binaries.CheckoutDir()
		if err != nil {
			return images.Image{}, err
		}
		if err := spec.Folder(filepath.Join(checkout, "test", "conformance", "rootfs", i.folder)); err != nil {
			return images.Image{}, err
		}
	}
	return s.Images.Build(ctx, spec)
}
