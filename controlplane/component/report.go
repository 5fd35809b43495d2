// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/Masterminds/semver/v3"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// Report is what one pass over the components found and did.
type Report struct {
	// Components in bring-up order, without the disabled ones unless something is wrong with their removal.
	Components []ComponentReport
	// Certificates are the leaf certificates, the earliest to end first.
	Certificates []pki.Expiry
	// APIServer counts the instances of kube-apiserver.
	APIServer Instances
	// NextCheck is the time until a certificate is to be renewed. Zero if there is none to renew.
	NextCheck time.Duration
}

// ComponentReport is about one component.
type ComponentReport struct {
	Name  string
	State controlplanev1.ComponentState
	// Version is the Kubernetes version that the component was told to run; empty if it has none. All of its pods
	// run it once the state is Healthy.
	Version string
	Message string
	// Err is why the component could not be brought to its desired state, of type *Error.
	Err error
	// Changes are the writes of this pass.
	Changes []Change
	// Target are the component's objects for the workload cluster.
	Target []client.Object
	// Rendered reports whether Target is known. Without it, what is there of the component stays.
	Rendered bool
}

// Change is a write.
type Change struct {
	Object apply.Key
	Result apply.Result
	// Reason is why, where it is not obvious from the object: the renewal of a certificate.
	Reason string
}

// Instances counts the pods of a Deployment.
type Instances struct {
	// Exist is false while there is no Deployment.
	Exist                                      bool
	Desired, Total, Ready, Available, UpToDate int32
	// Versions are the Kubernetes versions that the pods run, oldest first.
	Versions []clusterv1.StatusVersion
}

// oldest is the oldest Kubernetes version that a pod runs; empty if there is no pod.
func (i Instances) oldest() string {
	if len(i.Versions) == 0 {
		return ""
	}
	return i.Versions[0].Version
}

const messageLength = 1024

// Status returns the report as it is shown to users.
func (r ComponentReport) Status() controlplanev1.ComponentStatus {
	return controlplanev1.ComponentStatus{
		Name: r.Name, State: r.State, Version: r.Version, Message: abbreviate(r.Message, messageLength),
	}
}

// Err joins the errors of all components.
func (r Report) Err() error {
	var problems []error
	for _, component := range r.Components {
		problems = append(problems, component.Err)
	}
	return errors.Join(problems...)
}

// Component returns the report of a component.
func (r Report) Component(name string) (ComponentReport, bool) {
	for _, component := range r.Components {
		if component.Name == name {
			return component, true
		}
	}
	return ComponentReport{}, false
}

// InstancesOf counts the pods of a Deployment from its status and its ReplicaSets.
func InstancesOf(d *appsv1.Deployment, replicaSets []appsv1.ReplicaSet) Instances {
	instances := Instances{
		Exist:     true,
		Desired:   ptr.Deref(d.Spec.Replicas, 1),
		Total:     d.Status.Replicas,
		Ready:     d.Status.ReadyReplicas,
		Available: d.Status.AvailableReplicas,
	}
	if d.Status.ObservedGeneration >= d.Generation {
		instances.UpToDate = d.Status.UpdatedReplicas
	}
	counts := map[string]int32{}
	for _, rs := range replicaSets {
		version := rs.Spec.Template.Annotations[wiring.AnnotationVersion]
		if version != "" && rs.Status.Replicas > 0 {
			counts[version] += rs.Status.Replicas
		}
	}
	for version, count := range counts {
		instances.Versions = append(instances.Versions, clusterv1.StatusVersion{Version: version, Replicas: count})
	}
	slices.SortFunc(instances.Versions, func(a, b clusterv1.StatusVersion) int {
		return cmp.Or(compareVersions(a.Version, b.Version), cmp.Compare(a.Version, b.Version))
	})
	return instances
}

// compareVersions takes what is no version as the oldest; admission lets none in.
func compareVersions(a, b string) int {
	return parseVersion(a).Compare(parseVersion(b))
}

func parseVersion(text string) *semver.Version {
	version, err := semver.NewVersion(text)
	if err != nil {
		return &semver.Version{}
	}
	return version
}
