// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package envtest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
)

// startManager runs a manager and returns when its webhooks answer.
func (s *Server) startManager(ctx context.Context, options Options) error {
	at := s.environment.WebhookInstallOptions
	anyName := true // Several servers run in one process.
	managerOptions := ctrl.Options{
		Scheme:        s.environment.Scheme,
		Metrics:       server.Options{BindAddress: "0"},
		Controller:    config.Controller{SkipNameValidation: &anyName},
		WebhookServer: webhook.NewServer(webhook.Options{Host: at.LocalServingHost, Port: at.LocalServingPort, CertDir: at.LocalServingCertDir}),
	}
	if options.Tune != nil {
		options.Tune(&managerOptions)
	}
	mgr, err := ctrl.NewManager(s.Config, managerOptions)
	if err != nil {
		return err
	}
	if err := options.Setup(mgr); err != nil {
		return err
	}
	running, cancel := context.WithCancel(ctx)
	ended, result := make(chan struct{}), error(nil)
	go func() {
		result = mgr.Start(running)
		close(ended)
	}()
	s.stopManager = func() error {
		cancel()
		<-ended
		return result
	}
	answers := mgr.GetWebhookServer().StartedChecker()
	err = wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, startTimeout, true, func(context.Context) (bool, error) {
		select {
		case <-ended:
			return false, errors.New("the manager has ended")
		default:
			return answers(nil) == nil, nil
		}
	})
	if err != nil {
		return fmt.Errorf("wait for the webhooks: %w", err)
	}
	return nil
}
