// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation_test

import (
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
)

// uids are obviously those of nobody.
const (
	seedUID     = "5eed5eed-0000-4000-8000-000000000000"
	shootUID    = "50075007-0000-4000-8000-000000000000"
	originalUID = "01d01d01-0000-4000-8000-000000000000"
)

// withBackup gives the seed a backup and credentials of it, which are listed as keys.
func withBackup(backup string, keys ...string) func(t *testing.T, in *translation.Input) {
	return func(t *testing.T, in *translation.Input) {
		t.Helper()
		in.Seed = &gardencorev1beta1.Seed{}
		in.Seed.Name, in.Seed.UID = "soil", seedUID
		merge(t, &in.Seed.Spec, `
provider: {type: local, region: here}
backup: {provider: aws, credentialsRef: {apiVersion: v1, kind: Secret, namespace: garden, name: backup}}
`, backup)
		in.SeedBackup = map[string][]byte{}
		for _, key := range keys {
			in.SeedBackup[key] = []byte("fake")
		}
	}
}

func TestBackupsGoToTheObjectStoreOfTheSeed(t *testing.T) {
	s3 := []string{"accessKeyID", "secretAccessKey"}
	cases := map[string]struct {
		backup   string
		keys     []string
		provider string
		region   string
	}{
		"Gardener §9: aws is S3, in the region of the seed": {
			backup: `{}`, keys: s3, provider: "S3", region: "here",
		},
		"Gardener §9: or in a region of its own, whatever the Secret says": {
			backup: `{backup: {region: there}}`, keys: append(s3, "region"), provider: "S3", region: "there",
		},
		"aws with a role and its token": {
			backup: `{}`, keys: []string{"roleARN", "token"}, provider: "S3", region: "here",
		},
		"Gardener §9: gcp is GCS": {
			backup: `{backup: {provider: gcp}}`, keys: []string{"serviceaccount.json"}, provider: "GCS",
		},
		"Gardener §9: azure is ABS": {
			backup: `{backup: {provider: azure}}`, keys: []string{"storageAccount", "storageKey", "clientID"}, provider: "ABS",
		},
		"Gardener §9: openstack is Swift": {
			backup: `{backup: {provider: openstack}}`, keys: []string{"authURL", "domainName", "tenantName", "username", "password"},
			provider: "Swift", region: "here",
		},
		"Gardener §9: openstack with application credentials": {
			backup: `{backup: {provider: openstack}}`, provider: "Swift", region: "here", keys: []string{
				"authURL", "domainName", "tenantName", "applicationCredentialID", "applicationCredentialName", "applicationCredentialSecret",
			},
		},
		"Gardener §9: alicloud is OSS": {
			backup: `{backup: {provider: alicloud}}`, keys: []string{"accessKeyID", "accessKeySecret", "storageEndpoint"}, provider: "OSS",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			it := shoot(t)
			it.UID = shootUID
			var given map[string][]byte
			out := translated(t, it, func(in *translation.Input) {
				withBackup(c.backup, c.keys...)(t, in)
				given = in.SeedBackup
			})
			store := value[controlplanev1.EtcdSpec](t, out.Cluster.Spec.Topology.Variables, "etcd").Main.Backup.Store
			g.Expect(store).To(Equal(controlplanev1.EtcdBackupStore{
				Provider: c.provider, Bucket: seedUID, Prefix: "shoot--dev--my-shoot--" + shootUID + "/etcd-main",
				SecretRef: controlplanev1.LocalObjectReference{Name: "shoot--dev--my-shoot-seed-backup"},
			}))
			g.Expect(given).To(HaveLen(len(c.keys)), "what was given is left as it is")
			copied := secretNamed(out, store.SecretRef.Name)
			g.Expect(copied.Namespace).To(Equal("capi--dev--my-shoot"), "members of the project cannot read there")
			for _, key := range c.keys {
				g.Expect(copied.Data).To(HaveKey(key))
			}
			g.Expect(string(copied.Data["region"])).To(Equal(c.region))
		})
	}
}

func secretNamed(out translation.Output, name string) *corev1.Secret {
	for _, object := range out.Objects {
		if found, isSecret := object.(*corev1.Secret); isSecret && found.Name == name {
			return found
		}
	}
	return &corev1.Secret{}
}

