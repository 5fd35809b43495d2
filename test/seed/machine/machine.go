// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	hostedimages "github.com/kubeception/cluster-api-provider-kubeception/internal/images"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/debian"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/images"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// folder holds what the image consists of apart from programs, relative to the checkout.
const folder = "images/machine"

// programs are where they are in the image. The kubelet is not among them.
var programs = map[string]string{
	"/usr/bin/containerd":              "containerd",
	"/usr/bin/containerd-shim-runc-v2": "containerd-shim-runc-v2",
	"/usr/bin/ctr":                     "ctr",
	"/usr/local/bin/machine-init":      "machine-init",
	"/opt/cni/bin/bridge":              "cni-bridge",
	"/opt/cni/bin/host-local":          "cni-host-local",
	"/opt/cni/bin/loopback":            "cni-loopback",
	"/opt/cni/bin/portmap":             "cni-portmap",
	"/opt/cni/bin/ptp":                 "cni-ptp",
}

// links enable what starts with the machine, and leave out what a container has no use for.
var links = map[string]string{
	unitsDir + "/multi-user.target.wants/machine-init.service": unitsDir + "/machine-init.service",
	unitsDir + "/default.target":                               "/usr/lib/systemd/system/multi-user.target",

	unitsDir + "/console-getty.service":         masked,
	unitsDir + "/dev-hugepages.mount":           masked,
	unitsDir + "/e2scrub_reap.service":          masked,
	unitsDir + "/getty.target":                  masked,
	unitsDir + "/sys-fs-fuse-connections.mount": masked,
	unitsDir + "/sys-kernel-config.mount":       masked,
	unitsDir + "/sys-kernel-debug.mount":        masked,
	unitsDir + "/sys-kernel-tracing.mount":      masked,
	unitsDir + "/systemd-networkd.service":      masked,
	unitsDir + "/systemd-pstore.service":        masked,
	unitsDir + "/timers.target":                 masked,
}

const (
	unitsDir = "/etc/systemd/system"
	masked   = "/dev/null"
)

// Builder builds machine images.
type Builder struct {
	Binaries *parts.Builder
	Images   *images.Builder
	Debian   *debian.Builder
	// Files are added to the image: its own files by path.
	Files map[string]string
}

// Version is the version of the kubelet of a minor, for example v1.36.3 of 1.36.
func (b *Builder) Version(minor string) (string, error) {
	return b.Binaries.Version("kubelet-" + minor)
}

// Build returns the machine image for a Kubernetes minor.
func (b *Builder) Build(ctx context.Context, minor string) (images.Image, error) {
	spec, err := b.Spec(ctx, minor)
	if err != nil {
		return images.Image{}, err
	}
	return b.Images.Build(ctx, spec)
}

// Spec builds what the machine image for a Kubernetes minor consists of.
func (b *Builder) Spec(ctx context.Context, minor string) (images.Spec, error) {
	version, err := b.Version(minor)
	if err != nil {
		return images.Spec{}, err
	}
	spec := images.Spec{
		Name: hostedimages.KubeceptionMachine, Tag: version, User: "0:0",
		Files: maps.Clone(b.Files), Links: links,
		Entrypoint: []string{"/usr/local/bin/machine-entrypoint.sh"},
		// Asks systemd to power off.
		StopSignal: "SIGRTMIN+3",
		// By this, systemd knows that it is in a container.
		Env: map[string]string{"container": "oci"},
	}
	if spec.Files == nil {
		spec.Files = map[string]string{}
	}
	for path, name := range programs {
		if spec.Files[path], err = b.Binaries.Binary(ctx, name); err != nil {
			return images.Spec{}, err
		}
	}
	if spec.Files["/usr/bin/kubelet"], err = b.Binaries.Binary(ctx, "kubelet-"+minor); err != nil {
		return images.Spec{}, err
	}
	checkout, err := b.Binaries.CheckoutDir()
	if err != nil {
		return images.Spec{}, err
	}
	if err := spec.Folder(filepath.Join(checkout, folder, "rootfs")); err != nil {
		return images.Spec{}, fmt.Errorf("read the files of the machine image: %w", err)
	}
	packages, err := readPackages(filepath.Join(checkout, folder, "packages.txt"))
	if err != nil {
		return images.Spec{}, err
	}
	spec.Base, err = b.Debian.Build(ctx, debian.Layer{Name: "machine", Packages: packages})
	return spec, err
}

// readPackages reads one package a line; lines that start with # are prose.
func readPackages(path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the packages of the machine image: %w", err)
	}
	var packages []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			packages = append(packages, line)
		}
	}
	return packages, nil
}
