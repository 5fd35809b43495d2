// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeapiserver

import (
	"fmt"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/kubernetes"
)

const (
	authorizationVolume = "authorization"
	authorizationFile   = "config.yaml"
)

// requiredAuthorizers let kubelets and the components of the control plane work. When they are missing they come
// first: they only ever allow, so every other request still reaches the user's.
var requiredAuthorizers = []struct{ kind, name string }{{"Node", "node"}, {"RBAC", "rbac"}}

// authorization is who may do what.
func authorization(in *component.Input) (part, error) {
	if in.References.Authorization == "" {
		return part{flags: component.Flags{"authorization-mode": "Node,RBAC"}}, nil
	}
	config, err := parseDocument(in.References.Authorization, "AuthorizationConfiguration")
	if err != nil {
		return part{}, err
	}
	config.adaptVersion(in.Version, kubernetes.StructuredAuthorizationV1)
	authorizers, err := config.list("authorizers")
	if err != nil {
		return part{}, err
	}
	files := map[string][]byte{}
	for _, authorizer := range authorizers {
		if err := connect(authorizer, in.References.AuthorizerKubeconfigs, files); err != nil {
			return part{}, err
		}
	}
	config["authorizers"] = append(missingAuthorizers(authorizers), authorizers...)
	content, err := config.encode()
	if err != nil {
		return part{}, err
	}
	files[authorizationFile] = []byte(content)
	p, mount := secret(authorizationVolume, files)
	p.flags = component.Flags{"authorization-config": mount.File(authorizationFile)}
	return p, nil
}

func missingAuthorizers(authorizers []document) []document {
	var missing []document
	for _, required := range requiredAuthorizers {
		found := false
		for _, authorizer := range authorizers {
			found = found || authorizer["type"] == required.kind
		}
		if !found {
			missing = append(missing, document{"type": required.kind, "name": required.name})
		}
	}
	return missing
}

// connect gives a webhook authorizer its kubeconfig. Its own choice of a file would name nothing in the container,
// and the pod's own cluster is the seed.
func connect(authorizer document, kubeconfigs map[string]string, files map[string][]byte) error {
	if authorizer["type"] != "Webhook" {
		return nil
	}
	name := fmt.Sprint(authorizer["name"])
	kubeconfig, ok := kubeconfigs[name]
	if !ok {
		return fmt.Errorf("webhook authorizer %s has no kubeconfig; add one to apiServer.authorization.kubeconfigs", name)
	}
	webhook := authorizer.object("webhook")
	if webhook == nil {
		return fmt.Errorf("webhook authorizer %s has no field webhook", name)
	}
	file := "kubeconfig-" + name
	files[file] = []byte(kubeconfig)
	webhook["connectionInfo"] = document{
		"type":           "KubeConfigFile",
		"kubeConfigFile": component.SecretMount(authorizationVolume, "").File(file),
	}
	return nil
}
