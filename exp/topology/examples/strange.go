// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package examples

import (
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/randfill"
)

// words are what strange objects consist of: what is legal somewhere, at its bounds, or nowhere.
var words = []string{
	"", "a", "b", "dev", "A b", "a/b", "a.b", "*", "=", ",", "--", "ä", "true", "none", "zone", "node", "admin", "owner", "secrets", "configmaps", "*.apps",
	"1", "1.3", "1.36", "1.32.1", "1.33.4", "1.35.2", "1.35.3", "1.36.0", "1.37.0", "v1", "apps/v1", "1312.3.0", "1312", ">= 1.34", "0.0.0-0",
	"10Gi", "50G", "-1", "5%", "0%", "101%", "10.0.0.0/16", "10.96.0.1/12", "100.96.0.0/11", "2001:db8::/64", "241.0.0.0/8", "0.0.0.0/0", "::/0",
	"a.example.com", "https://a.example.com", "jane@example.com", "0 20 * * *", "TZ=0", "220000+0100", "Europe/Berlin", "m5.large", "gardenlinux", "gp2", "eu-west-1",
	"aws", "containerd", "gvisor", "Secret", "WorkloadIdentity", "CloudProfile", "NamespacedCloudProfile", "NodeRestriction", "PodSecurity", "reconcile", "rollout-workers=a",
	"amd64", "arm64", "architecture", "shoots", "system:serviceaccount:a:b", "system:serviceaccount:a", "garden", "garden-dev", "nginx", "calico", "unmanaged",
}

// numbers are at bounds of rules, and at bounds of what there can be.
var numbers = []int64{-1 << 63, -1 << 31, -1, 0, 1, 2, 3, 15, 16, 24, 28, 29, 64, 99, 100, 101, 124, 125, 250, 1 << 31, 1<<63 - 1}

// Strange fills objects with what users could write by mistake or on purpose, the same for the same seed.
func Strange(seed int64) *randfill.Filler {
	return randfill.NewWithSeed(seed).NilChance(0.5).NumElements(0, 3).MaxDepth(20).Funcs(
		func(value *string, random randfill.Continue) { *value = words[random.Intn(len(words))] },
		func(value *int32, random randfill.Continue) { *value = int32(numbers[random.Intn(len(numbers))]) },
		func(value *int64, random randfill.Continue) { *value = numbers[random.Intn(len(numbers))] },
		func(value *resource.Quantity, random randfill.Continue) {
			*value = *resource.NewMilliQuantity(numbers[random.Intn(len(numbers))], resource.BinarySI)
		},
		func(value *metav1.Duration, random randfill.Continue) {
			value.Duration = time.Duration(numbers[random.Intn(len(numbers))]) * []time.Duration{1, time.Minute, time.Hour}[random.Intn(3)]
		},
		func(value *metav1.Time, random randfill.Continue) {
			value.Time = time.Unix(numbers[random.Intn(len(numbers))]*3600, 0).UTC()
		},
		func(value *intstr.IntOrString, random randfill.Continue) {
			*value = intstr.Parse(words[random.Intn(len(words))])
		},
		func(value *runtime.RawExtension, random randfill.Continue) {
			value.Raw = []byte([]string{`{}`, `{"apiVersion":"a/__internal"}`, `[`, `1`, `{"apiVersion":"pod-security.admission.config.k8s.io/v1","kind":"PodSecurityConfiguration","defaults":{"warn":"x"}}`}[random.Intn(5)])
		},
		func(value *rbacv1.Subject, random randfill.Continue) {
			random.FillNoCustom(value)
			value.Kind = one("User", "Group", "ServiceAccount", "Pod")(random)
			value.APIGroup = one("", rbacv1.GroupName)(random)
		},
		pick(gardencorev1beta1.IPFamilyIPv4, gardencorev1beta1.IPFamilyIPv6, "IPv5"),
		pick(gardencorev1beta1.FailureToleranceTypeNode, gardencorev1beta1.FailureToleranceTypeZone, "region"),
		pick(gardencorev1beta1.AutoRollingUpdate, gardencorev1beta1.AutoInPlaceUpdate, gardencorev1beta1.ManualInPlaceUpdate, "Never"),
		pick(gardencorev1beta1.ProxyModeIPTables, gardencorev1beta1.ProxyModeIPVS, gardencorev1beta1.ProxyModeNFTables, ""),
		pick(gardencorev1beta1.CRINameContainerD, "docker"),
		pick(gardencorev1beta1.EncryptionProviderTypeAESGCM, gardencorev1beta1.EncryptionProviderTypeSecretbox, "rot13"),
		pick(gardencorev1beta1.ClassificationPreview, gardencorev1beta1.ClassificationSupported, gardencorev1beta1.ClassificationDeprecated,
			gardencorev1beta1.ClassificationExpired, gardencorev1beta1.ClassificationUnavailable, "good"),
		pick(gardencorev1beta1.RotationPreparing, gardencorev1beta1.RotationPrepared, gardencorev1beta1.RotationCompleted,
			gardencorev1beta1.RotationWaitingForWorkersRollout, ""),
		pick(gardencorev1beta1.LastOperationTypeCreate, gardencorev1beta1.LastOperationTypeReconcile, gardencorev1beta1.LastOperationTypeMigrate,
			gardencorev1beta1.LastOperationTypeRestore, gardencorev1beta1.LastOperationTypeDelete),
		pick(gardencorev1beta1.LastOperationStateSucceeded, gardencorev1beta1.LastOperationStateProcessing, gardencorev1beta1.LastOperationStateFailed),
		pick(gardencorev1beta1.ConditionTrue, gardencorev1beta1.ConditionFalse, gardencorev1beta1.ConditionUnknown),
		pick(gardencorev1beta1.ZoneSelectionModeEnforce, gardencorev1beta1.ZoneSelectionModePrefer, "Avoid"),
		pick(gardencorev1beta1.UpdateStrategyPatch, gardencorev1beta1.UpdateStrategyMinor, gardencorev1beta1.UpdateStrategyMajor, "never"),
	)
}

// one returns a choice between values.
func one[T ~string](values ...T) func(randfill.Continue) T {
	return func(random randfill.Continue) T { return values[random.Intn(len(values))] }
}

// pick fills a type with one of some values.
func pick[T ~string](values ...T) func(*T, randfill.Continue) {
	return func(value *T, random randfill.Continue) { *value = one(values...)(random) }
}
