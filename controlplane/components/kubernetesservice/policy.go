// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubernetesservice

import (
	"fmt"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

const policyName = "kubeception-api-server-host"

// policy tells new pods the name of the API server, but for containers that say it themselves. A pod is better
// without it than not at all.
func policy(in *component.Input) *admissionregistrationv1.MutatingAdmissionPolicy {
	return &admissionregistrationv1.MutatingAdmissionPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: policyName},
		Spec: admissionregistrationv1.MutatingAdmissionPolicySpec{
			FailurePolicy: new(admissionregistrationv1.Ignore),
			// Others may add containers.
			ReinvocationPolicy: admissionregistrationv1.IfNeededReinvocationPolicy,
			MatchConstraints: &admissionregistrationv1.MatchResources{
				ResourceRules: []admissionregistrationv1.NamedRuleWithOperations{{
					RuleWithOperations: admissionregistrationv1.RuleWithOperations{
						Operations: []admissionregistrationv1.OperationType{admissionregistrationv1.Create},
						Rule: admissionregistrationv1.Rule{
							APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods"},
						},
					},
				}},
			},
			Mutations: []admissionregistrationv1.Mutation{{
				PatchType: admissionregistrationv1.PatchTypeApplyConfiguration,
				ApplyConfiguration: &admissionregistrationv1.ApplyConfiguration{Expression: fmt.Sprintf(
					"Object{spec: Object.spec{\n%s,\n%s}}", containers(in, "containers"), containers(in, "initContainers"))},
			}},
		},
	}
}

// containers is the part of the expression for a list of containers. The endpoint's schema lets no quotes in.
func containers(in *component.Input, field string) string {
	variable := func(name, value string) string {
		return fmt.Sprintf("Object.spec.%s.env{name: '%s', value: '%s'}", field, name, value)
	}
	host := variable(wiring.APIServerHostVariable, in.Endpoint.Host)
	port := variable(wiring.APIServerPortVariable, fmt.Sprint(in.Endpoint.Port))
	return fmt.Sprintf(`  %[1]s: object.spec.?%[1]s.orValue([])
    .filter(c, !c.?env.orValue([]).exists(e, e.name == '%[2]s'))
    .map(c, Object.spec.%[1]s{name: c.name, env: [
      %[3]s,
      %[4]s]})`, field, wiring.APIServerHostVariable, host, port)
}

func policyBinding() *admissionregistrationv1.MutatingAdmissionPolicyBinding {
	return &admissionregistrationv1.MutatingAdmissionPolicyBinding{
		ObjectMeta: metav1.ObjectMeta{Name: policyName},
		Spec:       admissionregistrationv1.MutatingAdmissionPolicyBindingSpec{PolicyName: policyName},
	}
}
