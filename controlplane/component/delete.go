// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// deletionGrace is how long the pods of a control plane that nobody needs any more may take to end.
const deletionGrace = time.Second

// Remaining is what still exists of a component in deletion.
type Remaining struct {
	Component string
	Objects   []client.Object
	// Message says what its deletion waits for, for example "Etcd etcd-main has the finalizer example.com/x".
	Message string
}

// Delete takes the next steps to remove everything that components made in a namespace, in reverse order: a component
// is deleted once the workloads of all later ones are gone, and its configuration once its own are, so that etcd
// never loses the Secrets that its deletion needs. Objects of components that are not known go first. It never waits:
// call it again when something that it returned changes. Nothing remaining means that all is gone; what was deleted
// in the same call still counts as remaining.
func (e *Engine) Delete(ctx context.Context, namespace string, components []Component) ([]Remaining, error) {
	live, err := e.inventory(ctx, namespace)
	if err != nil {
		return nil, fmt.Errorf("read the objects of the control plane: %w", err)
	}
	var remaining []Remaining
	var problems []error
	blocker := ""
	for _, name := range deletionOrder(live, components) {
		objects := live[name]
		if blocker != "" {
			remaining = append(remaining, Remaining{Component: name, Objects: objects, Message: "waits for " + blocker})
			continue
		}
		blocked, err := e.removeInStages(ctx, objects)
		if blocked && err == nil {
			err = e.endPods(ctx, namespace, name)
		}
		if err != nil {
			problems = append(problems, err)
		}
		remaining = append(remaining, Remaining{Component: name, Objects: objects, Message: e.holdUp(objects)})
		if blocked {
			blocker = name
		}
	}
	return remaining, errors.Join(problems...)
}

// deletionOrder lists the components of which something exists: unknown ones, then the known ones backwards.
func deletionOrder(live map[string][]client.Object, components []Component) []string {
	unknown := maps.Clone(live)
	var order []string
	for _, c := range slices.Backward(components) {
		delete(unknown, c.Name())
		if len(live[c.Name()]) > 0 {
			order = append(order, c.Name())
		}
	}
	return append(slices.Sorted(maps.Keys(unknown)), order...)
}

// removeInStages deletes workloads and, once there are none, everything else. It reports whether workloads remained
// when the objects were read.
func (e *Engine) removeInStages(ctx context.Context, objects []client.Object) (blocked bool, err error) {
	workloads := slices.DeleteFunc(slices.Clone(objects), func(obj client.Object) bool { return !isWorkload(obj) })
	if len(workloads) > 0 {
		_, err = apply.Prune(ctx, e.Client, workloads, nil)
		return true, err
	}
	_, err = apply.Prune(ctx, e.Client, objects, nil)
	return false, err
}

// endPods ends the pods of Deployments that were deleted, before Kubernetes does: it would give them all the time that
// they may take to end, which no kubelet shortens once it has begun, and an API server would use it to finish requests
// of clients that no longer matter, which wait for an etcd that is gone. Their ReplicaSets go first, lest they make new
// ones. What etcd-druid made has no ReplicaSets and is left to it.
func (e *Engine) endPods(ctx context.Context, namespace, component string) error {
	replicaSets := &appsv1.ReplicaSetList{}
	if err := e.Client.List(ctx, replicaSets, client.InNamespace(namespace), client.MatchingLabels{
		wiring.LabelManagedBy: wiring.ManagedBy, wiring.LabelComponent: component,
	}); err != nil {
		return fmt.Errorf("read the ReplicaSets of %s: %w", component, err)
	}
	if len(replicaSets.Items) == 0 {
		return nil
	}
	for i := range replicaSets.Items {
		if _, err := apply.Delete(ctx, e.Client, &replicaSets.Items[i]); err != nil {
			return err
		}
	}
	pods, err := e.pods(ctx, namespace, component)
	if err != nil {
		return err
	}
	for i := range pods {
		if _, err := apply.End(ctx, e.Client, &pods[i], deletionGrace); err != nil {
			return err
		}
	}
	return nil
}

// holdUp says what the deletion of objects waits for, as they were read before.
func (e *Engine) holdUp(objects []client.Object) string {
	for _, obj := range objects {
		if !obj.GetDeletionTimestamp().IsZero() && len(obj.GetFinalizers()) > 0 {
			return fmt.Sprintf("%s has the finalizer %s", describeObject(e.Client.Scheme(), obj), strings.Join(obj.GetFinalizers(), ", "))
		}
	}
	i := slices.IndexFunc(objects, isWorkload)
	return describeObject(e.Client.Scheme(), objects[max(i, 0)]) + " is being deleted"
}

func describeObject(scheme *runtime.Scheme, obj client.Object) string {
	key, err := apply.KeyOf(scheme, obj)
	if err != nil {
		return obj.GetName()
	}
	return key.String()
}

// String is for messages.
func (r Remaining) String() string { return r.Component + ": " + r.Message }

// removeUnknown removes what components left behind that earlier releases had. Only failures are reported.
func (p *pass) removeUnknown(ctx context.Context) []ComponentReport {
	var reports []ComponentReport
	for _, name := range slices.Sorted(maps.Keys(p.live)) {
		if _, known := p.results[name]; known {
			continue
		}
		if _, err := p.removeInStages(ctx, p.live[name]); err != nil {
			problem := &Error{Component: name, Step: StepPrune, Err: err}
			reports = append(reports, ComponentReport{
				Name: name, State: controlplanev1.ComponentUnhealthy, Message: problem.Error(), Err: problem,
			})
		}
	}
	return reports
}
