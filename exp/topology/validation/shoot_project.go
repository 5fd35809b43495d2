// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const (
	// maxShootAndProject is how long the names of a Shoot and its project may be together: they become part of names of
	// infrastructure, which may not have more than 30 characters.
	maxShootAndProject = 21
	// generatedSuffix is how many characters are appended to a generateName.
	generatedSuffix = 5
	// serviceAccountPrefix is what names of service accounts begin with.
	serviceAccountPrefix = "system:serviceaccount:"
)

// ShootInProject checks a Shoot against its project: names that fit together, a project that stays, tolerations that it allows.
// before is nil for a new Shoot. whitelist are the tolerations that every project allows.
func ShootInProject(now, before *gardencorev1beta1.Shoot, project *gardencorev1beta1.Project, whitelist []gardencorev1beta1.Toleration) field.ErrorList {
	var out field.ErrorList
	if before == nil {
		out = nameInProject(now, project)
		if project.DeletionTimestamp != nil {
			out = append(out, field.Forbidden(field.NewPath("metadata", "namespace"), fmt.Sprintf("project %s is being deleted; choose another one", project.Name)))
		}
	}
	if project.Spec.Tolerations != nil {
		whitelist = append(slices.Clone(whitelist), project.Spec.Tolerations.Whitelist...)
	}
	path := specPath.Child("tolerations")
	for i, toleration := range now.Spec.Tolerations {
		had := before != nil && slices.ContainsFunc(before.Spec.Tolerations, func(other gardencorev1beta1.Toleration) bool { return equal(other, toleration) })
		if had {
			continue
		}
		for _, problem := range allowed([]gardencorev1beta1.Toleration{toleration}, whitelist, path) {
			problem.Field = path.Index(i).String()
			out = append(out, problem)
		}
	}
	return out
}

func nameInProject(shoot *gardencorev1beta1.Shoot, project *gardencorev1beta1.Project) field.ErrorList {
	name, path, most := shoot.Name, field.NewPath("metadata", "name"), maxShootAndProject
	if name == "" && shoot.GenerateName != "" {
		name, path, most = shoot.GenerateName, field.NewPath("metadata", "generateName"), maxShootAndProject-generatedSuffix
	}
	if length := len(project.Name) + len(name); length > most {
		return field.ErrorList{field.Invalid(path, name, fmt.Sprintf("is too long together with the name of project %s: %d characters, and at most %d are possible", project.Name, length, most))}
	}
	return nil
}

// ShootBindings checks that the credentials of a Shoot are for its type of infrastructure, and that a move from a
// SecretBinding to a CredentialsBinding keeps the Secret. A binding that the Shoot does not name is nil; last is the
// SecretBinding that it named before.
func ShootBindings(
	now, before *gardencorev1beta1.Shoot,
	secret *gardencorev1beta1.SecretBinding,
	credentials *securityv1alpha1.CredentialsBinding,
	last *gardencorev1beta1.SecretBinding,
) field.ErrorList {
	var out field.ErrorList
	path, providerType := specPath.Child("provider", "type"), now.Spec.Provider.Type
	if secret != nil {
		if types := strings.Split(deref(secret.Provider).Type, ","); !slices.Contains(types, providerType) {
			out = append(out, field.Invalid(path, providerType, fmt.Sprintf("must be that of SecretBinding %s, %q", secret.Name, deref(secret.Provider).Type)))
		}
	}
	if credentials != nil && credentials.Provider.Type != providerType {
		out = append(out, field.Invalid(path, providerType, fmt.Sprintf("must be that of CredentialsBinding %s, %q", credentials.Name, credentials.Provider.Type)))
	}
	if before != nil && last != nil && credentials != nil && leavesSecretBinding(&now.Spec, &before.Spec) && !sameSecret(credentials.CredentialsRef, last.SecretRef) {
		out = append(out, field.Forbidden(specPath.Child("credentialsBindingName"),
			fmt.Sprintf("must lead to the Secret of SecretBinding %s, %s/%s", last.Name, last.SecretRef.Namespace, last.SecretRef.Name)))
	}
	return out
}

// leavesSecretBinding says whether a Shoot moves from a SecretBinding to a CredentialsBinding.
func leavesSecretBinding(now, before *gardencorev1beta1.ShootSpec) bool {
	return before.SecretBindingName != nil && now.SecretBindingName == nil && before.CredentialsBindingName == nil && now.CredentialsBindingName != nil
}

func sameSecret(reference corev1.ObjectReference, secret corev1.SecretReference) bool {
	return reference.APIVersion == "v1" && reference.Kind == secretKind.Kind && reference.Name == secret.Name && reference.Namespace == secret.Namespace
}

// ShootDomain checks the domain of a Shoot: one below a default domain is built from its name and that of its project, and
// no other Shoot has it, a part of it or more of it. defaults are the default domains; others those of all other Shoots.
// before is nil for a new Shoot.
func ShootDomain(now, before *gardencorev1beta1.Shoot, project string, defaults, others []string) field.ErrorList {
	if now.Spec.DNS == nil || now.Spec.DNS.Domain == nil {
		return nil
	}
	domain, path := *now.Spec.DNS.Domain, specPath.Child("dns", "domain")
	var out field.ErrorList
	if i := slices.IndexFunc(defaults, func(candidate string) bool { return strings.HasSuffix(domain, "."+candidate) }); i >= 0 {
		out = append(out, belowDefault(now)...)
		isSet := before != nil && before.Spec.SeedName != nil && before.Spec.DNS != nil && before.Spec.DNS.Domain != nil
		if !isSet && !UnmanagedDNS(now) {
			out = append(out, defaultDomain(now, project, defaults[i], path)...)
		}
	}
	if before != nil && equal(now.Spec, before.Spec) {
		return out
	}
	return append(out, taken(domain, others, path)...)
}

