// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeapiserver_test

import (
	"strings"
	"testing"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component/golden"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/kubeapiserver"
)

func TestWhatCannotBeRenderedSaysWhatToDo(t *testing.T) {
	cases := map[string]struct {
		change func(in *component.Input)
		want   string
	}{
		"anonymous requests": {
			func(in *component.Input) {
				in.References.Authentication = config("AuthenticationConfiguration", "anonymous: {enabled: true}")
			},
			"remove anonymous",
		},
		"an authentication configuration of another kind": {
			func(in *component.Input) {
				in.References.Authentication = config("AuthorizationConfiguration", "")
			},
			"must be of kind AuthenticationConfiguration in apiserver.config.k8s.io",
		},
		"an authorization configuration that is no YAML": {
			func(in *component.Input) { in.References.Authorization = "authorizers: [" },
			"not YAML",
		},
		"authorizers that are no list": {
			func(in *component.Input) {
				in.References.Authorization = config("AuthorizationConfiguration", "authorizers: RBAC")
			},
			"authorizers must be a list",
		},
		"a webhook authorizer without kubeconfig": {
			func(in *component.Input) {
				in.References.Authorization = config("AuthorizationConfiguration",
					"authorizers: [{type: Webhook, name: policy, webhook: {timeout: 3s}}]")
			},
			"webhook authorizer policy has no kubeconfig; add one to apiServer.authorization.kubeconfigs",
		},
		"the config of an admission plugin that is no YAML": {
			func(in *component.Input) {
				in.Configuration.APIServer.AdmissionPlugins = []controlplanev1.AdmissionPlugin{{Name: "PodSecurity", Config: "a: ["}}
			},
			"config of admission plugin PodSecurity",
		},
		"external endpoints for one etcd alone": {
			func(in *component.Input) {
				in.Configuration.Etcd.Main.External.Endpoints = []string{"https://etcd.example.com:2379"}
			},
			"for both etcd.main and etcd.events, or for neither",
		},
		"external etcds without a client certificate": {
			func(in *component.Input) {
				in.Configuration.Etcd.Main.External.Endpoints = []string{"https://main.example.com:2379"}
				in.Configuration.Etcd.Events.External.Endpoints = []string{"https://events.example.com:2379"}
			},
			"the Secret of etcd.main.external has no ca.crt",
		},
		"no encryption key": {
			func(in *component.Input) { in.Keys.Encryption = nil },
			"there is no encryption key",
		},
		"a version without an image": {
			func(in *component.Input) { in.Version = "latest" },
			`"latest" is not a semantic version`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			in := golden.ReadInput(t, "testdata/default/input.yaml")
			c.change(in)
			_, err := kubeapiserver.New().Render(in)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestConfigurationsAreWrittenForVersionsThatKnowThemByAnOlderName(t *testing.T) {
	in := golden.ReadInput(t, "testdata/full/input.yaml")
	in.Version = "v1.33.2"
	rendered, err := component.Prepare(in, kubeapiserver.New())
	if err != nil {
		t.Fatal(err)
	}
	for _, obj := range rendered.Runtime {
		if !strings.HasPrefix(obj.GetName(), "kube-apiserver-authentication-") {
			continue
		}
		document, err := component.Unstructured(obj)
		if err != nil {
			t.Fatal(err)
		}
		data, _ := document.Object["data"].(map[string]any)
		if content, _ := data["config.yaml"].(string); !strings.Contains(content, "apiVersion: apiserver.config.k8s.io/v1beta1") {
			t.Errorf("the configuration is not of version v1beta1:\n%s", content)
		}
		return
	}
	t.Error("there is no authentication configuration")
}

func config(kind, fields string) string {
	return "apiVersion: apiserver.config.k8s.io/v1\nkind: " + kind + "\n" + fields + "\n"
}
