// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"slices"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

// Keys of what a Shoot refers to, the same for Gardener and for control planes of this project.
const (
	auditPolicyKey    = "policy"
	authenticationKey = "config.yaml"
	authorizationKey  = "config.yaml"
	kubeconfigKey     = "kubeconfig"
)

// reference is one object that a Shoot refers to.
type referenced struct {
	name, key string
	path      *field.Path
	isSecret  bool
}

// References are the names of the ConfigMaps and Secrets in its namespace that a Shoot refers to and that a translation reads.
func References(shoot *gardencorev1beta1.Shoot) (configMaps, secrets []string) {
	for _, r := range referencesOf(&shoot.Spec) {
		if r.isSecret {
			secrets = append(secrets, r.name)
		} else {
			configMaps = append(configMaps, r.name)
		}
	}
	slices.Sort(configMaps)
	slices.Sort(secrets)
	return slices.Compact(configMaps), slices.Compact(secrets)
}

func referencesOf(spec *gardencorev1beta1.ShootSpec) []referenced {
	path := field.NewPath("spec", "kubernetes", "kubeAPIServer")
	server := deref(spec.Kubernetes.KubeAPIServer)
	var out []referenced
	if policy := auditPolicyOf(server); policy != "" {
		out = append(out, referenced{name: policy, key: auditPolicyKey, path: path.Child("auditConfig", "auditPolicy", "configMapRef", "name")})
	}
	if authentication := server.StructuredAuthentication; authentication != nil {
		out = append(out, referenced{
			name: authentication.ConfigMapName, key: authenticationKey, path: path.Child("structuredAuthentication", "configMapName"),
		})
	}
	if authorization := server.StructuredAuthorization; authorization != nil {
		own := path.Child("structuredAuthorization")
		out = append(out, referenced{name: authorization.ConfigMapName, key: authorizationKey, path: own.Child("configMapName")})
		for i, kubeconfig := range authorization.Kubeconfigs {
			out = append(out, referenced{
				name: kubeconfig.SecretName, key: kubeconfigKey, path: own.Child("kubeconfigs").Index(i).Child("secretName"), isSecret: true,
			})
		}
	}
	return out
}

func auditPolicyOf(server gardencorev1beta1.KubeAPIServerConfig) string {
	return deref(deref(deref(server.AuditConfig).AuditPolicy).ConfigMapRef).Name
}

// references are copies of what the Shoot refers to, where its control plane finds them. Members of the project change the
// originals, and cannot read the copies' namespace.
func (t *translator) references() []client.Object {
	var out []client.Object
	seen := map[string]bool{}
	for _, r := range referencesOf(t.spec()) {
		object := t.copyOf(r)
		if object == nil {
			continue
		}
		if id := object.GetObjectKind().GroupVersionKind().Kind + "/" + object.GetName(); !seen[id] {
			seen[id] = true
			out = append(out, object)
		}
	}
	return out
}

func (t *translator) copyOf(r referenced) client.Object {
	if r.isSecret {
		data, isThere := t.Secrets[r.name]
		if !isThere {
			t.refuse(field.NotFound(r.path, r.name))
			return nil
		}
		if len(data[r.key]) == 0 {
			t.refuse(field.Invalid(r.path, r.name, "the Secret lacks the key "+r.key))
		}
		return t.secret(referencePrefix+r.name, data)
	}
	data, isThere := t.ConfigMaps[r.name]
	if !isThere {
		t.refuse(field.NotFound(r.path, r.name))
		return nil
	}
	if data[r.key] == "" {
		t.refuse(field.Invalid(r.path, r.name, "the ConfigMap lacks the key "+r.key))
	}
	return t.configMap(referencePrefix+r.name, data)
}

func (t *translator) configMap(name string, data map[string]string) *corev1.ConfigMap {
	out := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: t.key.Namespace, Name: name, Labels: t.clusterLabels()}, Data: data}
	out.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("ConfigMap"))
	return out
}

func (t *translator) secret(name string, data map[string][]byte) *corev1.Secret {
	out := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: t.key.Namespace, Name: name, Labels: t.clusterLabels()}, Data: data}
	out.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Secret"))
	return out
}

// seedKubeconfig is the way to the seed, unless the management cluster is the seed.
func (t *translator) seedKubeconfig() []client.Object {
	if t.SeedKubeconfig == nil {
		return nil
	}
	return []client.Object{t.secret(t.seedKubeconfigName(), map[string][]byte{seedKubeconfigKey: t.SeedKubeconfig})}
}

func localReference(name string) controlplanev1.LocalObjectReference {
	return controlplanev1.LocalObjectReference{Name: referencePrefix + name}
}
