// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/defaults"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/examples"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
)

// manifests seeds a fuzz target with manifests of a kind: as they are, and with a specification of strange values.
func manifests(f *testing.F, kind string, more ...any) {
	f.Helper()
	all := examples.Of(kind)
	for _, object := range more {
		manifest, err := json.Marshal(object)
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, manifest)
	}
	for i, manifest := range all {
		f.Add(manifest, int64(0))
		f.Add(manifest, int64(i+1))
	}
}

// read makes an object of a manifest, and skips what is none.
func read(t *testing.T, manifest []byte, object any) {
	t.Helper()
	if err := json.Unmarshal(manifest, object); err != nil {
		t.Skip(err)
	}
}

// pure checks that rules change nothing, and that each problem names its field.
func pure(t *testing.T, check func() field.ErrorList, objects ...runtime.Object) field.ErrorList {
	t.Helper()
	copies := make([]runtime.Object, 0, len(objects))
	for _, object := range objects {
		copies = append(copies, object.DeepCopyObject())
	}
	problems := check()
	for i := range objects {
		if !apiequality.Semantic.DeepEqual(objects[i], copies[i]) {
			t.Fatalf("object %d was changed by rules", i)
		}
	}
	for _, problem := range problems {
		if problem.Field == "" {
			t.Fatalf("a problem without field: %v", problem)
		}
	}
	return problems
}

// calm checks that nothing is wrong with an update that changes nothing.
func calm(t *testing.T, problems field.ErrorList) {
	t.Helper()
	if len(problems) > 0 {
		t.Fatalf("an update that changes nothing is refused: %v", problems.ToAggregate())
	}
}

func FuzzShootAdmission(f *testing.F) {
	manifests(f, "Shoot", shoot(), workerless())
	parent, on, of := profile(), host("aws"), project()
	f.Fuzz(func(t *testing.T, manifest []byte, seed int64) {
		var before gardencorev1beta1.Shoot
		read(t, manifest, &before)
		after := before.DeepCopy()
		if seed != 0 {
			filler := examples.Strange(seed)
			filler.Fill(&after.Spec)
			filler.Fill(&after.Status)
			filler.Fill(&after.ObjectMeta)
		}
		random := rand.New(rand.NewPCG(uint64(seed), 0))
		defaults.Shoot(&before, defaults.ShootInput{Profile: parent, Now: now, Random: random})
		defaults.Shoot(after, defaults.ShootInput{Before: &before, Profile: parent, Seed: on, Project: of, Domains: []string{"example.com"}, Now: now, Random: random})
		for _, pair := range [][2]*gardencorev1beta1.Shoot{{&before, after}, {after, &before}} {
			last, current := pair[0], pair[1]
			pure(t, func() field.ErrorList { return admission(current, last, parent, on, of) }, current, last)
			pure(t, func() field.ErrorList { return admission(current, nil, parent, on, of) }, current)
		}
		for _, same := range []*gardencorev1beta1.Shoot{&before, after} {
			if !distinctPools(same) {
				continue // It was never let in.
			}
			calm(t, validation.ShootUpdate(same, same))
			calm(t, validation.ShootAgainstProfile(same, same, parent, now))
			calm(t, validation.ShootMoving(same, same))
			calm(t, validation.ShootLifetime(same, same, []*gardencorev1beta1.Quota{trial()}, now))
		}
	})
}

func distinctPools(shoot *gardencorev1beta1.Shoot) bool {
	names := sets.New[string]()
	for i := range shoot.Spec.Provider.Workers {
		names.Insert(shoot.Spec.Provider.Workers[i].Name)
	}
	return names.Len() == len(shoot.Spec.Provider.Workers)
}

