// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package shoot

import (
	"context"
	"slices"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/webhooks/request"
)

var (
	secretKind    = corev1.SchemeGroupVersion.WithKind("Secret")
	configMapKind = corev1.SchemeGroupVersion.WithKind("ConfigMap")
)

// references refuses a Shoot that refers to what its user may not read, or what does not exist. What it referred to before
// is not looked at again.
func (w *webhook) references(ctx context.Context, r request.Request, now, before *gardencorev1beta1.Shoot) error {
	var known []request.Reference
	if before != nil {
		known = referencesOf(before)
	}
	for _, reference := range referencesOf(now) {
		had := slices.ContainsFunc(known, func(k request.Reference) bool { return k.Kind == reference.Kind && k.ObjectKey == reference.ObjectKey })
		if had {
			continue
		}
		if err := w.Readable(ctx, r.User, shoots, now.Name, reference); err != nil {
			return err
		}
	}
	return nil
}

// referencesOf are the objects in the namespace of a Shoot that it refers to, and its ExposureClass.
func referencesOf(shoot *gardencorev1beta1.Shoot) []request.Reference {
	out := &references{namespace: shoot.Namespace}
	bindingKind := securityv1alpha1.SchemeGroupVersion.WithKind("CredentialsBinding")
	out.add(bindingKind, "credentialsbindings", ptr.Deref(shoot.Spec.CredentialsBindingName, ""), "spec.credentialsBindingName")
	out.add(gardencorev1beta1.SchemeGroupVersion.WithKind("SecretBinding"), "secretbindings", ptr.Deref(shoot.Spec.SecretBindingName, ""), "spec.secretBindingName")
	out.addServer(shoot.Spec.Kubernetes.KubeAPIServer)
	for _, resource := range shoot.Spec.Resources {
		switch schema.FromAPIVersionAndKind(resource.ResourceRef.APIVersion, resource.ResourceRef.Kind) {
		case secretKind:
			out.add(secretKind, "secrets", resource.ResourceRef.Name, "spec.resources")
		case configMapKind:
			out.add(configMapKind, "configmaps", resource.ResourceRef.Name, "spec.resources")
		}
	}
	if shoot.Spec.DNS != nil {
		for _, provider := range shoot.Spec.DNS.Providers {
			if reference := provider.CredentialsRef; reference != nil && schema.FromAPIVersionAndKind(reference.APIVersion, reference.Kind) == secretKind {
				out.add(secretKind, "secrets", reference.Name, "spec.dns.providers")
			}
		}
	}
	if class := ptr.Deref(shoot.Spec.ExposureClassName, ""); class != "" {
		out.list = append(out.list, request.Reference{
			Kind: gardencorev1beta1.SchemeGroupVersion.WithKind("ExposureClass"), Resource: "exposureclasses",
			ObjectKey: client.ObjectKey{Name: class}, Field: "spec.exposureClassName",
		})
	}
	return out.list
}

// references collects what is referred to in a namespace.
type references struct {
	namespace string
	list      []request.Reference
}

// add leaves out what has no name.
func (r *references) add(kind schema.GroupVersionKind, resource, name, path string) {
	if name != "" {
		key := client.ObjectKey{Namespace: r.namespace, Name: name}
		r.list = append(r.list, request.Reference{Kind: kind, Resource: resource, ObjectKey: key, Field: path})
	}
}

// addServer adds what the configuration of the API server refers to.
func (r *references) addServer(server *gardencorev1beta1.KubeAPIServerConfig) {
	if server == nil {
		return
	}
	const path = "spec.kubernetes.kubeAPIServer."
	if audit := server.AuditConfig; audit != nil && audit.AuditPolicy != nil && audit.AuditPolicy.ConfigMapRef != nil {
		r.add(configMapKind, "configmaps", audit.AuditPolicy.ConfigMapRef.Name, path+"auditConfig.auditPolicy.configMapRef.name")
	}
	if authentication := server.StructuredAuthentication; authentication != nil {
		r.add(configMapKind, "configmaps", authentication.ConfigMapName, path+"structuredAuthentication.configMapName")
	}
	if authorization := server.StructuredAuthorization; authorization != nil {
		r.add(configMapKind, "configmaps", authorization.ConfigMapName, path+"structuredAuthorization.configMapName")
		for _, kubeconfig := range authorization.Kubeconfigs {
			r.add(secretKind, "secrets", kubeconfig.SecretName, path+"structuredAuthorization.kubeconfigs")
		}
	}
}
