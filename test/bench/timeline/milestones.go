// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package timeline

import "time"

// Milestone is something that happens once on the way to a control plane.
type Milestone string

// Milestones, in the order in which they usually happen.
const (
	Owned           Milestone = "Cluster API core made the Cluster the owner"
	EtcdCreated     Milestone = "Etcd objects created"
	Endpoint        Milestone = "endpoint published"
	Kubeconfig      Milestone = "kubeconfig Secret created"
	ServerPod       Milestone = "API server: pod created"
	ServerScheduled Milestone = "API server: pod scheduled"
	ServerSandbox   Milestone = "API server: sandbox started"
	ServerStarted   Milestone = "API server: container started"
	EtcdPod         Milestone = "etcd: pods created"
	EtcdVolume      Milestone = "etcd: volumes bound"
	EtcdScheduled   Milestone = "etcd: pods scheduled"
	EtcdSandbox     Milestone = "etcd: sandboxes started"
	EtcdStarted     Milestone = "etcd: containers started"
	EtcdConfigured  Milestone = "etcd: configured by the sidecar"
	EtcdServes      Milestone = "etcd: serves"
	ServerConnected Milestone = "API server: connected to etcd"
	ServerServes    Milestone = "API server: serves"
	ServerReady     Milestone = "API server: pod ready"
	Answered        Milestone = "/readyz ok through the published kubeconfig"
	Initialized     Milestone = "control plane initialized"
	EtcdReady       Milestone = "etcd: pods ready"
	Available       Milestone = "control plane available"
)

// Milestones lists all of them in that order.
func Milestones() []Milestone {
	return []Milestone{
		Owned, EtcdCreated, Endpoint, Kubeconfig,
		ServerPod, ServerScheduled, ServerSandbox, ServerStarted,
		EtcdPod, EtcdVolume, EtcdScheduled, EtcdSandbox, EtcdStarted, EtcdConfigured, EtcdServes,
		ServerConnected, ServerServes, ServerReady, Answered, Initialized, EtcdReady, Available,
	}
}

// Step is a stretch of the critical path: from one milestone to the next.
type Step struct {
	Name     string
	From, To Milestone // an empty From is the creation
}

// CriticalPath is what a new control plane waits for, one after the other; everything else happens meanwhile.
func CriticalPath() []Step {
	return []Step{
		{"Cluster API core and our manager, until the Etcd objects exist", "", EtcdCreated},
		{"etcd-druid, until the pods exist", EtcdCreated, EtcdPod},
		{"volumes, scheduler, kubelet, until the etcd containers run", EtcdPod, EtcdStarted},
		{"backup sidecar, until it has answered /config", EtcdStarted, EtcdConfigured},
		{"etcd itself", EtcdConfigured, EtcdServes},
		{"API server, until it tries to connect again", EtcdServes, ServerConnected},
		{"API server, until it serves", ServerConnected, ServerServes},
		{"API server, until its pod is ready", ServerServes, ServerReady},
		{"endpoint, until it answers", ServerReady, Answered},
	}
}

// Reached is when milestones were reached, in seconds since the creation.
type Reached map[Milestone]float64

// Took returns how long a step took, in seconds, and whether both its ends are known. It is negative when the next
// milestone did not have to wait for the one before.
func (r Reached) Took(step Step) (float64, bool) {
	from, known := 0.0, true
	if step.From != "" {
		from, known = r[step.From]
	}
	to, alsoKnown := r[step.To]
	return to - from, known && alsoKnown
}

// record is when milestones were reached by their subjects: pods, volumes, objects.
type record map[Milestone]map[string]time.Time

// note keeps the first time.
func (r record) note(milestone Milestone, subject string, at time.Time) {
	if r[milestone] == nil {
		r[milestone] = map[string]time.Time{}
	}
	if _, known := r[milestone][subject]; !known && !at.IsZero() {
		r[milestone][subject] = at
	}
}

// since returns when the last subject of each milestone reached it.
func (r record) since(began time.Time) Reached {
	reached := Reached{}
	for milestone, subjects := range r {
		for _, at := range subjects {
			reached[milestone] = max(reached[milestone], at.Sub(began).Seconds())
		}
	}
	return reached
}
