// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
)

// now is when the tests happen.
var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func days(number int) *metav1.Time {
	return new(metav1.NewTime(now.Add(time.Duration(number) * 24 * time.Hour)))
}

func quantity(value string) *resource.Quantity { return new(resource.MustParse(value)) }

func seconds(number int) *metav1.Duration {
	return &metav1.Duration{Duration: time.Duration(number) * time.Second}
}

// shoot is one that obeys all rules.
func shoot(changes ...func(*gardencorev1beta1.Shoot)) *gardencorev1beta1.Shoot {
	out := &gardencorev1beta1.Shoot{
		ObjectMeta: metav1.ObjectMeta{Name: "botany", Namespace: "garden-dev", Annotations: map[string]string{}, Labels: map[string]string{}},
		Spec: gardencorev1beta1.ShootSpec{
			CloudProfile:           &gardencorev1beta1.CloudProfileReference{Kind: "CloudProfile", Name: "aws"},
			CredentialsBindingName: new("account"),
			Region:                 "eu-west-1",
			Purpose:                new(gardencorev1beta1.ShootPurposeEvaluation),
			SchedulerName:          new("default-scheduler"),
			Kubernetes: gardencorev1beta1.Kubernetes{
				Version:               "1.35.2",
				KubeAPIServer:         &gardencorev1beta1.KubeAPIServerConfig{},
				KubeControllerManager: &gardencorev1beta1.KubeControllerManagerConfig{NodeCIDRMaskSize: new(int32(24))},
			},
			Networking: &gardencorev1beta1.Networking{
				Type: new("calico"), Nodes: new("10.250.0.0/16"), Pods: new("100.96.0.0/11"), Services: new("100.64.0.0/13"),
				IPFamilies: []gardencorev1beta1.IPFamily{gardencorev1beta1.IPFamilyIPv4},
			},
			Maintenance: &gardencorev1beta1.Maintenance{
				TimeWindow: &gardencorev1beta1.MaintenanceTimeWindow{Begin: "220000+0000", End: "230000+0000"},
			},
			Provider: gardencorev1beta1.Provider{Type: "aws", Workers: []gardencorev1beta1.Worker{pool("one")}},
		},
	}
	for _, change := range changes {
		change(out)
	}
	return out
}

// pool is one of workers that obeys all rules.
func pool(name string, changes ...func(*gardencorev1beta1.Worker)) gardencorev1beta1.Worker {
	out := gardencorev1beta1.Worker{
		Name: name, Minimum: 1, Maximum: 3, MaxSurge: new(intstr.FromInt32(1)), Zones: []string{"a"},
		Machine: gardencorev1beta1.Machine{
			Type: "m5.large", Architecture: new("amd64"), Image: &gardencorev1beta1.ShootMachineImage{Name: "gardenlinux", Version: new("1312.3.0")},
		},
		CRI:    &gardencorev1beta1.CRI{Name: gardencorev1beta1.CRINameContainerD},
		Volume: &gardencorev1beta1.Volume{Type: new("gp2"), VolumeSize: "50Gi"},
	}
	for _, change := range changes {
		change(&out)
	}
	return out
}

// workerless is a Shoot without workers that obeys all rules.
func workerless(changes ...func(*gardencorev1beta1.Shoot)) *gardencorev1beta1.Shoot {
	return shoot(append([]func(*gardencorev1beta1.Shoot){func(out *gardencorev1beta1.Shoot) {
		out.Spec.Provider.Workers, out.Spec.CredentialsBindingName = nil, nil
		out.Spec.Kubernetes.KubeControllerManager = nil
		out.Spec.Networking.Type, out.Spec.Networking.Nodes, out.Spec.Networking.Pods = nil, nil, nil
	}}, changes...)...)
}

// version makes a Shoot one of another Kubernetes version.
func version(name string) func(*gardencorev1beta1.Shoot) {
	return func(out *gardencorev1beta1.Shoot) { out.Spec.Kubernetes.Version = name }
}

