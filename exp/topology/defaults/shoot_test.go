// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package defaults_test

import (
	"math/rand/v2"
	"testing"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/defaults"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
)

// now is when the tests happen.
var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// hour is a source of random numbers that are always the same, as far as the bound allows.
type hour int

func (h hour) IntN(bound int) int { return min(int(h), bound-1) }

func expirable(version string, stage gardencorev1beta1.VersionClassification) gardencorev1beta1.ExpirableVersion {
	return gardencorev1beta1.ExpirableVersion{Version: version, Classification: &stage}
}

func image(version string, stage gardencorev1beta1.VersionClassification, architectures ...string) gardencorev1beta1.MachineImageVersion {
	return gardencorev1beta1.MachineImageVersion{ExpirableVersion: expirable(version, stage), Architectures: architectures}
}

func profile() *gardencorev1beta1.CloudProfileSpec {
	const supported, preview, deprecated = gardencorev1beta1.ClassificationSupported, gardencorev1beta1.ClassificationPreview, gardencorev1beta1.ClassificationDeprecated
	return &gardencorev1beta1.CloudProfileSpec{
		Kubernetes: gardencorev1beta1.KubernetesSettings{Versions: []gardencorev1beta1.ExpirableVersion{
			expirable("1.36.1", preview), expirable("1.35.3", supported), expirable("1.35.2", deprecated), expirable("1.34.5", supported), expirable("1.34.6", deprecated),
		}},
		MachineTypes: []gardencorev1beta1.MachineType{{Name: "m5.large", Architecture: new("amd64")}, {Name: "m6g.large", Architecture: new("arm64")}},
		MachineImages: []gardencorev1beta1.MachineImage{
			{Name: "gardenlinux", Versions: []gardencorev1beta1.MachineImageVersion{image("1400.0.0", preview, "amd64"), image("1312.3.0", supported, "amd64"), image("1312.2.0", supported, "amd64")}},
			{Name: "suse", Versions: []gardencorev1beta1.MachineImageVersion{image("15.7.1", supported, "amd64", "arm64")}},
		},
	}
}

func input(changes ...func(*defaults.ShootInput)) defaults.ShootInput {
	in := defaults.ShootInput{
		User: "jane", Profile: profile(), Now: now, Random: hour(21),
		Project: &gardencorev1beta1.Project{ObjectMeta: metav1.ObjectMeta{Name: "dev"}},
	}
	for _, change := range changes {
		change(&in)
	}
	return in
}

// shoot is what a user has to write, and not more.
func shoot(changes ...func(*gardencorev1beta1.Shoot)) *gardencorev1beta1.Shoot {
	out := &gardencorev1beta1.Shoot{
		ObjectMeta: metav1.ObjectMeta{Name: "botany", Namespace: "garden-dev", Annotations: map[string]string{}},
		Spec: gardencorev1beta1.ShootSpec{
			CloudProfile: &gardencorev1beta1.CloudProfileReference{Name: "aws"}, CredentialsBindingName: new("account"), Region: "eu-west-1",
			Networking: &gardencorev1beta1.Networking{Type: new("calico"), Nodes: new("10.250.0.0/16")},
			Provider: gardencorev1beta1.Provider{Type: "aws", Workers: []gardencorev1beta1.Worker{{
				Name: "one", Minimum: 1, Maximum: 2, Machine: gardencorev1beta1.Machine{Type: "m5.large"},
			}}},
		},
	}
	for _, change := range changes {
		change(out)
	}
	return out
}

func version(name string) func(*gardencorev1beta1.Shoot) {
	return func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Kubernetes.Version = name }
}

func first(change func(*gardencorev1beta1.Worker)) func(*gardencorev1beta1.Shoot) {
	return func(shoot *gardencorev1beta1.Shoot) { change(&shoot.Spec.Provider.Workers[0]) }
}

func same(*gardencorev1beta1.Shoot) {}

