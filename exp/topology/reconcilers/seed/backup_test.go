// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package seed

import (
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

func TestBackupsThatCannotBeMadeAreToldWithTheRemedy(t *testing.T) {
	cases := map[string]struct {
		change  func(*gardencorev1beta1.Seed)
		reason  string
		message string
	}{
		"nothing is wrong": {reason: "CredentialsPresent", message: "The bucket backups-of-soil must exist"},
		"a provider that has no object store here": {
			change: func(s *gardencorev1beta1.Seed) { s.Spec.Backup.Provider = "local" }, reason: "BackupInvalid",
			message: `spec.backup.provider: Invalid value: "local": backups are kept by alicloud, aws, azure, gcp, openstack; ` +
				"this field cannot change, so register another Seed, with one of these or without a backup",
		},
		"a name that no bucket has": {
			change: func(s *gardencorev1beta1.Seed) {
				s.Annotations["kubeception.cluster.x-k8s.io/seed-backup-bucket"] = "my/bucket"
			}, reason: "BackupInvalid",
			message: "metadata.annotations[kubeception.cluster.x-k8s.io/seed-backup-bucket]: Invalid value: \"my/bucket\": name a bucket",
		},
		"credentials that are no Secret": {
			change: func(s *gardencorev1beta1.Seed) { s.Spec.Backup.CredentialsRef.Kind = "WorkloadIdentity" }, reason: "BackupInvalid",
			message: `spec.backup.credentialsRef.kind: Invalid value: "WorkloadIdentity": only a Secret of v1 can be used; name one`,
		},
		"a Secret that does not exist": {
			change: func(s *gardencorev1beta1.Seed) { s.Spec.Backup.CredentialsRef.Name = "gone" }, reason: "CredentialsMissing",
			message: "the Secret garden/gone of spec.backup.credentialsRef does not exist; create it",
		},
		"a Secret without what the store needs": {
			change: func(s *gardencorev1beta1.Seed) { s.Spec.Backup.Provider = "azure" }, reason: "CredentialsMissing",
			message: `spec.backup.credentialsRef: Invalid value: "garden/backup": the Secret lacks what the object store ABS needs; add the keys storageAccount, storageKey`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			seed := seedWith(map[string]string{"kubeception.cluster.x-k8s.io/seed-backup-bucket": "backups-of-soil"})
			seed.Spec.Backup = &gardencorev1beta1.Backup{
				Provider: "aws", CredentialsRef: &corev1.ObjectReference{APIVersion: "v1", Kind: "Secret", Namespace: "garden", Name: "backup"},
			}
			if c.change != nil {
				c.change(seed)
			}
			r := &Reconciler{Live: fake.NewFakeClient(&corev1.Secret{
				ObjectMeta: metav1.ObjectMeta{Namespace: "garden", Name: "backup"},
				Data:       map[string][]byte{"accessKeyID": []byte("fake"), "secretAccessKey": []byte("fake")},
			})}
			setStatus(seed, observation{now: noon, identity: "i", backup: r.checkBackup(t.Context(), seed)}, settings)
			condition := find(seed.Status.Conditions, gardencorev1beta1.SeedBackupBucketsReady)
			status := gardencorev1beta1.ConditionFalse
			if c.reason == "CredentialsPresent" {
				status = gardencorev1beta1.ConditionTrue
			}
			g.Expect(condition.Status).To(Equal(status))
			g.Expect(condition.Reason).To(Equal(c.reason))
			g.Expect(condition.Message).To(ContainSubstring(c.message))
		})
	}
}
