// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// pass is one reconcile of all components. Its maps are complete before the first component starts; each component
// writes to its own result alone, and reads those it needs once they are done.
type pass struct {
	*Engine
	in      *Input
	roots   *pki.Roots
	now     time.Time
	live    map[string][]client.Object
	results map[string]*result
	// apiServer is the Kubernetes version of the oldest API server that runs; empty if none does.
	apiServer string
}

// result is what became of one component.
type result struct {
	done    chan struct{}
	enabled bool
	report  ComponentReport
	// objects are the component's objects as they are now; nil while nothing was applied.
	objects []client.Object
	// certificates are in PEM, by the name of their Secret.
	certificates map[string][]byte
}

// reconcile handles one component after those it needs, which must be among the earlier ones.
func (p *pass) reconcile(ctx context.Context, c Component, earlier []Component) {
	r := p.results[c.Name()]
	defer close(r.done)
	defer func() {
		// A mistake in one component must not stop the manager, which serves other control planes.
		if problem := recover(); problem != nil {
			p.fail(r, StepRender, fmt.Errorf("panic: %v", problem))
		}
	}()
	for _, need := range c.Needs() {
		if !slices.ContainsFunc(earlier, func(other Component) bool { return other.Name() == need }) {
			r.enabled = true
			p.fail(r, StepRender, fmt.Errorf("it needs %s, which is not before it in the order of components", need))
			return
		}
		<-p.results[need].done
	}
	if r.enabled = c.Enabled(p.in); !r.enabled {
		_, err := p.removeInStages(ctx, p.live[c.Name()])
		if err != nil {
			p.fail(r, StepPrune, err)
		}
		return
	}
	p.bringUp(ctx, c, r)
}

func (p *pass) bringUp(ctx context.Context, c Component, r *result) {
	in, unmet, live := *p.in, p.unmet(c), p.live[c.Name()]
	if version := cmp.Or(versionOf(live), p.apiServer); len(unmet) > 0 && version != "" {
		in.Version = version
	}
	rendered, err := Prepare(&in, c)
	if err != nil {
		p.failWith(r, err)
		return
	}
	if hasVersion(rendered.Runtime) {
		r.report.Version = in.Version
	}
	if len(unmet) > 0 && !exists(rendered, live) {
		r.report.Version = ""
		r.report.State = controlplanev1.ComponentWaiting
		r.report.Message = "waits for " + strings.Join(unmet, ", ")
		return
	}
	r.report.Target, r.report.Rendered = rendered.Target, true
	if !p.write(ctx, r, rendered, live) {
		// Without their certificates the target objects are not all that is desired.
		r.report.Rendered = len(rendered.TargetCertificates) == 0
		return
	}
	p.observe(ctx, r, rendered, unmet)
}

// unmet lists the needs of a component that are not healthy at the version of the control plane.
func (p *pass) unmet(c Component) []string {
	var unmet []string
	for _, need := range c.Needs() {
		r := p.results[need]
		atVersion := cmp.Or(r.report.Version, p.in.Version) == p.in.Version
		if r.enabled && (r.report.State != controlplanev1.ComponentHealthy || !atVersion) {
			unmet = append(unmet, need)
		}
	}
	return unmet
}

// write issues certificates, applies and prunes. It reports whether all of it succeeded.
func (p *pass) write(ctx context.Context, r *result, rendered Rendered, live []client.Object) bool {
	keep := sets.New[apply.Key]()
	r.certificates = map[string][]byte{}
	for i, leaf := range slices.Concat(rendered.Certificates, rendered.TargetCertificates) {
		obj, err := p.issue(ctx, r, leaf)
		if err != nil {
			return p.fail(r, StepIssue, err)
		}
		if leaf.ReadOnce {
			restartWith(rendered.Runtime, leaf.SecretName, obj.Data[pki.CertificateData])
		}
		if err := p.apply(ctx, r, keep, obj); err != nil {
			return p.fail(r, StepApply, err)
		}
		if i >= len(rendered.Certificates) {
			r.report.Target = append(r.report.Target, targetSecret(obj))
		}
	}
	for _, obj := range rendered.Runtime {
		if err := p.apply(ctx, r, keep, obj); err != nil {
			return p.fail(r, StepApply, err)
		}
	}
	deleted, err := apply.Prune(ctx, p.Client, prunable(live, r.objects), keep)
	for _, key := range deleted {
		r.report.Changes = append(r.report.Changes, Change{Object: key, Result: apply.Deleted})
	}
	if err != nil {
		return p.fail(r, StepPrune, err)
	}
	return true
}

func (p *pass) apply(ctx context.Context, r *result, keep sets.Set[apply.Key], desired client.Object) error {
	obj, done, err := apply.Apply(ctx, p.Client, desired)
	if err != nil {
		return err
	}
	key, err := apply.KeyOf(p.Client.Scheme(), obj)
	if err != nil {
		return err
	}
	keep.Insert(key)
	r.objects = append(r.objects, obj)
	if done != apply.Unchanged {
		r.report.Changes = append(r.report.Changes, Change{Object: key, Result: done})
	}
	return nil
}

