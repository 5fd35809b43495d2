// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package writes

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"k8s.io/client-go/rest"
)

// Write is a kind of request that changes something, or tries to.
type Write struct {
	Verb        string `json:"verb"`
	Group       string `json:"group,omitempty"`
	Resource    string `json:"resource"`
	Subresource string `json:"subresource,omitempty"`
}

// Target names what is written, as in "etcds.druid.gardener.cloud/status".
func (w Write) Target() string {
	target := w.Resource
	if w.Group != "" {
		target += "." + w.Group
	}
	if w.Subresource != "" {
		target += "/" + w.Subresource
	}
	return target
}

const requestTotal = "apiserver_request_total"

// metricVerbs are the verbs of writes, as metrics name them; dry runs and connections count as others.
var metricVerbs = map[string]bool{
	"POST": true, "PUT": true, "PATCH": true, "APPLY": true, "DELETE": true, "DELETECOLLECTION": true,
}

// ReadMetrics returns the number of writes since the API server was started, from its metrics.
func ReadMetrics(metrics io.Reader) (map[Write]float64, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(metrics)
	if err != nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	family, found := families[requestTotal]
	if !found {
		return nil, fmt.Errorf("there is no metric %s", requestTotal)
	}
	counts := map[Write]float64{}
	for _, metric := range family.GetMetric() {
		labels := map[string]string{}
		for _, label := range metric.GetLabel() {
			labels[label.GetName()] = label.GetValue()
		}
		if metricVerbs[labels["verb"]] && labels["dry_run"] == "" && !isReview(labels["resource"]) {
			write := Write{
				Verb: labels["verb"], Group: labels["group"], Resource: labels["resource"], Subresource: labels["subresource"],
			}
			counts[write] += metric.GetCounter().GetValue()
		}
	}
	return counts, nil
}

// Of reads what an API server was asked to write since it started, by a client of the server itself.
func Of(ctx context.Context, server rest.Interface) (map[Write]float64, error) {
	metrics, err := server.Get().AbsPath("/metrics").DoRaw(ctx)
	if err != nil {
		return nil, fmt.Errorf("get the metrics of the API server: %w", err)
	}
	return ReadMetrics(bytes.NewReader(metrics))
}

// WithoutLeases leaves out heartbeats and leader elections.
func WithoutLeases(counts map[Write]float64) map[Write]float64 {
	maps.DeleteFunc(counts, func(write Write, _ float64) bool { return write.Resource == "leases" })
	return counts
}

// isReview leaves out questions that are asked with a POST and store nothing.
func isReview(resource string) bool {
	switch resource {
	case "tokenreviews", "subjectaccessreviews", "selfsubjectaccessreviews", "localsubjectaccessreviews",
		"selfsubjectrulesreviews", "selfsubjectreviews":
		return true
	}
	return false
}

// Since returns what was written after an earlier look.
func Since(before, after map[Write]float64) map[Write]float64 {
	difference := map[Write]float64{}
	for write, count := range after {
		if added := count - before[write]; added > 0 {
			difference[write] = added
		}
	}
	return difference
}