func TestShootIsCompleteAndValid(t *testing.T) {
	g := NewWithT(t)
	complete := shoot()
	g.Expect(defaults.Shoot(complete, input())).To(BeEmpty())
	g.Expect(validation.ShootCreate(complete)).To(BeEmpty())
	g.Expect(complete.Spec.Kubernetes.Version).To(Equal("1.35.3"), "§2 version: the highest that is supported")
	g.Expect(complete.Spec.Purpose).To(HaveValue(Equal(gardencorev1beta1.ShootPurposeEvaluation)), "§2 purpose")
	g.Expect(complete.Spec.CloudProfile.Kind).To(Equal("CloudProfile"), "§2 cloudProfile.kind")
	g.Expect(complete.Spec.Networking.IPFamilies).To(Equal([]gardencorev1beta1.IPFamily{"IPv4"}), "§2 ipFamilies")
	g.Expect(complete.Spec.Networking.Pods).To(BeNil(), "§16 ranges wait for the seed")
	g.Expect(complete.Spec.Kubernetes.KubeControllerManager.NodeCIDRMaskSize).To(HaveValue(Equal(int32(24))), "§16 mask")
	g.Expect(complete.Spec.Maintenance.TimeWindow).To(HaveValue(Equal(gardencorev1beta1.MaintenanceTimeWindow{Begin: "210000+0000", End: "220000+0000"})), "§6 window")
	g.Expect(complete.Spec.Maintenance.AutoUpdate.KubernetesVersion).To(BeTrue(), "§6 autoUpdate")
	g.Expect(complete.Spec.Maintenance.AutoRotation.Credentials.ETCDEncryptionKey.RotationPeriod.Duration).To(Equal(28*24*time.Hour), "§6 rotation")
	g.Expect(complete.Annotations).To(HaveKeyWithValue("gardener.cloud/created-by", "jane"), "§21 who created it")
	worker := complete.Spec.Provider.Workers[0]
	g.Expect(worker.Machine.Architecture).To(HaveValue(Equal("amd64")), "§17 architecture")
	g.Expect(worker.Machine.Image).To(HaveValue(Equal(gardencorev1beta1.ShootMachineImage{Name: "gardenlinux", Version: new("1312.3.0")})), "§3 default image: no preview")
	g.Expect(worker.MaxSurge.IntValue()).To(Equal(1), "§17 maxSurge")
	g.Expect(worker.MaxUnavailable.IntValue()).To(Equal(0), "§17 maxUnavailable")
	g.Expect(worker.CRI).To(HaveValue(Equal(gardencorev1beta1.CRI{Name: "containerd"})), "§17 cri")
	g.Expect(complete.Spec.ControlPlane).To(BeNil(), "§5 nothing is highly available unless it is said")
	g.Expect(worker.Zones).To(BeEmpty(), "§17 zones are not chosen for users")

	again := complete.DeepCopy()
	g.Expect(defaults.Shoot(again, input(func(in *defaults.ShootInput) { in.Before, in.User, in.Random = complete, "joe", hour(3) }))).To(BeEmpty())
	g.Expect(again).To(Equal(complete), "once is enough")
	again.Spec.Provider.Workers[0].MaxSurge.IntVal = 7
	g.Expect(gardencorev1beta1.DefaultWorkerMaxSurge.IntVal).To(Equal(int32(1)), "Gardener's own variables stay as they are")
}

func TestWindow(t *testing.T) {
	t.Run("§6 window: any hour that ends on the same day", func(t *testing.T) {
		g := NewWithT(t)
		seen := map[string]bool{}
		random := rand.New(rand.NewPCG(1, 2))
		for range 500 {
			out := shoot()
			defaults.Shoot(out, input(func(in *defaults.ShootInput) { in.Random = random }))
			g.Expect(validation.Shoot(out)).To(BeEmpty())
			seen[out.Spec.Maintenance.TimeWindow.Begin] = true
		}
		g.Expect(seen).To(HaveLen(23))
		g.Expect(seen).To(And(HaveKey("000000+0000"), HaveKey("220000+0000")))
	})
	own := func(shoot *gardencorev1beta1.Shoot) {
		shoot.Spec.Maintenance = &gardencorev1beta1.Maintenance{TimeWindow: &gardencorev1beta1.MaintenanceTimeWindow{Begin: "010000+0100", End: "020000+0100"}}
	}
	for name, row := range map[string]struct {
		last   *gardencorev1beta1.Shoot
		change func(*gardencorev1beta1.Shoot)
		want   string
	}{
		"§6 window: one of its own":               {nil, own, "010000+0100"},
		"§6 window: an update that leaves it out": {shoot(own), same, "010000+0100"},
		"§6 window: none before":                  {shoot(), same, "210000+0000"},
	} {
		t.Run(name, func(t *testing.T) {
			out := shoot(row.change)
			defaults.Shoot(out, input(func(in *defaults.ShootInput) { in.Before = row.last }))
			NewWithT(t).Expect(out.Spec.Maintenance.TimeWindow.Begin).To(Equal(row.want))
		})
	}
}

