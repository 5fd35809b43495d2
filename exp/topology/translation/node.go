// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"encoding/json"
	"strconv"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation/field"
	kubeletapis "k8s.io/kubelet/pkg/apis"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
)

// nodeVariables are the parts of machines that a pool, or the Shoot, says something of.
func (t *translator) nodeVariables(worker *gardencorev1beta1.Worker, path *field.Path) []clusterv1.ClusterVariable {
	var out []clusterv1.ClusterVariable
	out = append(out, t.variable("kubelet", t.kubelet(worker, path))...)
	out = append(out, t.variable("node", bootstrapv1.NodeSpec{Taints: taints(worker)})...)
	out = append(out, t.variable("sysctls", sysctls(worker))...)
	if bundle := t.caBundle(worker); bundle != "" {
		out = append(out, t.variable("files", []bootstrapv1.File{{Path: caBundlePath, Content: &bundle}})...)
		out = append(out, t.variable("preCommands", []string{"update-ca-certificates"})...)
	}
	return out
}

// caBundlePath is where update-ca-certificates looks for certificates of operators.
const caBundlePath = "/usr/local/share/ca-certificates/shoot.crt"

// caBundle are the certificates that machines trust besides those of their image: the profile's and the pool's.
func (t *translator) caBundle(worker *gardencorev1beta1.Worker) string {
	var parts []string
	for _, bundle := range []*string{t.Profile.Spec.CABundle, worker.CABundle} {
		if text := strings.TrimSpace(deref(bundle)); text != "" {
			parts = append(parts, text+"\n")
		}
	}
	return strings.Join(parts, "")
}

// Domains of labels that Cluster API copies from machines to their nodes, and keeps there.
var copiedDomains = []string{"node-role.kubernetes.io", "node-restriction.kubernetes.io", clusterv1.ManagedNodeLabelDomain}

// isCopied says whether Cluster API copies a label to nodes. A kubelet may not set most of these.
func isCopied(key string) bool {
	domain, _, _ := strings.Cut(key, "/")
	for _, copied := range copiedDomains {
		if domain == copied || copied != copiedDomains[0] && strings.HasSuffix(domain, "."+copied) {
			return true
		}
	}
	return false
}

// checkLabels refuses the labels that nobody can set on a node: a kubelet only some of the domains of Kubernetes.
func (t *translator) checkLabels(worker *gardencorev1beta1.Worker, path *field.Path) {
	for _, key := range sets.List(sets.KeySet(worker.Labels)) {
		domain, _, hasDomain := strings.Cut(key, "/")
		isReserved := strings.HasSuffix("."+domain, ".kubernetes.io") || strings.HasSuffix("."+domain, ".k8s.io")
		if hasDomain && isReserved && !isCopied(key) && !kubeletapis.IsKubeletLabel(key) {
			t.refuse(field.Forbidden(path.Child("labels").Key(key),
				"a kubelet may not set this label of a domain that belongs to Kubernetes; use another domain"))
		}
	}
}

// registered are the labels of nodes that Cluster API does not copy.
func registered(worker *gardencorev1beta1.Worker) map[string]string {
	out := map[string]string{
		v1beta1constants.LabelWorkerPool:                 label(worker.Name),
		v1beta1constants.LabelWorkerPoolSystemComponents: strconv.FormatBool(worker.SystemComponents == nil || worker.SystemComponents.Allow),
	}
	for key, value := range worker.Labels {
		if !isCopied(key) {
			out[key] = value
		}
	}
	return out
}

// nodeLabels say the registered labels by an annotation of Machines, which the bootstrap provider carries to their nodes.
// Their change replaces nothing.
func nodeLabels(worker *gardencorev1beta1.Worker) map[string]string {
	encoded, err := json.Marshal(registered(worker))
	utilruntime.Must(err) // A map of text can always be encoded.
	return map[string]string{bootstrapv1.NodeLabelsAnnotation: string(encoded)}
}

// copied are the labels of machines: the pool, and those that Cluster API copies to nodes. Their change replaces nothing.
func copied(worker *gardencorev1beta1.Worker) map[string]string {
	out := map[string]string{PoolLabel: label(worker.Name)}
	for key, value := range worker.Labels {
		if isCopied(key) {
			out[key] = value
		}
	}
	return out
}

func taints(worker *gardencorev1beta1.Worker) []bootstrapv1.Taint {
	var out []bootstrapv1.Taint
	for _, taint := range worker.Taints {
		out = append(out, bootstrapv1.Taint{Key: taint.Key, Value: taint.Value, Effect: string(taint.Effect)})
	}
	return out
}

func sysctls(worker *gardencorev1beta1.Worker) []bootstrapv1.Sysctl {
	var out []bootstrapv1.Sysctl
	for _, name := range sets.List(sets.KeySet(worker.Sysctls)) {
		out = append(out, bootstrapv1.Sysctl{Name: name, Value: worker.Sysctls[name]})
	}
	return out
}
