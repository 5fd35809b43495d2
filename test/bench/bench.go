// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/bare"
	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/usage"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
)

// minor is the Kubernetes minor that is measured, hosted and by hand.
const minor = "1.36"

// bench is one run.
type bench struct {
	settings
	seed       *seed.Seed
	management client.WithWatch
	kubernetes kubernetes.Interface
	machine    *usage.Machine
	binaries   bare.Binaries
	version    string

	report *report
	began  time.Time
	took   map[int]time.Duration // the last round of each size
}

func newBench(ctx context.Context, s settings, realSeed *seed.Seed) (*bench, error) {
	scheme, err := newScheme()
	if err != nil {
		return nil, err
	}
	b := &bench{
		settings: s, seed: realSeed, machine: &usage.Machine{Groups: usage.NewGroups("/sys/fs/cgroup")},
		began: time.Now(), took: map[int]time.Duration{},
	}
	if b.management, err = client.NewWithWatch(realSeed.Config, client.Options{Scheme: scheme}); err != nil {
		return nil, err
	}
	if b.kubernetes, err = kubernetes.NewForConfig(realSeed.Config); err != nil {
		return nil, err
	}
	if b.binaries.Etcd, err = realSeed.Binaries.Binary(ctx, "etcd"); err != nil {
		return nil, err
	}
	if b.binaries.APIServer, err = realSeed.Binaries.Binary(ctx, "kube-apiserver-"+minor); err != nil {
		return nil, err
	}
	if b.version, err = realSeed.Binaries.Version("kube-apiserver-" + minor); err != nil {
		return nil, err
	}
	b.report = newReport(b.version)
	return b, nil
}

// run measures round by round; what was measured before a failure is in the report.
func (b *bench) run(ctx context.Context) (*report, error) {
	if err := b.comparePriorities(ctx); err != nil {
		return b.report, err
	}
	for round := range b.repeat {
		for _, size := range b.sizes {
			if remaining := b.limit - time.Since(b.began); b.took[size] > remaining {
				b.report.notef("Round %d with %d clusters was left out: it would have taken more than the %s that remained.",
					round+1, size, remaining.Round(time.Second))
				continue
			}
			began := time.Now()
			if err := b.round(ctx, round, size); err != nil {
				err = fmt.Errorf("round %d with %d clusters: %w", round+1, size, err)
				b.report.notef("Ended early: %v", err)
				return b.report, err
			}
			b.took[size] = time.Since(began)
			b.report.Rounds++
		}
	}
	if err := b.machines(ctx); err != nil {
		err = fmt.Errorf("machines: %w", err)
		b.report.notef("Ended early: %v", err)
		return b.report, err
	}
	return b.report, nil
}

// comparePriorities notes when pods do not compete for processors as what is started by hand does.
func (b *bench) comparePriorities(ctx context.Context) error {
	own, err := usage.Nice(os.Getpid())
	if err != nil {
		return err
	}
	pods := &corev1.PodList{}
	if err := b.management.List(ctx, pods); err != nil {
		return err
	}
	for i := range pods.Items {
		pids, err := b.machine.Processes(&pods.Items[i])
		if err != nil {
			return err
		}
		for _, pid := range pids {
			if hosted, err := usage.Nice(pid); err == nil && hosted != own {
				b.report.notef("Pods run with nice %d, and what is started by hand with %d: on a busy machine that distorts the ratio.", hosted, own)
				return nil
			}
		}
	}
	return nil
}

// round starts a number of control planes by hand and hosted, in alternating order, so that neither finds the
// machine warmer than the other.
func (b *bench) round(ctx context.Context, round, size int) error {
	ways := []func(context.Context, int, int) error{b.byHand, b.hosted}
	if round%2 == 1 {
		slices.Reverse(ways)
	}
	for _, way := range ways {
		b.report.load(readLoad())
		if err := way(ctx, round, size); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) byHand(ctx context.Context, round, size int) (err error) {
	progressf("round %d: %d by hand", round+1, size)
	// Beside the volumes of the seed, so that both write to the same disk.
	dir, err := os.MkdirTemp(b.seed.StateDir, "bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	took, err := bare.Start(ctx, b.binaries, filepath.Join(dir, "bare"), size)
	if err != nil {
		return err
	}
	result := b.report.size(size)
	result.ByHand.add(took)
	progressf("         ready after %s", slices.Max(took).Round(10*time.Millisecond))
	return nil
}

// readLoad returns the load average of the last minute, as the kernel writes it.
func readLoad() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	load, _, _ := strings.Cut(string(text), " ")
	return load
}
