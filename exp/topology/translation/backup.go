// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

// objectStore is what one of Gardener's types of infrastructure has for backups.
type objectStore struct {
	// name is that of etcd-druid and of a KubeceptionControlPlane.
	name string
	// hasRegion says that the credentials tell the region, which Gardener adds to them.
	hasRegion bool
	// keys are those that etcd-backup-restore needs in the Secret: all of one of these lists. The first is the usual one.
	keys [][]string
}

// objectStores are by the provider of a Seed's backup.
var objectStores = map[string]objectStore{
	"alicloud": {name: "OSS", keys: [][]string{{"accessKeyID", "accessKeySecret", "storageEndpoint"}}},
	"aws":      {name: "S3", hasRegion: true, keys: [][]string{{"accessKeyID", "secretAccessKey"}, {"roleARN", "token"}}},
	"azure":    {name: "ABS", keys: [][]string{{"storageAccount", "storageKey"}}},
	"gcp":      {name: "GCS", keys: [][]string{{"serviceaccount.json"}}},
	"openstack": {name: "Swift", hasRegion: true, keys: [][]string{
		{"authURL", "domainName", "tenantName", "username", "password"},
		{"authURL", "domainName", "tenantName", "applicationCredentialID", "applicationCredentialName", "applicationCredentialSecret"},
	}},
}

// regionKey is that of the region in the Secrets of stores that have one.
const regionKey = "region"

// bucketPattern and its length are those of the API of control planes.
var bucketPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{3,63}$`)

// Backup is where the control planes of a seed have their backups.
type Backup struct {
	// Provider is the kind of object store in the words of a KubeceptionControlPlane, such as S3.
	Provider string
	// Bucket is what nobody but the operator creates.
	Bucket string
	// Secret has the credentials.
	Secret client.ObjectKey

	region string
	store  objectStore
}

// BackupOf says where the control planes of a seed have their backups: nil if it has none, or if something is wrong with it,
// which the fields of the Seed name.
func BackupOf(seed *gardencorev1beta1.Seed) (*Backup, field.ErrorList) {
	spec := seed.Spec.Backup
	if spec == nil {
		return nil, nil
	}
	path := field.NewPath("spec", "backup")
	var problems field.ErrorList
	store, isKnown := objectStores[spec.Provider]
	if !isKnown {
		known := strings.Join(slices.Sorted(maps.Keys(objectStores)), ", ")
		problems = append(problems, field.Invalid(path.Child("provider"), spec.Provider,
			"backups are kept by "+known+"; this field cannot change, so register another Seed, with one of these or without a backup"))
	}
	bucket, isNamed := seed.Annotations[BackupBucketAnnotation]
	if !isNamed {
		bucket = string(seed.UID)
	}
	if !bucketPattern.MatchString(bucket) {
		problems = append(problems, field.Invalid(field.NewPath("metadata", "annotations").Key(BackupBucketAnnotation), bucket,
			"name a bucket with 3 to 63 letters, digits, dots, dashes and underscores"))
	}
	reference := deref(spec.CredentialsRef)
	switch path := path.Child("credentialsRef"); {
	case reference == corev1.ObjectReference{}:
		problems = append(problems, field.Required(path, "name the Secret with the credentials"))
	case reference.APIVersion != corev1.SchemeGroupVersion.String() || reference.Kind != "Secret":
		problems = append(problems, field.Invalid(path.Child("kind"), reference.Kind, "only a Secret of v1 can be used; name one"))
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return &Backup{
		Provider: store.name, Bucket: bucket, Secret: client.ObjectKey{Namespace: reference.Namespace, Name: reference.Name},
		region: first(spec.Region, nil, seed.Spec.Provider.Region), store: store,
	}, nil
}

// Credentials are the data of the Secret as etcd-backup-restore wants them. As on Gardener, the region is the Seed's. What is
// missing is named by the field of the Seed.
func (b *Backup) Credentials(data map[string][]byte) (map[string][]byte, field.ErrorList) {
	path := field.NewPath("spec", "backup", "credentialsRef")
	if data == nil {
		return nil, field.ErrorList{field.Required(path, fmt.Sprintf("create the Secret %s", b.Secret))}
	}
	missing := missingKeys(b.store.keys[0], data)
	for _, others := range b.store.keys[1:] {
		if len(missingKeys(others, data)) == 0 {
			missing = nil
		}
	}
	if len(missing) > 0 {
		return nil, field.ErrorList{field.Invalid(path, b.Secret.String(),
			fmt.Sprintf("the Secret lacks what the object store %s needs; add the keys %s", b.Provider, strings.Join(missing, ", ")))}
	}
	out := maps.Clone(data)
	if b.store.hasRegion {
		out[regionKey] = []byte(b.region)
	}
	return out, nil
}

func missingKeys(keys []string, data map[string][]byte) []string {
	var out []string
	for _, key := range keys {
		if len(data[key]) == 0 {
			out = append(out, key)
		}
	}
	return out
}

// seedBackupName does not end as the Secrets of Cluster API do, for no name of a Shoot.
func (t *translator) seedBackupName() string { return t.key.Name + "-seed-backup" }

// backup is that of etcd-main, if the seed has one. Its folder in the bucket has the name of Gardener's BackupEntry: a Shoot
// that is created again under its name does not find what an earlier one left.
func (t *translator) backup() controlplanev1.EtcdBackupSpec {
	var out controlplanev1.EtcdBackupSpec
	at, problems := BackupOf(t.Seed)
	t.refuse(Elsewhere("Seed", t.Seed.Name, problems)...)
	if at == nil {
		return out
	}
	uid := t.Shoot.Status.UID
	if uid == "" {
		uid = t.Shoot.UID
	}
	if uid == "" {
		t.refuse(field.Required(field.NewPath("metadata", "uid"), "it tells the backups of Shoots of one name apart"))
	}
	out.Store = controlplanev1.EtcdBackupStore{
		Provider: at.Provider, Bucket: at.Bucket, Prefix: fmt.Sprintf("%s--%s/etcd-main", t.key.Name, uid),
		SecretRef: controlplanev1.LocalObjectReference{Name: t.seedBackupName()},
	}
	return out
}

// seedBackup are the credentials of backups, if the seed has them.
func (t *translator) seedBackup() []client.Object {
	at, _ := BackupOf(t.Seed) // Its problems are told with the variable.
	if at == nil {
		return nil
	}
	data, problems := at.Credentials(t.SeedBackup)
	if len(problems) > 0 {
		t.refuse(Elsewhere("Seed", t.Seed.Name, problems)...)
		return nil
	}
	return []client.Object{t.secret(t.seedBackupName(), data)}
}
