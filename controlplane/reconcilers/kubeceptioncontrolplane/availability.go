// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncontrolplane

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"time"

	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
)

const (
	// probeTimeout is how long one look at the published endpoint may take.
	probeTimeout = 3 * time.Second
	// startingProbePeriod is the time between two looks until the API server has answered once.
	startingProbePeriod = time.Second
	// failingProbePeriod is the time between two looks while the API server does not answer any more.
	failingProbePeriod = 10 * time.Second
)

// reconcileAvailability looks at the API server through the published endpoint, as users and machines do. While it
// answers there is nothing to poll: the health of its pods is watched.
func (r *Reconciler) reconcileAvailability(ctx context.Context, s *scope) (phaseResult, error) {
	const condition = controlplanev1.APIServerAvailableCondition
	if s.report.APIServer.Ready == 0 {
		s.isFalse(condition, controlplanev1.APIServerNotReadyReason, "No instance of the API server is ready")
		return stop(), nil // Its pods are watched.
	}
	if err := probe(ctx, s.input.Endpoint, s.roots); err != nil {
		s.isFalse(condition, controlplanev1.APIServerUnreachableReason,
			fmt.Sprintf("The API server does not answer at %s: %v", s.input.Endpoint.String(), err))
		if s.initialized() {
			return stopFor(failingProbePeriod), nil
		}
		return stopFor(startingProbePeriod), nil
	}
	s.isTrue(condition, controlplanev1.APIServerAvailableReason)
	s.controlPlane.Status.Initialization.ControlPlaneInitialized = new(true)
	return next(), nil
}

// probe asks the API server at an endpoint whether it is ready.
func probe(ctx context.Context, endpoint clusterv1.APIEndpoint, roots *pki.Roots) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(roots.Cluster.BundlePEM())
	httpClient := &http.Client{Transport: &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12},
		DisableKeepAlives: true,
	}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+endpoint.String()+"/readyz", http.NoBody)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+roots.HealthCheckToken)
	response, err := httpClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		return nil
	}
	body, _ := io.ReadAll(io.LimitReader(response.Body, 512))
	return fmt.Errorf("%s: %s", response.Status, body)
}
