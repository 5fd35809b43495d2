// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	rbacv1 "k8s.io/api/rbac/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/api/validation/path"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/validation"
)

const (
	maxProjectName   = 10
	maxExtensionRole = 20
	projectNamespace = "garden-"
	// textCharacters are allowed in descriptions beside letters, digits and spaces.
	textCharacters = `.,:-_/\`
)

// reservedNamespaces are those that Gardener keeps for itself although they begin as those of projects do.
var reservedNamespaces = []string{
	gardencorev1beta1.GardenerSeedLeaseNamespace, gardencorev1beta1.GardenerShootIssuerNamespace, gardencorev1beta1.GardenerSystemPublicNamespace,
}

// Project checks a Project by itself, section 21.
func Project(project *gardencorev1beta1.Project) field.ErrorList {
	name := field.NewPath("metadata", "name")
	out := join(apivalidation.ValidateObjectMeta(&project.ObjectMeta, false, apivalidation.NameIsDNSSubdomain, field.NewPath("metadata")),
		doubleHyphens(project.Name, name))
	if len(project.Name) > maxProjectName {
		out = append(out, field.TooLong(name, project.Name, maxProjectName))
	}
	spec := &project.Spec
	if spec.Namespace != nil {
		out = append(out, namespace(*spec.Namespace, specPath.Child("namespace"))...)
	}
	out = append(out, members(spec.Members, specPath.Child("members"))...)
	if spec.CreatedBy != nil {
		out = append(out, subject(*spec.CreatedBy, specPath.Child("createdBy"))...)
	}
	if spec.Owner != nil {
		out = append(out, subject(*spec.Owner, specPath.Child("owner"))...)
	}
	out = join(out, text(spec.Description, specPath.Child("description")), text(spec.Purpose, specPath.Child("purpose")))
	if spec.Tolerations != nil {
		own := specPath.Child("tolerations")
		out = join(out, tolerations(spec.Tolerations.Defaults, own.Child("defaults")), tolerations(spec.Tolerations.Whitelist, own.Child("whitelist")),
			allowed(spec.Tolerations.Defaults, spec.Tolerations.Whitelist, own.Child("defaults")))
	}
	return append(out, dualApproval(spec.DualApprovalForDeletion, specPath.Child("dualApprovalForDeletion"))...)
}

// ProjectUpdate checks what an update of a Project changes: who created it and its namespace stay, and it keeps an owner. Problems
// that it had before do not count.
func ProjectUpdate(now, before *gardencorev1beta1.Project) field.ErrorList {
	var out field.ErrorList
	if before.Spec.CreatedBy != nil {
		out = append(out, immutable(now.Spec.CreatedBy, before.Spec.CreatedBy, specPath.Child("createdBy"), "it says who created the project")...)
	}
	if before.Spec.Namespace != nil {
		out = append(out, immutable(now.Spec.Namespace, before.Spec.Namespace, specPath.Child("namespace"), "create another project")...)
	}
	if before.Spec.Owner != nil && now.Spec.Owner == nil {
		out = append(out, field.Invalid(specPath.Child("owner"), nil, "cannot be removed; name another owner"))
	}
	return append(out, validation.Introduced(Project(before), Project(now))...)
}

func namespace(name string, path *field.Path) field.ErrorList {
	if slices.Contains(reservedNamespaces, name) {
		return field.ErrorList{field.Invalid(path, name, "is kept for Gardener itself; choose another one")}
	}
	out := invalid(path, name, apivalidation.ValidateNamespaceName(name, false))
	if name != v1beta1constants.GardenNamespace && !strings.HasPrefix(name, projectNamespace) {
		out = append(out, field.Invalid(path, name, "must begin with "+projectNamespace))
	}
	return out
}

// text checks a text that people read, which has no characters that could mean something to a browser.
func text(value *string, path *field.Path) field.ErrorList {
	switch {
	case value == nil:
		return nil
	case *value == "":
		return field.ErrorList{field.Required(path, "write something, or remove it")}
	}
	strange := strings.Map(func(character rune) rune {
		if unicode.IsLetter(character) || unicode.IsDigit(character) || unicode.IsSpace(character) || strings.ContainsRune(textCharacters, character) {
			return -1
		}
		return character
	}, *value)
	if strange == "" {
		return nil
	}
	return field.ErrorList{field.Forbidden(path, fmt.Sprintf("must consist of letters, digits, spaces and %s; remove %q", textCharacters, strange))}
}

// members checks that nobody is a member twice, in whatever form, and that one is the owner.
func members(members []gardencorev1beta1.ProjectMember, path *field.Path) field.ErrorList {
	var out field.ErrorList
	ids := unique[rbacv1.Subject]{}
	hasOwner := false
	for i, member := range members {
		own := path.Index(i)
		id, ok := identity(member.Subject)
		if !ok {
			out = append(out, field.Invalid(own.Child("name"), member.Name, "must be system:serviceaccount:<namespace>:<name>"))
			continue
		}
		if ids.seen(id) {
			out = append(out, field.Duplicate(own, member.Name))
		}
		out = join(out, subject(member.Subject, own), roles(Roles(member), own))
		for j, role := range Roles(member) {
			if role != gardencorev1beta1.ProjectMemberOwner {
				continue
			}
			if hasOwner {
				out = append(out, field.Forbidden(own.Child("roles").Index(j), "another member is the owner; there can be one"))
			}
			hasOwner = true
		}
	}
	return out
}

// identity returns the same for both ways to name a service account, and false for a user name that only looks like one.
func identity(subject rbacv1.Subject) (rbacv1.Subject, bool) {
	rest, isAccount := strings.CutPrefix(subject.Name, serviceAccountPrefix)
	if subject.Kind != rbacv1.UserKind || !isAccount {
		return subject, true
	}
	namespace, name, ok := strings.Cut(rest, ":")
	return rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: namespace, Name: name}, ok
}

// subject checks somebody: a user, a group or a service account.
func subject(subject rbacv1.Subject, path *field.Path) field.ErrorList {
	var out field.ErrorList
	if subject.Name == "" {
		out = append(out, field.Required(path.Child("name"), "say who"))
	}
	switch subject.Kind {
	case rbacv1.ServiceAccountKind:
		if subject.Name != "" {
			out = append(out, invalid(path.Child("name"), subject.Name, apivalidation.ValidateServiceAccountName(subject.Name, false))...)
		}
		if subject.APIGroup != "" {
			out = append(out, field.NotSupported(path.Child("apiGroup"), subject.APIGroup, []string{""}))
		}
		if subject.Namespace == "" {
			out = append(out, field.Required(path.Child("namespace"), "name the namespace of the service account"))
		} else {
			out = append(out, invalid(path.Child("namespace"), subject.Namespace, apivalidation.ValidateNamespaceName(subject.Namespace, false))...)
		}
	case rbacv1.UserKind, rbacv1.GroupKind:
		out = append(out, oneOf(&subject.APIGroup, path.Child("apiGroup"), rbacv1.GroupName)...)
		if subject.Namespace != "" {
			out = append(out, field.Forbidden(path.Child("namespace"), "users and groups are in no namespace; remove it"))
		}
	default:
		out = append(out, field.NotSupported(path.Child("kind"), subject.Kind, []string{rbacv1.ServiceAccountKind, rbacv1.UserKind, rbacv1.GroupKind}))
	}
	return out
}

func roles(roles []string, fieldPath *field.Path) field.ErrorList {
	var out field.ErrorList
	names := unique[string]{}
	for i, role := range roles {
		own := fieldPath.Child("roles").Index(i)
		if names.seen(role) {
			out = append(out, field.Duplicate(own, role))
		}
		name, isExtension := strings.CutPrefix(role, gardencorev1beta1.ProjectMemberExtensionPrefix)
		if !isExtension {
			out = append(out, oneOf(&role, own, gardencorev1beta1.ProjectMemberAdmin, gardencorev1beta1.ProjectMemberOwner,
				gardencorev1beta1.ProjectMemberServiceAccountManager, gardencorev1beta1.ProjectMemberUserAccessManager,
				gardencorev1beta1.ProjectMemberViewer, gardencorev1beta1.ProjectMemberExtensionPrefix+"*")...)
			continue
		}
		if len(name) > maxExtensionRole {
			out = append(out, field.TooLong(own, role, maxExtensionRole))
		}
		if messages := path.IsValidPathSegmentName(name); len(messages) > 0 {
			out = append(out, field.Invalid(own, role, strings.Join(messages, "; ")))
		}
	}
	return out
}

// Roles returns all roles of a member of a Project, which are in two fields.
func Roles(member gardencorev1beta1.ProjectMember) []string {
	var out []string
	if member.Role != "" {
		out = append(out, member.Role)
	}
	for _, role := range member.Roles {
		if role != member.Role {
			out = append(out, role)
		}
	}
	return out
}

func dualApproval(configs []gardencorev1beta1.DualApprovalForDeletion, path *field.Path) field.ErrorList {
	const shoots = "shoots"
	var out field.ErrorList
	names := unique[string]{}
	for i, config := range configs {
		own := path.Index(i)
		if config.Resource == "" {
			out = append(out, field.Required(own.Child("resource"), "name the resource; there is "+shoots))
		} else {
			out = append(out, oneOf(&config.Resource, own.Child("resource"), shoots)...)
			if names.seen(config.Resource) {
				out = append(out, field.Duplicate(own.Child("resource"), config.Resource))
			}
		}
		out = append(out, metav1validation.ValidateLabelSelector(&config.Selector, metav1validation.LabelSelectorValidationOptions{}, own.Child("selector"))...)
	}
	return out
}
