// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package capicore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

const (
	startTimeout = 2 * time.Minute
	stopTimeout  = 30 * time.Second
	loopback     = "127.0.0.1"
)

// Program is a provider that runs beside a test API server.
type Program struct {
	// Part is its name among the parts of the seed, Module the one that its manifests are in, Manifests the folder of them there.
	Part, Module, Manifests string
	// Namespace is where it believes it runs.
	Namespace string
	// Flags are those that not every provider has.
	Flags []string
}

var core = Program{
	Part: "capi-core", Module: "sigs.k8s.io/cluster-api", Manifests: filepath.Join("core", "config", "default"), Namespace: "capi-system",
	Flags: []string{"--kube-api-qps=500", "--kube-api-burst=1000", "--skip-crd-migration-phases=StorageVersionMigration,CleanupManagedFields"},
}

// Core is the core provider, or another one. Its CRDs are installed before it starts.
type Core struct {
	program   Program
	binary    string
	dir       string
	manifests *manifests
	webhooks  *envtest.WebhookInstallOptions
	process   *exec.Cmd
	// ended is closed when the process has ended, for the reason in result.
	ended  chan struct{}
	result error
	log    *log
}

// log is read while it is written.
type log struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (l *log) Write(text []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.Write(text)
}

func (l *log) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.String()
}

// Prepare finds the core provider, renders its manifests and makes the certificate of its webhooks.
func Prepare(ctx context.Context) (*Core, error) { return PrepareProgram(ctx, core) }

// PrepareProgram does the same for another provider.
func PrepareProgram(ctx context.Context, program Program) (*Core, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	builder := &parts.Builder{CacheDir: filepath.Join(cache, "kubeception")}
	c := &Core{program: program, log: &log{}}
	if c.binary, err = builder.Binary(ctx, program.Part); err != nil {
		return nil, err
	}
	module, err := builder.ModuleDir(ctx, program.Part, program.Module)
	if err != nil {
		return nil, err
	}
	if c.manifests, err = readManifests(filepath.Join(module, program.Manifests)); err != nil {
		return nil, err
	}
	if c.dir, err = os.MkdirTemp("", program.Part+"-"); err != nil {
		return nil, err
	}
	c.webhooks = &envtest.WebhookInstallOptions{
		MutatingWebhooks: c.manifests.mutating, ValidatingWebhooks: c.manifests.validating, LocalServingHost: loopback,
	}
	if err := c.webhooks.PrepWithoutInstalling(); err != nil {
		return nil, fmt.Errorf("prepare the webhooks: %w", err)
	}
	c.manifests.convertAt(c.webhookAddress(), c.webhooks.LocalServingCAData)
	return c, nil
}

func (c *Core) webhookAddress() string {
	return net.JoinHostPort(loopback, strconv.Itoa(c.webhooks.LocalServingPort))
}

// CRDs are the kinds of Cluster API.
func (c *Core) CRDs() []*apiextensionsv1.CustomResourceDefinition { return c.manifests.crds }

// Start runs the provider with a kubeconfig and feature gates such as ClusterTopology=true, waits until it is ready
// and installs its webhooks through the client.
func (c *Core) Start(ctx context.Context, kubeconfig []byte, gates string, through client.Client) error {
	file := filepath.Join(c.dir, "kubeconfig")
	if err := os.WriteFile(file, kubeconfig, 0o600); err != nil {
		return err
	}
	health, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	c.process = exec.Command(c.binary, append([]string{
		"--kubeconfig=" + file, "--feature-gates=" + gates, "--leader-elect=false",
		"--webhook-port=" + strconv.Itoa(c.webhooks.LocalServingPort), "--webhook-cert-dir=" + c.webhooks.LocalServingCertDir,
		"--health-addr=" + health, "--diagnostics-address=" + loopback + ":0", "--insecure-diagnostics",
	}, c.program.Flags...)...)
	c.process.Env = append(os.Environ(), "POD_NAMESPACE="+c.program.Namespace, "POD_NAME="+c.program.Part, "POD_UID="+c.program.Part)
	c.process.Stdout, c.process.Stderr = c.log, c.log
	if err := c.process.Start(); err != nil {
		return err
	}
	c.ended = make(chan struct{})
	go func() {
		c.result = c.process.Wait()
		close(c.ended)
	}()
	if err := c.awaitReady(ctx, "http://"+health+"/readyz"); err != nil {
		return err
	}
	return c.installWebhooks(ctx, through)
}

func (c *Core) awaitReady(ctx context.Context, url string) error {
	return wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, startTimeout, true, func(ctx context.Context) (bool, error) {
		select {
		case <-c.ended:
			return false, fmt.Errorf("%s ended: %w\n%s", c.program.Part, c.result, c.log)
		default:
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return false, err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return false, nil // It does not listen yet.
		}
		defer response.Body.Close()
		return response.StatusCode == http.StatusOK, nil
	})
}

func (c *Core) installWebhooks(ctx context.Context, through client.Client) error {
	for _, configuration := range c.manifests.mutating {
		if err := through.Create(ctx, configuration); err != nil {
			return err
		}
	}
	for _, configuration := range c.manifests.validating {
		if err := through.Create(ctx, configuration); err != nil {
			return err
		}
	}
	return nil
}

// Log is what the provider wrote. It may also be read after Stop.
func (c *Core) Log() string { return c.log.String() }

// Stop ends the provider and removes its files.
func (c *Core) Stop() error {
	err := errors.Join(os.RemoveAll(c.dir), c.webhooks.Cleanup())
	if c.process == nil || c.process.Process == nil {
		return err
	}
	_ = c.process.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.ended:
	case <-time.After(stopTimeout):
		_ = c.process.Process.Kill()
		<-c.ended
	}
	return err
}

func freeAddress(ctx context.Context) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", loopback+":0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}
