// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Command agent is a seed's stand-in for what a cloud offers a cluster:
// volumes, as folders of the machine, and load balancer addresses, from a
// network that is routed to the node. kube-proxy does the balancing.
package main

import (
	"context"
	"flag"
	"fmt"
	"net/netip"
	"os"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	provisioner "sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

type options struct{ volumesDir, addresses, node string }

func main() {
	var o options
	flag.StringVar(&o.volumesDir, "volumes-dir", "", "folder of the volumes")
	flag.StringVar(&o.addresses, "load-balancer-addresses", "", "network of the load balancer addresses")
	flag.StringVar(&o.node, "node", "", "name of the only node")
	flag.Parse() // controller-runtime adds --kubeconfig.
	ctrl.SetLogger(klog.Background())
	if err := run(ctrl.SetupSignalHandler(), o); err != nil {
		klog.Background().Error(err, "The agent ends")
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	pool, err := netip.ParsePrefix(o.addresses)
	if err != nil {
		return fmt.Errorf("parse --load-balancer-addresses: %w", err)
	}
	config, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	config.QPS, config.Burst = 100, 200
	mgr, err := ctrl.NewManager(config, ctrl.Options{Metrics: metricsserver.Options{BindAddress: "0"}})
	if err != nil {
		return err
	}
	balancer := &loadBalancers{client: mgr.GetClient(), reader: mgr.GetAPIReader(), pool: newPool(pool)}
	err = ctrl.NewControllerManagedBy(mgr).Named("loadbalancers").For(&corev1.Service{}).
		WithOptions(controller.Options{MaxConcurrentReconciles: 1}).Complete(balancer)
	if err != nil {
		return err
	}
	clientset, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	volumes := provisioner.NewProvisionController(ctx, clientset, provisionerName, &volumes{dir: o.volumesDir, node: o.node},
		provisioner.LeaderElection(false), provisioner.Threadiness(8), provisioner.MetricsPort(0))
	err = mgr.Add(manager.RunnableFunc(func(ctx context.Context) error {
		if err := ensureStorageClass(ctx, mgr.GetClient()); err != nil {
			return err
		}
		volumes.Run(ctx) // Ends the process when it cannot go on; returns only when told to stop.
		return nil
	}))
	if err != nil {
		return err
	}
	return mgr.Start(ctx)
}
