// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

const provider = `apiVersion: v1
kind: Namespace
metadata: {name: x-system, labels: {cluster.x-k8s.io/provider: control-plane-x}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: manager, namespace: x-system, labels: {cluster.x-k8s.io/provider: control-plane-x}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: m, namespace: x-system, labels: {cluster.x-k8s.io/provider: control-plane-x}}
spec:
  template:
    spec:
      serviceAccountName: manager
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: manager
        image: m
        args: ["--v=${LOG_LEVEL:=2}"]
        livenessProbe: {httpGet: {port: 1}}
        readinessProbe: {httpGet: {port: 1}}
        resources: {requests: {cpu: 1m, memory: 1Mi}}
        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
`

func TestCheck(t *testing.T) {
	cases := map[string]struct {
		replace, with string
		want          string
	}{
		"a provider as clusterctl wants it passes":        {},
		"a second namespace is refused":                   {"kind: ServiceAccount", "kind: Namespace", "has 2 Namespaces"},
		"a container of another name is refused":          {"- name: manager", "- name: other", "one container, named manager"},
		"an object of another provider is refused":        {"name: m, namespace: x-system, labels: {cluster.x-k8s.io/provider: control-plane-x}", "name: m, namespace: x-system", "lacks the label"},
		"an object in another namespace is refused":       {"name: m, namespace: x-system", "name: m, namespace: y-system", "is not in the namespace"},
		"a variable without a default is refused":         {":=2", "", "must have the form"},
		"a variable with an empty default is refused":     {":=2", ":=", "must have the form"},
		"a pod that may gain privileges is refused":       {"allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", "restricted"},
		"a service account that is not there is refused":  {"serviceAccountName: manager", "serviceAccountName: other", "service account"},
		"a manager without probes is refused":             {"livenessProbe: {httpGet: {port: 1}}", "tty: false", "probe"},
		"a manager that asks for no resources is refused": {"cpu: 1m, memory: 1Mi", "cpu: 1m", "requests no CPU or memory"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			files := filesys.MakeFsInMemory()
			objects := provider
			if c.replace != "" {
				objects = strings.Replace(provider, c.replace, c.with, 1)
				if objects == provider {
					t.Fatalf("%q is not in the example", c.replace)
				}
			}
			for file, content := range map[string]string{"kustomization.yaml": "resources: [objects.yaml]", "objects.yaml": objects} {
				if err := files.WriteFile(file, []byte(content)); err != nil {
					t.Fatal(err)
				}
			}
			built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(files, ".")
			if err != nil {
				t.Fatal(err)
			}
			err = check("control-plane-x", built)
			switch {
			case c.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("want an error with %q, got %v", c.want, err)
			}
		})
	}
}
