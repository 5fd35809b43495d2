// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package defaults_test

import (
	"testing"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/defaults"
)

// expired is a version that expired yesterday.
func expired(version string) gardencorev1beta1.ExpirableVersion {
	return gardencorev1beta1.ExpirableVersion{Version: version, ExpirationDate: new(metav1.NewTime(now.Add(-24 * time.Hour)))}
}

func TestCloudProfile(t *testing.T) {
	g := NewWithT(t)
	later := gardencorev1beta1.ExpirableVersion{Version: "1.37.0", Lifecycle: []gardencorev1beta1.LifecycleStage{{
		Classification: gardencorev1beta1.ClassificationSupported, StartTime: new(metav1.NewTime(now.Add(24 * time.Hour))),
	}}}
	all := &gardencorev1beta1.CloudProfile{Spec: gardencorev1beta1.CloudProfileSpec{
		Kubernetes:    gardencorev1beta1.KubernetesSettings{Versions: []gardencorev1beta1.ExpirableVersion{{Version: "1.36.0"}, expired("1.35.0"), later}},
		MachineImages: []gardencorev1beta1.MachineImage{{Name: "a", Versions: []gardencorev1beta1.MachineImageVersion{{ExpirableVersion: expired("1.0.0")}, {ExpirableVersion: gardencorev1beta1.ExpirableVersion{Version: "2.0.0"}}}}},
		MachineTypes:  []gardencorev1beta1.MachineType{{Name: "m"}}, VolumeTypes: []gardencorev1beta1.VolumeType{{Name: "v"}},
	}}
	profile := all.DeepCopy()
	defaults.CloudProfile(profile, nil, now)
	g.Expect(profile.Spec.Kubernetes.Versions).To(HaveLen(1), "§3 a new profile has no versions that cannot be used")
	g.Expect(profile.Spec.MachineImages[0].Versions).To(HaveLen(1), "§3 a new profile has no images that cannot be used")
	g.Expect(profile.Spec.MachineImages[0].Versions[0].Architectures).To(Equal([]string{"amd64"}), "§3 architectures")
	g.Expect(profile.Spec.MachineImages[0].Versions[0].CRI).To(Equal([]gardencorev1beta1.CRI{{Name: "containerd"}}), "§3 cri")
	g.Expect(profile.Spec.MachineImages[0].UpdateStrategy).To(HaveValue(Equal(gardencorev1beta1.UpdateStrategyMajor)), "§3 updateStrategy")
	g.Expect(profile.Spec.MachineTypes[0].Usable).To(HaveValue(BeTrue()), "§3 usable")
	g.Expect(profile.Spec.MachineTypes[0].Architecture).To(HaveValue(Equal("amd64")), "§3 architecture")
	g.Expect(profile.Spec.VolumeTypes[0].Usable).To(HaveValue(BeTrue()), "§3 usable")
	updated := all.DeepCopy()
	defaults.CloudProfile(updated, profile, now)
	g.Expect(updated.Spec.Kubernetes.Versions).To(HaveLen(3), "§3 versions expire in a profile, and stay")
	g.Expect(updated.Spec.MachineImages[0].Versions).To(HaveLen(2), "§3 images expire in a profile, and stay")
}

func TestNamespacedCloudProfile(t *testing.T) {
	g := NewWithT(t)
	all := &gardencorev1beta1.NamespacedCloudProfile{Spec: gardencorev1beta1.NamespacedCloudProfileSpec{
		Kubernetes: &gardencorev1beta1.KubernetesSettings{Versions: []gardencorev1beta1.ExpirableVersion{{Version: "1.36.0"}, expired("1.35.0")}},
		MachineImages: []gardencorev1beta1.MachineImage{
			{Name: "gone", Versions: []gardencorev1beta1.MachineImageVersion{{ExpirableVersion: expired("1.0.0")}}},
			{Name: "strategy", UpdateStrategy: new(gardencorev1beta1.UpdateStrategyMinor), Versions: []gardencorev1beta1.MachineImageVersion{{ExpirableVersion: expired("1.0.0")}}},
			{Name: "stays", Versions: []gardencorev1beta1.MachineImageVersion{{ExpirableVersion: gardencorev1beta1.ExpirableVersion{Version: "2.0.0"}}}},
		},
		MachineTypes: []gardencorev1beta1.MachineType{{Name: "m"}},
	}}
	profile := all.DeepCopy()
	defaults.NamespacedCloudProfile(profile, nil, now)
	g.Expect(profile.Spec.Kubernetes.Versions).To(HaveLen(1), "§3 a new profile has no versions that cannot be used")
	g.Expect(profile.Spec.MachineImages).To(HaveLen(2), "§3 an image without versions and strategy says nothing")
	g.Expect(profile.Spec.MachineTypes[0].Usable).To(HaveValue(BeTrue()), "§3 usable")
	again := all.DeepCopy()
	defaults.NamespacedCloudProfile(again, all, now)
	g.Expect(again.Spec.Kubernetes.Versions).To(HaveLen(2), "§3 versions that it had stay")
	g.Expect(again.Spec.MachineImages).To(HaveLen(3), "§3 images that it had stay")
}

