// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"slices"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

var specPath = field.NewPath("spec")

// workerlessDetail is why a field is refused that only nodes have a use for.
const workerlessDetail = "must not be set for a Shoot without workers, which has no nodes; remove it"

// Shoot checks a Shoot by itself, sections 2, 6, 7, 10, 11, 15, 16 and 17.
func Shoot(shoot *gardencorev1beta1.Shoot) field.ErrorList { return shootWith(shoot, exceptions{}) }

// exceptions are rules that do not hold for what did not change.
type exceptions struct{ acceptedIssuers bool }

func shootWith(shoot *gardencorev1beta1.Shoot, except exceptions) field.ErrorList {
	return join(
		apivalidation.ValidateObjectMeta(&shoot.ObjectMeta, true, apivalidation.NameIsDNSLabel, field.NewPath("metadata")),
		doubleHyphens(shoot.Name, field.NewPath("metadata", "name")),
		operations(shoot),
		shootSpec(shoot, except),
	)
}

// ShootCreate checks a new Shoot: by itself, and that it does not claim to be older than it is.
func ShootCreate(shoot *gardencorev1beta1.Shoot) field.ErrorList {
	out := join(Shoot(shoot), forceDeletion(shoot, &gardencorev1beta1.Shoot{}), newPoolsRoll(shoot, nil))
	for i, finalizer := range shoot.Finalizers {
		if finalizer == gardencorev1beta1.GardenerName || finalizer == v1beta1constants.ReferenceProtectionFinalizerName {
			out = append(out, field.Forbidden(field.NewPath("metadata", "finalizers").Index(i),
				fmt.Sprintf("%q is set by controllers; leave it out", finalizer)))
		}
	}
	return out
}

func doubleHyphens(name string, path *field.Path) field.ErrorList {
	if !strings.Contains(name, "--") {
		return nil
	}
	return field.ErrorList{field.Invalid(path, name, "must not contain two hyphens in a row, which separate names in namespaces of control planes")}
}

func shootSpec(shoot *gardencorev1beta1.Shoot, except exceptions) field.ErrorList {
	spec := &shoot.Spec
	workerless := len(spec.Provider.Workers) == 0
	version := parseVersion(spec.Kubernetes.Version)
	out := join(
		profileReference(spec, version),
		bindings(spec, version, workerless),
		provider(spec, workerless),
		providerConfigs(spec),
		addons(spec, version, workerless),
		dns(spec.DNS, version, specPath.Child("dns")),
		extensions(spec.Extensions, specPath.Child("extensions")),
		resources(spec.Resources, specPath.Child("resources")),
		kubernetes(spec, version, workerless, except),
		networking(spec.Networking, workerless, specPath.Child("networking")),
		maintenance(spec.Maintenance, workerless, specPath.Child("maintenance")),
		monitoring(spec.Monitoring, specPath.Child("monitoring")),
		hibernation(shoot, specPath.Child("hibernation")),
		tolerations(spec.Tolerations, specPath.Child("tolerations")),
		systemComponents(spec.SystemComponents, workerless, specPath.Child("systemComponents")),
		controlPlane(spec.ControlPlane, specPath.Child("controlPlane")),
		placement(shoot),
	)
	if spec.Region == "" {
		out = append(out, field.Required(specPath.Child("region"), "name a region of the CloudProfile"))
	}
	return out
}

// placement checks what says where a control plane goes and what it is for.
func placement(shoot *gardencorev1beta1.Shoot) field.ErrorList {
	spec := &shoot.Spec
	var out field.ErrorList
	if spec.SeedName != nil && *spec.SeedName == "" {
		out = append(out, field.Invalid(specPath.Child("seedName"), "", "must not be empty; leave it out, and the scheduler chooses a seed"))
	}
	if spec.SeedSelector != nil {
		out = append(out, metav1validation.ValidateLabelSelector(&spec.SeedSelector.LabelSelector,
			metav1validation.LabelSelectorValidationOptions{}, specPath.Child("seedSelector"))...)
	}
	purposes := []gardencorev1beta1.ShootPurpose{
		gardencorev1beta1.ShootPurposeEvaluation, gardencorev1beta1.ShootPurposeTesting,
		gardencorev1beta1.ShootPurposeDevelopment, gardencorev1beta1.ShootPurposeProduction,
	}
	if shoot.Namespace == v1beta1constants.GardenNamespace {
		purposes = append(purposes, gardencorev1beta1.ShootPurposeInfrastructure)
	}
	out = append(out, oneOf(spec.Purpose, specPath.Child("purpose"), purposes...)...)
	if spec.ExposureClassName != nil {
		out = append(out, dnsSubdomain(*spec.ExposureClassName, specPath.Child("exposureClassName"))...)
	}
	if spec.SchedulerName != nil {
		out = append(out, dnsLabel(*spec.SchedulerName, specPath.Child("schedulerName"))...)
	}
	return out
}

// profileReference checks which CloudProfile a Shoot names.
func profileReference(spec *gardencorev1beta1.ShootSpec, version kubernetesVersion) field.ErrorList {
	var out field.ErrorList
	if deref(spec.CloudProfileName) != "" && version.atLeast(34) {
		out = append(out, field.Forbidden(specPath.Child("cloudProfileName"), "is gone from Kubernetes 1.34 on; use spec.cloudProfile.name"))
	}
	reference := spec.CloudProfile
	if reference == nil && spec.CloudProfileName != nil {
		reference = &gardencorev1beta1.CloudProfileReference{Kind: v1beta1constants.CloudProfileReferenceKindCloudProfile, Name: *spec.CloudProfileName}
	}
	if reference == nil || reference.Name == "" {
		return append(out, field.Required(specPath.Child("cloudProfile", "name"), "name a CloudProfile"))
	}
	return append(out, oneOf(&reference.Kind, specPath.Child("cloudProfile", "kind"),
		v1beta1constants.CloudProfileReferenceKindCloudProfile, v1beta1constants.CloudProfileReferenceKindNamespacedCloudProfile)...)
}

