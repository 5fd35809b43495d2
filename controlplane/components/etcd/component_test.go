// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package etcd_test

import (
	"path/filepath"
	"testing"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component/golden"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/etcd"
)

func TestObjects(t *testing.T) {
	for folder, instance := range map[string]etcd.Instance{"main": etcd.Main, "events": etcd.Events} {
		t.Run(folder, func(t *testing.T) { golden.Run(t, etcd.New(instance), filepath.Join("testdata", folder)) })
	}
}

func TestAnExternalEtcdIsNoComponent(t *testing.T) {
	in := &component.Input{}
	if !etcd.New(etcd.Main).Enabled(in) {
		t.Error("etcd-main is disabled although nobody else runs it")
	}
	in.Configuration.Etcd.Main.External.Endpoints = []string{"https://etcd.example.com:2379"}
	if etcd.New(etcd.Main).Enabled(in) {
		t.Error("etcd-main is enabled although somebody else runs it")
	}
	if !etcd.New(etcd.Events).Enabled(in) {
		t.Error("etcd-events is disabled because of etcd-main")
	}
}
