// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package readyz

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"k8s.io/client-go/rest"
)

const (
	// period is the time between two looks: what is measured takes seconds.
	period = 50 * time.Millisecond
	// lookTimeout bounds one look; an address that nobody answers must not hide that somebody does later.
	lookTimeout = 2 * time.Second
)

// Await returns as soon as /readyz says ok to the user of config. The error tells what it said last.
func Await(ctx context.Context, config *rest.Config) error {
	config = rest.CopyConfig(config)
	config.Timeout = lookTimeout
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	for {
		err := look(ctx, client, config.Host)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-ticker.C:
		}
	}
}

func look(ctx context.Context, client *http.Client, host string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, host+"/readyz", http.NoBody)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 4096))
	if err == nil && response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", response.Status, body)
	}
	return err
}
