// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation_test

import (
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/util/validation"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/local"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/workerless"
)

func classOf(t *testing.T, profile provider.Profile, p provider.Provider) translation.Class {
	t.Helper()
	class, problems := translation.ClassOf(profile, p)
	if len(problems) > 0 {
		t.Fatal(problems.ToAggregate())
	}
	return class
}

func TestAChangedProfileMakesAClassBesideTheOldOne(t *testing.T) {
	g := NewWithT(t)
	before := classOf(t, profile(t), local.Provider{})
	g.Expect(classOf(t, profile(t), local.Provider{})).To(Equal(before), "the same again")
	after := classOf(t, profile(t, `{kubernetes: {versions: [{version: 1.36.3}]}}`), local.Provider{})
	g.Expect(after.ClusterClass.Name).NotTo(Equal(before.ClusterClass.Name))
	g.Expect(after.Templates).To(Equal(before.Templates), "machines of the old class stay: their templates have the same names")
	g.Expect(after.ClusterClass.Labels).To(Equal(before.ClusterClass.Labels), "by these the old ones are found")
}

func TestTheClassRefersToItsTemplates(t *testing.T) {
	g := NewWithT(t)
	class := classOf(t, profile(t), local.Provider{})
	names := map[string]string{}
	for _, template := range class.Templates {
		names[template.GetObjectKind().GroupVersionKind().Kind] = template.GetName()
		g.Expect(template.GetNamespace()).To(Equal("garden"))
	}
	spec := class.ClusterClass.Spec
	worker := spec.Workers.MachineDeployments[0]
	for _, reference := range []clusterv1.ClusterClassTemplateReference{
		spec.ControlPlane.TemplateRef, spec.Infrastructure.TemplateRef, worker.Bootstrap.TemplateRef, worker.Infrastructure.TemplateRef,
	} {
		g.Expect(reference.Name).To(And(Not(BeEmpty()), Equal(names[reference.Kind])))
	}
	g.Expect(worker.Deletion.NodeDrainTimeoutSeconds).To(HaveValue(Equal(int32(7200))), "Gardener §18: two hours")
	g.Expect(worker.HealthCheck.Checks.NodeStartupTimeoutSeconds).To(HaveValue(Equal(int32(1200))), "Gardener §18: 20 minutes")
	g.Expect(worker.HealthCheck.Remediation.MaxInFlight).To(HaveValue(HaveField("IntVal", int32(1))), "Gardener §18: one at a time")
	var conditions []string
	for _, condition := range worker.HealthCheck.Checks.UnhealthyNodeConditions {
		conditions = append(conditions, string(condition.Type)+"="+string(condition.Status))
		g.Expect(condition.TimeoutSeconds).To(HaveValue(Equal(int32(600))), "Gardener §18: ten minutes")
	}
	g.Expect(conditions).To(ConsistOf(
		"Ready=False", "Ready=Unknown", "KernelDeadlock=True", "ReadonlyFilesystem=True", "DiskPressure=True", "NetworkUnavailable=True",
	), "Gardener §18")
}

func TestAClassWithoutWorkersHasNoMachines(t *testing.T) {
	g := NewWithT(t)
	class := classOf(t, profile(t), workerless.Provider{})
	g.Expect(class.ClusterClass.Spec.Workers.MachineDeployments).To(BeEmpty())
	g.Expect(class.Templates).To(HaveLen(2))
	for _, variable := range class.ClusterClass.Spec.Variables {
		g.Expect(variable.Name).NotTo(BeElementOf("kubelet", "node"), "nobody could set it")
	}
}

func TestNamesOfClassesFitIntoLabels(t *testing.T) {
	long := profile(t)
	long.Name = strings.Repeat("a-long.name", 20)
	for _, p := range []provider.Provider{local.Provider{}, workerless.Provider{}} {
		class := classOf(t, long, p)
		NewWithT(t).Expect(validation.IsValidLabelValue(class.ClusterClass.Name)).To(BeEmpty())
		NewWithT(t).Expect(validation.IsDNS1123Subdomain(class.ClusterClass.Name)).To(BeEmpty())
		for key, value := range class.ClusterClass.Labels {
			NewWithT(t).Expect(validation.IsValidLabelValue(value)).To(BeEmpty(), key)
		}
	}
}

func TestMachineTypesThatNoLocalMachineCanBe(t *testing.T) {
	_, problems := translation.ClassOf(profile(t, `{machineTypes: [{name: tiny, cpu: 10m, memory: 1Mi}]}`), local.Provider{})
	NewWithT(t).Expect(problems).To(ConsistOf(
		HaveField("Field", "spec.machineTypes[0].cpu"), HaveField("Field", "spec.machineTypes[0].memory"),
	))
}
