// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"k8s.io/client-go/kubernetes"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/access"
)

// Root is the path below which the aggregated API is served.
const Root = "/apis/access.kubeception.cluster.x-k8s.io"

// SetupWithManager serves the aggregated API beside the webhooks of a manager. The server then asks its clients for certificates;
// who has none, as a kube-apiserver that calls a webhook, is served as before. maximum is the longest time that a kubeconfig is
// valid for.
func SetupWithManager(mgr ctrl.Manager, maximum time.Duration, now func() time.Time) error {
	webhooks, known := mgr.GetWebhookServer().(*webhook.DefaultServer)
	if !known {
		return errors.New("serve kubeconfigs of Shoots: the webhook server is not controller-runtime's")
	}
	clientset, err := kubernetes.NewForConfigAndClient(mgr.GetConfig(), mgr.GetHTTPClient())
	if err != nil {
		return fmt.Errorf("create the client that asks who users are: %w", err)
	}
	users, err := newFrontProxy(clientset)
	if err != nil {
		return err
	}
	if err := mgr.Add(users); err != nil {
		return fmt.Errorf("follow which front proxy is trusted: %w", err)
	}
	webhooks.Options.TLSOpts = append(webhooks.Options.TLSOpts, func(config *tls.Config) { config.ClientAuth = tls.RequestClientCert })
	handler := &Handler{
		Users: users, Reviews: clientset.AuthorizationV1().SubjectAccessReviews(),
		Reader: mgr.GetClient(), Live: mgr.GetAPIReader(), Maximum: maximum, Now: now,
	}
	webhooks.Register(Root+"/"+access.GroupVersion.Version, handler)
	webhooks.Register(Root+"/"+access.GroupVersion.Version+"/", handler)
	return nil
}
