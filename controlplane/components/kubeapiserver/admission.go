// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeapiserver

import (
	"fmt"
	"strings"

	apiserverv1 "k8s.io/apiserver/pkg/apis/apiserver/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
)

const (
	admissionFile = "admission.yaml"
	// nodeRestriction keeps kubelets to their own nodes. Kubernetes does not enable it by itself.
	nodeRestriction = "NodeRestriction"
)

// admission is what is checked and changed in accepted requests: Kubernetes' own plugins and the user's.
func admission(in *component.Input) (part, error) {
	enabled := []string{nodeRestriction}
	var disabled []string
	var configured []any
	for _, plugin := range in.Configuration.APIServer.AdmissionPlugins {
		if ptr.Deref(plugin.Disabled, false) {
			disabled = append(disabled, plugin.Name)
			continue
		}
		enabled = append(enabled, plugin.Name)
		if plugin.Config == "" {
			continue
		}
		config := document{}
		if err := yaml.UnmarshalStrict([]byte(plugin.Config), &config); err != nil {
			return part{}, fmt.Errorf("read the config of admission plugin %s: it is not YAML: %w", plugin.Name, err)
		}
		configured = append(configured, document{"name": plugin.Name, "configuration": config})
	}
	flags := component.Flags{"enable-admission-plugins": strings.Join(unique(enabled), ",")}
	if len(disabled) > 0 {
		flags["disable-admission-plugins"] = strings.Join(unique(disabled), ",")
	}
	if len(configured) == 0 {
		return part{flags: flags}, nil
	}
	content, err := document{
		"apiVersion": apiserverv1.SchemeGroupVersion.String(),
		"kind":       "AdmissionConfiguration",
		"plugins":    configured,
	}.encode()
	if err != nil {
		return part{}, err
	}
	p, mount := configMap("admission", map[string]string{admissionFile: content})
	flags["admission-control-config-file"] = mount.File(admissionFile)
	p.flags = flags
	return p, nil
}
