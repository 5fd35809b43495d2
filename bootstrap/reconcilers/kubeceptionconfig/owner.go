// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptionconfig

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
)

// Kinds that own configurations.
const (
	machineKind     = "Machine"
	machinePoolKind = "MachinePool"
)

// owner is what a configuration makes into nodes.
type owner struct {
	kind, name, clusterName string
	// version is the Kubernetes version of its kubelets. Empty if the user left it out.
	version string
	// annotations are those of a Machine.
	annotations map[string]string
	// joined says that every machine has a node.
	joined   bool
	deleting bool
}

func (o *owner) pool() bool { return o.kind == machinePoolKind }

// ownerOf returns the Machine or MachinePool that owns a configuration, or nil if there is none yet.
func (r *Reconciler) ownerOf(ctx context.Context, config *bootstrapv1.KubeceptionConfig) (*owner, error) {
	for _, ref := range config.OwnerReferences {
		group, err := schema.ParseGroupVersion(ref.APIVersion)
		if err != nil || group.Group != clusterv1.GroupVersion.Group {
			continue
		}
		key := client.ObjectKey{Namespace: config.Namespace, Name: ref.Name}
		switch ref.Kind {
		case machineKind:
			machine := &clusterv1.Machine{}
			if err := r.Client.Get(ctx, key, machine); err != nil {
				return ignoreNotFound(fmt.Errorf("get Machine %s: %w", key, err))
			}
			return ownerMachine(machine), nil
		case machinePoolKind:
			pool := &clusterv1.MachinePool{}
			if err := r.Client.Get(ctx, key, pool); err != nil {
				return ignoreNotFound(fmt.Errorf("get MachinePool %s: %w", key, err))
			}
			return ownerMachinePool(pool), nil
		}
	}
	return nil, nil
}

// ignoreNotFound says that there is no owner where the cache does not know it yet.
func ignoreNotFound(err error) (*owner, error) {
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return nil, err
}

func ownerMachine(machine *clusterv1.Machine) *owner {
	return &owner{
		kind: machineKind, name: machine.Name, clusterName: machine.Spec.ClusterName, version: machine.Spec.Version,
		annotations: machine.Annotations,
		joined:      machine.Status.NodeRef.IsDefined(), deleting: !machine.DeletionTimestamp.IsZero(),
	}
}

func ownerMachinePool(pool *clusterv1.MachinePool) *owner {
	return &owner{
		kind: machinePoolKind, name: pool.Name, clusterName: pool.Spec.ClusterName, version: pool.Spec.Template.Spec.Version,
		joined: len(pool.Status.NodeRefs) >= int(ptr.Deref(pool.Spec.Replicas, 1)), deleting: !pool.DeletionTimestamp.IsZero(),
	}
}
