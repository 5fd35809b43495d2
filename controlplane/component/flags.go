// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Flags are command-line flags by name, without dashes.
type Flags map[string]string

// Args returns the flags as arguments, sorted by name so that equal flags never restart a pod.
func (f Flags) Args() []string {
	args := make([]string, 0, len(f))
	for _, name := range slices.Sorted(maps.Keys(f)) {
		args = append(args, fmt.Sprintf("--%s=%s", name, f[name]))
	}
	return args
}

// Merge adds other flags and replaces those of the same name.
func (f Flags) Merge(others ...Flags) Flags {
	for _, other := range others {
		maps.Copy(f, other)
	}
	return f
}

// SetSwitches sets a flag of the form a=true,b=false, as for feature gates, unless there are no switches.
func (f Flags) SetSwitches(name string, switches map[string]bool) {
	if len(switches) == 0 {
		return
	}
	pairs := make([]string, 0, len(switches))
	for _, key := range slices.Sorted(maps.Keys(switches)) {
		pairs = append(pairs, fmt.Sprintf("%s=%t", key, switches[key]))
	}
	f[name] = strings.Join(pairs, ",")
}

// The suites that Go and Mozilla prefer for TLS 1.2; those of TLS 1.3 are not for choice. All keys of package pki
// are elliptic, so those for RSA would never be used.
var cipherSuites = []string{
	"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
	"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
	"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
}

// TLSFlags are the flags of a server for TLS. If minVersion is empty, it is VersionTLS12.
func TLSFlags(minVersion string) Flags {
	if minVersion == "" {
		minVersion = "VersionTLS12"
	}
	return Flags{"tls-min-version": minVersion, "tls-cipher-suites": strings.Join(cipherSuites, ",")}
}
