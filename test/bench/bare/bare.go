// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package bare

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/readyz"
)

// startTimeout bounds one start on a machine that is busy with ten of them.
const startTimeout = 5 * time.Minute

// Binaries are the paths of the programs.
type Binaries struct {
	Etcd      string
	APIServer string
}

// Start starts the given number of control planes at the same time, below dir, and returns how long each one took
// from there until its /readyz said ok. Certificates are made before. All processes have ended when it returns.
func Start(ctx context.Context, binaries Binaries, dir string, count int) ([]time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	planes := make([]*plane, count)
	ports, err := freePorts(count * portsPerPlane)
	if err != nil {
		return nil, err
	}
	for i := range planes {
		p, err := prepare(filepath.Join(dir, fmt.Sprint(i)), ports[i*portsPerPlane:])
		if err != nil {
			return nil, err
		}
		planes[i] = p
	}
	defer func() {
		for _, p := range planes {
			p.stop()
		}
	}()
	took, errs := make([]time.Duration, count), make([]error, count)
	began := time.Now()
	var group sync.WaitGroup
	for i, p := range planes {
		group.Go(func() {
			if errs[i] = p.start(binaries); errs[i] == nil {
				errs[i] = readyz.Await(ctx, p.config)
			}
			took[i] = time.Since(began)
		})
	}
	group.Wait()
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("start by hand in %s: %w", planes[i].dir, err)
		}
	}
	return took, nil
}

// start starts both processes; neither waits for the other.
func (p *plane) start(binaries Binaries) error {
	if err := p.run("etcd", binaries.Etcd, p.etcdArgs()); err != nil {
		return err
	}
	return p.run("kube-apiserver", binaries.APIServer, p.apiServerArgs())
}

func (p *plane) run(name, binary string, args []string) error {
	log, err := os.Create(p.file(name + ".log"))
	if err != nil {
		return err
	}
	defer log.Close() // The process has its own.
	cmd := exec.Command(binary, args...)
	cmd.Stdout, cmd.Stderr = log, log
	// A benchmark that is killed leaves nothing behind.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	p.processes = append(p.processes, cmd)
	return nil
}

// stop kills the processes; nobody needs their data.
func (p *plane) stop() {
	for _, cmd := range p.processes {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	_ = os.RemoveAll(p.dir)
}

// Ports that nothing is given by chance: the kernel hands out those above for connections, and one that looks free
// now may be one's own connection to another control plane a moment later.
const (
	firstPort = 20000
	lastPort  = 32767
)

// freePorts returns different ports of the loopback interface that nobody uses.
func freePorts(count int) ([]int, error) {
	var ports []int
	for port := firstPort; port <= lastPort && len(ports) < count; port++ {
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		_ = listener.Close()
		ports = append(ports, port)
	}
	if len(ports) < count {
		return nil, fmt.Errorf("find %d free ports from %d to %d: found %d", count, firstPort, lastPort, len(ports))
	}
	return ports, nil
}
