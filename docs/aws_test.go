// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"strings"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/aws"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
)

// TestExamplesOnAWSAreTranslated translates the profile and the Shoot of the page about AWS.
func TestExamplesOnAWSAreTranslated(t *testing.T) {
	profile, shoot := &gardencorev1beta1.CloudProfile{}, &gardencorev1beta1.Shoot{}
	for _, b := range pages(t)["docs/aws.md"].blocks {
		if b.language != "yaml" {
			continue
		}
		for _, document := range strings.Split(b.content, "\n---\n") {
			readKind(t, document, "CloudProfile", profile)
			readKind(t, document, "Shoot", shoot)
		}
	}
	in := provider.Shoot{
		Shoot: shoot, Profile: provider.Profile{Name: profile.Name, Spec: &profile.Spec}, Namespace: "capi--dev--hello", Name: shoot.Name,
		Credentials: map[string][]byte{"accessKeyID": []byte(strings.Repeat("A", 20)), "secretAccessKey": []byte(strings.Repeat("s", 40))},
	}
	_, problems := aws.Provider{}.Class(in.Profile)
	_, more := aws.Provider{}.Cluster(in)
	problems = append(problems, more...)
	pools := 0
	for i := range shoot.Spec.Provider.Workers {
		worker := &shoot.Spec.Provider.Workers[i]
		for _, zone := range worker.Zones {
			_, more := aws.Provider{}.Pool(in, worker, zone, field.NewPath("spec", "provider", "workers").Index(i))
			problems = append(problems, more...)
			pools++
		}
	}
	if len(problems) > 0 || pools == 0 {
		t.Errorf("%d pools and %v", pools, problems.ToAggregate())
	}
}

// readKind reads a document if it is of a kind.
func readKind(t *testing.T, document, kind string, into any) {
	t.Helper()
	var is struct {
		Kind string `json:"kind"`
	}
	if err := yaml.Unmarshal([]byte(document), &is); err != nil || is.Kind != kind {
		return
	}
	if err := yaml.UnmarshalStrict([]byte(document), into); err != nil {
		t.Fatal(err)
	}
}
