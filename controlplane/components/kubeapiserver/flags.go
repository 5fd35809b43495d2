// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeapiserver

import (
	"maps"
	"strconv"
	"strings"
	"time"

	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

const (
	// shutdownDelay is how long an ending API server serves on while load balancers learn that it ends.
	shutdownDelay = 15 * time.Second
	// requestTimeout is the longest that an ordinary request takes; it is the binary's default.
	requestTimeout = 60 * time.Second

	defaultEventTTLSeconds       = 3600
	defaultMaxNonMutatingRequest = 400
	defaultMaxMutatingRequests   = 200
)

// general are the flags that belong to no other part. They are the same for all supported versions of Kubernetes.
func general(in *component.Input) part {
	spec := in.Configuration.APIServer
	flags := component.Flags{
		"secure-port":       strconv.Itoa(wiring.KubeAPIServerPort),
		"external-hostname": in.Endpoint.Host,
		// The address of a hosted API server is its exposure. The address of its pod means nothing to the pods of
		// the workload cluster, so it must not become the endpoint of their Service "kubernetes".
		"endpoint-reconciler-type": "none",
		"service-cluster-ip-range": strings.Join(in.Network.ServiceCIDRs, ","),
		"allow-privileged":         "true",
		// The seed routes no addresses of the workload cluster's Services: aggregated API servers are reached at
		// their endpoints.
		"enable-aggregator-routing":        "true",
		"kubelet-preferred-address-types":  "InternalIP,Hostname,ExternalIP",
		"profiling":                        "false",
		"event-ttl":                        seconds(ptr.Deref(spec.EventTTLSeconds, defaultEventTTLSeconds)),
		"max-requests-inflight":            number(spec.Requests.MaxNonMutatingInflight, defaultMaxNonMutatingRequest),
		"max-mutating-requests-inflight":   number(spec.Requests.MaxMutatingInflight, defaultMaxMutatingRequests),
		"http2-max-streams-per-connection": "1000",
		"livez-grace-period":               "1m0s",
		"shutdown-delay-duration":          shutdownDelay.String(),
		// Requests that come later still are answered with "try again" instead of a closed connection.
		"shutdown-send-retry-after": "true",
	}
	flags.Merge(component.TLSFlags(spec.TLSMinVersion), component.LoggingFlags(spec.Logging))
	flags.SetSwitches("feature-gates", spec.FeatureGates)
	flags.SetSwitches("runtime-config", runtimeConfig(in))
	return part{flags: flags}
}

// workloadAPIs are what makes no sense without nodes.
var workloadAPIs = []string{"apps/v1", "autoscaling/v2", "batch/v1", "policy/v1", "storage.k8s.io/v1/csinodes"}

// runtimeConfig switches APIs on and off. What the user says comes last.
func runtimeConfig(in *component.Input) map[string]bool {
	switches := map[string]bool{}
	if in.Workerless() {
		for _, api := range workloadAPIs {
			switches[api] = false
		}
	}
	maps.Copy(switches, in.Configuration.APIServer.RuntimeConfig)
	return switches
}

func seconds(value int32) string { return (time.Duration(value) * time.Second).String() }

func number(value *int32, absent int32) string { return strconv.Itoa(int(ptr.Deref(value, absent))) }
