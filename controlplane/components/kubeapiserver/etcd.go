// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeapiserver

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"k8s.io/utils/ptr"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// etcdUser is who the API server is to etcd.
const etcdUser = "kube-apiserver"

// etcd is where resources are stored. Events are stored apart.
func etcd(in *component.Input) (part, error) {
	p, ca, client, err := etcdIdentity(in)
	if err != nil {
		return part{}, err
	}
	spec := in.Configuration.Etcd
	p.flags = component.Flags{
		"etcd-servers":           strings.Join(etcdServers(in, wiring.EtcdMain, spec.Main.EtcdInstanceSpec), ","),
		"etcd-servers-overrides": "/events#" + strings.Join(etcdServers(in, wiring.EtcdEvents, spec.Events.EtcdInstanceSpec), ";"),
		"etcd-cafile":            ca.File(wiring.CABundleKey),
		"etcd-certfile":          client.File(pki.CertificateData),
		"etcd-keyfile":           client.File(pki.PrivateKeyData),
	}
	return p, nil
}

func etcdServers(in *component.Input, name string, spec controlplanev1.EtcdInstanceSpec) []string {
	if isExternal(spec) {
		return spec.External.Endpoints
	}
	return wiring.EtcdEndpoints(name, in.Namespace, etcdMembers(in, name, spec))
}

// etcdMembers is the number of members that the API server names.
func etcdMembers(in *component.Input, name string, spec controlplanev1.EtcdInstanceSpec) int32 {
	if members, growing := in.Observed.EtcdMembers[name]; growing {
		return members
	}
	return ptr.Deref(spec.Replicas, 1)
}

// namedMembers notes on the Deployment how many members it names, so that it is known while an etcd grows.
func namedMembers(in *component.Input) map[string]string {
	spec := in.Configuration.Etcd
	annotations := map[string]string{}
	for name, instance := range map[string]controlplanev1.EtcdInstanceSpec{
		wiring.EtcdMain: spec.Main.EtcdInstanceSpec, wiring.EtcdEvents: spec.Events.EtcdInstanceSpec,
	} {
		if !isExternal(instance) {
			annotations[component.AnnotationEtcdMembers(name)] = strconv.Itoa(int(etcdMembers(in, name, instance)))
		}
	}
	return annotations
}

// etcdIdentity is whom the API server believes and who it is towards both etcds. It can be one only.
func etcdIdentity(in *component.Input) (p part, ca, client component.Mount, err error) {
	spec := in.Configuration.Etcd
	if isExternal(spec.Main.EtcdInstanceSpec) != isExternal(spec.Events.EtcdInstanceSpec) {
		return part{}, ca, client, errors.New("kube-apiserver has one client certificate for both etcds; " +
			"give external endpoints for both etcd.main and etcd.events, or for neither")
	}
	if !isExternal(spec.Main.EtcdInstanceSpec) {
		p, ca = configMap("etcd-ca", map[string]string{wiring.CABundleKey: in.Keys.Bundles[pki.EtcdCA]})
		leaf, client := certificate("etcd-client", pki.Leaf{
			SecretName: wiring.EtcdClientSecret,
			Authority:  pki.EtcdCA,
			CommonName: etcdUser,
			ClientAuth: true,
		})
		p.add(leaf)
		return p, ca, client, nil
	}
	main, events := in.References.ExternalEtcd[wiring.EtcdMain], in.References.ExternalEtcd[wiring.EtcdEvents]
	for _, key := range []string{wiring.CABundleKey, pki.CertificateData, pki.PrivateKeyData} {
		if len(main[key]) == 0 {
			return part{}, ca, client, fmt.Errorf("the Secret of etcd.main.external has no %s", key)
		}
		if !bytes.Equal(main[key], events[key]) {
			return part{}, ca, client, fmt.Errorf("kube-apiserver has one client certificate for both etcds; "+
				"give the Secrets of etcd.main.external and etcd.events.external the same %s", key)
		}
	}
	p, client = secret("etcd-client", main)
	return p, client, client, nil
}

func isExternal(spec controlplanev1.EtcdInstanceSpec) bool { return len(spec.External.Endpoints) > 0 }
