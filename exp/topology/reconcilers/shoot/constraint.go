// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package shoot

import (
	"fmt"
	"slices"
	"strings"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/fields"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/providers"
)

const (
	// SpecCarriedOut is the constraint of a Shoot with fields that are not carried out. It is absent where there are none.
	SpecCarriedOut gardencorev1beta1.ConditionType = "SpecCarriedOut"
	// FieldsNotCarriedOutReason is the reason of SpecCarriedOut.
	FieldsNotCarriedOutReason = "FieldsNotCarriedOut"
)

// setSpecCarriedOut sets or removes the constraint. One that says the same keeps its times.
func setSpecCarriedOut(shoot *gardencorev1beta1.Shoot, now time.Time) {
	constraints := &shoot.Status.Constraints
	at := slices.IndexFunc(*constraints, func(c gardencorev1beta1.Condition) bool { return c.Type == SpecCarriedOut })
	text := message(append(fields.NotCarriedOut(&shoot.Spec), providers.NotCarriedOut(shoot)...))
	switch {
	case text == "" && at >= 0:
		*constraints = slices.Delete(*constraints, at, at+1)
	case text == "":
	case at >= 0 && (*constraints)[at].Message == text:
	default:
		constraint := gardencorev1beta1.Condition{
			Type: SpecCarriedOut, Status: gardencorev1beta1.ConditionFalse, Reason: FieldsNotCarriedOutReason, Message: text,
			LastTransitionTime: metav1.Time{Time: now}, LastUpdateTime: metav1.Time{Time: now},
		}
		if at < 0 {
			*constraints = append(*constraints, constraint)
			return
		}
		constraint.LastTransitionTime = (*constraints)[at].LastTransitionTime
		(*constraints)[at] = constraint
	}
}

// message names fields by the reason they share.
func message(list []fields.Field) string {
	if len(list) == 0 {
		return ""
	}
	var reasons []string
	paths := map[string][]string{}
	for _, f := range list {
		if len(paths[f.Reason]) == 0 {
			reasons = append(reasons, f.Reason)
		}
		paths[f.Reason] = append(paths[f.Reason], f.Path)
	}
	parts := make([]string, 0, len(reasons))
	for _, reason := range reasons {
		parts = append(parts, fmt.Sprintf("%s (%s)", strings.Join(paths[reason], ", "), reason))
	}
	return "These fields are accepted and not carried out: " + strings.Join(parts, "; ") + "."
}
