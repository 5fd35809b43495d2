// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// ProjectLabel says whose everything in the management cluster is that was made for a Shoot.
	ProjectLabel = v1beta1constants.ProjectName
	// ShootNameLabel is beside it, with the name of the Shoot.
	ShootNameLabel = v1beta1constants.LabelShootName
	// ShootNamespaceLabel is beside it, with the namespace of the Shoot.
	ShootNamespaceLabel = v1beta1constants.LabelShootNamespace
	// ShootUIDAnnotation tells a Shoot from an earlier one of the same name.
	ShootUIDAnnotation = v1beta1constants.ShootUID

	// ClassNamespace is where ClusterClasses and their templates are.
	ClassNamespace = v1beta1constants.GardenNamespace
	// ProfileLabel says on ClusterClasses and templates which CloudProfile they were made from. Objects of one profile and
	// provider that are no longer made are old, and may go when nothing refers to them.
	ProfileLabel = "kubeception.cluster.x-k8s.io/cloud-profile"
	// ProviderLabel is beside it, with the provider type.
	ProviderLabel = "kubeception.cluster.x-k8s.io/provider"
	// NetworkLabel is on ConfigMaps in ClassNamespace that hold the manifests of a network of pods; its value is the network's
	// type in Shoots, for example calico.
	NetworkLabel = "kubeception.cluster.x-k8s.io/network"
	// BackupBucketAnnotation names on a Seed the bucket with the backups of its control planes. If absent, it is the UID of the
	// Seed, as on Gardener. The operator creates the bucket.
	BackupBucketAnnotation = "kubeception.cluster.x-k8s.io/seed-backup-bucket"
	// PoolLabel is on the objects of worker pools.
	PoolLabel = v1beta1constants.LabelWorkerPool

	// referencePrefix precedes the names of copies of what a Shoot refers to.
	referencePrefix = "ref-"
	// hashLength is that of the part of a name that stands for content.
	hashLength = 10
)

// hash stands for content in a name: the same for the same content.
func hash(content any) (string, error) {
	encoded, err := json.Marshal(content)
	if err != nil {
		return "", fmt.Errorf("hash content: %w", err)
	}
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:])[:hashLength], nil
}

// named gives an object the name that begins as given and ends in a hash of its content. A name that is too long is cut.
func named(object client.Object, begin string) error {
	sum, err := hash(object)
	if err != nil {
		return err
	}
	object.SetName(cut(begin) + "-" + sum)
	return nil
}

// cut shortens the beginning of a name so that a hash has room behind it within the length of a label.
func cut(begin string) string {
	const most = 63 - hashLength - 1
	return begin[:min(len(begin), most)]
}
