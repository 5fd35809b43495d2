// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"bytes"
	"encoding/json"
	"slices"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

// Networks of pods, by the words of Gardener.
const (
	flannel = "flannel"
	calico  = "calico"
	cilium  = "cilium"
)

// Instances of CoreDNS: two, and at most five, or two for each zone of workers.
const (
	coreDNSLeast   = 5
	coreDNSPerZone = 2
)

func (t *translator) addons() controlplanev1.AddonsSpec {
	out := controlplanev1.AddonsSpec{CNI: t.cni(), KubeProxy: t.kubeProxy()}
	out.CoreDNS.MaxReplicas = new(int32(clamp(max(coreDNSLeast, coreDNSPerZone*len(t.zones())), coreDNSLeast, 100)))
	if cache := deref(t.spec().SystemComponents).NodeLocalDNS; cache != nil && cache.Enabled {
		out.NodeLocalDNS = controlplanev1.NodeLocalDNSSpec{
			Enabled:                     new(true),
			ForceTCPToClusterDNS:        cache.ForceTCPToClusterDNS,
			ForceTCPToUpstreamDNS:       cache.ForceTCPToUpstreamDNS,
			DisableForwardToUpstreamDNS: cache.DisableForwardToUpstreamDNS,
		}
	}
	return out
}

// zones are those of all pools.
func (t *translator) zones() sets.Set[string] {
	out := sets.New[string]()
	for _, worker := range t.spec().Provider.Workers {
		out.Insert(worker.Zones...)
	}
	return out
}

// networkConfig is what a Shoot can say of Flannel.
type networkConfig struct {
	APIVersion string `json:"apiVersion,omitempty"`
	Kind       string `json:"kind,omitempty"`
	// Backend carries packets between machines.
	Backend controlplanev1.FlannelBackend `json:"backend,omitempty"`
}

func (t *translator) cni() controlplanev1.CNISpec {
	networking := deref(t.spec().Networking)
	path := field.NewPath("spec", "networking")
	switch typ := deref(networking.Type); typ {
	case flannel:
		return controlplanev1.CNISpec{Type: controlplanev1.CNIFlannel, Flannel: controlplanev1.FlannelSpec{Backend: t.backend(networking)}}
	case calico:
		return controlplanev1.CNISpec{Type: controlplanev1.CNICalico, ManifestsRefs: t.manifests(typ)}
	case cilium:
		return controlplanev1.CNISpec{Type: controlplanev1.CNICilium, ManifestsRefs: t.manifests(typ)}
	default:
		t.refuse(field.NotSupported(path.Child("type"), typ, []string{flannel, calico, cilium}))
		return controlplanev1.CNISpec{}
	}
}

// backend is the one that the Shoot names, or the one without a tunnel where machines reach each other without.
func (t *translator) backend(networking gardencorev1beta1.Networking) controlplanev1.FlannelBackend {
	path := field.NewPath("spec", "networking", "providerConfig")
	var config networkConfig
	if raw := networking.ProviderConfig; raw != nil && len(raw.Raw) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(raw.Raw))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&config); err != nil {
			t.refuse(field.Invalid(path, string(raw.Raw), err.Error()))
		}
	}
	backends := []controlplanev1.FlannelBackend{controlplanev1.FlannelVXLAN, controlplanev1.FlannelHostGateway}
	switch {
	case slices.Contains(backends, config.Backend):
		return config.Backend
	case config.Backend != "":
		t.refuse(field.NotSupported(path.Child("backend"), config.Backend, backends))
	case t.infrastructure.HostGateway:
		return controlplanev1.FlannelHostGateway
	}
	return controlplanev1.FlannelVXLAN
}

// manifests refer to the ConfigMaps with the manifests of a network.
func (t *translator) manifests(typ string) []controlplanev1.LocalObjectReference {
	var out []controlplanev1.LocalObjectReference
	for _, name := range sets.List(sets.KeySet(t.Network)) {
		out = append(out, localReference(name))
	}
	if len(out) == 0 {
		t.refuse(field.Invalid(field.NewPath("spec", "networking", "type"), typ,
			"the operator has installed no manifests of this network; ask for it, or use flannel"))
	}
	return out
}

// networkManifests are the manifests themselves. Flannel needs none.
func (t *translator) networkManifests() []client.Object {
	if !slices.Contains([]string{calico, cilium}, deref(deref(t.spec().Networking).Type)) || t.isWorkerless() {
		return nil
	}
	var out []client.Object
	for _, name := range sets.List(sets.KeySet(t.Network)) {
		out = append(out, t.configMap(referencePrefix+name, t.Network[name]))
	}
	return out
}

func (t *translator) kubeProxy() controlplanev1.KubeProxySpec {
	own := deref(t.spec().Kubernetes.KubeProxy)
	if own.Enabled != nil && !*own.Enabled {
		if deref(deref(t.spec().Networking).Type) == flannel {
			t.refuse(field.Forbidden(field.NewPath("spec", "kubernetes", "kubeProxy", "enabled"),
				"flannel does not do what kube-proxy does; enable it, or choose another network"))
		}
		return controlplanev1.KubeProxySpec{Disabled: new(true)}
	}
	switch mode := deref(own.Mode); mode {
	case "", gardencorev1beta1.ProxyModeIPTables:
		return controlplanev1.KubeProxySpec{Mode: controlplanev1.KubeProxyIPTables}
	case gardencorev1beta1.ProxyModeNFTables:
		return controlplanev1.KubeProxySpec{Mode: controlplanev1.KubeProxyNFTables}
	default:
		t.refuse(field.NotSupported(field.NewPath("spec", "kubernetes", "kubeProxy", "mode"), mode,
			[]gardencorev1beta1.ProxyMode{gardencorev1beta1.ProxyModeIPTables, gardencorev1beta1.ProxyModeNFTables}))
		return controlplanev1.KubeProxySpec{}
	}
}
