// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/usage"
	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/writes"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/hosted"
)

// component is a container of a control plane, as in "etcd-main/backup-restore".
type component = string

// measureRest measures what clusters use and what is written while nothing changes.
func (b *bench) measureRest(ctx context.Context, clusters []*hosted.Cluster) error {
	progressf("         at rest for %s", b.settle+b.settings.rest)
	if err := sleep(ctx, b.settle); err != nil {
		return err
	}
	before, err := b.look(ctx, clusters)
	if err != nil {
		return err
	}
	if err := sleep(ctx, b.settings.rest); err != nil {
		return err
	}
	after, err := b.look(ctx, clusters)
	if err != nil {
		return err
	}
	minutes := after.at.Sub(before.at).Minutes()
	rest := &rest{
		Clusters: len(clusters), Minutes: minutes,
		Planes: per(after.planes, len(clusters)), PlanesCPU: cpuShare(before.planes, after.planes, minutes, len(clusters)),
		Operators: after.operators, OperatorsCPU: cpuShare(before.operators, after.operators, minutes, 1),
	}
	for write, count := range writes.Since(before.writes, after.writes) {
		rest.Writes = append(rest.Writes, writeRate{Write: write, PerMinute: count / minutes})
	}
	if before.audited >= 0 {
		log := writes.AuditLog{File: b.auditFile()}
		counts, err := log.Between(before.audited, after.audited)
		if err != nil {
			return err
		}
		rest.Writers, rest.Audited = writerRates(counts, clusters, minutes), true
	}
	rest.sort()
	b.report.Rest = append(b.report.Rest, rest)
	return nil
}

// writerRates tells who wrote; those that each control plane has in its namespace count as one.
func writerRates(counts map[writes.By]int, clusters []*hosted.Cluster, minutes float64) []writerRate {
	rates := map[writes.By]float64{}
	for by, count := range counts {
		for _, cluster := range clusters {
			if name, own := strings.CutPrefix(by.Who, cluster.SeedNamespace()+":"); own {
				by.Who = "control planes: " + name
			}
		}
		rates[by] += float64(count) / minutes
	}
	var sorted []writerRate
	for by, rate := range rates {
		sorted = append(sorted, writerRate{By: by, PerMinute: rate})
	}
	return sorted
}

// snapshot is what is seen in one look.
type snapshot struct {
	at        time.Time
	planes    map[component]usage.Use // sum of all clusters
	operators map[component]usage.Use
	writes    map[writes.Write]float64
	audited   int64 // end of the audit log; -1 if there is none
}

func (b *bench) look(ctx context.Context, clusters []*hosted.Cluster) (s snapshot, err error) {
	namespaces := map[string]bool{}
	for _, cluster := range clusters {
		namespaces[cluster.SeedNamespace()] = true
	}
	if s.planes, err = b.use(ctx, func(pod *corev1.Pod) bool { return namespaces[pod.Namespace] }); err != nil {
		return s, err
	}
	if s.operators, err = b.operators(ctx); err != nil {
		return s, err
	}
	if s.writes, err = writes.Of(ctx, b.kubernetes.CoreV1().RESTClient()); err != nil {
		return s, err
	}
	s.audited, err = writes.AuditLog{File: b.auditFile()}.End()
	if errors.Is(err, os.ErrNotExist) {
		s.audited, err = -1, nil
	}
	s.at = time.Now()
	return s, err
}

func (b *bench) auditFile() string { return filepath.Join(b.seed.LogDir, "audit.log") }

// operators returns what the operators use: everything that clusterctl installed, and etcd-druid.
func (b *bench) operators(ctx context.Context) (map[component]usage.Use, error) {
	return b.use(ctx, func(pod *corev1.Pod) bool {
		_, provider := pod.Labels["cluster.x-k8s.io/provider"]
		return provider || pod.Labels["app.kubernetes.io/name"] == "etcd-druid" || pod.Namespace == "etcd-druid-system"
	})
}

// use sums up the running pods that are selected, by application and container.
func (b *bench) use(ctx context.Context, selected func(*corev1.Pod) bool) (map[component]usage.Use, error) {
	pods := &corev1.PodList{}
	if err := b.management.List(ctx, pods); err != nil {
		return nil, err
	}
	shims, err := usage.Shims()
	if err != nil {
		return nil, err
	}
	sum := map[component]usage.Use{}
	for i := range pods.Items {
		pod := &pods.Items[i]
		if pod.Status.Phase != corev1.PodRunning || !selected(pod) {
			continue
		}
		uses, err := b.machine.OfPod(pod, shims)
		if err != nil {
			return nil, err
		}
		for container, use := range uses {
			name := componentName(pod, container)
			sum[name] = sum[name].Add(use)
		}
	}
	return sum, nil
}

// componentName names a container by what a user knows it as. Pause and shim are the same in every pod.
func componentName(pod *corev1.Pod, container string) component {
	app := pod.Labels["app.kubernetes.io/name"]
	if provider := pod.Labels["cluster.x-k8s.io/provider"]; provider != "" {
		app = provider
	}
	switch {
	case container == usage.Pause || container == usage.Shim || app == container || app == "":
		return container
	default:
		return app + "/" + container
	}
}

// cpuBetween returns the processor time that was used between two looks, in seconds.
func cpuBetween(before, after map[component]usage.Use) map[component]float64 {
	seconds := map[component]float64{}
	for name, use := range after {
		seconds[name] = max(0, (use.CPU - before[name].CPU).Seconds())
	}
	return seconds
}

// cpuShare returns it as a share of one processor, for one of so many.
func cpuShare(before, after map[component]usage.Use, minutes float64, among int) map[component]float64 {
	share := cpuBetween(before, after)
	for name := range share {
		share[name] /= minutes * 60 * float64(among)
	}
	return share
}

// per divides memory among so many.
func per(sum map[component]usage.Use, among int) map[component]usage.Use {
	each := map[component]usage.Use{}
	for name, use := range sum {
		n := uint64(among)
		each[name] = usage.Use{WorkingSet: use.WorkingSet / n, PSS: use.PSS / n, RSS: use.RSS / n, CPU: use.CPU / time.Duration(among)}
	}
	return each
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