// prunable are the existing objects that may be deleted once they are no longer rendered: configuration only when
// no pod runs any more that was made before the change, for it may be started again and needs its configuration.
func prunable(live, now []client.Object) []client.Object {
	if !slices.ContainsFunc(now, func(obj client.Object) bool { return !rolledOut(obj) }) {
		return live
	}
	return slices.DeleteFunc(slices.Clone(live), func(obj client.Object) bool { return stageOf(obj) == stageConfiguration })
}

// observe tells the component's state from the status of its objects and, if need be, its pods.
func (p *pass) observe(ctx context.Context, r *result, rendered Rendered, unmet []string) {
	healths := make([]Health, 0, len(r.objects))
	for _, obj := range r.objects {
		healths = append(healths, HealthOf(obj))
	}
	health := worst(healths)
	if health.State != controlplanev1.ComponentHealthy {
		problem, err := p.podProblem(ctx, r.report.Name)
		if err != nil {
			p.fail(r, StepObserve, err)
			return
		}
		health.Message = strings.Join(slices.DeleteFunc([]string{health.Message, problem}, isEmpty), "; ")
	}
	r.report.State, r.report.Message = health.State, health.Message
	switch {
	case health.State == controlplanev1.ComponentUnhealthy:
	case rendered.Waiting != "":
		r.report.State, r.report.Message = controlplanev1.ComponentWaiting, rendered.Waiting
	case health.State == controlplanev1.ComponentHealthy && cmp.Or(r.report.Version, p.in.Version) != p.in.Version:
		r.report.State = controlplanev1.ComponentProgressing
		r.report.Message = fmt.Sprintf("stays at %s until %s runs %s", r.report.Version, strings.Join(unmet, ", "), p.in.Version)
	}
}

func isEmpty(text string) bool { return text == "" }

func (p *pass) podProblem(ctx context.Context, component string) (string, error) {
	pods, err := p.pods(ctx, p.in.Namespace, component)
	return PodProblem(pods), err
}

// fail records an error; what runs of the component keeps running. It returns false for the convenience of callers.
func (p *pass) fail(r *result, step Step, err error) bool {
	return p.failWith(r, &Error{Component: r.report.Name, Step: step, Err: err})
}

func (p *pass) failWith(r *result, err error) bool {
	r.report.Err = err
	r.report.Message = err.Error()
	var own *Error
	if errors.As(err, &own) {
		r.report.Message = fmt.Sprintf("%s: %v", own.Step, own.Err)
	}
	r.report.State = controlplanev1.ComponentUnhealthy
	if live := p.live[r.report.Name]; slices.ContainsFunc(live, isWorkload) {
		if r.report.Version = versionOf(live); !isUnhealthy(live) {
			r.report.State = controlplanev1.ComponentProgressing
		}
	}
	return false
}

func isUnhealthy(objects []client.Object) bool {
	return slices.ContainsFunc(objects, func(obj client.Object) bool {
		return HealthOf(obj).State == controlplanev1.ComponentUnhealthy
	})
}

// report joins the results of the components in their order.
func (p *pass) report(components []Component) Report {
	var report Report
	certificates := map[string][]byte{}
	for _, c := range components {
		r := p.results[c.Name()]
		if r.enabled || r.report.Err != nil {
			report.Components = append(report.Components, r.report)
		}
		maps.Copy(certificates, r.certificates)
	}
	// Certificates that cannot be read were replaced when they were issued.
	report.Certificates, _ = pki.Expiries(certificates)
	for _, expiry := range report.Certificates {
		// A certificate that ends with its authority stays past its time; nothing here can help it.
		if rest := expiry.RenewAt.Sub(p.now); rest > 0 && (report.NextCheck == 0 || rest < report.NextCheck) {
			report.NextCheck = rest
		}
	}
	return report
}

// objects are the objects of a component as they are now, as far as this pass came.
func (p *pass) objects(component string) []client.Object {
	current := p.live[component]
	if r, found := p.results[component]; found && r.objects != nil {
		// Fresh objects first; a failure may have come before all of them were applied.
		return slices.Concat(r.objects, current)
	}
	return current
}

// versionOf returns the Kubernetes version of a component's workload; empty if there is none.
func versionOf(objects []client.Object) string {
	for _, obj := range objects {
		if _, versioned := obj.(*appsv1.Deployment); versioned {
			return obj.GetAnnotations()[wiring.AnnotationVersion]
		}
	}
	return ""
}

func hasVersion(objects []client.Object) bool { return versionOf(objects) != "" }

func isWorkload(obj client.Object) bool { return stageOf(obj) == stageWorkload }

// exists reports whether a component was created before: its workload exists or, if it has none, anything of it. A
// workload that somebody deleted counts as never created, for its version is not known any more. What has nothing in
// the seed counts as created, for there is nothing to hold up here.
func exists(rendered Rendered, live []client.Object) bool {
	if len(rendered.Runtime) == 0 && len(rendered.Certificates) == 0 {
		return true
	}
	if slices.ContainsFunc(rendered.Runtime, isWorkload) {
		return slices.ContainsFunc(live, isWorkload)
	}
	return len(live) > 0
}
