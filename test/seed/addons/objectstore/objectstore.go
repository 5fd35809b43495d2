// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package objectstore

import (
	"context"
	"embed"
	"io"
	"io/fs"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/deploy"
)

const (
	// Namespace is where the object store runs.
	Namespace = "objectstore"
	// Endpoint is its URL for pods of the seed.
	Endpoint = "http://objectstore." + Namespace + ".svc:9000"
	// Bucket exists from the start; others do not.
	Bucket = "backups"
	// Region is arbitrary, but S3 clients want one.
	Region = "seed"

	port            = 9000
	accessKeyID     = "kubeception"
	secretAccessKey = "kubeception-secret"
)

//go:embed manifests
var manifests embed.FS

// Addon installs the object store.
type Addon struct{}

var (
	_ seed.Addon    = Addon{}
	_ seed.Preparer = Addon{}
)

// Name implements seed.Addon.
func (Addon) Name() string { return "objectstore" }

var program = deploy.Program{Image: "objectstore"}

// Prepare implements seed.Preparer.
func (Addon) Prepare(ctx context.Context, s *seed.Seed, _ io.Writer) error {
	_, err := program.Build(ctx, s)
	return err
}

// Install implements seed.Addon.
func (Addon) Install(ctx context.Context, s *seed.Seed, log io.Writer) error {
	image, err := program.Load(ctx, s)
	if err != nil {
		return err
	}
	rendered, err := render(image.Ref)
	if err != nil {
		return err
	}
	if err := s.Apply(ctx, rendered, log); err != nil {
		return err
	}
	return s.AwaitDeployment(ctx, Namespace, "objectstore")
}

func render(image string) ([]byte, error) {
	files, err := fs.Sub(manifests, "manifests")
	if err != nil {
		return nil, err
	}
	return deploy.Render(files, map[string]any{
		"Namespace": Namespace, "Image": image, "Port": port, "Bucket": Bucket,
		"AccessKeyID": accessKeyID, "SecretAccessKey": secretAccessKey,
	})
}

// BackupSecret is what an Etcd with a store of provider S3 refers to: the
// credentials, and how the sidecar finds the store. The container of the store
// is Bucket.
func BackupSecret(namespace, name string) *corev1.Secret {
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		StringData: map[string]string{
			"accessKeyID":      accessKeyID,
			"secretAccessKey":  secretAccessKey,
			"region":           Region,
			"bucketName":       Bucket,
			"endpoint":         Endpoint,
			"s3ForcePathStyle": "true",
		},
	}
}