// belowDefault checks that nobody else keeps a domain below a default domain.
func belowDefault(shoot *gardencorev1beta1.Shoot) field.ErrorList {
	var out field.ErrorList
	for i, provider := range shoot.Spec.DNS.Providers {
		if deref(provider.Primary) {
			out = append(out, field.Invalid(specPath.Child("dns", "providers").Index(i).Child("primary"), true,
				"must not be set where the domain is below a default domain; remove it"))
		}
	}
	return out
}

// taken checks that no other Shoot has a domain, a part of it or more of it.
func taken(domain string, others []string, path *field.Path) field.ErrorList {
	for _, other := range others {
		switch {
		case other == domain:
			return field.ErrorList{field.Duplicate(path, domain)}
		case strings.HasSuffix(domain, "."+other), strings.HasSuffix(other, "."+domain):
			return field.ErrorList{field.Forbidden(path, fmt.Sprintf("must not be above or below the domain of another Shoot, %s; choose another one", other))}
		}
	}
	return nil
}

func defaultDomain(shoot *gardencorev1beta1.Shoot, project, below string, path *field.Path) field.ErrorList {
	domain := *shoot.Spec.DNS.Domain
	suffix := "." + project + "." + below
	generated := shoot.GenerateName != "" && (shoot.Name == "" || strings.HasPrefix(shoot.Name, shoot.GenerateName))
	switch {
	case generated && !strings.HasSuffix(domain, suffix):
		return field.ErrorList{field.Invalid(path, domain, "must end in "+suffix+", because it is below a default domain")}
	case !generated && domain != shoot.Name+suffix:
		return field.ErrorList{field.Invalid(path, domain, "must be "+shoot.Name+suffix+", because it is below a default domain; remove it to get that")}
	default:
		return nil
	}
}

// UnmanagedDNS says whether nobody keeps records of the domain of a Shoot.
func UnmanagedDNS(shoot *gardencorev1beta1.Shoot) bool {
	if shoot.Spec.DNS == nil {
		return false
	}
	if primary := PrimaryProvider(shoot.Spec.DNS); primary != nil {
		return deref(primary.Type) == dnsUnmanaged
	}
	return len(shoot.Spec.DNS.Providers) > 0 && deref(shoot.Spec.DNS.Providers[0].Type) == dnsUnmanaged
}

// ShootDeletion checks that a Shoot may be deleted: the deletion is confirmed, by somebody else where the project wants
// that, and the control plane is not on its way to another seed.
func ShootDeletion(shoot *gardencorev1beta1.Shoot, project *gardencorev1beta1.Project, user string) field.ErrorList {
	out := Deletion(&shoot.ObjectMeta)
	if len(out) == 0 && project != nil {
		out = append(out, secondPerson(&shoot.ObjectMeta, project, user)...)
	}
	if operation := shoot.Status.LastOperation; operation != nil &&
		(operation.Type == gardencorev1beta1.LastOperationTypeMigrate || isRestoring(operation)) {
		out = append(out, field.Forbidden(field.NewPath("status", "lastOperation"), fmt.Sprintf("cannot be deleted while the control plane moves to another seed; %s is %s", operation.Type, operation.State)))
	}
	return out
}

// Deletion checks that the deletion of a Shoot or Project is confirmed.
func Deletion(meta *metav1.ObjectMeta) field.ErrorList {
	if isConfirmed(meta) {
		return nil
	}
	return field.ErrorList{field.Forbidden(field.NewPath("metadata", "annotations").Key(v1beta1constants.ConfirmationDeletion),
		`must be "true" before it can be deleted; set it if you are sure`)}
}

func isConfirmed(meta *metav1.ObjectMeta) bool {
	confirmed, err := strconv.ParseBool(meta.Annotations[v1beta1constants.ConfirmationDeletion])
	return err == nil && confirmed
}

// secondPerson checks that who deletes is not who confirmed, if the project asks for two.
func secondPerson(meta *metav1.ObjectMeta, project *gardencorev1beta1.Project, user string) field.ErrorList {
	if meta.Annotations[v1beta1constants.DeletionConfirmedBy] != user {
		return nil
	}
	for _, config := range project.Spec.DualApprovalForDeletion {
		if config.Resource != "shoots" {
			continue
		}
		matching, err := metav1.LabelSelectorAsSelector(&config.Selector)
		if err != nil || !matching.Matches(labels.Set(meta.Labels)) {
			return nil
		}
		if strings.HasPrefix(user, serviceAccountPrefix) && config.IncludeServiceAccounts != nil && !*config.IncludeServiceAccounts {
			return nil
		}
		return field.ErrorList{field.Forbidden(field.NewPath("metadata", "annotations").Key(v1beta1constants.DeletionConfirmedBy),
			fmt.Sprintf("project %s wants somebody else to delete than %s, who confirmed it", project.Name, user))}
	}
	return nil
}
