// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncluster

import (
	"context"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/sets"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/hosts"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/machine"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// namespacePeriod is the time between two looks at a namespace that is not ours and not watched.
const namespacePeriod = 10 * time.Second

// maxFailureDomains is how many zones fit into the status.
const maxFailureDomains = 100

// reconcileHost connects to the host cluster. While it is out of reach the machines run on unattended.
func (r *Reconciler) reconcileHost(ctx context.Context, s *scope) (phaseResult, error) {
	err := r.connect(ctx, s)
	if err == nil {
		return next(), nil
	}
	if condition, known := hosts.Problem(err, conditions.IsTrue(s.infraCluster, infrav1.HostReachableCondition)); known {
		conditions.Set(s.infraCluster, condition)
		return stop(), nil // The connection calls again; Secrets are watched.
	}
	return phaseResult{}, err
}

func (r *Reconciler) connect(ctx context.Context, s *scope) error {
	host, err := r.Hosts.Get(ctx, s.reference(), s.user())
	if err != nil {
		return err
	}
	s.host = host
	s.isTrue(infrav1.HostReachableCondition, infrav1.HostReachableReason)
	return nil
}

// reconcileNamespace brings the namespace of the machines to its state. One that belongs to something else, a control
// plane above all, is refused: machines are privileged.
func (r *Reconciler) reconcileNamespace(ctx context.Context, s *scope) (phaseResult, error) {
	existing, err := getNamespace(ctx, s.host, s.namespace())
	if err != nil {
		return phaseResult{}, err
	}
	if problem := claim(existing, s.key()); problem != nil {
		s.isFalse(infrav1.NamespaceAvailableCondition, problem.reason, problem.message)
		return stopFor(namespacePeriod), nil
	}
	for _, object := range []client.Object{
		machine.Namespace(s.namespace(), s.key()), machine.NetworkPolicy(s.namespace(), s.key()),
	} {
		if _, _, err := apply.Apply(ctx, s.host.Client, object); err != nil {
			s.isFalse(infrav1.NamespaceAvailableCondition, infrav1.NamespaceRefusedReason, err.Error())
			return phaseResult{}, fmt.Errorf("prepare the namespace for machines: %w", err)
		}
	}
	s.isTrue(infrav1.NamespaceAvailableCondition, infrav1.NamespaceAvailableReason)
	return next(), nil
}

// getNamespace reads live what is not in the cache, because a namespace that is not ours is not. It returns nil if there
// is none.
func getNamespace(ctx context.Context, host *hosts.Host, name string) (*corev1.Namespace, error) {
	for _, reader := range []client.Reader{host.Client, host.Live} {
		namespace := &corev1.Namespace{}
		err := reader.Get(ctx, client.ObjectKey{Name: name}, namespace)
		if err == nil {
			return namespace, nil
		}
		if !apierrors.IsNotFound(err) {
			return nil, fmt.Errorf("get namespace %s of the host cluster: %w", name, err)
		}
	}
	return nil, nil
}

// claimProblem says why a namespace cannot hold the machines of a cluster.
type claimProblem struct{ reason, message string }

// claim decides whether a namespace, or nil if there is none yet, can hold the machines of a cluster.
func claim(namespace *corev1.Namespace, cluster client.ObjectKey) *claimProblem {
	switch {
	case namespace == nil:
		return nil
	case machine.ClusterOf(namespace) == client.ObjectKey{}:
		return &claimProblem{infrav1.NamespaceNotOwnedReason, fmt.Sprintf(
			"namespace %s of the host cluster was not made for machines; set spec.namespace of a new KubeceptionCluster to another name", namespace.Name)}
	case machine.ClusterOf(namespace) != cluster:
		return &claimProblem{infrav1.NamespaceNotOwnedReason, fmt.Sprintf(
			"namespace %s of the host cluster holds the machines of Cluster %s; set spec.namespace of a new KubeceptionCluster to another name",
			namespace.Name, machine.ClusterOf(namespace))}
	case !namespace.DeletionTimestamp.IsZero():
		return &claimProblem{infrav1.NamespaceTerminatingReason, fmt.Sprintf(
			"namespace %s of the host cluster is being deleted; it is made again once it is gone", namespace.Name)}
	}
	return nil
}

// reconcileFailureDomains names the failure domains. The nodes of the host cluster are watched.
func (r *Reconciler) reconcileFailureDomains(ctx context.Context, s *scope) (phaseResult, error) {
	zones := sets.New[string]()
	if len(s.infraCluster.Spec.FailureDomains) == 0 {
		nodes := hosts.MetadataList("Node")
		if err := s.host.Client.List(ctx, nodes); err != nil {
			return phaseResult{}, fmt.Errorf("list nodes of the host cluster: %w", err)
		}
		for i := range nodes.Items {
			zones.Insert(nodes.Items[i].Labels[machine.LabelZone])
		}
		zones.Delete("")
	}
	s.infraCluster.Status.FailureDomains = failureDomains(s.infraCluster.Spec.FailureDomains, zones)
	return next(), nil
}

// failureDomains are the virtual ones, or else the zones. None is for machines of control planes.
func failureDomains(virtual []infrav1.VirtualFailureDomain, zones sets.Set[string]) []clusterv1.FailureDomain {
	var names []string
	for _, domain := range virtual {
		names = append(names, domain.Name)
	}
	if len(names) == 0 {
		names = sets.List(zones)
	}
	slices.Sort(names)
	var domains []clusterv1.FailureDomain
	for _, name := range names[:min(len(names), maxFailureDomains)] {
		domains = append(domains, clusterv1.FailureDomain{Name: name, ControlPlane: new(false)})
	}
	return domains
}

// reconcileInitialization lets machines be made. It is never taken back.
func (r *Reconciler) reconcileInitialization(_ context.Context, s *scope) (phaseResult, error) {
	s.infraCluster.Status.Initialization.Provisioned = new(true)
	return next(), nil
}