func TestWhereInItsBucketABackupIs(t *testing.T) {
	const bucket = translation.BackupBucketAnnotation
	cases := map[string]struct {
		shoot          func(*gardencorev1beta1.Shoot)
		bucket, prefix string
	}{
		"Gardener: the bucket is the seed's UID, the folder the BackupEntry's name": {
			bucket: seedUID, prefix: "shoot--dev--my-shoot--" + shootUID + "/etcd-main",
		},
		"the bucket is the one that the operator names": {
			bucket: "backups", prefix: "shoot--dev--my-shoot--" + shootUID + "/etcd-main",
		},
		"Gardener: the UID in the status wins, which a restored Shoot keeps": {
			shoot:  func(s *gardencorev1beta1.Shoot) { s.Status.UID = originalUID },
			bucket: seedUID, prefix: "shoot--dev--my-shoot--" + originalUID + "/etcd-main",
		},
		"Gardener: so does the technical ID in the status": {
			shoot:  func(s *gardencorev1beta1.Shoot) { s.Status.TechnicalID = "shoot--older--name" },
			bucket: seedUID, prefix: "shoot--older--name--" + shootUID + "/etcd-main",
		},
		"without workers, too": {
			shoot: func(s *gardencorev1beta1.Shoot) {
				s.Spec.Provider.Workers, s.Spec.Networking = nil, nil
			},
			bucket: seedUID, prefix: "shoot--dev--my-shoot--" + shootUID + "/etcd-main",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			it := shoot(t)
			it.UID = shootUID
			if c.shoot != nil {
				c.shoot(it)
			}
			out := translated(t, it, func(in *translation.Input) {
				withBackup(`{}`, "accessKeyID", "secretAccessKey")(t, in)
				if c.bucket != seedUID {
					in.Seed.Annotations = map[string]string{bucket: c.bucket}
				}
			})
			etcd := value[controlplanev1.EtcdSpec](t, out.Cluster.Spec.Topology.Variables, "etcd")
			g.Expect(etcd.Main.Backup.Store.Bucket).To(Equal(c.bucket))
			g.Expect(etcd.Main.Backup.Store.Prefix).To(Equal(c.prefix))
			g.Expect(etcd.Events).To(BeZero(), "Gardener §9: events have no backup")
		})
	}
}

func TestASeedWithoutBackupHasNone(t *testing.T) {
	g := NewWithT(t)
	out := translated(t, shoot(t), func(in *translation.Input) { in.SeedBackup = map[string][]byte{"accessKeyID": []byte("fake")} })
	g.Expect(value[controlplanev1.EtcdSpec](t, out.Cluster.Spec.Topology.Variables, "etcd")).To(BeZero())
	g.Expect(out.Objects).To(BeEmpty())
}

func TestBackupsThatCannotBeMadeAreRefused(t *testing.T) {
	s3 := []string{"accessKeyID", "secretAccessKey"}
	cases := map[string]struct {
		backup string
		keys   []string
		change func(*translation.Input)
		want   string
	}{
		"a provider without an object store": {
			backup: `{backup: {provider: local}}`, want: `Seed soil: spec.backup.provider: Invalid value: "local"`,
		},
		"a bucket that cannot be": {
			keys: s3, want: "Seed soil: metadata.annotations[" + translation.BackupBucketAnnotation + `]: Invalid value: "a b"`,
			change: func(in *translation.Input) {
				in.Seed.Annotations = map[string]string{translation.BackupBucketAnnotation: "a b"}
			},
		},
		"no reference to credentials": {
			backup: `{backup: {credentialsRef: null}}`, want: "Seed soil: spec.backup.credentialsRef: Required value",
		},
		"an identity in place of a Secret": {
			backup: `{backup: {credentialsRef: {kind: WorkloadIdentity}}}`, want: `Seed soil: spec.backup.credentialsRef.kind: Invalid value: "WorkloadIdentity"`,
		},
		"no credentials": {
			change: func(in *translation.Input) { in.SeedBackup = nil },
			want:   "Seed soil: spec.backup.credentialsRef: Required value: create the Secret garden/backup",
		},
		"credentials of another store": {
			backup: `{backup: {provider: gcp}}`, keys: s3,
			want: "the Secret lacks what the object store GCS needs; add the keys serviceaccount.json",
		},
		"a Shoot without a UID": {
			keys: s3, change: func(in *translation.Input) { in.Shoot.UID = "" }, want: "metadata.uid: Required value",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			it := shoot(t)
			it.UID = shootUID
			in, p := input(t, it, profile(t))
			withBackup(c.backup, c.keys...)(t, &in)
			if c.change != nil {
				c.change(&in)
			}
			out, problems := translation.Translate(in, p)
			g.Expect(problems).To(HaveLen(1))
			g.Expect(problems[0].Error()).To(ContainSubstring(c.want))
			g.Expect(out).To(BeZero(), "no control plane without the backup that was promised")
		})
	}
}

func TestTheSecretOfBackups(t *testing.T) {
	g := NewWithT(t)
	var in translation.Input
	withBackup(``)(t, &in)
	backup, problems := translation.BackupOf(in.Seed)
	g.Expect(problems).To(BeEmpty())
	g.Expect(backup.Secret).To(Equal(client.ObjectKey{Namespace: "garden", Name: "backup"}))
	g.Expect(backup.Bucket).To(Equal(seedUID))
	backup, problems = translation.BackupOf(&gardencorev1beta1.Seed{})
	g.Expect(problems).To(BeEmpty())
	g.Expect(backup).To(BeNil())
}
