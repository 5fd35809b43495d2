// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package shoot

import (
	"testing"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/utils/ptr"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func TestFieldsThatAreNotCarriedOutAreNamed(t *testing.T) {
	g := NewWithT(t)
	shoot := &gardencorev1beta1.Shoot{}
	shoot.Spec.Region = "eu-west-1"
	shoot.Spec.Monitoring = &gardencorev1beta1.Monitoring{Alerting: &gardencorev1beta1.Alerting{EmailReceivers: []string{"a@example.com"}}}
	shoot.Spec.ExposureClassName = ptr.To("internet")
	foreign := gardencorev1beta1.Condition{Type: gardencorev1beta1.ShootHibernationPossible}
	shoot.Status.Constraints = []gardencorev1beta1.Condition{foreign}

	setSpecCarriedOut(shoot, noon)
	g.Expect(shoot.Status.Constraints).To(HaveLen(2))
	constraint := shoot.Status.Constraints[1]
	g.Expect(constraint.Status).To(Equal(gardencorev1beta1.ConditionFalse))
	g.Expect(constraint.Message).To(Equal("These fields are accepted and not carried out: " +
		"spec.monitoring.alerting.emailReceivers[] (there is no monitoring); " +
		"spec.exposureClassName (the scheduler heeds the class; how the endpoint is exposed does not depend on it)."))

	again := shoot.DeepCopy()
	setSpecCarriedOut(again, noon.Add(time.Hour))
	g.Expect(again).To(Equal(shoot), "the same again changes nothing")

	again.Spec.ExposureClassName = nil
	setSpecCarriedOut(again, noon.Add(time.Hour))
	g.Expect(again.Status.Constraints[1].LastTransitionTime).To(Equal(metav1.Time{Time: noon}))
	g.Expect(again.Status.Constraints[1].LastUpdateTime).To(Equal(metav1.Time{Time: noon.Add(time.Hour)}))

	again.Spec.Monitoring = nil
	setSpecCarriedOut(again, noon)
	g.Expect(again.Status.Constraints).To(HaveExactElements(foreign))
}

func TestFieldsOfTheProviderThatAreNotCarriedOutAreNamed(t *testing.T) {
	g := NewWithT(t)
	shoot := &gardencorev1beta1.Shoot{}
	shoot.Spec.Provider = gardencorev1beta1.Provider{
		Type:    "aws",
		Workers: []gardencorev1beta1.Worker{{Name: "a"}},
		InfrastructureConfig: &runtime.RawExtension{Raw: []byte(`{"apiVersion": "aws.provider.extensions.gardener.cloud/v1alpha1",
			"kind": "InfrastructureConfig", "elasticFileSystem": {"enabled": true}}`)},
	}
	setSpecCarriedOut(shoot, noon)
	g.Expect(shoot.Status.Constraints).To(ConsistOf(HaveField("Message", ContainSubstring("spec.provider.infrastructureConfig.elasticFileSystem.enabled"))))
}
