// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/yaml"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

func TestACreatedControlPlane(t *testing.T) {
	cases := map[string]struct {
		spec    string
		refused string
	}{
		"of a supported version is accepted":      {spec: `{version: v1.36.3}`},
		"of a version of the past is refused":     {spec: `{version: v1.20.0}`, refused: `spec.version: Invalid value: "v1.20.0": version v1.20.0 cannot be run; the supported minor versions are 1.31`},
		"of a version of the future is refused":   {spec: `{version: v1.99.0}`, refused: `version v1.99.0 cannot be run`},
		"of something like a version is refused":  {spec: `{version: v1.36.3+}`, refused: `"v1.36.3+" is not a Kubernetes version such as v1.36.3`},
		"with a cron schedule is accepted":        {spec: `{version: v1.36.3, etcd: {main: {backup: {fullSnapshotSchedule: "0 */4 * * 1-5"}}}}`},
		"with an impossible schedule is refused":  {spec: `{version: v1.36.3, etcd: {main: {backup: {fullSnapshotSchedule: "0 25 * * *"}}}}`, refused: `spec.etcd.main.backup.fullSnapshotSchedule: Invalid value: "0 25 * * *": is not a cron expression: end of range (25) above maximum (23): 25`},
		"with switched APIs is accepted":          {spec: `{version: v1.36.3, apiServer: {runtimeConfig: {api/all: false, api/beta: true, /v1: true, apps/v1: true, resource.k8s.io/v1beta1/deviceclasses: true}}}`},
		"with no API at all is refused":           {spec: `{version: v1.36.3, apiServer: {runtimeConfig: {api/all: false}}}`, refused: `would leave no API at all`},
		"with an unknown family of APIs is not":   {spec: `{version: v1.36.3, apiServer: {runtimeConfig: {api/legacy: true}}}`, refused: `Unsupported value: "api/legacy": supported values: "api/all"`},
		"with a version without group is not":     {spec: `{version: v1.36.3, apiServer: {runtimeConfig: {v1: true}}}`, refused: `spec.apiServer.runtimeConfig: Invalid value: "v1": must be <group>/<version>, <group>/<version>/<resource>`},
		"with a group without version is not":     {spec: `{version: v1.36.3, apiServer: {runtimeConfig: {batch/jobs: true}}}`, refused: `must be <group>/<version>`},
		"with a kind for a resource is not":       {spec: `{version: v1.36.3, apiServer: {runtimeConfig: {batch/v1/Job: true}}}`, refused: `must be <group>/<version>`},
		"with a YAML plugin config is accepted":   {spec: `{version: v1.36.3, apiServer: {admissionPlugins: [{name: EventRateLimit, config: "limits: []"}]}}`},
		"with a broken plugin config is refused":  {spec: `{version: v1.36.3, apiServer: {admissionPlugins: [{name: EventRateLimit, config: "limits: ["}]}}`, refused: `spec.apiServer.admissionPlugins[0].config: Invalid value: "EventRateLimit": is not a YAML object`},
		"with a list as plugin config is refused": {spec: `{version: v1.36.3, apiServer: {admissionPlugins: [{name: EventRateLimit, config: "[1]"}]}}`, refused: `is not a YAML object`},
		"with a patch is accepted":                {spec: `{version: v1.36.3, components: [{name: network, patches: [{target: {kind: NetworkPolicy}, patch: "spec: {}"}]}]}`},
		"with a broken patch is refused":          {spec: `{version: v1.36.3, components: [{name: network, patches: [{target: {kind: NetworkPolicy}, type: JSON6902, patch: "spec: {}"}]}]}`, refused: `spec.components[network].patches[0].patch: Invalid value: "spec: {}": a JSON6902 patch is a list of operations`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := webhook(t).ValidateCreate(t.Context(), controlPlane(t, "new", c.spec))
			expect(t, c.refused, err)
		})
	}
}