// first changes the first pool of a Shoot.
func first(change func(*gardencorev1beta1.Worker)) func(*gardencorev1beta1.Shoot) {
	return func(out *gardencorev1beta1.Shoot) { change(&out.Spec.Provider.Workers[0]) }
}

func apiServer(change func(*gardencorev1beta1.KubeAPIServerConfig)) func(*gardencorev1beta1.Shoot) {
	return func(out *gardencorev1beta1.Shoot) { change(out.Spec.Kubernetes.KubeAPIServer) }
}

func annotate(key, value string) func(*gardencorev1beta1.Shoot) {
	return func(out *gardencorev1beta1.Shoot) { out.Annotations[key] = value }
}

// all makes one change of several.
func all(changes ...func(*gardencorev1beta1.Shoot)) func(*gardencorev1beta1.Shoot) {
	return func(out *gardencorev1beta1.Shoot) {
		for _, change := range changes {
			change(out)
		}
	}
}

// row is a Shoot and what is wrong with it.
type row struct {
	// change is made to a valid Shoot.
	change func(*gardencorev1beta1.Shoot)
	// want is what is wrong, as in "spec.region: Required", in any order.
	want []string
}

// run checks each row.
func run(t *testing.T, rows map[string]row, check func(*gardencorev1beta1.Shoot) field.ErrorList) {
	t.Helper()
	for name, row := range rows {
		t.Run(name, func(t *testing.T) { expect(t, check(shoot(row.change)), row.want) })
	}
}

// update is a Shoot that changes, and what is wrong with that.
type update struct {
	// before and change are made to a valid Shoot, one after the other.
	before, change func(*gardencorev1beta1.Shoot)
	want           []string
}

func runUpdates(t *testing.T, rows map[string]update) {
	t.Helper()
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			before := shoot()
			if row.before != nil {
				row.before(before)
			}
			after := before.DeepCopy()
			row.change(after)
			expect(t, validation.ShootUpdate(after, before), row.want)
		})
	}
}

// expect compares problems by field and type, and requires each to have words beside them.
func expect(t *testing.T, problems field.ErrorList, want []string) {
	t.Helper()
	g := NewWithT(t)
	got := []string{}
	for _, problem := range problems {
		got = append(got, problem.Field+": "+strings.TrimPrefix(string(problem.Type), "FieldValue"))
		wordless := []field.ErrorType{field.ErrorTypeDuplicate, field.ErrorTypeNotSupported, field.ErrorTypeNotFound}
		if !slices.Contains(wordless, problem.Type) && !strings.HasPrefix(problem.Field, "metadata.name") {
			g.Expect(problem.Detail).NotTo(BeEmpty(), "%s has no words", problem.Error())
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	g.Expect(got).To(Equal(append([]string{}, want...)), "%v", problems.ToAggregate())
}

// change is an object of any kind, and what is wrong with it.
type change[T any] struct {
	// change is made to a valid object.
	change func(T)
	want   []string
}

// runOn checks each row of a kind.
func runOn[T any](t *testing.T, rows map[string]change[T], valid func() T, check func(T) field.ErrorList) {
	t.Helper()
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			object := valid()
			row.change(object)
			expect(t, check(object), row.want)
		})
	}
}

// transition is an object of any kind that changes, and what is wrong with that.
type transition[T any] struct {
	// before and change are made to a valid object, one after the other.
	before, change func(T)
	want           []string
}

// runTransitions checks each row of a kind.
func runTransitions[T any](t *testing.T, rows map[string]transition[T], valid func() T, check func(now, before T) field.ErrorList) {
	t.Helper()
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			before, after := valid(), valid()
			for _, object := range []T{before, after} {
				if row.before != nil {
					row.before(object)
				}
			}
			row.change(after)
			expect(t, check(after, before), row.want)
		})
	}
}
