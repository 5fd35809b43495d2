// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/hosted"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/template"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/workload"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

const (
	namespace = "conformance"
	name      = "conformance"
	// workers is what conformance asks for: tests spread pods over two nodes.
	workers = 2
	// timeout is far beyond what a start takes on a busy machine.
	timeout = 10 * time.Minute
)

// cluster is the one that is tested.
type cluster struct{ *hosted.Cluster }

// start makes a cluster from the template of the quick start, and waits for its nodes.
func start(ctx context.Context, s *seed.Seed) (*cluster, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, clusterv1.AddToScheme, controlplanev1.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	management, err := client.New(s.Config, client.Options{Scheme: scheme})
	if err != nil {
		return nil, err
	}
	version, err := s.Binaries.Version("kube-apiserver-" + parts.KubernetesMinors[0])
	if err != nil {
		return nil, err
	}
	made := &cluster{Cluster: hosted.New(management, namespace, name)}
	manifests, err := template.Generate(ctx, s, template.Cluster{ObjectKey: made.ObjectKey, Version: version, Workers: workers}, os.Stderr)
	if err != nil {
		return nil, err
	}
	err = management.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}})
	if client.IgnoreAlreadyExists(err) != nil {
		return nil, err
	}
	progressf("starting a cluster with %d nodes", workers)
	if err := s.Apply(ctx, manifests, os.Stderr); err != nil {
		return nil, err
	}
	if err := made.UntilAvailable(ctx, timeout); err != nil {
		return nil, fmt.Errorf("wait for the control plane: %w", err)
	}
	nodes, err := workload.Connect(ctx, made.Cluster, scheme)
	if err != nil {
		return nil, err
	}
	if err := nodes.UntilNodesReady(ctx, workers, timeout); err != nil {
		return nil, fmt.Errorf("wait for the nodes: %w", err)
	}
	return made, nil
}

// remove deletes the cluster and waits until it is gone.
func (c *cluster) remove(ctx context.Context) error {
	if err := c.Delete(ctx); err != nil {
		return err
	}
	return c.UntilGone(ctx, timeout)
}
