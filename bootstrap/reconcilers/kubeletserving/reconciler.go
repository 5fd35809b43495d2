// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeletserving

import (
	"context"
	"errors"
	"fmt"

	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	kerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/client-go/tools/events"
	"k8s.io/klog/v2"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/controllers/clustercache"
	"sigs.k8s.io/cluster-api/util/annotations"
	"sigs.k8s.io/cluster-api/util/predicates"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

const (
	// configKind is the kind that a Machine of ours names.
	configKind = "KubeceptionConfig"

	approvedReason = "AddressesOfMachine"
	deniedReason   = "NotOfMachine"
)

// Reconciler decides about the serving certificates that the kubelets of a Cluster ask for.
type Reconciler struct {
	// Client reads from the manager's cache.
	Client client.Client
	// Clusters are the connections to workload clusters. Their caches hold the requests that CacheOptions selects.
	Clusters clustercache.ClusterCache
	// Recorder emits events.
	Recorder events.EventRecorder
	// WatchFilterValue selects the objects to reconcile by the label cluster.x-k8s.io/watch-filter.
	WatchFilterValue string

	controller controller.Controller
}

// CacheOptions limits the caches of workload clusters to requests for serving certificates.
func CacheOptions() map[client.Object]cache.ByObject {
	return map[client.Object]cache.ByObject{
		&certificatesv1.CertificateSigningRequest{}: {
			Field: fields.OneTermEqualSelector("spec.signerName", certificatesv1.KubeletServingSignerName),
		},
	}
}

// +kubebuilder:rbac:groups=bootstrap.cluster.x-k8s.io,resources=kubeceptionconfigs,verbs=get;list;watch
// +kubebuilder:rbac:groups=cluster.x-k8s.io,resources=clusters;machines,verbs=get;list;watch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// SetupWithManager watches connections to workload clusters, and Machines, by which requests are judged. Requests are
// watched from the first connection on.
func (r *Reconciler) SetupWithManager(ctx context.Context, mgr ctrl.Manager, options controller.Options) error {
	log := ctrl.LoggerFrom(ctx).WithValues("controller", "kubeletserving")
	filter := predicates.ResourceHasFilterLabel(mgr.GetScheme(), log, r.WatchFilterValue)
	made, err := ctrl.NewControllerManagedBy(mgr).
		Named("kubeletserving").
		Watches(&clusterv1.Cluster{}, &handler.EnqueueRequestForObject{}, builder.WithPredicates(filter,
			predicate.Or[client.Object](predicate.GenerationChangedPredicate{}, predicate.AnnotationChangedPredicate{}))). // It may be paused no more.
		// A Machine that changes may be what a request waits for, and the first configuration makes a cluster ours.
		Watches(&clusterv1.Machine{}, handler.EnqueueRequestsFromMapFunc(ofCluster), builder.WithPredicates(filter, machineChanged())).
		Watches(&bootstrapv1.KubeceptionConfig{}, handler.EnqueueRequestsFromMapFunc(ofCluster), builder.WithPredicates(filter, predicate.LabelChangedPredicate{})).
		WatchesRawSource(r.Clusters.GetClusterSource("kubeletserving", func(_ context.Context, cluster client.Object) []reconcile.Request {
			return []reconcile.Request{{NamespacedName: client.ObjectKeyFromObject(cluster)}}
		})).
		WithOptions(options).
		Build(r)
	if err != nil {
		return fmt.Errorf("set up the controller for serving certificates: %w", err)
	}
	r.controller = made
	return nil
}

// Reconcile decides about every pending request in one cluster.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	cluster := &clusterv1.Cluster{}
	if err := r.Client.Get(ctx, req.NamespacedName, cluster); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if ours, err := r.isOurs(ctx, req.NamespacedName); err != nil || !ours || annotations.IsPaused(cluster, cluster) {
		return ctrl.Result{}, err
	}
	ctx = ctrl.LoggerInto(ctx, ctrl.LoggerFrom(ctx).WithValues("Cluster", klog.KObj(cluster)))
	workload, err := r.connect(ctx, req.NamespacedName)
	if errors.Is(err, clustercache.ErrClusterNotConnected) {
		return ctrl.Result{}, nil // Connections are watched.
	}
	if err != nil {
		return ctrl.Result{}, fmt.Errorf("connect to the workload cluster: %w", err)
	}
	requests := &certificatesv1.CertificateSigningRequestList{}
	if err := workload.List(ctx, requests); err != nil {
		return ctrl.Result{}, fmt.Errorf("list CertificateSigningRequests: %w", err)
	}
	machines := &clusterv1.MachineList{}
	if err := r.Client.List(ctx, machines, ofClusterOptions(req.NamespacedName)...); err != nil {
		return ctrl.Result{}, fmt.Errorf("list Machines: %w", err)
	}
	var problems []error
	for i := range requests.Items {
		if request := &requests.Items[i]; isPending(request) {
			problems = append(problems, r.decide(ctx, cluster, workload, request, machines.Items))
		}
	}
	return ctrl.Result{}, kerrors.NewAggregate(problems)
}

