// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/drone/envsubst/v2"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/yaml"
)

const (
	providerLabel = "cluster.x-k8s.io/provider"
	contractLabel = "cluster.x-k8s.io/v1beta2"
	moveLabel     = "clusterctl.cluster.x-k8s.io"
	// clusterAPIGroup ends the names of Cluster API's groups.
	clusterAPIGroup = ".cluster.x-k8s.io"
)

// variable finds what clusterctl may substitute. Only a variable with a default that is not empty is optional to it.
var variable = regexp.MustCompile(`\$\{[^}]*\}`)
var variableWithDefault = regexp.MustCompile(`^\$\{[A-Z][A-Z0-9_]*:=[^}]+\}$`)

// check returns every rule of clusterctl's contract, and of our own, that the objects of a provider break.
func check(provider string, objects resmap.ResMap) error {
	var problems []error
	report := func(format string, values ...any) { problems = append(problems, fmt.Errorf("  "+format, values...)) }

	namespaces := ofKind(objects, "Namespace")
	deployments := ofKind(objects, "Deployment")
	if len(namespaces) != 1 {
		report("has %d Namespaces, clusterctl wants exactly one", len(namespaces))
		return errors.Join(problems...)
	}
	if len(deployments) != 1 {
		report("has %d Deployments, a provider has exactly one", len(deployments))
		return errors.Join(problems...)
	}
	namespace := namespaces[0].GetName()

	for _, object := range objects.Resources() {
		labels := object.GetLabels()
		if labels[providerLabel] != provider {
			report("%s lacks the label %s: %s", object.CurId(), providerLabel, provider)
		}
		if !object.GetGvk().IsClusterScoped() && object.GetNamespace() != namespace {
			report("%s is not in the namespace %s", object.CurId(), namespace)
		}
		if isClusterAPI(object) {
			for _, label := range []string{contractLabel, moveLabel} {
				if _, found := labels[label]; !found {
					report("%s lacks the label %s", object.GetName(), label)
				}
			}
		}
		if strings.HasSuffix(object.GetKind(), "WebhookConfiguration") {
			checkWebhooks(object, objects, report)
		}
	}
	checkVariables(objects, report)
	checkDeployment(deployments[0], objects, report)
	return errors.Join(problems...)
}

// isClusterAPI tells whether an object defines a kind of Cluster API's groups. Other kinds meet no contract of it and are
// not moved along with Clusters.
func isClusterAPI(object *resource.Resource) bool {
	group, err := object.GetString("spec.group")
	return object.GetKind() == "CustomResourceDefinition" && err == nil && strings.HasSuffix(group, clusterAPIGroup)
}

// checkVariables makes sure that a user who sets nothing gets manifests that work.
func checkVariables(objects resmap.ResMap, report func(string, ...any)) {
	text, err := objects.AsYaml()
	if err != nil {
		report("cannot be written as YAML: %v", err)
		return
	}
	for _, found := range variable.FindAllString(string(text), -1) {
		if !variableWithDefault.MatchString(found) {
			report("%s must have the form ${NAME:=default} with a default that is not empty", found)
		}
	}
	if _, err := envsubst.Eval(string(text), func(string) string { return "" }); err != nil {
		report("clusterctl cannot substitute variables: %v", err)
	}
}

func checkDeployment(object *resource.Resource, objects resmap.ResMap, report func(string, ...any)) {
	var deployment appsv1.Deployment
	if err := decode(object, &deployment); err != nil {
		report("%s: %v", object.GetName(), err)
		return
	}
	pod := deployment.Spec.Template.Spec
	if len(pod.Containers) != 1 || pod.Containers[0].Name != "manager" {
		report("%s must have one container, named manager", deployment.Name)
		return
	}
	manager := pod.Containers[0]
	if manager.LivenessProbe == nil || manager.ReadinessProbe == nil {
		report("%s lacks a liveness or readiness probe", deployment.Name)
	}
	if manager.Resources.Requests.Cpu().IsZero() || manager.Resources.Requests.Memory().IsZero() {
		report("%s requests no CPU or memory", deployment.Name)
	}
	if !isRestricted(pod, manager) {
		report("%s does not meet the restricted pod security standard", deployment.Name)
	}
	if !names(objects, "ServiceAccount", pod.ServiceAccountName) {
		report("%s uses the service account %q, which is not there", deployment.Name, pod.ServiceAccountName)
	}
	for _, volume := range pod.Volumes {
		if secret := volume.Secret; secret != nil && !isProvided(objects, secret.SecretName) {
			report("%s mounts the secret %s, which nothing provides", deployment.Name, secret.SecretName)
		}
	}
	for _, binding := range slices.Concat(ofKind(objects, "ClusterRoleBinding"), ofKind(objects, "RoleBinding")) {
		kind, _ := binding.GetString("roleRef.kind")
		name, _ := binding.GetString("roleRef.name")
		if !names(objects, kind, name) {
			report("%s binds %s %s, which is not there", binding.GetName(), kind, name)
		}
	}
}

// checkWebhooks makes sure that the API server finds the service behind a webhook.
func checkWebhooks(object *resource.Resource, objects resmap.ResMap, report func(string, ...any)) {
	var configuration struct {
		Webhooks []struct {
			Name         string `json:"name"`
			ClientConfig struct {
				Service struct{ Name, Namespace string } `json:"service"`
			} `json:"clientConfig"`
		} `json:"webhooks"`
	}
	if err := decode(object, &configuration); err != nil {
		report("%s: %v", object.GetName(), err)
	}
	for _, webhook := range configuration.Webhooks {
		if !names(objects, "Service", webhook.ClientConfig.Service.Name) {
			report("%s calls the service %s, which is not there", webhook.Name, webhook.ClientConfig.Service.Name)
		}
	}
}

// isRestricted tells whether a pod passes the restricted pod security standard.
func isRestricted(pod corev1.PodSpec, manager corev1.Container) bool {
	if pod.SecurityContext == nil || manager.SecurityContext == nil {
		return false
	}
	context, container := *pod.SecurityContext, *manager.SecurityContext
	return context.RunAsNonRoot != nil && *context.RunAsNonRoot &&
		context.SeccompProfile != nil && context.SeccompProfile.Type == corev1.SeccompProfileTypeRuntimeDefault &&
		container.AllowPrivilegeEscalation != nil && !*container.AllowPrivilegeEscalation &&
		container.Capabilities != nil && slices.Contains(container.Capabilities.Drop, "ALL")
}

// isProvided tells whether a secret is among the objects or is written by cert-manager.
func isProvided(objects resmap.ResMap, secret string) bool {
	return names(objects, "Secret", secret) || slices.ContainsFunc(ofKind(objects, "Certificate"), func(c *resource.Resource) bool {
		name, err := c.GetString("spec.secretName")
		return err == nil && name == secret
	})
}

func ofKind(objects resmap.ResMap, kind string) []*resource.Resource {
	return slices.DeleteFunc(slices.Clone(objects.Resources()), func(r *resource.Resource) bool { return r.GetKind() != kind })
}

func names(objects resmap.ResMap, kind, name string) bool {
	return slices.ContainsFunc(ofKind(objects, kind), func(r *resource.Resource) bool { return r.GetName() == name })
}

func decode(object *resource.Resource, into any) error {
	text, err := object.AsYAML()
	if err != nil {
		return err
	}
	return yaml.Unmarshal(text, into)
}
