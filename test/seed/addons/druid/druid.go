// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package druid

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	druidconfigv1alpha1 "github.com/gardener/etcd-druid/api/config/v1alpha1"
	"github.com/gardener/etcd-druid/api/core/v1alpha1/crds"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/deploy"
)

// Namespace is where druid runs.
const Namespace = "etcd-druid-system"

//go:embed manifests
var manifests embed.FS

// Addon installs etcd-druid.
type Addon struct{}

var (
	_ seed.Addon    = Addon{}
	_ seed.Preparer = Addon{}
)

// Name implements seed.Addon.
func (Addon) Name() string { return "druid" }

var (
	operator = deploy.Program{Image: "etcd-druid"}
	wrapper  = deploy.Program{Image: "etcd-wrapper-standin", Binary: "etcd-wrapper"}
	// The sidecar talks to object stores of all providers over TLS.
	sidecar = deploy.Program{Image: "etcdbrctl", CACertificates: true}
)

// Prepare implements seed.Preparer.
func (Addon) Prepare(ctx context.Context, s *seed.Seed, _ io.Writer) error {
	for _, program := range []deploy.Program{operator, wrapper, sidecar} {
		if _, err := program.Build(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// Install implements seed.Addon.
func (Addon) Install(ctx context.Context, s *seed.Seed, log io.Writer) error {
	refs := map[string]string{}
	for _, program := range []deploy.Program{operator, wrapper, sidecar} {
		image, err := program.Load(ctx, s)
		if err != nil {
			return err
		}
		fmt.Fprintf(log, "loaded %s\n", image.Ref)
		refs[program.Image] = image.Ref
	}
	rendered, err := render(refs[operator.Image], refs[wrapper.Image], refs[sidecar.Image])
	if err != nil {
		return err
	}
	if err := s.Apply(ctx, rendered, log); err != nil {
		return err
	}
	return s.AwaitDeployment(ctx, Namespace, "etcd-druid")
}

// render returns all manifests of the addon for three image references.
func render(operatorImage, wrapperImage, sidecarImage string) ([]byte, error) {
	// From 1.29 on the definitions carry CEL rules and do not change.
	definitions, err := crds.GetAll("1.29")
	if err != nil {
		return nil, err
	}
	files, err := fs.Sub(manifests, "manifests")
	if err != nil {
		return nil, err
	}
	rendered, err := deploy.Render(files, map[string]any{
		"Image":  operatorImage,
		"Config": operatorConfig(),
		"Images": imageOverrides(wrapperImage, sidecarImage),
	})
	if err != nil {
		return nil, err
	}
	var stream bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(definitions)) {
		stream.WriteString("---\n" + definitions[name] + "\n")
	}
	stream.Write(rendered)
	return stream.Bytes(), nil
}

// operatorConfig differs from druid's defaults where a seed with many small
// control planes, each with two etcds, wants another value. Zero values are
// defaulted by druid.
func operatorConfig() *druidconfigv1alpha1.OperatorConfiguration {
	config := &druidconfigv1alpha1.OperatorConfiguration{
		TypeMeta: metav1.TypeMeta{
			APIVersion: druidconfigv1alpha1.SchemeGroupVersion.String(), Kind: "OperatorConfiguration",
		},
		ClientConnection: druidconfigv1alpha1.ClientConnectionConfiguration{QPS: 200, Burst: 400},
		// etcd 3.5; without the gate druid configures members for 3.4.
		FeatureGates: map[string]bool{druidconfigv1alpha1.UpgradeEtcdVersion: true},
	}
	c := &config.Controllers
	c.Etcd = druidconfigv1alpha1.EtcdControllerConfiguration{
		ConcurrentSyncs:             ptr.To(20),
		EnableEtcdSpecAutoReconcile: true,
		EtcdStatusSyncPeriod:        metav1.Duration{Duration: 5 * time.Second},
	}
	c.Compaction = druidconfigv1alpha1.CompactionControllerConfiguration{Enabled: true, ConcurrentSyncs: ptr.To(5)}
	c.EtcdCopyBackupsTask = druidconfigv1alpha1.EtcdCopyBackupsTaskControllerConfiguration{Enabled: true, ConcurrentSyncs: ptr.To(5)}
	c.Secret = druidconfigv1alpha1.SecretControllerConfiguration{ConcurrentSyncs: ptr.To(20)}
	c.EtcdOpsTask = druidconfigv1alpha1.EtcdOpsTaskControllerConfiguration{
		ConcurrentSyncs: ptr.To(10), RequeueInterval: &metav1.Duration{Duration: 5 * time.Second},
	}
	return config
}

// imageOverride is one entry of druid's image vector.
type imageOverride struct {
	Name       string `json:"name"`
	Repository string `json:"repository"`
	Tag        string `json:"tag"`
}

// imageOverrides is an image vector with our images under the names of
// upstream's. "-next" is what the feature gate UpgradeEtcdVersion selects. The
// image "alpine" is left alone: only the store "Local" uses it, and tests back
// up to an object store.
func imageOverrides(wrapperImage, sidecarImage string) map[string][]imageOverride {
	var overrides []imageOverride
	for name, ref := range map[string]string{"etcd-wrapper": wrapperImage, "etcd-backup-restore": sidecarImage} {
		repository, tag := splitRef(ref)
		for _, suffix := range []string{"", "-next"} {
			overrides = append(overrides, imageOverride{Name: name + suffix, Repository: repository, Tag: tag})
		}
	}
	slices.SortFunc(overrides, func(a, b imageOverride) int { return strings.Compare(a.Name, b.Name) })
	return map[string][]imageOverride{"images": overrides}
}

func splitRef(ref string) (repository, tag string) {
	colon := strings.LastIndex(ref, ":")
	return ref[:colon], ref[colon+1:]
}
