// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/timeline"
	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/usage"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/hosted"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/template"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/workload"
)

// firstMachines run before anything is measured, so that images are in the registry's cache and add-ons have a place.
const firstMachines = 1

// lookPeriod is how exactly the milestones of machines are known.
const lookPeriod = 100 * time.Millisecond

// machines measures how long more machines take to become nodes of a cluster that has one, and what machines use.
func (b *bench) machines(ctx context.Context) (err error) {
	if len(b.settings.machines) == 0 {
		return nil
	}
	progressf("a cluster with %d machine", firstMachines)
	cluster := hosted.New(b.management, namespace, "machines")
	manifests, err := template.Generate(ctx, b.seed, template.Cluster{
		ObjectKey: cluster.ObjectKey, Version: b.version, Workers: firstMachines,
	}, io.Discard)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), deleteTimeout)
		defer cancel()
		err = errors.Join(err, b.delete(ctx, []*hosted.Cluster{cluster}))
	}()
	if err := b.ensureNamespace(ctx); err != nil {
		return err
	}
	if err := b.seed.Apply(ctx, manifests, io.Discard); err != nil {
		return err
	}
	if err := cluster.UntilAvailable(ctx, createTimeout); err != nil {
		return err
	}
	nodes, err := workload.Connect(ctx, cluster, b.management.Scheme())
	if err != nil {
		return err
	}
	if err := nodes.UntilNodesReady(ctx, firstMachines, createTimeout); err != nil {
		return err
	}
	for round := range b.repeat {
		for _, count := range b.settings.machines {
			if err := b.scaleUp(ctx, cluster, nodes, round, count); err != nil {
				return fmt.Errorf("%d more machines: %w", count, err)
			}
		}
	}
	return nil
}

// scaleUp measures so many more machines, and removes them.
func (b *bench) scaleUp(ctx context.Context, cluster *hosted.Cluster, nodes *workload.Cluster, round, count int) error {
	progressf("round %d: %d more machines", round+1, count)
	before, err := b.machinesOf(ctx, cluster)
	if err != nil {
		return err
	}
	b.report.load(readLoad())
	machines := &timeline.Machines{Began: time.Now()}
	if err := b.setMachines(ctx, cluster, firstMachines+count); err != nil {
		return err
	}
	err = wait.PollUntilContextTimeout(ctx, lookPeriod, createTimeout, true, func(ctx context.Context) (bool, error) {
		all, err := b.machinesOf(ctx, cluster)
		if err != nil {
			return false, err
		}
		list := &corev1.NodeList{}
		if err := nodes.List(ctx, list); err != nil {
			return false, err
		}
		more := slices.DeleteFunc(all, func(machine clusterv1.Machine) bool {
			return slices.ContainsFunc(before, func(old clusterv1.Machine) bool { return old.Name == machine.Name })
		})
		machines.Look(more, list.Items, time.Now())
		return machines.Complete(count), nil
	})
	if err != nil {
		return err
	}
	result := b.report.machines(count)
	result.Ready.add(machines.Each(timeline.MachineNodeReady))
	result.Timelines = append(result.Timelines, machines.Last())
	progressf("         ready after %s", slices.Max(machines.Each(timeline.MachineNodeReady)).Round(lookPeriod))
	if round == 0 && count == b.settings.machines[len(b.settings.machines)-1] {
		if b.report.Machine, err = b.measureMachines(ctx, cluster); err != nil {
			return err
		}
	}
	if err := b.setMachines(ctx, cluster, firstMachines); err != nil {
		return err
	}
	return b.untilMachines(ctx, cluster, firstMachines)
}

// measureMachines measures what machines use while nothing changes: the mean, because some of them run the add-ons.
func (b *bench) measureMachines(ctx context.Context, cluster *hosted.Cluster) (*machineUse, error) {
	if err := sleep(ctx, b.settle); err != nil {
		return nil, err
	}
	before, err := b.machinesUse(ctx, cluster)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := sleep(ctx, b.settings.rest); err != nil {
		return nil, err
	}
	after, err := b.machinesUse(ctx, cluster)
	if err != nil {
		return nil, err
	}
	count, minutes := len(after), time.Since(began).Minutes()
	return &machineUse{
		Machines: count, Minutes: minutes,
		Programs: per(sumOf(after), count), CPU: cpuShare(sumOf(before), sumOf(after), minutes, count),
	}, nil
}

func sumOf(machines []map[string]usage.Use) map[component]usage.Use {
	sum := map[component]usage.Use{}
	for _, programs := range machines {
		for program, use := range programs {
			sum[program] = sum[program].Add(use)
		}
	}
	return sum
}

// machinesUse returns what each machine uses, by program.
func (b *bench) machinesUse(ctx context.Context, cluster *hosted.Cluster) ([]map[string]usage.Use, error) {
	pods := &corev1.PodList{}
	if err := b.management.List(ctx, pods, client.InNamespace(cluster.SeedNamespace()+"--machines")); err != nil {
		return nil, err
	}
	var all []map[string]usage.Use
	for i := range pods.Items {
		if pods.Items[i].Status.Phase != corev1.PodRunning {
			continue
		}
		programs, err := b.machine.Programs(&pods.Items[i])
		if err != nil {
			return nil, err
		}
		all = append(all, programs)
	}
	return all, nil
}

func (b *bench) machinesOf(ctx context.Context, cluster *hosted.Cluster) ([]clusterv1.Machine, error) {
	list := &clusterv1.MachineList{}
	err := b.management.List(ctx, list, client.InNamespace(cluster.Namespace), client.MatchingLabels{clusterv1.ClusterNameLabel: cluster.Name})
	return list.Items, err
}

func (b *bench) setMachines(ctx context.Context, cluster *hosted.Cluster, count int) error {
	deployment := &clusterv1.MachineDeployment{}
	if err := b.management.Get(ctx, client.ObjectKey{Namespace: cluster.Namespace, Name: cluster.Name + "-workers"}, deployment); err != nil {
		return err
	}
	before := deployment.DeepCopy()
	deployment.Spec.Replicas = new(int32(count))
	return b.management.Patch(ctx, deployment, client.MergeFrom(before))
}

func (b *bench) untilMachines(ctx context.Context, cluster *hosted.Cluster, count int) error {
	return wait.PollUntilContextTimeout(ctx, lookPeriod, deleteTimeout, true, func(ctx context.Context) (bool, error) {
		machines, err := b.machinesOf(ctx, cluster)
		return len(machines) == count, err
	})
}

func (b *bench) ensureNamespace(ctx context.Context) error {
	object := &corev1.Namespace{}
	object.Name = namespace
	return client.IgnoreAlreadyExists(b.management.Create(ctx, object))
}
