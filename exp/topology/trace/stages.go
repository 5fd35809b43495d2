// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package trace

import (
	"errors"
	"slices"
	"strings"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/defaults"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/fields"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/reconcilers/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/providers"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/versions"
)

// Names of stages.
const (
	ProfileStage    = "profile"
	ClassStage      = "class"
	ShootStage      = "shoot"
	ReferencesStage = "references"
	ClusterStage    = "cluster"
	PoolsStage      = "pools"
)

// seedKubeconfigKey is where the kubeconfig of a seed is in its Secret, if the seed does not say.
const seedKubeconfigKey = "kubeconfig"

// UIDs of what has none before it is created. Places of backups are named after them.
const (
	shootUID types.UID = "uid-of-the-shoot"
	seedUID  types.UID = "uid-of-the-seed"
)

// Stage is one step, with what comes out of it or why it was refused.
type Stage struct {
	Name, Title string
	Objects     []client.Object
	// Notes are what a user should know although it is no error.
	Notes []string
	// Problems are why there is nothing after this stage.
	Problems field.ErrorList
}

// Names returns those of all stages in their order.
func Names() []string {
	return []string{ProfileStage, ClassStage, ShootStage, ReferencesStage, ClusterStage, PoolsStage}
}

// Stages are what becomes of manifests at a time, up to the first stage that is refused.
func Stages(m Manifests, now time.Time) ([]Stage, error) {
	if m.Shoot == nil || m.Profile == nil {
		return nil, errors.New("give the manifests of a Shoot and of its CloudProfile")
	}
	t := &tracer{
		now: now, shoot: m.Shoot.DeepCopy(), profile: m.Profile.DeepCopy(), manifests: m, project: projectOf(m), seed: seedOf(m),
	}
	for _, stage := range []func() Stage{t.profileStage, t.shootStage, t.classStage} {
		next := stage()
		t.stages = append(t.stages, next)
		if len(next.Problems) > 0 {
			return t.stages, nil
		}
	}
	t.translate()
	return t.stages, nil
}

type tracer struct {
	now       time.Time
	manifests Manifests
	project   *gardencorev1beta1.Project
	seed      *gardencorev1beta1.Seed
	shoot     *gardencorev1beta1.Shoot
	profile   *gardencorev1beta1.CloudProfile
	merged    provider.Profile
	provider  provider.Provider
	class     translation.Class
	stages    []Stage
}

// projectOf is the Project of the Shoot's namespace, or one by the namespace's name.
func projectOf(m Manifests) *gardencorev1beta1.Project {
	if m.Project != nil {
		return m.Project
	}
	name := strings.TrimPrefix(m.Shoot.Namespace, v1beta1constants.GardenNamespace+"-")
	return &gardencorev1beta1.Project{
		ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: gardencorev1beta1.ProjectSpec{Namespace: &m.Shoot.Namespace},
	}
}

// seedOf is the Seed, or the management cluster as one.
func seedOf(m Manifests) *gardencorev1beta1.Seed {
	if m.Seed != nil {
		out := m.Seed.DeepCopy()
		if out.UID == "" {
			out.UID = seedUID
		}
		return out
	}
	return &gardencorev1beta1.Seed{ObjectMeta: metav1.ObjectMeta{Name: "seed"}}
}

func (t *tracer) profileStage() Stage {
	// A profile that exists keeps versions that have expired.
	defaults.CloudProfile(t.profile, t.profile.DeepCopy(), t.now)
	out := Stage{Name: ProfileStage, Title: "CloudProfile, as admission completes it", Objects: []client.Object{t.profile}}
	out.Problems = validation.CloudProfile(t.profile, t.now)
	spec := t.profile.Spec
	if own := t.manifests.Own; own != nil {
		spec = versions.Merge(&t.profile.Spec, &own.Spec)
	}
	t.merged = provider.Profile{Name: t.profile.Name, Spec: &spec}
	return out
}

// noon is a random hour that is always the same.
type noon struct{}

// IntN returns an hour in the middle.
func (noon) IntN(bound int) int { return bound / 2 }

