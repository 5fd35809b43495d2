// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"context"
	"crypto/sha256"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// issue returns the Secret of a certificate: with what it has while that is good, else with a new certificate.
func (p *pass) issue(ctx context.Context, r *result, leaf pki.Leaf) (*corev1.Secret, error) {
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{
			Name: leaf.SecretName, Namespace: p.in.Namespace, Labels: frameworkLabels(p.in, r.report.Name),
		},
		Type: corev1.SecretTypeTLS,
	}
	data, reason, err := leaf.Renew(p.cachedData(r.report.Name, leaf.SecretName), p.roots, p.now)
	if err != nil {
		return nil, err
	}
	if reason != "" {
		live := &corev1.Secret{}
		if err := p.apiReader().Get(ctx, client.ObjectKeyFromObject(secret), live); client.IgnoreNotFound(err) != nil {
			return nil, err
		} else if apierrors.IsNotFound(err) {
			live.Data = nil
		}
		if data, reason, err = leaf.Renew(live.Data, p.roots, p.now); err != nil {
			return nil, err
		}
	}
	if reason != "" {
		key, err := apply.KeyOf(p.Client.Scheme(), secret)
		if err != nil {
			return nil, err
		}
		r.report.Changes = append(r.report.Changes, Change{Object: key, Result: Issued, Reason: reason})
	}
	secret.Data = data
	r.certificates[leaf.SecretName] = data[pki.CertificateData]
	return secret, nil
}

// restartWith replaces the pods of Deployments when a certificate changes that their processes read only once.
func restartWith(objects []client.Object, secret string, certificate []byte) {
	for _, obj := range objects {
		if deployment, ok := obj.(*appsv1.Deployment); ok {
			template := &deployment.Spec.Template
			template.Annotations = merged(template.Annotations, map[string]string{
				AnnotationCertificate + secret: fmt.Sprintf("%x", sha256.Sum256(certificate))[:uniqueHashLength],
			})
		}
	}
}

// Issued is the result of a change that gives a Secret a new certificate; the write of the Secret follows it.
const Issued apply.Result = "issued"

func (p *pass) cachedData(component, name string) map[string][]byte {
	for _, obj := range p.live[component] {
		if secret, isSecret := obj.(*corev1.Secret); isSecret && secret.Name == name {
			return secret.Data
		}
	}
	return nil
}
