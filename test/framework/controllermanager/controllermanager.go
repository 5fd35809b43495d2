// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package controllermanager runs a real kube-controller-manager for an API server of tests, with the controllers that a test
// needs: aggregation of roles, quotas, deletion of namespaces.
package controllermanager

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// Process is a running kube-controller-manager.
type Process struct {
	dir     string
	command *exec.Cmd
}

// Start runs some controllers of a minor for the cluster of a configuration. The program comes from the parts of the seed.
func Start(ctx context.Context, minor string, config *rest.Config, controllers ...string) (*Process, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("find the cache folder: %w", err)
	}
	builder := &parts.Builder{CacheDir: filepath.Join(cache, "kubeception")}
	binary, err := builder.Binary(ctx, "kube-controller-manager-"+minor)
	if err != nil {
		return nil, err
	}
	p := &Process{}
	if p.dir, err = os.MkdirTemp("", "kube-controller-manager-"); err != nil {
		return nil, err
	}
	content, err := Kubeconfig(config, config.Host)
	if err != nil {
		return nil, errors.Join(err, p.Stop())
	}
	kubeconfig := filepath.Join(p.dir, "kubeconfig")
	if err := os.WriteFile(kubeconfig, content, 0o600); err != nil {
		return nil, errors.Join(err, p.Stop())
	}
	log, err := os.Create(filepath.Join(p.dir, "log"))
	if err != nil {
		return nil, errors.Join(err, p.Stop())
	}
	p.command = exec.Command(binary, "--kubeconfig="+kubeconfig, "--leader-elect=false", "--secure-port=0",
		"--controllers="+strings.Join(controllers, ","), "--kube-api-qps=500", "--kube-api-burst=1000")
	p.command.Stdout, p.command.Stderr = log, log
	if err := p.command.Start(); err != nil {
		return nil, errors.Join(err, p.Stop())
	}
	return p, nil
}

// Stop ends it and removes its files.
func (p *Process) Stop() error {
	if p.command != nil && p.command.Process != nil {
		if err := p.command.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return err
		}
		_ = p.command.Wait() // It was killed.
	}
	return os.RemoveAll(p.dir)
}

// Kubeconfig reaches the cluster of a configuration at an address that its certificate is valid for.
func Kubeconfig(config *rest.Config, address string) ([]byte, error) {
	const name = "test"
	kubeconfig := clientcmdapi.NewConfig()
	kubeconfig.Clusters[name] = &clientcmdapi.Cluster{Server: "https://" + strings.TrimPrefix(address, "https://"), CertificateAuthorityData: config.CAData}
	kubeconfig.AuthInfos[name] = &clientcmdapi.AuthInfo{ClientCertificateData: config.CertData, ClientKeyData: config.KeyData}
	kubeconfig.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name}
	kubeconfig.CurrentContext = name
	return clientcmd.Write(*kubeconfig)
}
