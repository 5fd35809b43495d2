// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package bootstrap

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/cluster-api/util/test/builder"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	crenvtest "sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/kubeception/cluster-api-provider-kubeception/bootstrap/setup"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/capicore"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// lifetime of tokens: short, so that stories see them being renewed.
const lifetime = 10 * time.Second

// world is what all stories share.
var world struct {
	core       *capicore.Core
	management *envtest.Server
	client     client.Client

	workload       *envtest.Server
	workloadClient client.Client
	// authority signs the client certificates and the serving certificates of kubelets.
	authority map[string][]byte
	manager   *exec.Cmd
	dir       string
}

func TestMain(m *testing.M) {
	ctrl.SetLogger(logr.Discard())
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil { // Stories wait more than they compute.
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
	return errors.Join(problems[:]...)
}

func startManagement(ctx context.Context) (err error) {
	scheme := setup.Scheme()
	world.management, err = envtest.Start(ctx, parts.KubernetesMinors[0], envtest.Options{
		CRDs: append(world.core.CRDs(), machineKind(), builder.TestInfrastructureMachinePoolCRD),
		Tune: func(o *ctrl.Options) { o.Scheme, o.Cache = scheme, setup.CacheOptions("", 10*time.Minute) },
		Setup: func(mgr ctrl.Manager) error {
			return setup.Controllers(ctx, mgr, setup.Options{Concurrency: 10, TokenLifetime: lifetime, Webhooks: true})
		},
	})
	if err != nil {
		return err
	}
	if world.client, err = client.New(world.management.Config, client.Options{Scheme: envtest.Scheme()}); err != nil {
		return err
	}
	// Control planes have no controller here, and no webhooks.
	others := &admissionregistrationv1.ValidatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: "controlplane-validating-webhook-configuration"},
	}
	if err := world.client.Delete(ctx, others); err != nil {
		return err
	}
	kubeconfig, err := kubeconfigOf(world.management.Config, world.management.Config.Host)
	if err != nil {
		return err
	}
	return world.core.Start(ctx, kubeconfig, "MachinePool=true", world.client)
}

// machineKind is the kind of infrastructure machines of Cluster API's own tests, with the addresses that it lacks.
func machineKind() *apiextensionsv1.CustomResourceDefinition {
	definition := builder.TestInfrastructureMachineCRD.DeepCopy()
	status := definition.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["status"]
	status.XPreserveUnknownFields = new(true)
	definition.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["status"] = status
	return definition
}

func startWorkload(ctx context.Context) (err error) {
	var apiServer *crenvtest.APIServer
	world.workload, err = envtest.Start(ctx, parts.KubernetesMinors[0], envtest.Options{Flags: func(server *crenvtest.APIServer) {
		apiServer = server
		server.Configure().Set("enable-bootstrap-token-auth", "true").Set("authorization-mode", "Node", "RBAC")
	}})
	if err != nil {
		return err
	}
	if world.workloadClient, err = client.New(world.workload.Config, client.Options{Scheme: envtest.Scheme()}); err != nil {
		return err
	}
	if world.authority, err = pki.GenerateRoot(pki.KubeletCA, time.Now()); err != nil {
		return err
	}
	if err := trustKubelets(filepath.Join(apiServer.CertDir, "client-cert-auth-ca.crt")); err != nil {
		return err
	}
	if err := letBootstrappersAsk(ctx); err != nil {
		return err
	}
	return startControllerManager(ctx)
}

// trustKubelets lets the API server accept the client certificates that the kube-controller-manager signs.
func trustKubelets(file string) error {
	before, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return os.WriteFile(file, bytes.Join([][]byte{before, world.authority[pki.CertificateData]}, []byte("\n")), 0o600)
}

// letBootstrappersAsk is what the control-plane provider delivers to a workload cluster.
func letBootstrappersAsk(ctx context.Context) error {
	for role, group := range map[string]string{
		"system:node-bootstrapper": "system:bootstrappers:kubeception",
		"system:certificates.k8s.io:certificatesigningrequests:nodeclient":     "system:bootstrappers:kubeception",
		"system:certificates.k8s.io:certificatesigningrequests:selfnodeclient": "system:nodes",
	} {
		err := world.workloadClient.Create(ctx, &rbacv1.ClusterRoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: "test:" + role},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
			Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.GroupKind, Name: group}},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func startControllerManager(ctx context.Context) (err error) {
	if world.dir, err = os.MkdirTemp("", "kube-controller-manager-"); err != nil {
		return err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	builder := &parts.Builder{CacheDir: filepath.Join(cache, "kubeception")}
	binary, err := builder.Binary(ctx, "kube-controller-manager-"+parts.KubernetesMinors[0])
	if err != nil {
		return err
	}
	kubeconfig, err := kubeconfigOf(world.workload.Config, world.workload.Config.Host)
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"kubeconfig": kubeconfig, "ca.crt": world.authority[pki.CertificateData], "ca.key": world.authority[pki.PrivateKeyData],
	} {
		if err := os.WriteFile(filepath.Join(world.dir, name), content, 0o600); err != nil {
			return err
		}
	}
	file := func(name string) string { return filepath.Join(world.dir, name) }
	world.manager = exec.Command(binary, "--kubeconfig="+file("kubeconfig"), "--leader-elect=false", "--secure-port=0",
		"--controllers=csrapproving,csrsigning,tokencleaner",
		"--cluster-signing-cert-file="+file("ca.crt"), "--cluster-signing-key-file="+file("ca.key"))
	return world.manager.Start()
}

func stop() error {
	var problems []error
	if world.manager != nil && world.manager.Process != nil {
		problems = append(problems, world.manager.Process.Kill())
		_ = world.manager.Wait() // It was killed.
	}
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
	return errors.Join(append(problems, os.RemoveAll(world.dir))...)
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
