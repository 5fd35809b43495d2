// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package nodeconfig

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"text/template"

	"k8s.io/utils/ptr"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
)

//go:embed bootstrap.sh.tmpl
var scriptText string

var scriptTemplate = template.Must(template.New("bootstrap").Funcs(template.FuncMap{"quote": quote}).Parse(scriptText))

// download is where a kubelet comes from on one architecture.
type download struct{ Architecture, URL, SHA256 string }

// script makes the machine what the files say it is to be.
func script(node *Node) ([]byte, error) {
	var out bytes.Buffer
	err := scriptTemplate.Execute(&out, map[string]any{
		"Version":        node.Version,
		"Proxy":          proxyVariables(node),
		"Modules":        strings.Join(modules, " "),
		"Sysctls":        sysctlsPath,
		"KubeletDir":     KubeletConfigDir,
		"Kubelet":        kubeletPath,
		"Downloads":      downloads(node),
		"UnitsDir":       unitsDir,
		"ContainerdUnit": containerdUnitPath,
		"Start":          unitsThat(node.Spec.Units, true),
		"Stop":           unitsThat(node.Spec.Units, false),
		"PreCommands":    node.Spec.PreCommands,
		"PostCommands":   node.Spec.PostCommands,
		"Done":           donePath,
	})
	if err != nil {
		return nil, fmt.Errorf("write the bootstrap script: %w", err)
	}
	return out.Bytes(), nil
}

// downloads are those of the machine's version.
func downloads(node *Node) []download {
	installation := node.Spec.Kubelet.Installation
	var out []download
	for _, checksum := range installation.Checksums {
		if checksum.Version != node.Version {
			continue
		}
		url := strings.NewReplacer("{version}", checksum.Version, "{architecture}", checksum.Architecture).Replace(installation.URL)
		out = append(out, download{Architecture: checksum.Architecture, URL: url, SHA256: checksum.SHA256})
	}
	return out
}

func unitsThat(units []bootstrapv1.Unit, run bool) []string {
	var names []string
	for _, unit := range units {
		// Those of every machine are started anyway.
		if unit.Enabled != nil && ptr.Deref(unit.Enabled, false) == run && !Started(unit.Name) {
			names = append(names, unit.Name)
		}
	}
	return names
}

// quote returns text as one word of a shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
