// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"context"

	certificatesv1 "k8s.io/api/certificates/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Decide approves or denies a CertificateSigningRequest that was read before. The API server refuses to decide one that
// has changed since.
func Decide(ctx context.Context, c client.Client, request *certificatesv1.CertificateSigningRequest,
	decision certificatesv1.CertificateSigningRequestCondition,
) error {
	decided := request.DeepCopy()
	decision.LastUpdateTime = metav1.Now()
	decided.Status.Conditions = append(decided.Status.Conditions, decision)
	key, err := KeyOf(c.Scheme(), request)
	if err != nil {
		return err
	}
	if err := c.SubResource("approval").Update(ctx, decided); err != nil {
		count(key.Kind, failed)
		return newError("decide", key, err)
	}
	count(key.Kind, Updated)
	return nil
}
