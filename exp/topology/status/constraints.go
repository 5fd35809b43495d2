// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"fmt"
	"slices"
	"strings"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// AuthorityWarning is what is left of an authority's life when the constraint tells, as in Gardener.
const AuthorityWarning = 365 * 24 * time.Hour

// authorities are those of a control plane, by the ends of the names of their Secrets.
var authorities = []string{"ca", "ca-client", "etcd", "ca-etcd-peer", "proxy", "ca-kubelet"}

// setConstraints sets or removes what this package knows of, and leaves the constraints of others alone.
func setConstraints(status *gardencorev1beta1.ShootStatus, seen *Observation) {
	const kind = gardencorev1beta1.ShootCACertificateValiditiesAcceptable
	if seen.Cluster == nil || seen.ControlPlane == nil {
		return
	}
	at := slices.IndexFunc(status.Constraints, func(c gardencorev1beta1.Condition) bool { return c.Type == kind })
	message := expiring(seen)
	switch {
	case message == "" && at >= 0:
		status.Constraints = slices.Delete(status.Constraints, at, at+1)
	case message == "":
	default:
		now := metav1.Time{Time: seen.Now}
		violated := keepTimes(gardencorev1beta1.Condition{
			Type: kind, Status: gardencorev1beta1.ConditionFalse, Reason: "ExpiringCACertificates", Message: message,
			LastTransitionTime: now, LastUpdateTime: now,
		}, find(status.Constraints, kind))
		if at < 0 {
			status.Constraints = append(status.Constraints, violated)
		} else {
			status.Constraints[at] = violated
		}
	}
}

// expiring names the authorities that end within a year, empty if none does.
func expiring(seen *Observation) string {
	var names []string
	for _, certificate := range seen.ControlPlane.Status.Certificates {
		name, ofCluster := strings.CutPrefix(certificate.Name, seen.Cluster.Name+"-")
		if ofCluster && slices.Contains(authorities, name) && certificate.ExpiresAt.Time.Before(seen.Now.Add(AuthorityWarning)) {
			names = append(names, fmt.Sprintf("%q (%s)", name, certificate.ExpiresAt.UTC().Format(time.DateOnly)))
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return "Some CA certificates expire in less than one year, you should rotate them: " + strings.Join(names, ", ") + "."
}
