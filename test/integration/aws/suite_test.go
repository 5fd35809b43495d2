// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-logr/logr"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/capicore"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/controllermanager"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// controllerNamespace is where Cluster API Provider AWS looks for Secrets of identities.
const controllerNamespace = "capa-system"

// world is what all tests share.
var world struct {
	core, aws *capicore.Core
	server    *envtest.Server
	client    client.Client
	endpoint  *endpoint
	// impossible says why Cluster API Provider AWS cannot be built.
	impossible error
}

func TestMain(m *testing.M) {
	ctrl.SetLogger(logr.Discard())
	flag.Parse()
	SetDefaultEventuallyTimeout(90 * time.Second)
	SetDefaultEventuallyPollingInterval(200 * time.Millisecond)
	begin := time.Now()
	code := 1
	world.endpoint = newEndpoint()
	if err := prepare(context.Background()); err != nil {
		world.impossible = err // Each test says so.
		code = m.Run()
	} else if err := start(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
	} else {
		fmt.Printf("ready after %s\n", time.Since(begin).Round(100*time.Millisecond))
		code = m.Run()
	}
	if err := stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

// prepare builds Cluster API Provider AWS, unless that was done before.
func prepare(ctx context.Context) (err error) {
	world.aws, err = capicore.PrepareProgram(ctx, capicore.Program{
		Part: "cluster-api-provider-aws", Module: "sigs.k8s.io/cluster-api-provider-aws/v2", Manifests: filepath.Join("config", "default"),
		Namespace: controllerNamespace, Flags: []string{"--service-endpoints=" + world.endpoint.flag()},
	})
	return err
}

func start(ctx context.Context) (err error) {
	if world.core, err = capicore.Prepare(ctx); err != nil {
		return err
	}
	world.server, err = envtest.Start(ctx, parts.Minors()[0], envtest.Options{CRDs: append(world.core.CRDs(), world.aws.CRDs()...)})
	if err != nil {
		return err
	}
	if world.client, err = client.New(world.server.Config, client.Options{Scheme: world.server.Client.Scheme()}); err != nil {
		return err
	}
	for _, name := range []string{"capi-system", controllerNamespace, "garden"} {
		if err := world.client.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}); err != nil {
			return err
		}
	}
	kubeconfig, err := controllermanager.Kubeconfig(world.server.Config, world.server.Config.Host)
	if err != nil {
		return err
	}
	if err := world.core.Start(ctx, kubeconfig, "ClusterTopology=true", world.client); err != nil {
		return err
	}
	return world.aws.Start(ctx, kubeconfig, "BootstrapFormatIgnition=true", world.client)
}

func stop() error {
	var problems []error
	for variable, provider := range map[string]*capicore.Core{"KUBECEPTION_CORE_LOG": world.core, "KUBECEPTION_AWS_LOG": world.aws} {
		if provider == nil {
			continue
		}
		problems = append(problems, provider.Stop())
		if file := os.Getenv(variable); file != "" {
			problems = append(problems, os.WriteFile(file, []byte(provider.Log()), 0o600))
		}
	}
	if world.server != nil {
		problems = append(problems, world.server.Stop())
	}
	world.endpoint.Close()
	return errors.Join(problems...)
}

// needsProvider skips a test where the provider cannot be built.
func needsProvider(t *testing.T) {
	t.Helper()
	if world.impossible != nil {
		t.Skipf("Cluster API Provider AWS cannot be built here: %v", world.impossible)
	}
}
