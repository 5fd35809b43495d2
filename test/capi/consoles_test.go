// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
)

// consoles collects what upstream's specs keep of a cluster before they delete it: the consoles of its machines, which
// are the logs of their pods.
type consoles struct{}

// CollectMachineLog implements framework.ClusterLogCollector.
func (consoles) CollectMachineLog(ctx context.Context, reader client.Client, m *clusterv1.Machine, folder string) error {
	machine := &infrav1.KubeceptionMachine{}
	if err := reader.Get(ctx, client.ObjectKey{Namespace: m.Namespace, Name: m.Spec.InfrastructureRef.Name}, machine); err != nil {
		return fmt.Errorf("find the machine of %s: %w", m.Name, err)
	}
	log, err := management.GetClientSet().CoreV1().Pods(machine.Status.Host.Namespace).
		GetLogs(machine.Name, &corev1.PodLogOptions{}).DoRaw(ctx)
	if err != nil {
		return fmt.Errorf("read the console of %s: %w", m.Name, err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "console.log"), log, 0o644)
}

// CollectMachinePoolLog implements framework.ClusterLogCollector.
func (consoles) CollectMachinePoolLog(context.Context, client.Client, *clusterv1.MachinePool, string) error {
	return errors.New("there are no machine pools")
}

// CollectInfrastructureLogs implements framework.ClusterLogCollector. All that there is are machines.
func (consoles) CollectInfrastructureLogs(context.Context, client.Client, *clusterv1.Cluster, string) error {
	return nil
}