// admission is all that is checked of a Shoot. last is nil for a new one.
func admission(
	current, last *gardencorev1beta1.Shoot,
	parent *gardencorev1beta1.CloudProfileSpec,
	on *gardencorev1beta1.Seed,
	of *gardencorev1beta1.Project,
) field.ErrorList {
	problems := validation.ShootCreate(current)
	if last != nil {
		problems = append(problems, validation.ShootUpdate(current, last)...)
		problems = append(problems, validation.ShootMoving(current, last)...)
		problems = append(problems, validation.ShootProfileChange(current, "aws", "aws", parent, parent)...)
		problems = append(problems, validation.ShootLifetime(current, last, []*gardencorev1beta1.Quota{trial()}, now)...)
	}
	problems = append(problems, validation.ShootAgainstProfile(current, last, parent, now)...)
	problems = append(problems, validation.ShootOnSeed(current, last, validation.Placement{Seed: on, Last: on, Profile: parent})...)
	problems = append(problems, validation.ShootInProject(current, last, of, nil)...)
	problems = append(problems, validation.ShootBindings(current, last, secretBinding(), credentialsBinding(), secretBinding())...)
	problems = append(problems, validation.ShootDomain(current, last, "dev", []string{"example.com"}, []string{"a.example.com"})...)
	problems = append(problems, validation.ShootDeletion(current, of, "jane")...)
	validation.NeedsQuota(current, last)
	if usage, err := validation.ShootUsage(current, parent); err == nil {
		problems = append(problems, validation.QuotaExceeded(trial(), usage, usage)...)
	}
	return problems
}

func FuzzCloudProfileAdmission(f *testing.F) {
	manifests(f, "CloudProfile", cloudProfile())
	f.Fuzz(func(t *testing.T, manifest []byte, seed int64) {
		var before gardencorev1beta1.CloudProfile
		read(t, manifest, &before)
		after := before.DeepCopy()
		if seed != 0 {
			examples.Strange(seed).Fill(&after.Spec)
		}
		defaults.CloudProfile(after, &before, now)
		shoots := []*gardencorev1beta1.Shoot{shoot()}
		for _, pair := range [][2]*gardencorev1beta1.CloudProfile{{&before, after}, {after, &before}} {
			pure(t, func() field.ErrorList {
				problems := validation.CloudProfile(pair[1], now)
				problems = append(problems, validation.CloudProfileUpdate(pair[1], pair[0], now)...)
				problems = append(problems, validation.CloudProfileInUse(pair[1], pair[0], []*childProfile{namespaced()}, shoots)...)
				return append(problems, validation.ShootAgainstProfile(shoot(), nil, &pair[1].Spec, now)...)
			}, pair[0], pair[1])
			calm(t, validation.CloudProfileUpdate(pair[0], pair[0], now))
			calm(t, validation.CloudProfileInUse(pair[0], pair[0], []*childProfile{namespaced()}, shoots))
		}
	})
}

func FuzzNamespacedCloudProfileAdmission(f *testing.F) {
	manifests(f, "NamespacedCloudProfile", namespaced())
	f.Fuzz(func(t *testing.T, manifest []byte, seed int64) {
		var before childProfile
		read(t, manifest, &before)
		after, parent := before.DeepCopy(), profile()
		if seed != 0 {
			filler := examples.Strange(seed)
			filler.Fill(&after.Spec)
			if seed%2 == 0 {
				filler.Fill(parent)
			}
		}
		defaults.NamespacedCloudProfile(after, &before, now)
		shoots := []*gardencorev1beta1.Shoot{shoot()}
		for _, pair := range [][2]*childProfile{{&before, after}, {after, &before}} {
			pure(t, func() field.ErrorList {
				problems := validation.NamespacedCloudProfile(pair[1])
				problems = append(problems, validation.NamespacedCloudProfileUpdate(pair[1], pair[0])...)
				problems = append(problems, validation.NamespacedCloudProfileOfParent(pair[1], pair[0], parent, now)...)
				problems = append(problems, validation.NamespacedCloudProfileOfParent(pair[1], nil, parent, now)...)
				validation.NamespacedCloudProfileVerbs(pair[1], pair[0])
				return append(problems, validation.NamespacedCloudProfileInUse(pair[1], pair[0], parent, shoots, now)...)
			}, pair[0], pair[1])
			calm(t, validation.NamespacedCloudProfileUpdate(pair[0], pair[0]))
			calm(t, validation.NamespacedCloudProfileOfParent(pair[0], pair[0], parent, now))
		}
	})
}

