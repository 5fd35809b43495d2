// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncontrolplane

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// referenceError says that an object that the spec names is missing or lacks a key.
type referenceError struct {
	field, kind, name, key string
}

func (e *referenceError) Error() string {
	if e.key == "" {
		return fmt.Sprintf("%s: %s %q does not exist; create it or correct the name", e.field, e.kind, e.name)
	}
	return fmt.Sprintf("%s: %s %q lacks the key %q; add it", e.field, e.kind, e.name, e.key)
}

// reference is an object that the spec names, and what it must hold.
type reference struct {
	field  string
	object client.Object // an empty ConfigMap or Secret
	name   string
	keys   []string
	// use takes the data once all keys are there.
	use func(data map[string][]byte)
}

// readReferences reads what the spec refers to. A *referenceError names what is missing.
func (r *Reconciler) readReferences(ctx context.Context, controlPlane *controlplanev1.KubeceptionControlPlane) (component.References, error) {
	found := component.References{}
	for _, ref := range references(controlPlane.Spec.KubeceptionControlPlaneConfiguration, &found) {
		data, err := r.read(ctx, ref, controlPlane.Namespace)
		if err != nil {
			return component.References{}, err
		}
		ref.use(data)
	}
	return found, nil
}

func (r *Reconciler) read(ctx context.Context, ref reference, namespace string) (map[string][]byte, error) {
	kind := "ConfigMap"
	if _, isSecret := ref.object.(*corev1.Secret); isSecret {
		kind = "Secret"
	}
	if err := r.Live.Get(ctx, client.ObjectKey{Namespace: namespace, Name: ref.name}, ref.object); err != nil {
		if apierrors.IsNotFound(err) {
			return nil, &referenceError{field: ref.field, kind: kind, name: ref.name}
		}
		return nil, fmt.Errorf("get %s %s/%s: %w", kind, namespace, ref.name, err)
	}
	data := dataOf(ref.object)
	for _, key := range ref.keys {
		if len(data[key]) == 0 {
			return nil, &referenceError{field: ref.field, kind: kind, name: ref.name, key: key}
		}
	}
	return data, nil
}

func dataOf(object client.Object) map[string][]byte {
	switch object := object.(type) {
	case *corev1.Secret:
		return object.Data
	case *corev1.ConfigMap:
		data := make(map[string][]byte, len(object.Data))
		for key, value := range object.Data {
			data[key] = []byte(value)
		}
		return data
	default:
		return nil
	}
}

// references lists what a configuration refers to, with the place in found that each is read into.
func references(configuration controlplanev1.KubeceptionControlPlaneConfiguration, found *component.References) []reference {
	var list []reference
	configMap := func(field, name, key string, into *string) {
		if name == "" {
			return
		}
		list = append(list, reference{
			field: field, object: &corev1.ConfigMap{}, name: name, keys: []string{key},
			use: func(data map[string][]byte) { *into = string(data[key]) },
		})
	}
	apiServer := configuration.APIServer
	configMap("spec.apiServer.audit.policyRef", apiServer.Audit.PolicyRef.Name, "policy", &found.AuditPolicy)
	configMap("spec.apiServer.authentication.configRef", apiServer.Authentication.ConfigRef.Name, "config.yaml", &found.Authentication)
	configMap("spec.apiServer.authorization.configRef", apiServer.Authorization.ConfigRef.Name, "config.yaml", &found.Authorization)

	for i, manifests := range configuration.Addons.CNI.ManifestsRefs {
		list = append(list, reference{
			field: fmt.Sprintf("spec.addons.cni.manifestsRefs[%d]", i), object: &corev1.ConfigMap{}, name: manifests.Name,
			use: func(data map[string][]byte) {
				if found.CNIManifests == nil {
					found.CNIManifests = map[string]string{}
				}
				for key, documents := range data {
					found.CNIManifests[manifests.Name+"/"+key] = string(documents)
				}
			},
		})
	}
	for i, kubeconfig := range apiServer.Authorization.Kubeconfigs {
		list = append(list, reference{
			field: fmt.Sprintf("spec.apiServer.authorization.kubeconfigs[%d].secretRef", i), object: &corev1.Secret{},
			name: kubeconfig.SecretRef.Name, keys: []string{"kubeconfig"},
			use: func(data map[string][]byte) {
				if found.AuthorizerKubeconfigs == nil {
					found.AuthorizerKubeconfigs = map[string]string{}
				}
				found.AuthorizerKubeconfigs[kubeconfig.AuthorizerName] = string(data["kubeconfig"])
			},
		})
	}
	if name := configuration.Etcd.Main.Backup.Store.SecretRef.Name; name != "" {
		list = append(list, reference{
			field: "spec.etcd.main.backup.store.secretRef", object: &corev1.Secret{}, name: name,
			use: func(data map[string][]byte) { found.BackupCredentials = data },
		})
	}
	external := func(field, etcd string, spec controlplanev1.ExternalEtcdSpec) {
		if spec.SecretRef.Name == "" {
			return
		}
		list = append(list, reference{
			field: field, object: &corev1.Secret{}, name: spec.SecretRef.Name,
			keys: []string{wiring.CABundleKey, corev1.TLSCertKey, corev1.TLSPrivateKeyKey},
			use: func(data map[string][]byte) {
				if found.ExternalEtcd == nil {
					found.ExternalEtcd = map[string]map[string][]byte{}
				}
				found.ExternalEtcd[etcd] = data
			},
		})
	}
	external("spec.etcd.main.external.secretRef", wiring.EtcdMain, configuration.Etcd.Main.External)
	external("spec.etcd.events.external.secretRef", wiring.EtcdEvents, configuration.Etcd.Events.External)
	return list
}

// refersTo reports whether a configuration names an object, so that its changes are carried out.
func refersTo(configuration controlplanev1.KubeceptionControlPlaneConfiguration, secret bool, name string) bool {
	if secret && configuration.Seed.KubeconfigRef.Name == name {
		return true
	}
	for _, ref := range references(configuration, &component.References{}) {
		_, wantsSecret := ref.object.(*corev1.Secret)
		if ref.name == name && wantsSecret == secret {
			return true
		}
	}
	return false
}
