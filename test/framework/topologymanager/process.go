// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package topologymanager

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
	"strings"
	"sync"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// Process is a running manager.
type Process struct {
	command *exec.Cmd
	dir     string
	log     *output
	ended   chan struct{}
}

// Start runs a manager with further arguments and returns when it is ready. The first one answers the webhooks.
func (i *Installation) Start(ctx context.Context, first bool, args ...string) (*Process, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	binary, err := (&parts.Builder{CacheDir: filepath.Join(cache, "kubeception")}).Binary(ctx, "manager:exp/topology")
	if err != nil {
		return nil, err
	}
	p := &Process{log: &output{}, ended: make(chan struct{})}
	if p.dir, err = os.MkdirTemp("", "topology-manager-"); err != nil {
		return nil, err
	}
	kubeconfig := filepath.Join(p.dir, "kubeconfig")
	if err := writeKubeconfig(kubeconfig, i.server.Config); err != nil {
		return nil, err
	}
	health, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	port := "0"
	if first {
		port = strconv.Itoa(i.webhooks.LocalServingPort)
	} else if address, err := freeAddress(ctx); err == nil {
		_, port, _ = net.SplitHostPort(address)
	}
	p.command = exec.Command(binary, append([]string{
		"--leader-elect", "--health-addr=" + health, "--diagnostics-address=127.0.0.1:0", "--insecure-diagnostics",
		"--webhook-port=" + port, "--webhook-cert-dir=" + i.webhooks.LocalServingCertDir,
	}, args...)...)
	p.command.Env = append(os.Environ(), "POD_NAMESPACE="+namespace, "KUBECONFIG="+kubeconfig)
	p.command.Stdout, p.command.Stderr = p.log, p.log
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.command.Wait() // Its log tells more.
		close(p.ended)
	}()
	if err := p.awaitReady(ctx, "http://"+health+"/readyz"); err != nil {
		return nil, errors.Join(err, p.Kill())
	}
	if first {
		return p, i.installWebhooks(ctx)
	}
	return p, nil
}

// PID is the process ID.
func (p *Process) PID() int { return p.command.Process.Pid }

// Log is what it printed.
func (p *Process) Log() string { return p.log.String() }

// Kill ends it at once, as a machine that fails does.
func (p *Process) Kill() error { return p.end(syscall.SIGKILL) }

// Stop lets it end by itself.
func (p *Process) Stop() error { return p.end(syscall.SIGTERM) }

func (p *Process) end(signal syscall.Signal) error {
	if err := p.command.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-p.ended
	return os.RemoveAll(p.dir)
}

func (p *Process) awaitReady(ctx context.Context, url string) error {
	err := wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, installTimeout, true, func(ctx context.Context) (bool, error) {
		select {
		case <-p.ended:
			return false, errors.New("it has ended")
		default:
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return false, err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return false, nil //nolint:nilerr // It does not answer yet.
		}
		return response.StatusCode == http.StatusOK, response.Body.Close()
	})
	if err != nil {
		return fmt.Errorf("wait for the manager: %w\n%s", err, p.Log())
	}
	return nil
}

// writeKubeconfig reaches a server as the service account of the manager.
func writeKubeconfig(file string, config *rest.Config) error {
	const name = "test"
	kubeconfig := clientcmdapi.NewConfig()
	kubeconfig.Clusters[name] = &clientcmdapi.Cluster{Server: "https://" + strings.TrimPrefix(config.Host, "https://"), CertificateAuthorityData: config.CAData}
	kubeconfig.AuthInfos[name] = &clientcmdapi.AuthInfo{
		ClientCertificateData: config.CertData, ClientKeyData: config.KeyData,
		Impersonate:       "system:serviceaccount:" + namespace + ":" + serviceAccount,
		ImpersonateGroups: []string{"system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated"},
	}
	kubeconfig.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name}
	kubeconfig.CurrentContext = name
	return clientcmd.WriteToFile(*kubeconfig, file)
}

func freeAddress(ctx context.Context) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// output collects what a process prints.
type output struct {
	mutex  sync.Mutex
	buffer bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.buffer.Write(p)
}

func (o *output) String() string {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.buffer.String()
}
