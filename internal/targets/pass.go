// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package targets

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/health"
)

// passTimeout is how long a pass may take. What was not reached is for the next one.
const passTimeout = 30 * time.Second

// Set is a named list of objects. Objects of namespaced kinds name their namespace, and no object is in two sets.
type Set struct {
	Name    string
	Objects []client.Object
	// Hold leaves the set as it is, because its objects are not known at the moment.
	Hold bool
}

// Report is about the sets of a cluster, by name; those on hold are not in it.
type Report map[string]*SetReport

// SetReport is about one set.
type SetReport struct {
	// Health is the worst of its objects.
	Health health.Health
	// Err is why it could not be brought to its desired state; the rest of it was applied nevertheless.
	Err error
}

// Reconcile brings the sets of a cluster to their desired state and removes what belongs to no set any more. The
// request is enqueued by Source when something there needs attention. Errors of one set are in its report and hold up
// no other; the error is for what concerns all: ErrNotConnected, or *UnreachableError.
func (e *Engine) Reconcile(ctx context.Context, cluster client.ObjectKey, request reconcile.Request, desired []Set) (Report, error) {
	c, err := e.clusters.GetClient(ctx, cluster)
	if err != nil {
		return nil, err
	}
	live, err := e.clusters.GetUncachedClient(ctx, cluster)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, passTimeout)
	defer cancel()
	p := &pass{
		Engine: e, cluster: cluster, client: c, live: live, memory: e.memory(cluster, request),
		report: Report{}, held: sets.New[string](), found: map[apply.Key]client.Object{}, versions: map[schema.GroupKind]string{},
	}
	if err := p.run(ctx, desired); err != nil {
		return nil, err
	}
	return p.report, nil
}

// pass is one Reconcile of one cluster.
type pass struct {
	*Engine
	cluster client.ObjectKey
	client  client.Client
	live    client.Reader
	memory  *memory
	report  Report
	held    sets.Set[string]
	// found is what exists of the ApplySet, from the cache.
	found map[apply.Key]client.Object
	// versions are those through which kinds are read.
	versions map[schema.GroupKind]string
}

func (p *pass) run(ctx context.Context, desired []Set) error {
	members, err := p.members(desired)
	if err != nil {
		return err
	}
	if err := p.find(ctx, members); err != nil {
		return err
	}
	before := kindsOf(p.found[p.set.parentKey()])
	wanted := kindsIn(members)
	// First, so that what is applied is found again whatever happens in between.
	if err := p.writeParent(ctx, before.Union(wanted), namespacesIn(members)); err != nil {
		return err
	}
	keep := sets.New(p.set.parentKey())
	for _, m := range members {
		key := keyOf(m.object)
		keep.Insert(key)
		if err := p.apply(ctx, key, m); err != nil {
			return err
		}
	}
	left, err := p.prune(ctx, keep)
	if err != nil {
		return err
	}
	return p.writeParent(ctx, wanted.Union(left), namespacesIn(members))
}

// members are the desired objects in the order in which they are applied, complete with what makes them members.
func (p *pass) members(desired []Set) ([]member, error) {
	var members []member
	for _, set := range desired {
		if set.Hold {
			p.held.Insert(set.Name)
			continue
		}
		p.report[set.Name] = &SetReport{Health: health.Worst()}
		for _, object := range set.Objects {
			object, ok := object.DeepCopyObject().(client.Object)
			if !ok {
				return nil, fmt.Errorf("copy %T", object)
			}
			p.label(object, set.Name)
			prepared, err := apply.Prepare(p.client.Scheme(), object)
			if err != nil {
				p.fail(set.Name, err)
				continue
			}
			members = append(members, member{set: set.Name, object: prepared})
		}
	}
	inOrder(members)
	return members, nil
}

func (p *pass) label(object client.Object, set string) {
	labels := object.GetLabels()
	if labels == nil {
		labels = map[string]string{}
	}
	labels[labelPartOf] = p.set.id()
	if set != "" {
		labels[LabelSet] = set
	}
	object.SetLabels(labels)
}

// find watches and lists the kinds that are desired, and then those that the parent lists.
func (p *pass) find(ctx context.Context, members []member) error {
	kinds := []schema.GroupVersionKind{kind("", "v1", "ConfigMap")}
	for _, m := range members {
		kinds = append(kinds, m.kind())
	}
	if err := p.list(ctx, kinds); err != nil {
		return err
	}
	kinds = nil
	for groupKind := range kindsOf(p.found[p.set.parentKey()]) {
		mapping, err := p.client.RESTMapper().RESTMapping(groupKind)
		switch {
		case meta.IsNoMatchError(err): // The kind is gone, and its objects with it.
		case err != nil:
			return &UnreachableError{Err: err}
		default:
			kinds = append(kinds, mapping.GroupVersionKind)
		}
	}
	return p.list(ctx, kinds)
}