func TestVersions(t *testing.T) {
	own := func(name string) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Kubernetes.Version = "1.35.3"
			shoot.Spec.Provider.Workers[0].Kubernetes = &gardencorev1beta1.WorkerKubernetes{Version: &name}
		}
	}
	for name, row := range map[string]struct {
		last       *gardencorev1beta1.Shoot
		change     func(*gardencorev1beta1.Shoot)
		want, pool string
		wantError  string
	}{
		"§2 version: none":                                  {nil, same, "1.35.3", "", ""},
		"§2 version: a major":                               {nil, version("1"), "1.35.3", "", ""},
		"§2 version: a minor":                               {nil, version("1.34"), "1.34.5", "", ""},
		"§2 version: in full":                               {nil, version("1.35.2"), "1.35.2", "", ""},
		"§2 version: a minor that is preview":               {nil, version("1.36"), "1.36", "", "spec.kubernetes.version"},
		"§2 version: a minor that there is not":             {nil, version("1.33"), "1.33", "", "spec.kubernetes.version"},
		"§2 version: no number":                             {nil, version("latest"), "latest", "", "spec.kubernetes.version"},
		"§2 version: none on an update":                     {shoot(version("1.34.5")), same, "1.34.5", "", ""},
		"§2 version: a minor on an update":                  {shoot(version("1.34.4")), version("1.34"), "1.34.5", "", ""},
		"§17 version: a minor for a pool":                   {nil, own("1.34"), "1.35.3", "1.34.5", ""},
		"§17 version: a minor that there is not for a pool": {nil, own("1.30"), "1.35.3", "1.30", "spec.provider.workers[0].kubernetes.version"},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			out := shoot(row.change)
			problems := defaults.Shoot(out, input(func(in *defaults.ShootInput) { in.Before = row.last }))
			if row.wantError != "" {
				g.Expect(problems).To(HaveLen(1))
				g.Expect(problems[0].Field).To(Equal(row.wantError))
			} else {
				g.Expect(problems).To(BeEmpty())
			}
			g.Expect(out.Spec.Kubernetes.Version).To(Equal(row.want))
			if own := out.Spec.Provider.Workers[0].Kubernetes; row.pool != "" {
				g.Expect(own.Version).To(HaveValue(Equal(row.pool)))
			}
		})
	}
}

func TestMachines(t *testing.T) {
	imaged := func(name, version string) func(*gardencorev1beta1.Worker) {
		return func(worker *gardencorev1beta1.Worker) {
			worker.Machine.Image = &gardencorev1beta1.ShootMachineImage{Name: name}
			if version != "" {
				worker.Machine.Image.Version = &version
			}
		}
	}
	machine := func(name string) func(*gardencorev1beta1.Worker) {
		return func(worker *gardencorev1beta1.Worker) { worker.Machine.Type = name }
	}
	unchanged := func(*gardencorev1beta1.Worker) {}
	for name, row := range map[string]struct {
		last, change func(*gardencorev1beta1.Worker)
		want         string
		architecture string
		wantError    bool
	}{
		"§3 default image: the first that fits":               {nil, machine("m6g.large"), "suse@15.7.1", "arm64", false},
		"§3 default image: of a machine that nobody knows":    {nil, machine("unknown"), "gardenlinux@1312.3.0", "amd64", false},
		"§3 default image: a name":                            {nil, imaged("suse", ""), "suse@15.7.1", "amd64", false},
		"§3 default image: a short version":                   {nil, imaged("gardenlinux", "1312"), "gardenlinux@1312.3.0", "amd64", false},
		"§3 default image: a version in full":                 {nil, imaged("gardenlinux", "1400.0.0"), "gardenlinux@1400.0.0", "amd64", false},
		"§3 default image: a name that there is not":          {nil, imaged("flatcar", ""), "flatcar@", "amd64", true},
		"§3 default image: a short version that there is not": {nil, imaged("gardenlinux", "9"), "gardenlinux@9", "amd64", true},
		"§3 kept image: none is named":                        {imaged("gardenlinux", "1312.2.0"), unchanged, "gardenlinux@1312.2.0", "amd64", false},
		"§3 kept image: only its name":                        {imaged("gardenlinux", "1312.2.0"), imaged("gardenlinux", ""), "gardenlinux@1312.2.0", "amd64", false},
		"§3 kept image: one that is gone":                     {imaged("gardenlinux", "1.2.3"), imaged("gardenlinux", "1.2.3"), "gardenlinux@1.2.3", "amd64", false},
		"§3 kept image: another name":                         {imaged("gardenlinux", "1312.2.0"), imaged("suse", ""), "suse@15.7.1", "amd64", false},
		"§3 kept image: another version":                      {imaged("gardenlinux", "1312.2.0"), imaged("gardenlinux", "1312.3.0"), "gardenlinux@1312.3.0", "amd64", false},
		"§17 architecture: one of its own": {nil, func(worker *gardencorev1beta1.Worker) {
			worker.Machine.Type, worker.Machine.Architecture = "m6g.large", new("amd64")
		}, "gardenlinux@1312.3.0", "amd64", false},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			in := input()
			if row.last != nil {
				in.Before = shoot(first(row.last))
			}
			out := shoot(first(row.change))
			problems := defaults.Shoot(out, in)
			g.Expect(problems).To(HaveLen(map[bool]int{true: 1}[row.wantError]))
			for _, problem := range problems {
				g.Expect(problem.Field).To(Equal("spec.provider.workers[0]"))
			}
			machine := out.Spec.Provider.Workers[0].Machine
			got := machine.Image.Name + "@"
			if machine.Image.Version != nil {
				got += *machine.Image.Version
			}
			g.Expect(got).To(Equal(row.want))
			g.Expect(machine.Architecture).To(HaveValue(Equal(row.architecture)))
		})
	}
}

