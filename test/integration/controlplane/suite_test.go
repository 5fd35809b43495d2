// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/cluster-api/util/test/builder"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/setup"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/images"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/capicore"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/link"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/standin"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// webhooksOff is the label of namespaces whose control planes no webhook of ours looks at.
const webhooksOff = "kubeception.test/webhooks-off"

// world is what all stories share.
var world struct {
	core *capicore.Core
	// management is also a seed: local plays in it.
	management *envtest.Server
	client     client.Client
	local      *standin.Seed
	// remote is another seed, without etcd-druid at first. It is reached through a link.
	remote       *envtest.Server
	remoteClient client.Client
	remoteLink   *link.Link
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
	group.Go(func() { problems[1] = startRemote(ctx) })
	group.Wait()
	return errors.Join(problems[:]...)
}

func startManagement(ctx context.Context) (err error) {
	definitions, err := foreignKinds(ctx)
	if err != nil {
		return err
	}
	vector, err := images.WithOverrides("")
	if err != nil {
		return err
	}
	scheme := setup.Scheme()
	world.management, err = envtest.Start(ctx, parts.KubernetesMinors[0], envtest.Options{
		CRDs: definitions,
		Tune: func(o *ctrl.Options) { o.Scheme, o.Cache = scheme, setup.CacheOptions("", 10*time.Minute) },
		Setup: func(mgr ctrl.Manager) error {
			return setup.Controllers(ctx, mgr, setup.Options{Concurrency: 10, Images: vector, Webhooks: true})
		},
	})
	if err != nil {
		return err
	}
	if world.client, err = client.New(world.management.Config, client.Options{Scheme: scheme}); err != nil {
		return err
	}
	if err := letWebhooksBeOff(ctx, world.client); err != nil {
		return err
	}
	if world.local, err = standin.Start(ctx, world.management.Config, true); err != nil {
		return err
	}
	kubeconfig, err := kubeconfigOf(world.management.Config, world.management.Config.Host)
	if err != nil {
		return err
	}
	return world.core.Start(ctx, kubeconfig, "ClusterTopology=true", world.client)
}

func startRemote(ctx context.Context) (err error) {
	if world.remote, err = envtest.Start(ctx, parts.KubernetesMinors[1], envtest.Options{}); err != nil {
		return err
	}
	if world.remoteClient, err = client.New(world.remote.Config, client.Options{Scheme: world.remote.Client.Scheme()}); err != nil {
		return err
	}
	world.remoteLink, err = link.New(strings.Trim(strings.TrimPrefix(world.remote.Config.Host, "https://"), "/"))
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
	for _, server := range []*envtest.Server{world.management, world.remote} {
		if server != nil {
			problems = append(problems, server.Stop())
		}
	}
	return errors.Join(problems...)
}

// foreignKinds are those of Cluster API, etcd-druid, a test infrastructure and AWS.
func foreignKinds(ctx context.Context) ([]*apiextensionsv1.CustomResourceDefinition, error) {
	definitions := append(world.core.CRDs(), builder.TestInfrastructureClusterCRD, builder.TestInfrastructureClusterTemplateCRD)
	druid, err := envtest.DruidCRDs()
	if err != nil {
		return nil, err
	}
	aws, err := awsClusterKind(ctx)
	return append(append(definitions, druid...), aws), err
}

func awsClusterKind(ctx context.Context) (*apiextensionsv1.CustomResourceDefinition, error) {
	const name = "cluster-api-provider-aws"
	module, err := (&parts.Builder{}).ModuleDir(ctx, name, parts.Table[name].Module)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(module, "config", "crd", "bases", "infrastructure.cluster.x-k8s.io_awsclusters.yaml"))
	if err != nil {
		return nil, err
	}
	definition := &apiextensionsv1.CustomResourceDefinition{}
	if err := yaml.Unmarshal(text, definition); err != nil {
		return nil, err
	}
	// As in that project's kustomization: a v1beta1 contract.
	definition.Labels = map[string]string{"cluster.x-k8s.io/v1beta1": "v1beta1_v1beta2"}
	return definition, nil
}

// letWebhooksBeOff has our webhooks skip namespaces with the label.
func letWebhooksBeOff(ctx context.Context, c client.Client) error {
	list := &admissionregistrationv1.ValidatingWebhookConfigurationList{}
	if err := c.List(ctx, list); err != nil {
		return err
	}
	for i := range list.Items {
		for j := range list.Items[i].Webhooks {
			list.Items[i].Webhooks[j].NamespaceSelector = &metav1.LabelSelector{
				MatchExpressions: []metav1.LabelSelectorRequirement{{Key: webhooksOff, Operator: metav1.LabelSelectorOpDoesNotExist}},
			}
		}
		if err := c.Update(ctx, &list.Items[i]); err != nil {
			return err
		}
	}
	return nil
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
