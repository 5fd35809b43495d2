// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package fields

import (
	"reflect"
	"slices"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"
)

// TestEveryFieldOfAShootIsInTheList fails for a field that a new version of Gardener brings, or takes away.
func TestEveryFieldOfAShootIsInTheList(t *testing.T) {
	leaves := Leaves(reflect.TypeFor[gardencorev1beta1.ShootSpec](), "spec")
	entries := map[string]int{}
	for _, f := range OfShoot() {
		if !slices.Contains([]Verdict{CarriedOut, Reported, Refused}, f.Verdict) || f.Reason == "" {
			t.Errorf("%s has the verdict %q and the reason %q", f.Path, f.Verdict, f.Reason)
		}
		if !slices.Contains(leaves, f.Path) {
			t.Errorf("%s is in the list, and no field of a Shoot", f.Path)
		}
		if len(f.Values)+len(f.Except)+len(f.Types) == 0 {
			entries[f.Path]++
		}
	}
	for _, leaf := range leaves {
		if entries[leaf] != 1 {
			t.Errorf("%s is %d times in the list; say in shoot.yaml what becomes of it", leaf, entries[leaf])
		}
	}
	t.Logf("%d fields", len(leaves))
}

func TestLeaves(t *testing.T) {
	type inner struct {
		Value string `json:"value"`
	}
	type example struct {
		metav1.TypeMeta `json:",inline"`
		Text            *string                      `json:"text,omitempty"`
		List            []inner                      `json:"list"`
		Map             map[string]inner             `json:"map"`
		Words           []string                     `json:"words"`
		Amount          *resource.Quantity           `json:"amount"`
		Each            map[string]resource.Quantity `json:"each"`
		Share           *intstr.IntOrString          `json:"share"`
		Empty           *struct{}                    `json:"empty"`
		Bytes           []byte                       `json:"bytes"`
		Hidden          string                       `json:"-"`
	}
	g := NewWithT(t)
	g.Expect(Leaves(reflect.TypeFor[example](), "x")).To(Equal([]string{
		"x.kind", "x.apiVersion", "x.text", "x.list[].value", "x.map{}.value", "x.words[]", "x.amount", "x.each{}", "x.share", "x.empty", "x.bytes",
	}))
}

func specOf(t *testing.T, content string) *gardencorev1beta1.ShootSpec {
	t.Helper()
	spec := &gardencorev1beta1.ShootSpec{}
	if err := yaml.UnmarshalStrict([]byte(content), spec); err != nil {
		t.Fatal(err)
	}
	return spec
}

func TestRefusals(t *testing.T) {
	cases := map[string]struct {
		spec string
		want []string
	}{
		"nothing": {spec: `{provider: {type: aws, workers: [{name: a}]}}`},
		"addons that are off": {
			spec: `{addons: {kubernetesDashboard: {enabled: false}}}`,
		},
		"addons that are on": {
			spec: `{addons: {kubernetesDashboard: {enabled: true}, nginxIngress: {enabled: true}}}`,
			want: []string{"spec.addons.kubernetesDashboard.enabled", "spec.addons.nginxIngress.enabled"},
		},
		"the way to update that is carried out": {spec: `{provider: {workers: [{name: a, updateStrategy: AutoRollingUpdate}]}}`},
		"another way to update": {
			spec: `{provider: {workers: [{name: a}, {name: b, updateStrategy: ManualInPlaceUpdate, machineControllerManager: {disableHealthTimeout: true}}]}}`,
			want: []string{"spec.provider.workers[1].machineControllerManager.disableHealthTimeout", "spec.provider.workers[1].updateStrategy"},
		},
		"another runtime": {
			spec: `{provider: {workers: [{name: a, cri: {name: containerd, containerRuntimes: [{type: gvisor}]}}]}}`,
			want: []string{"spec.provider.workers[0].cri.containerRuntimes[0].type"},
		},
		"a control plane on its own machines, of which nothing more is said": {
			spec: `{provider: {workers: [{name: a, controlPlane: {}}]}}`,
			want: []string{"spec.provider.workers[0].controlPlane"},
		},
		"a control plane on its own machines": {
			spec: `{provider: {workers: [{name: a, controlPlane: {exposure: {dns: {}}}}]}}`,
			want: []string{"spec.provider.workers[0].controlPlane.exposure.dns"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			var got []string
			for _, problem := range Refusals(specOf(t, c.spec)) {
				got = append(got, problem.Field)
				g.Expect(problem.Detail).NotTo(BeEmpty())
			}
			g.Expect(got).To(Equal(c.want))
		})
	}
}

func TestWhatIsNotCarriedOutDependsOnTheProviderType(t *testing.T) {
	const volume = "spec.provider.workers[].volume.size"
	for typ, want := range map[string]bool{"local": true, "aws": false} {
		spec := specOf(t, `{provider: {type: `+typ+`, workers: [{name: a, volume: {size: 1Gi}}]}}`)
		reported := slices.ContainsFunc(NotCarriedOut(spec), func(f Field) bool { return f.Path == volume })
		NewWithT(t).Expect(reported).To(Equal(want), typ)
	}
}

func TestWhatIsThereAnywayIsNotReported(t *testing.T) {
	const path = "spec.kubernetes.kubeAPIServer.defaultNotReadyTolerationSeconds"
	for seconds, want := range map[string]bool{"300": false, "60": true} {
		spec := specOf(t, `{kubernetes: {kubeAPIServer: {defaultNotReadyTolerationSeconds: `+seconds+`}}}`)
		reported := slices.ContainsFunc(NotCarriedOut(spec), func(f Field) bool { return f.Path == path })
		NewWithT(t).Expect(reported).To(Equal(want), seconds)
	}
}

func TestNotCarriedOut(t *testing.T) {
	g := NewWithT(t)
	spec := specOf(t, `
region: eu-west-1
monitoring: {alerting: {emailReceivers: [a@example.com, b@example.com]}}
accessRestrictions: [{name: a, options: {b: c}}]
extensions: [{type: a, providerConfig: {kind: B}}, {type: b}]
kubernetes: {clusterAutoscaler: {emitPerNodeGroupMetrics: false}, kubeAPIServer: {autoscaling: {minAllowed: {cpu: 1}}}}
hibernation: {schedules: []}
`)
	var got []string
	for _, f := range NotCarriedOut(spec) {
		got = append(got, f.Path)
	}
	g.Expect(got).To(ConsistOf(
		"spec.monitoring.alerting.emailReceivers[]", "spec.accessRestrictions[].options{}",
		"spec.extensions[].type", "spec.extensions[].providerConfig",
		"spec.kubernetes.clusterAutoscaler.emitPerNodeGroupMetrics", "spec.kubernetes.kubeAPIServer.autoscaling.minAllowed{}",
	))
}
