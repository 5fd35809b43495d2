// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package seed

import (
	"context"
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/connections"
)

// Facts is what is known of a seed by what it serves: nothing but that it can be one.
type Facts struct{}

// etcds is what control planes keep their state in.
var etcds = schema.GroupKind{Group: "druid.gardener.cloud", Kind: "Etcd"}

// prerequisiteError says what a cluster lacks to be a seed.
type prerequisiteError struct{ message string }

func (e *prerequisiteError) Error() string { return e.message }

// Connect returns the connections to seeds. The local configuration reaches the management cluster, and live reads
// kubeconfig Secrets there without a cache.
func Connect(local *rest.Config, scheme *runtime.Scheme, live client.Reader) *connections.Connections[Facts] {
	return connections.New(local, live, connections.Options[Facts]{
		Name: "seed", Field: "annotation " + AnnotationKubeconfig, Scheme: scheme,
		Inspect: inspect,
		OwnerOf: func(client.Object) client.ObjectKey { return connections.Everyone },
		IsNews:  func(_, _ client.Object) bool { return false },
	})
}

// inspect reads nothing in seeds: the providers below this layer do.
func inspect(mapper meta.RESTMapper) (Facts, connections.Kinds, error) {
	if _, err := mapper.RESTMapping(etcds); meta.IsNoMatchError(err) {
		return Facts{}, nil, &prerequisiteError{fmt.Sprintf("the seed does not serve the kind %s; install etcd-druid there", etcds)}
	} else if err != nil {
		return Facts{}, nil, fmt.Errorf("find out what the seed serves: %w", err)
	}
	return Facts{}, connections.Kinds{}, nil
}

// SetupWithManager watches Seeds, the connections to them, and the Shoots that are on them.
func (r *Reconciler) SetupWithManager(_ context.Context, mgr ctrl.Manager, options controller.Options) error {
	err := ctrl.NewControllerManagedBy(mgr).
		For(&gardencorev1beta1.Seed{}, builder.WithPredicates(specOrMetadataChanged())).
		Watches(&gardencorev1beta1.Shoot{}, handler.EnqueueRequestsFromMapFunc(r.ofShoot), builder.WithPredicates(gone())).
		WatchesRawSource(r.Connections.Source()).
		WithOptions(options).
		Complete(r)
	if err != nil {
		return fmt.Errorf("set up the controller for Seeds: %w", err)
	}
	return nil
}

// specOrMetadataChanged leaves out changes of the status, which come from here.
func specOrMetadataChanged() predicate.Predicate {
	return predicate.Or[client.Object](predicate.GenerationChangedPredicate{}, predicate.AnnotationChangedPredicate{}, finalizersChanged())
}

func finalizersChanged() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		return len(e.ObjectOld.GetFinalizers()) != len(e.ObjectNew.GetFinalizers())
	}}
}

// gone leaves what is there.
func gone() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc: func(event.CreateEvent) bool { return false },
		UpdateFunc: func(event.UpdateEvent) bool { return false },
	}
}

// ofShoot finds the seeds that a Shoot is on.
func (r *Reconciler) ofShoot(_ context.Context, object client.Object) []reconcile.Request {
	shoot, ok := object.(*gardencorev1beta1.Shoot)
	if !ok {
		return nil
	}
	var out []reconcile.Request
	for _, name := range []*string{shoot.Spec.SeedName, shoot.Status.SeedName} {
		if name != nil {
			out = append(out, reconcile.Request{NamespacedName: client.ObjectKey{Name: *name}})
		}
	}
	return out
}
