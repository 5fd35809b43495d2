// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

var total = prometheus.NewCounterVec(prometheus.CounterOpts{
	Name: "kubeception_apply_total",
	Help: "Objects brought to their desired state, by kind and by what it took. Only \"unchanged\" sends no request.",
}, []string{"kind", "result"})

func init() {
	metrics.Registry.MustRegister(total)
}

func count(kind string, result Result) {
	total.WithLabelValues(kind, string(result)).Inc()
}
