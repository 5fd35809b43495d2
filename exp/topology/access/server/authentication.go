// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"fmt"

	"k8s.io/apiserver/pkg/authentication/authenticator"
	"k8s.io/apiserver/pkg/authentication/request/headerrequest"
	"k8s.io/apiserver/pkg/server/dynamiccertificates"
	"k8s.io/client-go/kubernetes"
)

// Where a kube-apiserver publishes how it identifies itself and its users to aggregated APIs.
const (
	authenticationNamespace = "kube-system"
	authenticationConfigMap = "extension-apiserver-authentication"
)

// +kubebuilder:rbac:groups="",resources=configmaps,verbs=get;list;watch

// frontProxy takes the kube-apiserver's word on who a user is. It follows rotations of the authority that it trusts.
type frontProxy struct {
	authenticator.Request

	headers *headerrequest.RequestHeaderAuthRequestController
	trusted *dynamiccertificates.ConfigMapCAController
}

func newFrontProxy(client kubernetes.Interface) (*frontProxy, error) {
	trusted, err := dynamiccertificates.NewDynamicCAFromConfigMapController("front-proxy", authenticationNamespace,
		authenticationConfigMap, "requestheader-client-ca-file", client)
	if err != nil {
		return nil, fmt.Errorf("read which front proxy is trusted: %w", err)
	}
	headers := headerrequest.NewRequestHeaderAuthRequestController(authenticationConfigMap, authenticationNamespace, client,
		"requestheader-username-headers", "requestheader-uid-headers", "requestheader-group-headers",
		"requestheader-extra-headers-prefix", "requestheader-allowed-names")
	return &frontProxy{
		Request: headerrequest.NewDynamicVerifyOptionsSecure(trusted.VerifyOptions,
			headerrequest.StringSliceProviderFunc(headers.AllowedClientNames),
			headerrequest.StringSliceProviderFunc(headers.UsernameHeaders),
			headerrequest.StringSliceProviderFunc(headers.UIDHeaders),
			headerrequest.StringSliceProviderFunc(headers.GroupHeaders),
			headerrequest.StringSliceProviderFunc(headers.ExtraHeaderPrefixes)),
		headers: headers, trusted: trusted,
	}, nil
}

// NeedLeaderElection lets every instance serve.
func (*frontProxy) NeedLeaderElection() bool { return false }

// Start follows the ConfigMap until the manager stops. Before it was read, nobody is authenticated.
func (p *frontProxy) Start(ctx context.Context) error {
	go p.headers.Run(ctx, 1)
	p.trusted.Run(ctx, 1)
	return nil
}