func TestTheSeedNamespaceOfACreatedControlPlane(t *testing.T) {
	cases := map[string]struct {
		spec, cluster           string
		otherSpec, otherCluster string
		refused                 string
	}{
		"is refused when another has it": {
			spec: `{seed: {namespace: one}}`, otherSpec: `{seed: {namespace: one}}`,
			refused: `spec.seed.namespace: Invalid value: "one": is the namespace of KubeceptionControlPlane clusters/other on the same seed; choose another one, a namespace holds one control plane`,
		},
		"is refused when it is the default of another": {
			spec: `{seed: {namespace: clusters--prod}}`, otherSpec: `{}`, otherCluster: "prod",
			refused: `is the namespace of KubeceptionControlPlane clusters/other`,
		},
		"is refused when its default is that of another": {
			spec: `{}`, cluster: "prod", otherSpec: `{seed: {namespace: clusters--prod}}`,
			refused: `is the namespace of KubeceptionControlPlane clusters/other`,
		},
		"is accepted when the other is on another seed": {
			spec: `{seed: {namespace: one, kubeconfigRef: {name: a}}}`, otherSpec: `{seed: {namespace: one, kubeconfigRef: {name: b}}}`,
		},
		"is refused when the other names the default key": {
			spec: `{seed: {namespace: one, kubeconfigRef: {name: a}}}`, otherSpec: `{seed: {namespace: one, kubeconfigRef: {name: a, key: value}}}`,
			refused: `is the namespace of KubeceptionControlPlane clusters/other`,
		},
		"is accepted when nobody knows the clusters yet": {spec: `{}`, otherSpec: `{}`},
		"is accepted when clusters differ":               {spec: `{}`, cluster: "a", otherSpec: `{}`, otherCluster: "b"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			other := ofCluster(controlPlane(t, "other", c.otherSpec), c.otherCluster)
			obj := ofCluster(controlPlane(t, "new", c.spec), c.cluster)
			obj.Spec.Version = "v1.36.3"
			_, err := webhook(t, other).ValidateCreate(t.Context(), obj)
			expect(t, c.refused, err)
		})
	}
}

func TestAnUpdatedVersion(t *testing.T) {
	cases := map[string]struct {
		from, to string
		status   string
		refused  string
	}{
		"moves by a patch":                                {from: "v1.35.1", to: "v1.35.2"},
		"moves by a minor":                                {from: "v1.35.1", to: "v1.36.3"},
		"does not move by two minors":                     {from: "v1.34.1", to: "v1.36.3", refused: "spec.version: Forbidden: the version cannot skip minor versions from v1.34.1 to v1.36.3; go to a version v1.35.x first"},
		"does not move back by a minor":                   {from: "v1.36.3", to: "v1.35.9", refused: "spec.version: Forbidden: the version cannot go back from v1.36.3 to v1.35.9"},
		"does not move back by a patch":                   {from: "v1.36.3", to: "v1.36.2", refused: "the version cannot go back"},
		"does not move to an unsupported one":             {from: "v1.37.0", to: "v1.38.0", refused: `spec.version: Invalid value: "v1.38.0": version v1.38.0 cannot be run`},
		"moves from an unsupported one":                   {from: "v1.30.9", to: "v1.31.1"},
		"moves after the last upgrade":                    {from: "v1.35.1", to: "v1.36.3", status: `{versions: [{version: v1.35.1}]}`},
		"does not move by a minor during the last":        {from: "v1.35.1", to: "v1.36.3", status: `{versions: [{version: v1.34.1}, {version: v1.35.1}]}`, refused: "spec.version: Forbidden: the upgrade to v1.35.1 is still rolling out and some instances run v1.34.1; wait until status.versions shows v1.35.1 alone"},
		"does not move by a minor before the last starts": {from: "v1.35.1", to: "v1.36.3", status: `{version: v1.34.1}`, refused: "still rolling out"},
		"moves by a patch during an upgrade":              {from: "v1.35.1", to: "v1.35.2", status: `{versions: [{version: v1.34.1}, {version: v1.35.1}]}`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			before := controlPlane(t, "cp", `{version: `+c.from+`}`)
			parse(t, c.status, &before.Status)
			after := before.DeepCopy()
			after.Spec.Version = c.to
			_, err := webhook(t).ValidateUpdate(t.Context(), before, after)
			expect(t, c.refused, err)
		})
	}
}

