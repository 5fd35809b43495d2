// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package nodeconfig

import (
	"fmt"
	"slices"
	"strings"
)

// variable is one of the environment.
type variable struct{ Name, Value string }

// proxyVariables are what programs learn about proxies from.
func proxyVariables(node *Node) []variable {
	proxy := node.Spec.Proxy
	if proxy.HTTP == "" && proxy.HTTPS == "" {
		return nil
	}
	direct := slices.Concat([]string{"localhost", "127.0.0.1", "::1"}, node.ClusterCIDRs, []string{".svc", "." + node.ClusterDomain}, proxy.NoProxy)
	var out []variable
	for _, v := range []variable{{"HTTP_PROXY", proxy.HTTP}, {"HTTPS_PROXY", proxy.HTTPS}, {"NO_PROXY", strings.Join(direct, ",")}} {
		if v.Value != "" {
			// Some programs know these only in capitals, and some only without.
			out = append(out, v, variable{strings.ToLower(v.Name), v.Value})
		}
	}
	return out
}

// proxyFiles tell containerd and the kubelet.
func proxyFiles(node *Node) []file {
	variables := proxyVariables(node)
	if len(variables) == 0 {
		return nil
	}
	var dropIn strings.Builder
	dropIn.WriteString("[Service]\n")
	for _, v := range variables {
		// systemd replaces what follows a percent sign.
		fmt.Fprintf(&dropIn, "Environment=%q\n", v.Name+"="+strings.ReplaceAll(v.Value, "%", "%%"))
	}
	var files []file
	for _, unit := range []string{containerdUnit, kubeletUnit} {
		files = append(files, file{path: DropInPath(unit, proxyDropIn), content: []byte(dropIn.String()), mode: 0o600})
	}
	return files
}
