// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeapiserver

import (
	"fmt"
	"strings"

	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
)

const (
	publicKeys     = "public-keys.pem"
	signingKey     = "signing.key"
	tokensFile     = "tokens.csv"
	healthCheckUID = "kubeception:health-check"
	// defaultAudience is the audience of every API server.
	defaultAudience = "kubernetes"
)

// serviceAccounts is how the tokens of service accounts are made and verified.
func serviceAccounts(in *component.Input) (part, error) {
	spec := in.Configuration.APIServer.ServiceAccounts
	p, mount := secret("service-accounts", map[string][]byte{
		publicKeys: []byte(in.Keys.ServiceAccount.Certificate),
		signingKey: []byte(in.Keys.ServiceAccount.Key),
	})
	audiences := []string{defaultAudience}
	for _, audience := range spec.Audiences {
		if audience != defaultAudience {
			audiences = append(audiences, audience)
		}
	}
	p.flags = component.Flags{
		"service-account-key-file":                mount.File(publicKeys),
		"service-account-signing-key-file":        mount.File(signingKey),
		"service-account-extend-token-expiration": fmt.Sprint(ptr.Deref(spec.ExtendTokenExpiration, true)),
		"api-audiences":                           strings.Join(audiences, ","),
	}
	if spec.MaxTokenExpirationSeconds != nil {
		p.flags["service-account-max-token-expiration"] = seconds(*spec.MaxTokenExpirationSeconds)
	}
	issuer := in.ServiceAccountIssuer()
	// The first one issues, all are accepted.
	p.issuers = []string{issuer}
	for _, accepted := range spec.AcceptedIssuers {
		if accepted != issuer {
			p.issuers = append(p.issuers, accepted)
		}
	}
	return p, nil
}

// healthCheck is the identity of the probes. It may do what Kubernetes' built-in roles allow everybody who is
// known: look at the health and the version.
func healthCheck(in *component.Input) (part, error) {
	line := fmt.Sprintf("%s,%s,%s\n", in.Keys.HealthCheckToken, healthCheckUID, healthCheckUID)
	p, mount := secret("health-check", map[string][]byte{tokensFile: []byte(line)})
	p.flags = component.Flags{
		"token-auth-file":             mount.File(tokensFile),
		"enable-bootstrap-token-auth": "true",
	}
	return p, nil
}