func FuzzSeedAdmission(f *testing.F) {
	manifests(f, "Seed", seed())
	f.Fuzz(func(t *testing.T, manifest []byte, number int64) {
		var before gardencorev1beta1.Seed
		read(t, manifest, &before)
		after := before.DeepCopy()
		if number != 0 {
			examples.Strange(number).Fill(&after.Spec)
		}
		defaults.Seed(after)
		shoots := []*gardencorev1beta1.Shoot{shoot(on(before.Name))}
		for _, pair := range [][2]*gardencorev1beta1.Seed{{&before, after}, {after, &before}} {
			pure(t, func() field.ErrorList {
				problems := append(validation.Seed(pair[1]), validation.SeedUpdate(pair[1], pair[0])...)
				problems = append(problems, validation.ShootOnSeed(shoot(on(pair[1].Name)), nil, validation.Placement{Seed: pair[1], Last: pair[0], Profile: profile()})...)
				return append(problems, validation.SeedInUse(pair[1], pair[0], shoots, []string{"example.com"})...)
			}, pair[0], pair[1])
			calm(t, validation.SeedUpdate(pair[0], pair[0]))
			calm(t, validation.SeedInUse(pair[0], pair[0], shoots, []string{"example.com"}))
		}
	})
}

func FuzzProjectAdmission(f *testing.F) {
	manifests(f, "Project", project())
	f.Fuzz(func(t *testing.T, manifest []byte, seed int64) {
		var before gardencorev1beta1.Project
		read(t, manifest, &before)
		after := before.DeepCopy()
		if seed != 0 {
			examples.Strange(seed).Fill(&after.Spec)
		}
		defaults.Project(&before, nil, "jane")
		defaults.Project(after, &before, "joe")
		for _, pair := range [][2]*gardencorev1beta1.Project{{&before, after}, {after, &before}} {
			pure(t, func() field.ErrorList {
				validation.ProjectVerbs(pair[1], pair[0], "joe", nil)
				problems := append(validation.Project(pair[1]), validation.ProjectUpdate(pair[1], pair[0])...)
				return append(problems, validation.ShootInProject(shoot(), nil, pair[1], nil)...)
			}, pair[0], pair[1])
			calm(t, validation.ProjectUpdate(pair[0], pair[0]))
		}
	})
}

func FuzzOtherAdmission(f *testing.F) {
	for _, kind := range []string{"Quota", "SecretBinding", "CredentialsBinding", "ExposureClass"} {
		manifests(f, kind)
	}
	f.Fuzz(func(t *testing.T, manifest []byte, seed int64) {
		var (
			quota       gardencorev1beta1.Quota
			secret      gardencorev1beta1.SecretBinding
			credentials securityv1alpha1.CredentialsBinding
			class       gardencorev1beta1.ExposureClass
		)
		for _, object := range []any{&quota, &secret, &credentials, &class} {
			_ = json.Unmarshal(manifest, object) // What does not fit is left out.
			if seed != 0 {
				examples.Strange(seed).Fill(object)
			}
		}
		defaults.SecretBinding(&secret)
		defaults.CredentialsBinding(&credentials)
		pure(t, func() field.ErrorList {
			return append(validation.Quota(&quota), validation.QuotaUpdate(&quota, trial())...)
		}, &quota)
		pure(t, func() field.ErrorList {
			return append(validation.SecretBinding(&secret), validation.SecretBindingUpdate(&secret, secretBinding())...)
		}, &secret)
		pure(t, func() field.ErrorList {
			return append(validation.CredentialsBinding(&credentials), validation.CredentialsBindingUpdate(&credentials, credentialsBinding())...)
		}, &credentials)
		pure(t, func() field.ErrorList {
			return append(validation.ExposureClass(&class), validation.ExposureClassUpdate(&class, exposureClass())...)
		}, &class)
		defaults.Shoot(shoot(), defaults.ShootInput{ExposureClass: &class, Now: now, Random: rand.New(rand.NewPCG(0, 0))})
		calm(t, validation.QuotaUpdate(&quota, &quota))
		calm(t, validation.SecretBindingUpdate(&secret, &secret))
		calm(t, validation.CredentialsBindingUpdate(&credentials, &credentials))
		calm(t, validation.ExposureClassUpdate(&class, &class))
	})
}
