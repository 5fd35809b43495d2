// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/kubernetes"
)

// Translate returns what a Shoot becomes: the same for the same input, byte for byte. What is out of reach is named by the
// fields of the Shoot.
//
// The Shoot is complete, as admission leaves it, and its class was made by ClassOf for the same provider.
func Translate(in Input, p provider.Provider) (Output, field.ErrorList) {
	t := &translator{Input: in, provider: p, key: lookup.ClusterKey(in.Project, in.Shoot)}
	t.shoot = provider.Shoot{
		Shoot: in.Shoot, Profile: in.Profile, Namespace: t.key.Namespace, Name: t.key.Name, Credentials: in.Credentials,
	}
	if problems := t.checkInput(); len(problems) > 0 {
		return Output{}, problems
	}
	own, problems := p.Cluster(t.shoot)
	t.problems = append(t.problems, problems...)
	t.infrastructure = own
	out := Output{Namespace: t.namespaceObject(), Cluster: t.cluster()}
	out.Objects = slices.Concat(t.references(), t.seedKubeconfig(), t.seedBackup(), t.networkManifests(), own.Objects)
	out.Pools = t.ownVersionPools(out.Cluster)
	if len(t.problems) > 0 {
		return Output{}, t.problems
	}
	return out, nil
}

// translator holds what the parts of a translation read, and collects what they refuse.
type translator struct {
	Input
	provider provider.Provider
	shoot    provider.Shoot
	// key is that of the Cluster.
	key            client.ObjectKey
	infrastructure provider.Cluster
	problems       field.ErrorList
}

func (t *translator) spec() *gardencorev1beta1.ShootSpec { return &t.Shoot.Spec }

func (t *translator) isWorkerless() bool { return len(t.spec().Provider.Workers) == 0 }

// refuse notes problems, each once: what a Shoot says for all its pools is looked at for each of them.
func (t *translator) refuse(problems ...*field.Error) {
	for _, problem := range problems {
		if !slices.ContainsFunc(t.problems, func(other *field.Error) bool { return other.Error() == problem.Error() }) {
			t.problems = append(t.problems, problem)
		}
	}
}

// checkInput looks for what everything else depends on.
func (t *translator) checkInput() field.ErrorList {
	var out field.ErrorList
	spec := field.NewPath("spec")
	if t.Class == nil || t.Profile.Spec == nil {
		out = append(out, field.Required(spec.Child("cloudProfile", "name"), "there is no ClusterClass for the profile yet"))
	}
	if t.Seed == nil {
		out = append(out, field.Required(spec.Child("seedName"), "the Shoot is not scheduled yet"))
	}
	return append(out, checkVersion(t.spec().Kubernetes.Version, spec.Child("kubernetes", "version"))...)
}

// labels say whose an object is.
func (t *translator) labels() map[string]string {
	return map[string]string{
		ProjectLabel: label(t.Project), ShootNameLabel: label(t.Shoot.Name), ShootNamespaceLabel: label(t.Shoot.Namespace),
	}
}

// clusterLabels are for what belongs to the Cluster and moves with it.
func (t *translator) clusterLabels() map[string]string {
	out := t.labels()
	out[clusterv1.ClusterNameLabel] = t.key.Name
	return out
}

func (t *translator) annotations() map[string]string {
	if t.Shoot.UID == "" {
		return nil
	}
	return map[string]string{ShootUIDAnnotation: string(t.Shoot.UID)}
}

func (t *translator) namespaceObject() *corev1.Namespace {
	out := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: t.key.Namespace, Labels: t.labels(), Annotations: t.annotations()}}
	out.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Namespace"))
	return out
}

func (t *translator) cluster() *clusterv1.Cluster {
	out := &clusterv1.Cluster{ObjectMeta: metav1.ObjectMeta{
		Namespace: t.key.Namespace, Name: t.key.Name, Labels: t.labels(), Annotations: t.annotations(),
	}}
	if t.Shoot.Generation > 0 {
		metav1.SetMetaDataAnnotation(&out.ObjectMeta, lookup.AnnotationGeneration, strconv.FormatInt(t.Shoot.Generation, 10))
	}
	out.SetGroupVersionKind(clusterv1.GroupVersion.WithKind("Cluster"))
	out.Spec.ClusterNetwork = t.clusterNetwork()
	out.Spec.Topology = clusterv1.Topology{
		ClassRef:     clusterv1.ClusterClassRef{Name: t.Class.Name, Namespace: t.Class.Namespace},
		Version:      clusterVersion(t.spec().Kubernetes.Version),
		ControlPlane: clusterv1.ControlPlaneTopology{Replicas: new(t.apiServers())},
		Variables:    append(t.controlPlaneVariables(), t.infrastructure.Variables...),
	}
	out.Spec.Topology.Workers.MachineDeployments = t.machineDeployments()
	return out
}

// variable is a value of a part. Nothing is said of a part without content.
func (t *translator) variable(name string, value any) []clusterv1.ClusterVariable {
	encoded, err := json.Marshal(value)
	if err != nil {
		t.refuse(field.InternalError(field.NewPath("spec"), fmt.Errorf("encode the variable %s: %w", name, err)))
		return nil
	}
	if slices.Contains([]string{"null", "{}", "[]", "false"}, string(encoded)) {
		return nil
	}
	return []clusterv1.ClusterVariable{{Name: name, Value: apiextensionsv1.JSON{Raw: encoded}}}
}

// clusterNetwork has the ranges of the Shoot, or else the seed's for its Shoots, or else Gardener's.
func (t *translator) clusterNetwork() clusterv1.ClusterNetwork {
	networking := deref(t.spec().Networking)
	path := field.NewPath("spec", "networking")
	if len(networking.IPFamilies) > 1 {
		t.refuse(field.Forbidden(path.Child("ipFamilies"), "two families need ranges of both, which a Shoot cannot name; leave one"))
	}
	defaults := deref(t.Seed.Spec.Networks.ShootDefaults)
	out := clusterv1.ClusterNetwork{
		Services: clusterv1.NetworkRanges{CIDRBlocks: []string{first(networking.Services, defaults.Services, defaultServices)}},
	}
	if !t.isWorkerless() {
		out.Pods = clusterv1.NetworkRanges{CIDRBlocks: []string{first(networking.Pods, defaults.Pods, defaultPods)}}
	}
	return out
}

// Gardener's ranges, where neither a Shoot nor its seed names others.
const (
	defaultPods     = "100.96.0.0/11"
	defaultServices = "100.64.0.0/13"
)

func first(one, other *string, otherwise string) string {
	for _, value := range []*string{one, other} {
		if deref(value) != "" {
			return *value
		}
	}
	return otherwise
}

// seedKubeconfigKey is the key of the kubeconfig in its Secret, as in those of Cluster API.
const seedKubeconfigKey = "value"

// seedKubeconfigName does not end as the Secrets of Cluster API do, for no name of a Shoot.
func (t *translator) seedKubeconfigName() string { return t.key.Name + "-seed-access" }

// checkVersion refuses what is no version in full, which admission would have completed.
func checkVersion(version string, path *field.Path) field.ErrorList {
	if strings.Count(version, ".") < 2 {
		return field.ErrorList{field.Invalid(path, version, "give a version in full, such as 1.36.2")}
	}
	if err := kubernetes.Supported(clusterVersion(version)); err != nil {
		return field.ErrorList{field.Invalid(path, version, err.Error())}
	}
	return nil
}