func TestConfirmation(t *testing.T) {
	const confirmation, confirmedBy = "confirmation.gardener.cloud/deletion", "deletion.gardener.cloud/confirmed-by"
	annotated := func(values map[string]string) *gardencorev1beta1.Shoot {
		return shoot(func(shoot *gardencorev1beta1.Shoot) { shoot.Annotations = values })
	}
	for name, row := range map[string]struct {
		last, now *gardencorev1beta1.Shoot
		want      string
	}{
		"§21 confirmed by: who creates":                    {nil, annotated(map[string]string{confirmation: "true", confirmedBy: "joe"}), "jane"},
		"§21 confirmed by: nobody":                         {nil, annotated(map[string]string{confirmedBy: "joe"}), ""},
		"§21 confirmed by: who confirms":                   {annotated(nil), annotated(map[string]string{confirmation: "true"}), "jane"},
		"§21 confirmed by: who confirmed first":            {annotated(map[string]string{confirmation: "true", confirmedBy: "joe"}), annotated(map[string]string{confirmation: "true"}), "joe"},
		"§21 confirmed by: nobody can claim to be another": {annotated(map[string]string{confirmation: "true", confirmedBy: "joe"}), annotated(map[string]string{confirmation: "true", confirmedBy: "jane"}), "joe"},
		"§21 confirmed by: nobody any more":                {annotated(map[string]string{confirmation: "true", confirmedBy: "joe"}), annotated(map[string]string{confirmedBy: "joe"}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			defaults.Shoot(row.now, input(func(in *defaults.ShootInput) { in.Before = row.last }))
			NewWithT(t).Expect(row.now.Annotations[confirmedBy]).To(Equal(row.want))
		})
	}
}

func TestDeletedShootStays(t *testing.T) {
	g := NewWithT(t)
	deleted := shoot(func(shoot *gardencorev1beta1.Shoot) { shoot.DeletionTimestamp = new(metav1.Now()) })
	want := deleted.DeepCopy()
	g.Expect(defaults.Shoot(deleted, input(func(in *defaults.ShootInput) { in.Before = shoot() }))).To(BeEmpty())
	g.Expect(deleted).To(Equal(want), "§2 deleted: the spec stays")
}

func TestSynchronizedFields(t *testing.T) {
	named := func(name string) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.CloudProfileName = new(name) }
	}
	for name, row := range map[string]struct {
		last     *gardencorev1beta1.Shoot
		version  string
		change   func(*gardencorev1beta1.Shoot)
		wantName string
		want     string
	}{
		"§2 cloudProfileName: before 1.33 it follows": {nil, "1.32.5", same, "aws", "aws"},
		"§2 cloudProfileName: 1.33 does without":      {nil, "1.33.5", same, "", "aws"},
		"§2 cloudProfileName: alone before 1.34": {nil, "1.33.5", func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.CloudProfileName, shoot.Spec.CloudProfile = new("aws"), nil
		}, "aws", "aws"},
		"§2 cloudProfileName: another one before 1.34 on an update":        {shoot(), "1.33.5", named("gcp"), "aws", "aws"},
		"§2 cloudProfileName: from 1.34 on it goes if nobody changed it":   {shoot(named("aws")), "1.34.5", named("aws"), "", "aws"},
		"§2 cloudProfileName: from 1.34 on a new one stays, to be refused": {shoot(), "1.34.5", named("aws"), "aws", "aws"},
		"§2 cloudProfileName: none for a profile of the project": {shoot(), "1.33.5", func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.CloudProfileName, shoot.Spec.CloudProfile.Kind = new("aws"), "NamespacedCloudProfile"
		}, "", "aws"},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			out := shoot(version(row.version), row.change)
			g.Expect(defaults.Shoot(out, input(func(in *defaults.ShootInput) { in.Before, in.Profile = row.last, nil }))).To(BeEmpty())
			if row.wantName == "" {
				g.Expect(out.Spec.CloudProfileName).To(BeNil())
			} else {
				g.Expect(out.Spec.CloudProfileName).To(HaveValue(Equal(row.wantName)))
			}
			g.Expect(out.Spec.CloudProfile.Name).To(Equal(row.want))
		})
	}
	t.Run("§2 cloudProfileName: a new Shoot names one profile in one field", func(t *testing.T) {
		g := NewWithT(t)
		problems := defaults.Shoot(shoot(version("1.33.5"), named("aws")), input())
		g.Expect(problems).To(HaveLen(1))
		g.Expect(problems[0].Field).To(Equal("spec.cloudProfileName"))
	})
}

