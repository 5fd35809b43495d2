// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package seeds

import (
	"context"
	"fmt"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// Pod Security levels of the namespaces of control planes.
const (
	podSecurityRestricted = "restricted"
	podSecurityBaseline   = "baseline"
)

// etcdPodPolicy is the name of the policy that completes etcd-druid's pods.
const etcdPodPolicy = "kubeception-etcd-pods"

// PrerequisiteError says what a seed lacks to host control planes.
type PrerequisiteError struct{ Missing string }

func (e *PrerequisiteError) Error() string { return "the seed lacks " + e.Missing }

// checkPrerequisites returns the Pod Security level that the seed allows for.
//
// etcd-druid's pods neither drop capabilities nor set a seccomp profile, so a namespace that enforces "restricted"
// refuses them. A seed that serves MutatingAdmissionPolicy completes them (Kubernetes 1.36 and later do by
// default); on other seeds the namespace enforces "baseline" and warns about the rest.
func checkPrerequisites(mapper meta.RESTMapper) (string, error) {
	if _, err := mapper.RESTMapping(schema.GroupKind{Group: druidv1alpha1.GroupName, Kind: "Etcd"}, "v1alpha1"); err != nil {
		if meta.IsNoMatchError(err) {
			return "", &PrerequisiteError{Missing: "etcd-druid (druid.gardener.cloud/v1alpha1); install it in the seed"}
		}
		return "", &UnreachableError{Name: "seed", Err: err}
	}
	policy := schema.GroupKind{Group: admissionregistrationv1.GroupName, Kind: "MutatingAdmissionPolicy"}
	if _, err := mapper.RESTMapping(policy, "v1"); err != nil {
		if meta.IsNoMatchError(err) {
			return podSecurityBaseline, nil
		}
		return "", &UnreachableError{Name: "seed", Err: err}
	}
	return podSecurityRestricted, nil
}

// Prepare brings the objects that all control planes on a seed share to their state. It writes nothing when
// nothing is missing.
func (s *Seed) Prepare(ctx context.Context) error {
	objects := []client.Object{priorityClass()}
	if s.PodSecurity == podSecurityRestricted {
		objects = append(objects, etcdPods(), etcdPodsBinding())
	}
	for _, object := range objects {
		if _, _, err := apply.Apply(ctx, s.Client, object); err != nil {
			return fmt.Errorf("prepare the seed: %w", err)
		}
	}
	return nil
}

func shared(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Labels: map[string]string{wiring.LabelManagedBy: wiring.ManagedBy}}
}

// priorityClass lets control planes displace ordinary workloads of the seed, but not its system.
func priorityClass() *schedulingv1.PriorityClass {
	return &schedulingv1.PriorityClass{
		TypeMeta:    metav1.TypeMeta{APIVersion: "scheduling.k8s.io/v1", Kind: "PriorityClass"},
		ObjectMeta:  shared(wiring.PriorityClass),
		Value:       900_000_000,
		Description: "Control planes of workload clusters, hosted by Cluster API Provider Kubeception.",
	}
}

// etcdPods completes the pods that etcd-druid makes so that they meet the Pod Security level "restricted".
func etcdPods() *admissionregistrationv1.MutatingAdmissionPolicy {
	policy := &admissionregistrationv1.MutatingAdmissionPolicy{
		TypeMeta:   metav1.TypeMeta{APIVersion: "admissionregistration.k8s.io/v1", Kind: "MutatingAdmissionPolicy"},
		ObjectMeta: shared(etcdPodPolicy),
		Spec: admissionregistrationv1.MutatingAdmissionPolicySpec{
			FailurePolicy:      new(admissionregistrationv1.Fail),
			ReinvocationPolicy: admissionregistrationv1.NeverReinvocationPolicy,
			MatchConstraints: &admissionregistrationv1.MatchResources{
				NamespaceSelector: &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{
					{Key: wiring.LabelClusterName, Operator: metav1.LabelSelectorOpExists},
				}},
				ResourceRules: []admissionregistrationv1.NamedRuleWithOperations{{
					RuleWithOperations: admissionregistrationv1.RuleWithOperations{
						Operations: []admissionregistrationv1.OperationType{admissionregistrationv1.Create},
						Rule: admissionregistrationv1.Rule{
							APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods"},
						},
					},
				}},
			},
			MatchConditions: []admissionregistrationv1.MatchCondition{{
				Name:       "made-by-etcd-druid",
				Expression: `object.metadata.?labels['app.kubernetes.io/managed-by'].orValue('') == 'etcd-druid'`,
			}},
			Mutations: []admissionregistrationv1.Mutation{
				jsonPatch(`[JSONPatch{op: "add", path: "/spec/securityContext/seccompProfile",
					value: Object.spec.securityContext.seccompProfile{type: "RuntimeDefault"}}]`),
				jsonPatch(containerPatches("containers")),
				jsonPatch(containerPatches("initContainers")),
			},
		},
	}
	return policy
}

// containerPatches replaces the security context of up to eight containers; CEL cannot enumerate a list's indices.
func containerPatches(field string) string {
	return fmt.Sprintf(`[0, 1, 2, 3, 4, 5, 6, 7].filter(i, i < size(object.spec.?%[1]s.orValue([]))).map(i,
		JSONPatch{op: "add", path: "/spec/%[1]s/" + string(i) + "/securityContext",
			value: Object.spec.%[1]s.securityContext{
				allowPrivilegeEscalation: false,
				capabilities: Object.spec.%[1]s.securityContext.capabilities{drop: ["ALL"]}}})`, field)
}

func jsonPatch(expression string) admissionregistrationv1.Mutation {
	return admissionregistrationv1.Mutation{
		PatchType: admissionregistrationv1.PatchTypeJSONPatch,
		JSONPatch: &admissionregistrationv1.JSONPatch{Expression: expression},
	}
}

func etcdPodsBinding() *admissionregistrationv1.MutatingAdmissionPolicyBinding {
	return &admissionregistrationv1.MutatingAdmissionPolicyBinding{
		TypeMeta:   metav1.TypeMeta{APIVersion: "admissionregistration.k8s.io/v1", Kind: "MutatingAdmissionPolicyBinding"},
		ObjectMeta: shared(etcdPodPolicy),
		Spec:       admissionregistrationv1.MutatingAdmissionPolicyBindingSpec{PolicyName: etcdPodPolicy},
	}
}