// bindings checks which credentials a Shoot names: none without workers, and one of two otherwise.
func bindings(spec *gardencorev1beta1.ShootSpec, version kubernetesVersion, workerless bool) field.ErrorList {
	secretPath, credentialsPath := specPath.Child("secretBindingName"), specPath.Child("credentialsBindingName")
	var out field.ErrorList
	if workerless {
		if spec.SecretBindingName != nil {
			out = append(out, field.Forbidden(secretPath, workerlessDetail))
		}
		if spec.CredentialsBindingName != nil {
			out = append(out, field.Forbidden(credentialsPath, workerlessDetail))
		}
		return out
	}
	hasSecret, hasCredentials := deref(spec.SecretBindingName) != "", deref(spec.CredentialsBindingName) != ""
	switch {
	case !hasSecret && !hasCredentials:
		out = append(out, field.Required(secretPath, "set spec.credentialsBindingName, or this field before Kubernetes 1.34"))
	case hasSecret && hasCredentials:
		out = append(out, field.Forbidden(secretPath, "excludes spec.credentialsBindingName; keep that one"))
	}
	if hasSecret && version.atLeast(34) {
		out = append(out, field.Forbidden(secretPath, "is gone from Kubernetes 1.34 on; use spec.credentialsBindingName"))
	}
	return out
}

// controlPlane checks high availability and the zones of a control plane, section 5.
func controlPlane(controlPlane *gardencorev1beta1.ControlPlane, path *field.Path) field.ErrorList {
	if controlPlane == nil {
		return nil
	}
	var out field.ErrorList
	wanted, detail := 1, "must name 1 zone, because the failure tolerance is not zone"
	if available := controlPlane.HighAvailability; available != nil {
		out = append(out, oneOf(&available.FailureTolerance.Type, path.Child("highAvailability", "failureTolerance", "type"),
			gardencorev1beta1.FailureToleranceTypeNode, gardencorev1beta1.FailureToleranceTypeZone)...)
		if available.FailureTolerance.Type == gardencorev1beta1.FailureToleranceTypeZone {
			wanted, detail = 3, "must name 3 zones, because the failure tolerance is zone"
		}
	}
	names := unique[string]{}
	for i, zone := range controlPlane.Zones {
		if names.seen(zone) {
			out = append(out, field.Duplicate(path.Child("zones").Index(i), zone))
		}
	}
	if len(names) != 0 && len(names) != wanted {
		out = append(out, field.Invalid(path.Child("zones"), controlPlane.Zones, detail))
	}
	return out
}

// systemComponents checks the settings of CoreDNS, section 14.
func systemComponents(components *gardencorev1beta1.SystemComponents, workerless bool, path *field.Path) field.ErrorList {
	switch {
	case components == nil:
		return nil
	case workerless:
		return field.ErrorList{field.Forbidden(path, workerlessDetail)}
	case components.CoreDNS == nil:
		return nil
	}
	path = path.Child("coreDNS")
	var out field.ErrorList
	if autoscaling := components.CoreDNS.Autoscaling; autoscaling != nil {
		out = append(out, oneOf(&autoscaling.Mode, path.Child("autoscaling", "mode"),
			gardencorev1beta1.CoreDNSAutoscalingModeHorizontal, gardencorev1beta1.CoreDNSAutoscalingModeClusterProportional)...)
	}
	if rewriting := components.CoreDNS.Rewriting; rewriting != nil {
		out = append(out, commonSuffixes(rewriting.CommonSuffixes, path.Child("rewriting", "commonSuffixes"))...)
	}
	return out
}

// maxCommonSuffixes is how many suffixes CoreDNS looks at for each name.
const maxCommonSuffixes = 5

func commonSuffixes(suffixes []string, path *field.Path) field.ErrorList {
	var out field.ErrorList
	if len(suffixes) > maxCommonSuffixes {
		out = append(out, field.TooMany(path, len(suffixes), maxCommonSuffixes))
	}
	names := unique[string]{}
	for i, suffix := range suffixes {
		name := strings.TrimPrefix(suffix, ".")
		if !strings.Contains(name, ".") {
			out = append(out, field.Invalid(path.Index(i), suffix, "must contain a dot that is not the first character, such as example.com"))
		}
		if names.seen(name) {
			out = append(out, field.Duplicate(path.Index(i), name))
		}
		if len(dnsSubdomain(strings.TrimSuffix(name, "."), path)) > 0 {
			out = append(out, field.Invalid(path.Index(i), suffix, "must be a DNS name such as example.com"))
		}
	}
	return out
}

// extensions checks that extensions have types, each once.
func extensions(extensions []gardencorev1beta1.Extension, path *field.Path) field.ErrorList {
	var out field.ErrorList
	types := unique[string]{}
	for i, extension := range extensions {
		typePath := path.Index(i).Child("type")
		if extension.Type == "" {
			out = append(out, field.Required(typePath, "name a type of extension"))
		} else {
			out = append(out, dnsLabel(extension.Type, typePath)...)
		}
		if types.seen(extension.Type) {
			out = append(out, field.Duplicate(typePath, extension.Type))
		}
	}
	return out
}

// inPlace says whether a pool is updated in place.
func inPlace(worker *gardencorev1beta1.Worker) bool {
	return slices.Contains([]gardencorev1beta1.MachineUpdateStrategy{
		gardencorev1beta1.AutoInPlaceUpdate, gardencorev1beta1.ManualInPlaceUpdate,
	}, deref(worker.UpdateStrategy))
}