func TestDNSFields(t *testing.T) {
	secret := &autoscalingv1.CrossVersionObjectReference{APIVersion: "v1", Kind: "Secret", Name: "dns"}
	for name, row := range map[string]struct {
		version        string
		provider, want gardencorev1beta1.DNSProvider
	}{
		"§13 secretName: becomes credentialsRef before 1.35":    {"1.34.5", gardencorev1beta1.DNSProvider{SecretName: new("dns")}, gardencorev1beta1.DNSProvider{SecretName: new("dns"), CredentialsRef: secret}},
		"§13 secretName: is that of credentialsRef before 1.35": {"1.34.5", gardencorev1beta1.DNSProvider{CredentialsRef: secret}, gardencorev1beta1.DNSProvider{SecretName: new("dns"), CredentialsRef: secret}},
		"§13 secretName: stays what it is from 1.35 on":         {"1.35.3", gardencorev1beta1.DNSProvider{SecretName: new("dns")}, gardencorev1beta1.DNSProvider{SecretName: new("dns")}},
	} {
		t.Run(name, func(t *testing.T) {
			out := shoot(version(row.version), func(shoot *gardencorev1beta1.Shoot) {
				shoot.Spec.DNS = &gardencorev1beta1.DNS{Providers: []gardencorev1beta1.DNSProvider{row.provider}}
			})
			defaults.Shoot(out, input())
			NewWithT(t).Expect(out.Spec.DNS.Providers).To(Equal([]gardencorev1beta1.DNSProvider{row.want}))
		})
	}
}

func TestSimplifiedFields(t *testing.T) {
	g := NewWithT(t)
	old := func(shoot *gardencorev1beta1.Shoot) {
		shoot.Spec.Kubernetes.KubeAPIServer = &gardencorev1beta1.KubeAPIServerConfig{EnableAnonymousAuthentication: new(false)}
		shoot.Spec.Addons = &gardencorev1beta1.Addons{KubernetesDashboard: &gardencorev1beta1.KubernetesDashboard{}}
		shoot.Spec.Kubernetes.ClusterAutoscaler = &gardencorev1beta1.ClusterAutoscaler{MaxEmptyBulkDelete: new(int32(5))}
	}
	out := shoot(old, version("1.32.5"))
	defaults.Shoot(out, input())
	g.Expect(out.Spec.Kubernetes.KubeAPIServer.EnableAnonymousAuthentication).To(BeNil(), "§10 false is nothing")
	g.Expect(out.Spec.Addons).To(BeNil(), "§2 disabled addons are nothing")
	g.Expect(out.Spec.Kubernetes.ClusterAutoscaler.MaxEmptyBulkDelete).To(BeNil(), "§22 the new field says it")
	g.Expect(out.Spec.Kubernetes.ClusterAutoscaler.MaxScaleDownParallelism).To(HaveValue(Equal(int32(5))))
	out = shoot(old, version("1.35.3"))
	defaults.Shoot(out, input())
	g.Expect(out.Spec.Kubernetes.KubeAPIServer.EnableAnonymousAuthentication).NotTo(BeNil(), "§10 what is gone is refused, not dropped")
	g.Expect(out.Spec.Addons).NotTo(BeNil(), "§2 what is gone is refused, not dropped")
	g.Expect(out.Spec.Kubernetes.ClusterAutoscaler.MaxEmptyBulkDelete).NotTo(BeNil(), "§22 what is gone is refused, not dropped")
}
