// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	provisioner "sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

func owner(name string) types.NamespacedName {
	return types.NamespacedName{Namespace: "default", Name: name}
}

func TestPool(t *testing.T) {
	p := newPool(netip.MustParsePrefix("10.202.0.0/30"))
	allocate := func(name, wanted string) string {
		t.Helper()
		address, err := p.allocate(owner(name), wanted)
		if err != nil {
			return err.Error()
		}
		return address.String()
	}
	for _, step := range []struct{ sentence, owner, wanted, want string }{
		{"the first address is not that of the network", "a", "", "10.202.0.1"},
		{"an owner keeps its address", "a", "", "10.202.0.1"},
		{"a wanted address is given", "b", "10.202.0.3", "10.202.0.3"},
		{"another owner gets a free one", "c", "", "10.202.0.2"},
		{"a taken address is refused", "d", "10.202.0.2", "load balancer address 10.202.0.2 belongs to Service default/c"},
		{"an address from elsewhere is refused", "d", "192.0.2.1", `load balancer address "192.0.2.1" is not in 10.202.0.0/30`},
		{"an exhausted pool says so", "d", "", errExhausted.Error()},
	} {
		if got := allocate(step.owner, step.wanted); got != step.want {
			t.Errorf("%s: got %s, want %s", step.sentence, got, step.want)
		}
	}
	p.release(owner("a"))
	if got := allocate("d", ""); got != "10.202.0.1" {
		t.Errorf("a released address is not given again: %s", got)
	}
}

func service(name string, change func(*corev1.Service)) *corev1.Service {
	s := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name},
		Spec:       corev1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer},
	}
	change(s)
	return s
}

func TestLoadBalancers(t *testing.T) {
	hasAddress := func(address string) func(*corev1.Service) {
		return func(s *corev1.Service) {
			s.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: address}}
		}
	}
	cases := map[string]struct {
		services []*corev1.Service
		want     map[string]string
	}{
		"a new Service gets an address": {
			services: []*corev1.Service{service("a", func(*corev1.Service) {})},
			want:     map[string]string{"a": "10.202.0.1"}},
		"addresses given by an earlier run stay": {
			services: []*corev1.Service{service("a", func(*corev1.Service) {}), service("b", hasAddress("10.202.0.1"))},
			want:     map[string]string{"a": "10.202.0.2", "b": "10.202.0.1"}},
		"a Service of another class is left alone": {
			services: []*corev1.Service{service("a", func(s *corev1.Service) { s.Spec.LoadBalancerClass = new("other") })},
			want:     map[string]string{"a": ""}},
		"a Service that no longer wants an address loses it": {
			services: []*corev1.Service{service("a", func(s *corev1.Service) {
				hasAddress("10.202.0.1")(s)
				s.Spec.Type = corev1.ServiceTypeClusterIP
			})},
			want: map[string]string{"a": ""}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			builder := fake.NewClientBuilder().WithStatusSubresource(&corev1.Service{})
			for _, s := range c.services {
				builder = builder.WithObjects(s)
			}
			cl := builder.Build()
			l := &loadBalancers{client: cl, reader: cl, pool: newPool(netip.MustParsePrefix("10.202.0.0/24"))}
			for _, s := range c.services {
				if _, err := l.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(s)}); err != nil {
					t.Fatal(err)
				}
			}
			for name, want := range c.want {
				got := &corev1.Service{}
				if err := cl.Get(t.Context(), owner(name), got); err != nil {
					t.Fatal(err)
				}
				if address := published(got); address.IsValid() != (want != "") || address.IsValid() && address.String() != want {
					t.Errorf("Service %s has address %q, want %q", name, address, want)
				}
			}
		})
	}
}

func TestVolumes(t *testing.T) {
	v := &volumes{dir: t.TempDir(), node: "seed"}
	volume, _, err := v.Provision(context.Background(), provisioner.ProvisionOptions{
		PVName:       "pvc-1",
		StorageClass: &storagev1.StorageClass{ReclaimPolicy: new(corev1.PersistentVolumeReclaimDelete)},
		PVC: &corev1.PersistentVolumeClaim{Spec: corev1.PersistentVolumeClaimSpec{Resources: corev1.VolumeResourceRequirements{
			Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")},
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(v.dir, "pvc-1")
	info, err := os.Stat(folder)
	if err != nil || info.Mode().Perm() != 0o777 || volume.Spec.Local.Path != folder {
		t.Errorf("volume %v has folder %v, %v", volume.Spec.Local, info, err)
	}
	if err := os.WriteFile(filepath.Join(folder, "data"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := v.Delete(t.Context(), volume); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder of a deleted volume is still there: %v", err)
	}
	volume.Spec.Local.Path = "/etc"
	if err := v.Delete(t.Context(), volume); err == nil {
		t.Error("a volume elsewhere was deleted")
	}
}
