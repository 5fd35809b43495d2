// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"regexp"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/validation/field"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
)

const (
	apiVersion   = "infrastructure.cluster.x-k8s.io/v1beta2"
	identityKind = "AWSClusterStaticIdentity"
	// moveHierarchyLabel has clusterctl move the identity, and the Secret that it owns, with the clusters. Cluster API Provider AWS
	// sets it on identities without labels only.
	moveHierarchyLabel = "clusterctl.cluster.x-k8s.io/move-hierarchy"
)

// credential is one entry of the Secret of a binding.
type credential struct {
	// keys are its names in Gardener; the second is of old times and of DNS.
	keys [2]string
	// target is its name in the Secret of an identity.
	target string
	form   *regexp.Regexp
	says   string
}

var credentials = []credential{
	{[2]string{"accessKeyID", "AWS_ACCESS_KEY_ID"}, "AccessKeyID", regexp.MustCompile(`^[A-Z0-9]{20}$`), "20 capital letters and digits"},
	{[2]string{"secretAccessKey", "AWS_SECRET_ACCESS_KEY"}, "SecretAccessKey", regexp.MustCompile(`^[A-Za-z0-9/+=]{40}$`), "40 letters, digits and signs of base64"},
}

// identityName is the name of the identity and of its Secret. Names of namespaces have no dot, so no two clusters share one.
func identityName(shoot provider.Shoot) string { return shoot.Namespace + "." + shoot.Name }

// identity returns the Secret and the AWSClusterStaticIdentity that refers to it. The Secret has to be where the manager of
// Cluster API Provider AWS runs. The identity may be used from the namespace of the Cluster only. The manager makes the identity
// the owner of the Secret; so who deletes the identity, after the Cluster is gone, deletes both.
func (p Provider) identity(shoot provider.Shoot) ([]client.Object, field.ErrorList) {
	data, problems := credentialsData(shoot.Credentials)
	if len(problems) > 0 {
		return nil, problems
	}
	namespace := p.ControllerNamespace
	if namespace == "" {
		namespace = DefaultControllerNamespace
	}
	labels := map[string]string{clusterv1.ClusterNameLabel: shoot.Name}
	secret := &corev1.Secret{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: identityName(shoot), Labels: labels},
		Type:       corev1.SecretTypeOpaque,
		Data:       data,
	}
	identity := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{
		"secretRef":         secret.Name,
		"allowedNamespaces": map[string]any{"list": []any{shoot.Namespace}},
	}}}
	identity.SetAPIVersion(apiVersion)
	identity.SetKind(identityKind)
	identity.SetName(identityName(shoot))
	identity.SetLabels(map[string]string{clusterv1.ClusterNameLabel: shoot.Name, moveHierarchyLabel: ""})
	return []client.Object{secret, identity}, nil
}

// credentialsData is that of the Secret of an identity. Problems never tell a value.
func credentialsData(from map[string][]byte) (map[string][]byte, field.ErrorList) {
	path := field.NewPath("spec", "credentialsBindingName")
	if from == nil {
		return nil, field.ErrorList{field.Required(path, "Shoots with workers on AWS need credentials; name a CredentialsBinding of a Secret")}
	}
	out := map[string][]byte{}
	var problems field.ErrorList
	for _, c := range credentials {
		value := from[c.keys[0]]
		if len(value) == 0 {
			value = from[c.keys[1]]
		}
		switch {
		case len(value) == 0:
			problems = append(problems, field.Required(path, "the Secret that it refers to has no "+c.keys[0]))
		case !c.form.Match(value):
			problems = append(problems, field.Invalid(path, "(hidden)", c.keys[0]+" in the Secret that it refers to must be "+c.says))
		}
		out[c.target] = value
	}
	return out, problems
}