// list fills found with the objects of the kinds that are not in it yet.
func (p *pass) list(ctx context.Context, kinds []schema.GroupVersionKind) error {
	var fresh []schema.GroupVersionKind
	for _, kind := range kinds {
		if _, known := p.versions[kind.GroupKind()]; known {
			continue
		}
		p.versions[kind.GroupKind()] = kind.Version
		// All informers are started before the first one is waited for.
		err := p.clusters.Watch(ctx, p.cluster, &watcher{object: newCached(kind), notify: p.notify(p.memory)})
		switch {
		case meta.IsNoMatchError(err): // Applying it will say so.
		case err != nil:
			return err
		default:
			fresh = append(fresh, kind)
		}
	}
	for _, kind := range fresh {
		list := newCachedList(kind)
		if err := p.client.List(ctx, list, p.set.members()); err != nil {
			return &UnreachableError{Err: fmt.Errorf("list %s: %w", kind.Kind, err)}
		}
		err := meta.EachListItem(list, func(item runtime.Object) error {
			object, ok := item.(client.Object)
			if !ok {
				return fmt.Errorf("list %s: %T is not an object", kind.Kind, item)
			}
			if !p.set.has(object) {
				return nil
			}
			object.GetObjectKind().SetGroupVersionKind(kind)
			p.found[keyOf(object)] = object
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// writeParent keeps the list of kinds.
func (p *pass) writeParent(ctx context.Context, kinds sets.Set[schema.GroupKind], namespaces sets.Set[string]) error {
	if len(kinds) == 0 && p.found[p.set.parentKey()] == nil {
		return nil
	}
	parent := p.set.newParent(kinds, namespaces)
	p.label(parent, "")
	prepared, err := apply.Prepare(p.client.Scheme(), parent)
	if err != nil {
		return err
	}
	if _, err := p.enforce(ctx, p.set.parentKey(), prepared); unreachable(err) && err != nil {
		return &UnreachableError{Err: err}
	} else if err != nil {
		return fmt.Errorf("write the inventory: %w", err)
	}
	return nil
}

// apply brings one object to its desired state and notes its health.
func (p *pass) apply(ctx context.Context, key apply.Key, m member) error {
	object, err := p.enforce(ctx, key, m.object)
	var refused *apply.Error
	if errors.As(err, &refused) && refused.Reason == apply.Immutable && !holdsData(key.GroupKind) {
		object, err = p.makeAnew(ctx, key, m.object)
	}
	switch {
	case err == nil:
	case unreachable(err):
		return &UnreachableError{Err: err}
	default:
		p.fail(m.set, err)
		return nil
	}
	report, found := p.report[m.set], health.Of(object)
	if found.Message != "" {
		found.Message = fmt.Sprintf("%s: %s", key, found.Message)
	}
	report.Health = health.Worst(report.Health, found)
	return nil
}

// enforce writes an object unless it is as it was written last. It returns the object as it is now.
func (p *pass) enforce(ctx context.Context, key apply.Key, prepared *unstructured.Unstructured) (client.Object, error) {
	cached := p.found[key]
	if cached != nil {
		was, known := p.memory.recall(key)
		sameHash := cached.GetAnnotations()[apply.AnnotationHash] == prepared.GetAnnotations()[apply.AnnotationHash]
		if !cached.GetDeletionTimestamp().IsZero() || known && sameHash && was == writtenOf(cached) {
			return cached, nil
		}
	}
	if _, err := apply.Enforce(ctx, p.client, prepared, cached); err != nil {
		return nil, err
	}
	p.memory.remember(key, writtenOf(prepared))
	p.found[key] = prepared
	return prepared, nil
}

// makeAnew deletes an object that cannot be changed and makes it anew. It may not be a member yet, and then it is in
// no cache.
func (p *pass) makeAnew(ctx context.Context, key apply.Key, prepared *unstructured.Unstructured) (client.Object, error) {
	existing := &metav1.PartialObjectMetadata{}
	existing.SetGroupVersionKind(prepared.GroupVersionKind())
	if err := p.live.Get(ctx, key.ObjectKey, existing); err != nil {
		return nil, err
	}
	if _, err := apply.Delete(ctx, p.client, existing); err != nil {
		return nil, err
	}
	delete(p.found, key)
	return p.enforce(ctx, key, prepared)
}

// prune deletes what belongs to no set any more, workloads first. It returns the kinds of what remains.
func (p *pass) prune(ctx context.Context, keep sets.Set[apply.Key]) (sets.Set[schema.GroupKind], error) {
	left := sets.New[schema.GroupKind]()
	var obsolete []client.Object
	for key, object := range p.found {
		set := object.GetLabels()[LabelSet]
		report := p.report[set]
		switch {
		case keep.Has(key):
			continue
		case p.held.Has(set) || report != nil && report.Err != nil: // It may be needed still.
			left.Insert(key.GroupKind)
		default:
			left.Insert(key.GroupKind)
			obsolete = append(obsolete, object)
		}
	}
	slices.SortFunc(obsolete, func(a, b client.Object) int {
		return stageOf(keyOf(b).GroupKind) - stageOf(keyOf(a).GroupKind)
	})
	for _, object := range obsolete {
		_, err := apply.Delete(ctx, p.client, object)
		switch {
		case err == nil:
			p.memory.forget(keyOf(object))
		case unreachable(err):
			return nil, &UnreachableError{Err: err}
		default:
			p.fail(object.GetLabels()[LabelSet], err)
		}
	}
	return left, nil
}

// fail notes the first error of a set. One that is not desired any more appears in the report for it.
func (p *pass) fail(set string, err error) {
	if p.report[set] == nil {
		p.report[set] = &SetReport{Health: health.Worst()}
	}
	if p.report[set].Err == nil {
		p.report[set].Err = err
	}
}

func keyOf(object client.Object) apply.Key {
	return apply.Key{GroupKind: object.GetObjectKind().GroupVersionKind().GroupKind(), ObjectKey: client.ObjectKeyFromObject(object)}
}

func kindsIn(members []member) sets.Set[schema.GroupKind] {
	kinds := sets.New[schema.GroupKind]()
	for _, m := range members {
		kinds.Insert(m.kind().GroupKind())
	}
	return kinds
}

func namespacesIn(members []member) sets.Set[string] {
	namespaces := sets.New[string]()
	for _, m := range members {
		namespaces.Insert(m.object.GetNamespace())
	}
	return namespaces
}
