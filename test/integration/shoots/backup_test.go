// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package shoots

import (
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

func TestTheBackupOfASeedReachesItsShoots(t *testing.T) {
	s := tell(t, "kept")
	t.Cleanup(s.dump)
	s.create(nil)
	s.settles("1.33.9")
	s.Expect(s.controlPlane(s).Spec.Etcd.Main.Backup).To(BeZero())

	seed := &gardencorev1beta1.Seed{}
	s.Eventually(func() error { // Its controller may be writing as well.
		s.Expect(s.Get(t.Context(), client.ObjectKey{Name: s.name}, seed)).To(Succeed())
		seed.Spec.Backup = &gardencorev1beta1.Backup{Provider: "aws", Region: new("eu-central-1"), CredentialsRef: &corev1.ObjectReference{
			APIVersion: "v1", Kind: "Secret", Namespace: "garden", Name: "backup-kept",
		}}
		return s.Update(t.Context(), seed)
	}).Should(Succeed())
	s.Eventually(func(g Gomega) {
		g.Expect(s.Get(t.Context(), client.ObjectKeyFromObject(s.shoot), s.shoot)).To(Succeed())
		g.Expect(lastErrors(s.shoot)).To(ContainElement(ContainSubstring("Secret garden/backup-kept")))
	}).Should(Succeed())
	s.expectBackups(gardencorev1beta1.ConditionFalse, "the Secret garden/backup-kept")

	credentials := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: "garden", Name: "backup-kept"},
		StringData: map[string]string{"accessKeyID": "not-an-id", "secretAccessKey": "not-a-key"},
	}
	s.Expect(s.Create(t.Context(), credentials)).To(Succeed())
	s.change(func(shoot *gardencorev1beta1.Shoot) { // It would look again by itself, but later.
		metav1.SetMetaDataAnnotation(&shoot.ObjectMeta, "gardener.cloud/operation", "reconcile")
	})
	copied := &corev1.Secret{}
	s.Eventually(func(g Gomega) {
		g.Expect(s.controlPlane(g).Spec.Etcd.Main.Backup.Store).To(Equal(controlplanev1.EtcdBackupStore{
			Provider: "S3", Bucket: string(seed.UID), Prefix: "shoot--kept--it--" + string(s.shoot.UID) + "/etcd-main",
			SecretRef: controlplanev1.LocalObjectReference{Name: "shoot--kept--it-seed-backup"},
		}))
		g.Expect(s.Get(t.Context(), client.ObjectKey{Namespace: s.cluster, Name: "shoot--kept--it-seed-backup"}, copied)).To(Succeed())
	}).Should(Succeed())
	s.Expect(copied.Data).To(And(HaveKeyWithValue("secretAccessKey", []byte("not-a-key")), HaveKeyWithValue("region", []byte("eu-central-1"))))
	s.expectBackups(gardencorev1beta1.ConditionTrue, "The bucket "+string(seed.UID)+" must exist")

	s.Expect(s.Get(t.Context(), client.ObjectKeyFromObject(credentials), credentials)).To(Succeed())
	credentials.Data["secretAccessKey"] = []byte("another")
	s.Expect(s.Update(t.Context(), credentials)).To(Succeed())
	s.Eventually(func(g Gomega) {
		g.Expect(s.Get(t.Context(), client.ObjectKeyFromObject(copied), copied)).To(Succeed())
		g.Expect(copied.Data).To(HaveKeyWithValue("secretAccessKey", []byte("another")))
	}).Should(Succeed())
	secrets := &corev1.SecretList{}
	s.Expect(s.List(t.Context(), secrets, client.InNamespace(s.namespace))).To(Succeed())
	s.Expect(secrets.Items).To(HaveLen(1), "nothing secret comes to where members read")

	s.delete()
	s.Expect(s.Get(t.Context(), client.ObjectKeyFromObject(credentials), credentials)).To(Succeed())
	s.Expect(credentials.Labels).To(BeEmpty(), "what operators have is as it was")
}

// expectBackups waits for the condition BackupBucketsReady of the seed.
func (s *story) expectBackups(status gardencorev1beta1.ConditionStatus, message string) {
	s.Helper()
	s.Eventually(func(g Gomega) {
		seed := &gardencorev1beta1.Seed{}
		g.Expect(s.Get(s.Context(), client.ObjectKey{Name: s.name}, seed)).To(Succeed())
		g.Expect(seed.Status.Conditions).To(ContainElement(And(
			HaveField("Type", gardencorev1beta1.SeedBackupBucketsReady), HaveField("Status", status), HaveField("Message", ContainSubstring(message)))))
	}).Should(Succeed())
}
