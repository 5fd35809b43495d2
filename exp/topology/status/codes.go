// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"regexp"
	"slices"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
)

// class is one code of Gardener.
type class struct {
	code  gardencorev1beta1.ErrorCode
	words *regexp.Regexp
	// final says that trying again does not help: the operation has failed.
	final bool
}

// classes are the words by which Gardener's providers tell the cause of an error from its text, in the order of Gardener's list
// of codes. Several may fit.
var classes = []class{
	{gardencorev1beta1.ErrorInfraUnauthenticated, words(`AuthFailure|InvalidAccessKeyId|InvalidSecretAccessKey|InvalidAuthenticationTokenTenant|InvalidSubscriptionId|Authentication failed|invalid_client|cannot fetch token`), true},
	{gardencorev1beta1.ErrorInfraUnauthorized, words(`Unauthorized|InvalidClientTokenId|SignatureDoesNotMatch|AuthorizationFailed|AccessDenied|OperationNotAllowed|Error 403|invalid_grant|not authorized`), true},
	{gardencorev1beta1.ErrorInfraQuotaExceeded, words(`LimitExceeded|Quotas|Quota.*exceeded|exceeded quota|Quota has been met|QUOTA_EXCEEDED`), true},
	{gardencorev1beta1.ErrorInfraRateLimitsExceeded, words(`RequestLimitExceeded|Throttling|Too many requests`), false},
	{gardencorev1beta1.ErrorInfraDependencies, words(`PendingVerification|Access Not Configured|accessNotConfigured|DependencyViolation|OptInRequired|DeleteConflict|inactive billing state|is already being used|timeout while waiting for state to become|InvalidCidrBlock|already busy for|InsufficientFreeAddressesInSubnet|currently associated with another service`), true},
	{gardencorev1beta1.ErrorRetryableInfraDependencies, words(`RetryableError`), false},
	{gardencorev1beta1.ErrorInfraResourcesDepleted, words(`not available in the current hardware cluster|InsufficientInstanceCapacity|out of stock`), false},
	{gardencorev1beta1.ErrorConfigurationProblem, words(`not supported in your requested Availability Zone|InvalidParameterValue|InvalidSubnet|violates constraint|no attached internet gateway found|invalid VPC attributes|unrecognized feature gate|runtime-config invalid key|strict decoder error|duplicate zones|overlapping zones`), true},
	{gardencorev1beta1.ErrorRetryableConfigurationProblem, words(`is misconfigured and requires zero voluntary evictions|SDK.CanNotResolveEndpoint|The requested configuration is currently not supported`), false},
	{gardencorev1beta1.ErrorProblematicWebhook, words(`failed calling webhook`), true},
}

func words(pattern string) *regexp.Regexp { return regexp.MustCompile(`(?i)(` + pattern + `)`) }

// rateLimit is what the words of an exceeded quota are not.
var rateLimit = regexp.MustCompile(`(?i)RequestLimitExceeded`)

// Codes returns the codes of Gardener for the text of an error, none if it tells nothing.
//
// Some words of Gardener's are left out, because messages of Cluster API and Kubernetes have them where nothing has failed for
// good: Conflict (of two writers, which try again), notFound, internal server error.
func Codes(text string) []gardencorev1beta1.ErrorCode {
	var out []gardencorev1beta1.ErrorCode
	for _, c := range classes {
		looked := text
		if c.code == gardencorev1beta1.ErrorInfraQuotaExceeded {
			looked = rateLimit.ReplaceAllString(text, "")
		}
		if c.words.MatchString(looked) {
			out = append(out, c.code)
		}
	}
	return out
}

// Final reports whether one of these codes says that trying again does not help.
func Final(codes []gardencorev1beta1.ErrorCode) bool {
	return slices.ContainsFunc(classes, func(c class) bool { return c.final && slices.Contains(codes, c.code) })
}
