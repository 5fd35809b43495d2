// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/reconcilers/class"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
)

// input reads all that the translation of a Shoot depends on.
func (r *Reconciler) input(ctx context.Context, shoot *gardencorev1beta1.Shoot, p provider.Provider) (translation.Input, error) {
	in := translation.Input{Shoot: shoot}
	project, err := lookup.ProjectOf(ctx, r.Client, shoot.Namespace)
	if err != nil {
		return in, err
	}
	in.Project = project.Name
	profile, err := lookup.ProfileOf(ctx, r.Client, shoot)
	if err != nil {
		return in, err
	}
	if profile == nil {
		return in, &refusal{field.ErrorList{field.Required(field.NewPath("spec", "cloudProfile", "name"), "name the profile to choose from")}}
	}
	key := *class.KeyOf(shoot)
	in.Profile = class.Profile(key, profile.Spec)
	if err := r.readSeed(ctx, shoot, &in); err != nil {
		return in, err
	}
	if err := r.readCredentials(ctx, shoot, &in); err != nil {
		return in, err
	}
	if err := r.readReferences(ctx, shoot, &in); err != nil {
		return in, err
	}
	if err := r.readNetwork(ctx, shoot, &in); err != nil {
		return in, err
	}
	ready, problems, err := class.Ready(ctx, r.Client, key, profile.Spec, p)
	if len(problems) > 0 {
		return in, &refusal{translation.Elsewhere("CloudProfile", profile.Name, problems)}
	}
	in.Class = ready
	return in, err
}

func (r *Reconciler) readSeed(ctx context.Context, shoot *gardencorev1beta1.Shoot, in *translation.Input) error {
	seed, at, key, err := r.seedOf(ctx, shoot)
	if err != nil {
		return err
	}
	in.Seed = seed
	if err := r.readBackup(ctx, seed, in); err != nil || at == nil {
		return err
	}
	kubeconfig := &corev1.Secret{}
	if err := r.follow(ctx, *at, kubeconfig); err != nil {
		return err
	}
	if in.SeedKubeconfig = kubeconfig.Data[key]; len(in.SeedKubeconfig) == 0 {
		return &lookup.NotFoundError{Kind: "key " + key, Name: "of Secret " + at.String()}
	}
	return nil
}

// readBackup reads the credentials of the seed's backups. What is wrong with them is told by the translation.
func (r *Reconciler) readBackup(ctx context.Context, seed *gardencorev1beta1.Seed, in *translation.Input) error {
	at := backupOf(seed)
	if at == nil {
		return nil
	}
	credentials := &corev1.Secret{}
	if err := r.follow(ctx, *at, credentials); err != nil {
		return err
	}
	if in.SeedBackup = credentials.Data; in.SeedBackup == nil {
		in.SeedBackup = map[string][]byte{} // It exists.
	}
	return nil
}

func (r *Reconciler) readCredentials(ctx context.Context, shoot *gardencorev1beta1.Shoot, in *translation.Input) error {
	at, err := r.credentialsOf(ctx, shoot)
	if err != nil || at == nil {
		return err
	}
	credentials := &corev1.Secret{}
	if err := r.follow(ctx, *at, credentials); err != nil {
		return err
	}
	in.Credentials = credentials.Data
	return nil
}

// readReferences reads the ConfigMaps and Secrets of its namespace that a Shoot names.
func (r *Reconciler) readReferences(ctx context.Context, shoot *gardencorev1beta1.Shoot, in *translation.Input) error {
	configMaps, secrets := translation.References(shoot)
	in.ConfigMaps, in.Secrets = map[string]map[string]string{}, map[string]map[string][]byte{}
	for _, name := range configMaps {
		object := &corev1.ConfigMap{}
		if err := r.follow(ctx, reference{configMapKind, client.ObjectKey{Namespace: shoot.Namespace, Name: name}}, object); err != nil {
			return err
		}
		in.ConfigMaps[name] = object.Data
	}
	for _, name := range secrets {
		object := &corev1.Secret{}
		if err := r.follow(ctx, reference{secretKind, client.ObjectKey{Namespace: shoot.Namespace, Name: name}}, object); err != nil {
			return err
		}
		in.Secrets[name] = object.Data
	}
	return nil
}

// readNetwork reads the manifests that the operator has for the network of a Shoot.
func (r *Reconciler) readNetwork(ctx context.Context, shoot *gardencorev1beta1.Shoot, in *translation.Input) error {
	if shoot.Spec.Networking == nil || ptr.Deref(shoot.Spec.Networking.Type, "") == "" {
		return nil
	}
	list := &corev1.ConfigMapList{}
	err := r.Direct.List(ctx, list, client.InNamespace(v1beta1constants.GardenNamespace), client.MatchingLabels{translation.NetworkLabel: *shoot.Spec.Networking.Type})
	if err != nil {
		return fmt.Errorf("list the manifests of the network %s: %w", *shoot.Spec.Networking.Type, err)
	}
	in.Network = map[string]map[string]string{}
	for i := range list.Items {
		in.Network[list.Items[i].Name] = list.Items[i].Data
	}
	return nil
}
