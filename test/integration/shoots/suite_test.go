// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package shoots

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/go-logr/logr"
	. "github.com/onsi/gomega"
	"k8s.io/client-go/kubernetes"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	bootstrapadmission "github.com/kubeception/cluster-api-provider-kubeception/bootstrap/webhooks/admission"
	controlplaneadmission "github.com/kubeception/cluster-api-provider-kubeception/controlplane/webhooks/admission"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/setup"
	infraadmission "github.com/kubeception/cluster-api-provider-kubeception/infrastructure/webhooks/admission"
	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/writes"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/capicore"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/controllermanager"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// patience is for a machine that does much else.
const patience = 90 * time.Second

// world is what all stories share.
var world struct {
	core       *capicore.Core
	kubernetes *controllermanager.Process
	server     *envtest.Server
	client     client.Client
}

func TestMain(m *testing.M) {
	ctrl.SetLogger(logger())
	SetDefaultEventuallyTimeout(patience)
	SetDefaultEventuallyPollingInterval(100 * time.Millisecond)
	ctx, cancel := context.WithCancel(context.Background())
	code := 1
	if err := start(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
	} else {
		code = m.Run()
	}
	cancel()
	if err := stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

func start(ctx context.Context) (err error) {
	if world.core, err = capicore.Prepare(ctx); err != nil {
		return err
	}
	druid, err := envtest.DruidCRDs() // Without its kinds a cluster is no seed.
	if err != nil {
		return err
	}
	minor := parts.Minors()[0]
	world.server, err = envtest.Start(ctx, minor, envtest.Options{
		CRDs: append(world.core.CRDs(), druid...),
		Tune: func(o *ctrl.Options) {
			o.Scheme, o.Cache, o.Client = setup.Scheme(), setup.CacheOptions(10*time.Minute), setup.ClientOptions()
		},
		Setup: addControllers,
	})
	if err != nil {
		return err
	}
	world.client = world.server.Client
	world.kubernetes, err = controllermanager.Start(ctx, minor, world.server.Config,
		"clusterrole-aggregation-controller", "namespace-controller", "garbage-collector-controller")
	if err != nil {
		return err
	}
	kubeconfig, err := controllermanager.Kubeconfig(world.server.Config, world.server.Config.Host)
	if err != nil {
		return err
	}
	return world.core.Start(ctx, kubeconfig, "ClusterTopology=true", world.client)
}

// addControllers adds the topology layer as in production, the webhooks of the other providers, and what plays them.
func addControllers(mgr ctrl.Manager) error {
	for _, add := range []func(ctrl.Manager) error{
		controlplaneadmission.SetupWithManager, bootstrapadmission.SetupWithManager, infraadmission.SetupWithManager, play,
	} {
		if err := add(mgr); err != nil {
			return err
		}
	}
	o := setup.Defaults()
	return setup.Controllers(context.Background(), mgr, *o)
}

func stop() error {
	var problems []error
	if world.core != nil {
		problems = append(problems, world.core.Stop())
		if file := os.Getenv("KUBECEPTION_CORE_LOG"); file != "" {
			problems = append(problems, os.WriteFile(file, []byte(world.core.Log()), 0o600))
		}
	}
	if world.kubernetes != nil {
		problems = append(problems, world.kubernetes.Stop())
	}
	if world.server != nil {
		problems = append(problems, world.server.Stop())
	}
	return errors.Join(problems...)
}

// written counts what the API server was asked to write, except for Leases and reviews.
func written(t *testing.T, g Gomega) map[writes.Write]float64 {
	t.Helper()
	clientset, err := kubernetes.NewForConfig(world.server.Config)
	g.Expect(err).NotTo(HaveOccurred())
	counts, err := writes.Of(t.Context(), clientset.RESTClient())
	g.Expect(err).NotTo(HaveOccurred())
	return writes.WithoutLeases(counts)
}

// logger is silent, unless one looks for a mistake.
func logger() logr.Logger {
	if os.Getenv("KUBECEPTION_TOPOLOGY_LOG") == "" {
		return logr.Discard()
	}
	return klog.Background()
}