func TestSeed(t *testing.T) {
	g := NewWithT(t)
	seed := &gardencorev1beta1.Seed{Spec: gardencorev1beta1.SeedSpec{Provider: gardencorev1beta1.SeedProvider{Type: "aws", Region: "eu-west-1"}}}
	defaults.Seed(seed)
	g.Expect(seed.Labels).To(Equal(map[string]string{"seed.gardener.cloud/provider": "aws", "seed.gardener.cloud/region": "eu-west-1"}), "§1 labels")
	g.Expect(seed.Spec.Settings.Scheduling.Visible).To(BeTrue(), "§1 visible")
	g.Expect(seed.Spec.Networks.IPFamilies).To(Equal([]gardencorev1beta1.IPFamily{"IPv4"}), "§1 ipFamilies")
}

func TestBindings(t *testing.T) {
	g := NewWithT(t)
	secret := &gardencorev1beta1.SecretBinding{ObjectMeta: metav1.ObjectMeta{Namespace: "garden-dev"}, Quotas: []corev1.ObjectReference{{Name: "a"}, {Name: "b", Namespace: "garden"}}}
	defaults.SecretBinding(secret)
	g.Expect(secret.SecretRef.Namespace).To(Equal("garden-dev"), "§21 bindings refer to what is beside them")
	g.Expect(secret.Quotas).To(Equal([]corev1.ObjectReference{{Name: "a", Namespace: "garden-dev"}, {Name: "b", Namespace: "garden"}}))
	credentials := &securityv1alpha1.CredentialsBinding{ObjectMeta: metav1.ObjectMeta{Namespace: "garden-dev"}, Quotas: []corev1.ObjectReference{{Name: "a"}}}
	defaults.CredentialsBinding(credentials)
	g.Expect(credentials.CredentialsRef.Namespace).To(Equal("garden-dev"), "§21 bindings refer to what is beside them")
	g.Expect(credentials.Quotas).To(Equal([]corev1.ObjectReference{{Name: "a", Namespace: "garden-dev"}}))
}

func TestProject(t *testing.T) {
	user := func(name string) rbacv1.Subject {
		return rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: name}
	}
	member := func(name, role string, roles ...string) gardencorev1beta1.ProjectMember {
		return gardencorev1beta1.ProjectMember{Subject: user(name), Role: role, Roles: roles}
	}
	for name, row := range map[string]struct {
		last    *gardencorev1beta1.Project
		owner   *rbacv1.Subject
		members []gardencorev1beta1.ProjectMember
		want    string
		all     []gardencorev1beta1.ProjectMember
	}{
		"§21 owner: who creates it": {nil, nil, nil, "jane", []gardencorev1beta1.ProjectMember{member("jane", "admin", "owner")}},
		"§21 owner: a member with the role": {nil, nil, []gardencorev1beta1.ProjectMember{member("joe", "admin", "owner"), member("jim", "viewer")}, "joe",
			[]gardencorev1beta1.ProjectMember{member("joe", "admin", "owner"), member("jim", "viewer")}},
		"§21 owner: the role in the field of old": {nil, nil, []gardencorev1beta1.ProjectMember{member("joe", "owner")}, "joe", []gardencorev1beta1.ProjectMember{member("joe", "owner")}},
		"§21 owner: who is named": {nil, new(user("joe")), []gardencorev1beta1.ProjectMember{member("jim", "admin", "owner")}, "joe",
			[]gardencorev1beta1.ProjectMember{member("jim", "admin"), member("joe", "admin", "owner")}},
		"§21 owner: a member becomes it": {&gardencorev1beta1.Project{}, new(user("jim")), []gardencorev1beta1.ProjectMember{member("joe", "admin", "owner"), member("jim", "viewer", "uam")}, "jim",
			[]gardencorev1beta1.ProjectMember{member("joe", "admin"), member("jim", "viewer", "uam", "owner")}},
		"§21 members: without role are viewers": {nil, new(user("joe")), []gardencorev1beta1.ProjectMember{member("joe", "admin", "owner"), member("jim", "")}, "joe",
			[]gardencorev1beta1.ProjectMember{member("joe", "admin", "owner"), member("jim", "viewer")}},
		"§21 members: who was only the owner": {nil, new(user("joe")), []gardencorev1beta1.ProjectMember{member("joe", "admin", "owner"), member("jim", "owner")}, "joe",
			[]gardencorev1beta1.ProjectMember{member("joe", "admin", "owner"), member("jim", "viewer")}},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			project := &gardencorev1beta1.Project{Spec: gardencorev1beta1.ProjectSpec{Owner: row.owner, Members: row.members}}
			defaults.Project(project, row.last, "jane")
			g.Expect(project.Spec.Owner.Name).To(Equal(row.want))
			g.Expect(project.Spec.Members).To(Equal(row.all))
			if row.last == nil {
				g.Expect(project.Spec.CreatedBy).To(HaveValue(Equal(user("jane"))), "§21 who created it")
			} else {
				g.Expect(project.Spec.CreatedBy).To(BeNil(), "§21 who created it is noted once")
			}
			once := project.DeepCopy()
			defaults.Project(project, once, "joe")
			g.Expect(project).To(Equal(once), "once is enough")
		})
	}
	t.Run("§21 deleted: nothing changes", func(t *testing.T) {
		g := NewWithT(t)
		project := &gardencorev1beta1.Project{ObjectMeta: metav1.ObjectMeta{DeletionTimestamp: new(metav1.Now())}}
		defaults.Project(project, nil, "jane")
		g.Expect(project.Spec).To(Equal(gardencorev1beta1.ProjectSpec{}))
	})
}