// isOurs reports whether machines of a cluster are bootstrapped by us.
func (r *Reconciler) isOurs(ctx context.Context, cluster client.ObjectKey) (bool, error) {
	configs := &bootstrapv1.KubeceptionConfigList{}
	if err := r.Client.List(ctx, configs, append(ofClusterOptions(cluster), client.Limit(1))...); err != nil {
		return false, fmt.Errorf("list KubeceptionConfigs: %w", err)
	}
	return len(configs.Items) > 0, nil
}

// connect returns a client for the workload cluster, and sees to it that its requests are watched.
func (r *Reconciler) connect(ctx context.Context, cluster client.ObjectKey) (client.Client, error) {
	workload, err := r.Clusters.GetClient(ctx, cluster)
	if err != nil {
		return nil, err
	}
	return workload, r.Clusters.Watch(ctx, cluster, clustercache.NewWatcher(clustercache.WatcherOptions{
		Name:    "kubelet-serving",
		Watcher: r.controller,
		Kind:    &certificatesv1.CertificateSigningRequest{},
		EventHandler: handler.EnqueueRequestsFromMapFunc(func(context.Context, client.Object) []reconcile.Request {
			return []reconcile.Request{{NamespacedName: cluster}}
		}),
		Predicates: []predicate.TypedPredicate[client.Object]{predicate.NewPredicateFuncs(func(object client.Object) bool {
			request, ok := object.(*certificatesv1.CertificateSigningRequest)
			return ok && isPending(request)
		})},
	}))
}

func isPending(request *certificatesv1.CertificateSigningRequest) bool {
	return request.Spec.SignerName == certificatesv1.KubeletServingSignerName && len(request.Status.Conditions) == 0 && len(request.Status.Certificate) == 0
}

// decide judges one request and writes what came of it.
func (r *Reconciler) decide(ctx context.Context, cluster *clusterv1.Cluster, workload client.Client,
	request *certificatesv1.CertificateSigningRequest, machines []clusterv1.Machine,
) error {
	exists, err := nodeExists(ctx, workload, nodeOf(request))
	if err != nil {
		return err
	}
	log := ctrl.LoggerFrom(ctx).WithValues("CertificateSigningRequest", request.Name, "requester", request.Spec.Username)
	verdict := judge(request, exists, machines)
	decision := certificatesv1.CertificateSigningRequestCondition{Status: corev1.ConditionTrue, Message: verdict.why}
	switch verdict.outcome {
	case approve:
		decision.Type, decision.Reason = certificatesv1.CertificateApproved, approvedReason
	case deny:
		decision.Type, decision.Reason = certificatesv1.CertificateDenied, deniedReason
	default:
		log.V(4).Info("Undecided", "outcome", verdict.outcome, "reason", verdict.why)
		return nil
	}
	if err := apply.Decide(ctx, workload, request, decision); err != nil {
		if apierrors.IsConflict(err) || apierrors.IsNotFound(err) {
			return nil // It changed, and is watched.
		}
		return err
	}
	log.Info("Decided", "decision", decision.Type, "reason", verdict.why)
	if verdict.outcome == deny {
		r.Recorder.Eventf(cluster, nil, corev1.EventTypeWarning, "KubeletCertificateDenied", "DenyCertificate",
			"Denied CertificateSigningRequest %s of %s: %s", request.Name, request.Spec.Username, verdict.why)
	}
	return nil
}

// nodeExists asks the API server: Nodes are not cached, for they matter once and report often.
func nodeExists(ctx context.Context, workload client.Client, name string) (bool, error) {
	if name == "" {
		return false, nil
	}
	node := &metav1.PartialObjectMetadata{}
	node.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Node"))
	err := workload.Get(ctx, client.ObjectKey{Name: name}, node)
	if client.IgnoreNotFound(err) != nil {
		return false, fmt.Errorf("get Node %s: %w", name, err)
	}
	return err == nil, nil
}