func TestAnUpdateIsAskedOnlyAboutWhatItBrings(t *testing.T) {
	const stored = `{version: v1.20.0, apiServer: {runtimeConfig: {v1: true}}, components: [{name: network, patches: [{target: {kind: A}, patch: "["}]}]}`
	cases := map[string]struct {
		updated string
		refused string
	}{
		"invalid values that stay are accepted":      {updated: `{version: v1.20.0, replicas: 3, apiServer: {runtimeConfig: {v1: true}}, components: [{name: network, patches: [{target: {kind: A}, patch: "["}]}]}`},
		"an invalid patch may move in its list":      {updated: `{version: v1.20.0, components: [{name: network, patches: [{target: {kind: A}, patch: "spec: {}"}, {target: {kind: A}, patch: "["}]}]}`},
		"an invalid value may be mended":             {updated: `{version: v1.20.0, components: [{name: network, patches: [{target: {kind: A}, patch: "["}]}]}`},
		"another invalid value is refused":           {updated: `{version: v1.20.0, apiServer: {runtimeConfig: {v1: true, v2: true}}}`, refused: `Invalid value: "v2"`},
		"the same invalid patch once more is not so": {updated: `{version: v1.20.0, components: [{name: network, patches: [{target: {kind: A}, patch: "["}, {target: {kind: A}, patch: "["}]}]}`, refused: `spec.components[network].patches[1].patch`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := webhook(t).ValidateUpdate(t.Context(), controlPlane(t, "cp", stored), controlPlane(t, "cp", c.updated))
			expect(t, c.refused, err)
		})
	}
	t.Run("a finalizer can be removed from what has become invalid", func(t *testing.T) {
		before, after := controlPlane(t, "cp", `{version: v1.36.3}`), controlPlane(t, "cp", `{version: v1.20.0}`)
		after.DeletionTimestamp = &metav1.Time{}
		*after.DeletionTimestamp = metav1.Now()
		_, err := webhook(t).ValidateUpdate(t.Context(), before, after)
		expect(t, "", err)
	})
	t.Run("a deletion is always allowed", func(t *testing.T) {
		_, err := webhook(t).ValidateDelete(t.Context(), controlPlane(t, "cp", stored))
		expect(t, "", err)
	})
}

func webhook(t *testing.T, others ...*controlplanev1.KubeceptionControlPlane) *KubeceptionControlPlane {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := controlplanev1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	builder := fake.NewClientBuilder().WithScheme(scheme)
	for _, other := range others {
		builder = builder.WithObjects(other)
	}
	return &KubeceptionControlPlane{Client: builder.Build()}
}

func controlPlane(t *testing.T, name, spec string) *controlplanev1.KubeceptionControlPlane {
	t.Helper()
	obj := &controlplanev1.KubeceptionControlPlane{ObjectMeta: metav1.ObjectMeta{Namespace: "clusters", Name: name}}
	parse(t, spec, &obj.Spec)
	return obj
}

func ofCluster(obj *controlplanev1.KubeceptionControlPlane, cluster string) *controlplanev1.KubeceptionControlPlane {
	if cluster != "" {
		obj.Labels = map[string]string{clusterv1.ClusterNameLabel: cluster}
	}
	return obj
}

func parse(t *testing.T, text string, into any) {
	t.Helper()
	if err := yaml.UnmarshalStrict([]byte(text), into); err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, refused string, err error) {
	t.Helper()
	switch {
	case refused == "" && err != nil:
		t.Errorf("must be accepted, but is refused: %v", err)
	case refused != "" && err == nil:
		t.Errorf("must be refused with %q, but is accepted", refused)
	case refused != "" && !strings.Contains(err.Error(), refused):
		t.Errorf("must be refused with\n%s\nbut is refused with\n%v", refused, err)
	}
}
