// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	provisioner "sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

const (
	provisionerName  = "seed.kubeception.dev/local"
	storageClassName = "local"
)

// ensureStorageClass creates the default StorageClass. There is one node, so
// nothing is gained by binding late.
func ensureStorageClass(ctx context.Context, c client.Client) error {
	err := c.Create(ctx, &storagev1.StorageClass{
		ObjectMeta: metav1.ObjectMeta{
			Name:        storageClassName,
			Annotations: map[string]string{"storageclass.kubernetes.io/is-default-class": "true"},
		},
		Provisioner:       provisionerName,
		ReclaimPolicy:     new(corev1.PersistentVolumeReclaimDelete),
		VolumeBindingMode: new(storagev1.VolumeBindingImmediate),
	})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

// volumes makes and deletes the folders behind persistent volumes.
type volumes struct{ dir, node string }

var _ provisioner.Provisioner = &volumes{}

// Provision makes a folder that any pod may write to: the kubelet narrows it
// for pods with an fsGroup.
func (v *volumes) Provision(_ context.Context, o provisioner.ProvisionOptions) (*corev1.PersistentVolume, provisioner.ProvisioningState, error) {
	path := filepath.Join(v.dir, o.PVName)
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, provisioner.ProvisioningFinished, err
	}
	if err := os.Chmod(path, 0o777); err != nil { // Whatever the umask is.
		return nil, provisioner.ProvisioningFinished, err
	}
	return &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: o.PVName},
		Spec: corev1.PersistentVolumeSpec{
			AccessModes:                   o.PVC.Spec.AccessModes,
			Capacity:                      corev1.ResourceList{corev1.ResourceStorage: o.PVC.Spec.Resources.Requests[corev1.ResourceStorage]},
			PersistentVolumeReclaimPolicy: *o.StorageClass.ReclaimPolicy,
			MountOptions:                  o.StorageClass.MountOptions,
			PersistentVolumeSource:        corev1.PersistentVolumeSource{Local: &corev1.LocalVolumeSource{Path: path}},
			NodeAffinity: &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{{
				MatchExpressions: []corev1.NodeSelectorRequirement{{
					Key: corev1.LabelHostname, Operator: corev1.NodeSelectorOpIn, Values: []string{v.node},
				}},
			}}}},
		},
	}, provisioner.ProvisioningFinished, nil
}

// Delete removes the folder of a volume with everything in it.
func (v *volumes) Delete(_ context.Context, volume *corev1.PersistentVolume) error {
	if volume.Spec.Local == nil || volume.Spec.Local.Path != filepath.Join(v.dir, volume.Name) {
		return &provisioner.IgnoredError{Reason: "the volume is not below " + v.dir}
	}
	if err := os.RemoveAll(volume.Spec.Local.Path); err != nil {
		return fmt.Errorf("delete volume %s: %w", volume.Name, err)
	}
	return nil
}
