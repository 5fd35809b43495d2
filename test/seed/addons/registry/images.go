// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"context"
	"fmt"
	"io"
	"maps"
	"strings"

	hostedimages "github.com/kubeception/cluster-api-provider-kubeception/internal/images"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/debian"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/images"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// Image is an image that nodes of workload clusters pull.
type Image struct {
	// Name is its name in the image vector; empty for images of the seed alone.
	Name string
	// Repository is where it is upstream. Default: as the image vector has it.
	Repository string
	// Tag is the upstream tag. Default: the version of Binary.
	Tag string
	// Binary is the part it is made from, and Path where it is in the image.
	Binary, Path string
	// Minor is the Kubernetes minor that it is for. Default: all.
	Minor string
	// Tools adds what network programs call: iptables, nft, conntrack, and cp, to install files on the node.
	Tools bool
}

const (
	// PauseTag is the tag of the image of pod sandboxes, which the machine image names.
	PauseTag = "3.10.2"
	// WorkloadImage is a program for tests to run in workload clusters; see test/workload.
	WorkloadImage = "ghcr.io/kubeception/workload:test"
)

// Images lists what the registry serves.
func Images() []Image {
	workload, tag, _ := strings.Cut(WorkloadImage, ":")
	all := []Image{
		{Repository: "registry.k8s.io/pause", Tag: PauseTag, Binary: "pause", Path: "/pause"},
		{Repository: workload, Tag: tag, Binary: "workload", Path: "/workload"},
		{Name: hostedimages.CoreDNS, Binary: "coredns", Path: "/coredns"},
		{Name: hostedimages.MetricsServer, Binary: "metrics-server", Path: "/metrics-server"},
		{Name: hostedimages.KonnectivityAgent, Binary: "proxy-agent", Path: "/proxy-agent"},
		{Name: hostedimages.NodeCache, Tag: "standin", Binary: "node-cache-standin", Path: "/node-cache", Tools: true},
		{Name: hostedimages.Flannel, Binary: "flanneld", Path: "/opt/bin/flanneld", Tools: true},
		{Name: hostedimages.FlannelCNIPlugin, Binary: "cni-flannel", Path: "/flannel", Tools: true},
	}
	for _, minor := range parts.Minors() {
		all = append(all, Image{Name: hostedimages.KubeProxy, Binary: "kube-proxy-" + minor, Path: "/usr/local/bin/kube-proxy", Minor: minor, Tools: true})
	}
	return all
}

// Ref is the upstream reference.
func (i Image) Ref(s *seed.Seed) (string, error) {
	repository, tag := i.Repository, i.Tag
	if repository == "" {
		version, err := s.Binaries.Version("kube-apiserver-" + parts.KubernetesMinors[0])
		if err != nil {
			return "", err
		}
		ref, err := hostedimages.Default().Find(i.Name, version)
		if err != nil {
			return "", err
		}
		repository = ref[:strings.LastIndexByte(ref, ':')]
	}
	if tag == "" {
		var err error
		if tag, err = s.Binaries.Version(i.Binary); err != nil {
			return "", err
		}
	}
	return repository + ":" + tag, nil
}

// Overrides lead managers to what was built where it is not what the image vector names.
func Overrides(s *seed.Seed) ([]hostedimages.Source, error) {
	var overrides []hostedimages.Source
	for _, image := range Images() {
		if image.Name == "" || image.Minor != "" { // Those of a minor have its version anyway.
			continue
		}
		ref, err := image.Ref(s)
		if err != nil {
			return nil, err
		}
		overrides = append(overrides, hostedimages.Source{Name: image.Name, Image: ref})
	}
	return overrides, nil
}

// tools is the layer below programs that call iptables and the like.
var tools = debian.Layer{
	Name: "network-tools", Bare: true,
	Packages: []string{"base-files", "busybox-static", "conntrack", "iptables", "kmod", "nftables"},
}

// toolLinks stand for what installing the packages would link.
var toolLinks = map[string]string{
	"/usr/local/bin/cp":                 "/bin/busybox",
	"/usr/local/bin/sh":                 "/bin/busybox",
	"/usr/local/sbin/ip6tables":         "/usr/sbin/xtables-nft-multi",
	"/usr/local/sbin/ip6tables-restore": "/usr/sbin/xtables-nft-multi",
	"/usr/local/sbin/ip6tables-save":    "/usr/sbin/xtables-nft-multi",
	"/usr/local/sbin/iptables":          "/usr/sbin/xtables-nft-multi",
	"/usr/local/sbin/iptables-restore":  "/usr/sbin/xtables-nft-multi",
	"/usr/local/sbin/iptables-save":     "/usr/sbin/xtables-nft-multi",
}

// build makes the image. Its name in the archive is that of the seed's own images; the registry gives it its upstream name.
func (i Image) build(ctx context.Context, s *seed.Seed, _ io.Writer) (images.Image, error) {
	ref, err := i.Ref(s)
	if err != nil {
		return images.Image{}, err
	}
	binary, err := s.Binaries.Binary(ctx, i.Binary)
	if err != nil {
		return images.Image{}, err
	}
	separator := strings.LastIndexByte(ref, ':')
	spec := images.Spec{
		Name: ref[strings.LastIndexByte(ref, '/')+1 : separator], Tag: ref[separator+1:],
		Files: map[string]string{i.Path: binary}, Entrypoint: []string{i.Path},
	}
	if i.Tools {
		spec.User = "0:0"
		spec.Links = maps.Clone(toolLinks)
		if spec.Base, err = s.Debian.Build(ctx, tools); err != nil {
			return images.Image{}, err
		}
	}
	image, err := s.Images.Build(ctx, spec)
	if err != nil {
		return images.Image{}, fmt.Errorf("image %s: %w", ref, err)
	}
	return image, nil
}