func (t *tracer) shootStage() Stage {
	out := Stage{Name: ShootStage, Title: "Shoot, as admission completes it", Objects: []client.Object{t.shoot}}
	out.Problems = defaults.Shoot(t.shoot, defaults.ShootInput{
		User: "trace", Profile: t.merged.Spec, Seed: t.seed, Project: t.project, Now: t.now, Random: noon{},
	})
	if len(out.Problems) > 0 {
		return out
	}
	out.Problems = slices.Concat(
		fields.Refusals(&t.shoot.Spec),
		validation.ShootCreate(t.shoot),
		validation.ShootAgainstProfile(t.shoot, nil, t.merged.Spec, t.now),
		validation.ShootInProject(t.shoot, nil, t.project, nil),
	)
	for _, reported := range fields.NotCarriedOut(&t.shoot.Spec) {
		out.Notes = append(out.Notes, "not carried out: "+reported.Path+": "+reported.Reason)
	}
	return out
}

func (t *tracer) classStage() Stage {
	out := Stage{Name: ClassStage, Title: "ClusterClass of the profile, after its templates"}
	t.provider = providers.OfShoot(t.shoot)
	if t.provider == nil {
		path := field.NewPath("spec", "provider", "type")
		out.Problems = field.ErrorList{field.NotSupported(path, t.shoot.Spec.Provider.Type, providers.Types())}
		return out
	}
	t.class, out.Problems = translation.ClassOf(t.merged, t.provider)
	if len(out.Problems) == 0 {
		out.Objects = append(slices.Clone(t.class.Templates), t.class.ClusterClass)
	}
	return out
}

func (t *tracer) translate() {
	out, problems := translation.Translate(t.input(), t.provider)
	if len(problems) > 0 {
		t.stages = append(t.stages, Stage{Name: ClusterStage, Title: "Cluster of the Shoot", Problems: problems})
		return
	}
	t.stages = append(t.stages,
		Stage{Name: ReferencesStage, Title: "Namespace, and what the Cluster refers to", Objects: append([]client.Object{out.Namespace}, out.Objects...)},
		Stage{Name: ClusterStage, Title: "Cluster of the Shoot", Objects: []client.Object{out.Cluster}},
	)
	if len(out.Pools) > 0 {
		t.stages = append(t.stages, Stage{Name: PoolsStage, Title: "Worker pools with a Kubernetes version of their own", Objects: out.Pools})
	}
}

func (t *tracer) input() translation.Input {
	shoot := t.shoot.DeepCopy()
	if shoot.UID == "" && shoot.Status.UID == "" {
		shoot.Status.UID = shootUID
	}
	in := translation.Input{
		Shoot: shoot, Project: t.project.Name, Profile: t.merged, Seed: t.seed, Class: t.class.ClusterClass,
		ConfigMaps: map[string]map[string]string{}, Secrets: map[string]map[string][]byte{}, Network: map[string]map[string]string{},
	}
	for _, configMap := range t.manifests.ConfigMaps {
		switch network, isNetwork := configMap.Labels[translation.NetworkLabel]; {
		case !isNetwork:
			in.ConfigMaps[configMap.Name] = configMap.Data
		case t.shoot.Spec.Networking != nil && t.shoot.Spec.Networking.Type != nil && *t.shoot.Spec.Networking.Type == network:
			in.Network[configMap.Name] = configMap.Data
		}
	}
	t.addSecrets(&in)
	return in
}

// addSecrets gives Secrets to who refers to them. One that nobody refers to has the credentials of the Shoot.
func (t *tracer) addSecrets(in *translation.Input) {
	_, wanted := translation.References(t.shoot)
	backup, _ := translation.BackupOf(t.seed)
	for _, secret := range t.manifests.Secrets {
		data := map[string][]byte{}
		for key, value := range secret.Data {
			data[key] = value
		}
		for key, value := range secret.StringData {
			data[key] = []byte(value)
		}
		switch {
		case backup != nil && backup.Secret == client.ObjectKeyFromObject(secret):
			in.SeedBackup = data
		case slices.Contains(wanted, secret.Name):
			in.Secrets[secret.Name] = data
		case strings.HasPrefix(t.seed.Annotations[seed.AnnotationKubeconfig]+"/", secret.Namespace+"/"+secret.Name+"/"):
			in.SeedKubeconfig = data[seedKubeconfigKey]
		default:
			in.Credentials = data
		}
	}
}
