// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/readyz"
	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/timeline"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/hosted"
)

const (
	namespace = "bench"
	// createTimeout and deleteTimeout are times that no healthy run comes near; a busy machine gets more of it for
	// each cluster.
	createTimeout    = 4 * time.Minute
	timeoutByCluster = 30 * time.Second
	deleteTimeout    = 5 * time.Minute
	// cleanUpTimeout bounds the deletion after a failure or an interrupt.
	cleanUpTimeout = 2 * time.Minute
	kubeconfigPoll = 100 * time.Millisecond
)

// hosted creates hosted control planes, waits until all are available, measures them at rest, and deletes them.
func (b *bench) hosted(ctx context.Context, round, size int) (err error) {
	progressf("round %d: %d hosted", round+1, size)
	clusters := make([]*hosted.Cluster, size)
	for i := range clusters {
		clusters[i] = hosted.New(b.management, namespace, fmt.Sprintf("r%d-n%d-%d", round+1, size, i))
	}
	gone := false
	defer func() {
		if gone {
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTimeout)
		defer cancel()
		err = errors.Join(err, b.delete(ctx, clusters))
	}()
	if err := b.create(ctx, clusters); err != nil {
		return err
	}
	if round == 0 && b.restsAt(size) {
		if err := b.measureRest(ctx, clusters); err != nil {
			return fmt.Errorf("at rest: %w", err)
		}
	}
	began := time.Now()
	if err := b.delete(ctx, clusters); err != nil {
		return err
	}
	gone = true
	took := time.Since(began)
	result := b.report.size(size)
	result.Deletion = append(result.Deletion, took.Seconds())
	progressf("         deleted after %s", took.Round(100*time.Millisecond))
	return nil
}

// create measures the creation of clusters at once.
func (b *bench) create(ctx context.Context, clusters []*hosted.Cluster) error {
	timeout := createTimeout + time.Duration(len(clusters))*timeoutByCluster
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	recorder := &timeline.Recorder{Watcher: b.management, Logs: b.kubernetes}
	if err := recorder.Start(ctx); err != nil {
		return err
	}
	defer recorder.Stop()
	before, err := b.operators(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	answered, errs := make([]time.Duration, len(clusters)), make([]error, len(clusters))
	var group sync.WaitGroup
	for i, cluster := range clusters {
		group.Go(func() {
			if errs[i] = b.createOne(ctx, cluster); errs[i] != nil {
				errs[i] = fmt.Errorf("%s: %w%s", cluster.Name, errs[i], lastWords(ctx, cluster))
				return
			}
			now := time.Now()
			answered[i] = now.Sub(began)
			recorder.Note(cluster.SeedNamespace(), timeline.Answered, now)
			errs[i] = cluster.UntilAvailable(ctx, timeout)
		})
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	available := time.Since(began)
	after, err := b.operators(ctx)
	if err != nil {
		return err
	}
	result := b.report.size(len(clusters))
	result.Hosted.add(answered)
	result.Available = append(result.Available, available.Seconds())
	result.OperatorsCreating = append(result.OperatorsCreating, cpuBetween(before, after))
	progressf("         ready after %s, available after %s", slices.Max(answered).Round(100*time.Millisecond), available.Round(100*time.Millisecond))
	for _, cluster := range clusters {
		reached, err := recorder.Reached(ctx, cluster.SeedNamespace(), began)
		if err != nil {
			return err
		}
		result.Timelines = append(result.Timelines, reached)
		result.Restarts += recorder.Restarts(cluster.SeedNamespace())
	}
	return nil
}

// createOne returns when the API server answers through the kubeconfig that is published.
func (b *bench) createOne(ctx context.Context, cluster *hosted.Cluster) error {
	if err := cluster.Create(ctx, b.version); err != nil {
		return err
	}
	ticker := time.NewTicker(kubeconfigPoll)
	defer ticker.Stop()
	for {
		config, err := cluster.Config(ctx)
		if err == nil {
			return readyz.Await(ctx, config)
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-ticker.C:
		}
	}
}

// lastWords is what a control plane that did not come up says of itself.
func lastWords(ctx context.Context, cluster *hosted.Cluster) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	controlPlane, err := cluster.ControlPlane(ctx)
	if err != nil {
		return ""
	}
	return "; the control plane says:\n" + hosted.Describe(controlPlane)
}

// delete deletes clusters and waits until nothing is left, their namespaces in the seed included.
func (b *bench) delete(ctx context.Context, clusters []*hosted.Cluster) error {
	errs := make([]error, len(clusters))
	var group sync.WaitGroup
	for i, cluster := range clusters {
		group.Go(func() {
			if errs[i] = cluster.Delete(ctx); errs[i] != nil {
				return
			}
			if errs[i] = cluster.UntilGone(ctx, deleteTimeout); errs[i] == nil {
				errs[i] = b.untilNamespaceGone(ctx, cluster.SeedNamespace())
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

func (b *bench) untilNamespaceGone(ctx context.Context, name string) error {
	err := wait.PollUntilContextTimeout(ctx, 250*time.Millisecond, deleteTimeout, true, func(ctx context.Context) (bool, error) {
		err := b.management.Get(ctx, client.ObjectKey{Name: name}, &corev1.Namespace{})
		return apierrors.IsNotFound(err), client.IgnoreNotFound(err)
	})
	if err != nil {
		return fmt.Errorf("wait until namespace %s is gone: %w", name, err)
	}
	return nil
}
