// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package infrastructure

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/cluster-api/util/test/builder"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/setup"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/images"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/capicore"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/link"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/standin"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// orphanGracePeriod is long enough for a test to see what is there before it is collected.
const orphanGracePeriod = 3 * time.Second

// world is what all stories share.
var world struct {
	core       *capicore.Core
	management *envtest.Server
	client     client.Client
	machines   *standin.Machines
	// workload is what all Clusters are, and also another host that is reached through a link.
	workload       *envtest.Server
	workloadClient client.Client
	remoteMachines *standin.Machines
	remoteLink     *link.Link
}

func TestMain(m *testing.M) {
	ctrl.SetLogger(logr.Discard())
	flag.Parse()
	if err := flag.Set("test.parallel", "6"); err != nil { // Stories wait more than they compute.
		panic(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	begin := time.Now()
	code := 1
	if err := start(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
	} else {
		fmt.Printf("ready after %s\n", time.Since(begin).Round(100*time.Millisecond))
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
	var group sync.WaitGroup
	var problems [2]error
	group.Go(func() { problems[0] = startManagement(ctx) })
	group.Go(func() { problems[1] = startWorkload(ctx) })
	group.Wait()
	if err := errors.Join(problems[:]...); err != nil {
		return err
	}
	return play(ctx)
}

func startManagement(ctx context.Context) (err error) {
	scheme := setup.Scheme()
	definitions := append(world.core.CRDs(),
		builder.GenericControlPlaneCRD, builder.GenericControlPlaneTemplateCRD,
		builder.GenericBootstrapConfigCRD, builder.GenericBootstrapConfigTemplateCRD)
	world.management, err = envtest.Start(ctx, parts.Minors()[0], envtest.Options{
		CRDs: definitions,
		Tune: func(o *ctrl.Options) { o.Scheme, o.Cache = scheme, setup.CacheOptions("", 10*time.Minute) },
		Setup: func(mgr ctrl.Manager) error {
			return setup.Controllers(ctx, mgr, setup.Options{
				Concurrency: 10, OrphanGracePeriod: orphanGracePeriod, Images: images.Default(), Webhooks: true,
			})
		},
	})
	if err != nil {
		return err
	}
	if world.client, err = client.New(world.management.Config, client.Options{Scheme: scheme}); err != nil {
		return err
	}
	kubeconfig, err := kubeconfigOf(world.management.Config, world.management.Config.Host)
	if err != nil {
		return err
	}
	return world.core.Start(ctx, kubeconfig, "ClusterTopology=true", world.client)
}

func startWorkload(ctx context.Context) (err error) {
	world.workload, err = envtest.Start(ctx, parts.Minors()[0], envtest.Options{CRDs: []*apiextensionsv1.CustomResourceDefinition{}})
	if err != nil {
		return err
	}
	if world.workloadClient, err = client.New(world.workload.Config, client.Options{Scheme: world.workload.Client.Scheme()}); err != nil {
		return err
	}
	world.remoteLink, err = link.New(strings.Trim(strings.TrimPrefix(world.workload.Config.Host, "https://"), "/"))
	return err
}

// play starts what stands in for nodes and for the controllers of namespaces.
func play(ctx context.Context) (err error) {
	for _, server := range []*envtest.Server{world.management, world.workload} {
		if _, err := standin.Start(ctx, server.Config, false); err != nil {
			return err
		}
	}
	if world.machines, err = standin.StartMachines(ctx, world.management.Config, world.workloadClient); err != nil {
		return err
	}
	world.remoteMachines, err = standin.StartMachines(ctx, world.workload.Config, world.workloadClient)
	return err
}

func stop() error {
	var problems []error
	if world.core != nil {
		problems = append(problems, world.core.Stop())
		if file := os.Getenv("KUBECEPTION_CORE_LOG"); file != "" {
			problems = append(problems, os.WriteFile(file, []byte(world.core.Log()), 0o600))
		}
	}
	for _, server := range []*envtest.Server{world.management, world.workload} {
		if server != nil {
			problems = append(problems, server.Stop())
		}
	}
	return errors.Join(problems...)
}

// kubeconfigOf reaches a cluster at an address that its certificate is valid for.
func kubeconfigOf(config *rest.Config, host string) ([]byte, error) {
	const name = "test"
	kubeconfig := clientcmdapi.NewConfig()
	kubeconfig.Clusters[name] = &clientcmdapi.Cluster{Server: "https://" + strings.TrimPrefix(host, "https://"), CertificateAuthorityData: config.CAData}
	kubeconfig.AuthInfos[name] = &clientcmdapi.AuthInfo{ClientCertificateData: config.CertData, ClientKeyData: config.KeyData}
	kubeconfig.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name}
	kubeconfig.CurrentContext = name
	return clientcmd.Write(*kubeconfig)
}
