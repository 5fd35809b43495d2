// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package contract

import (
	"reflect"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	clusterctlv1 "sigs.k8s.io/cluster-api/cmd/clusterctl/api/v1alpha3"
	"sigs.k8s.io/cluster-api/controllers/external"
	"sigs.k8s.io/cluster-api/util/contract"

	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
)

func TestAllResourcesScope(t *testing.T) {
	for kind, crd := range crds(t) {
		t.Run(kind, func(t *testing.T) {
			if crd.Spec.Scope != apiextensionsv1.NamespaceScoped {
				t.Errorf("the scope is %s, must be %s", crd.Spec.Scope, apiextensionsv1.NamespaceScoped)
			}
		})
	}
}

func TestAllResourcesTypeMetaAndObjectMeta(t *testing.T) {
	for _, kind := range kinds {
		typ := reflect.TypeOf(kind.object).Elem()
		for _, embedded := range []reflect.Type{reflect.TypeFor[metav1.TypeMeta](), reflect.TypeFor[metav1.ObjectMeta]()} {
			if field, found := typ.FieldByName(embedded.Name()); !found || !field.Anonymous || field.Type != embedded {
				t.Errorf("%s does not embed %s", typ.Name(), embedded.Name())
			}
		}
	}
}

func TestAllResourcesListType(t *testing.T) {
	scheme := envtest.Scheme()
	for kind, crd := range crds(t) {
		t.Run(kind, func(t *testing.T) {
			kind := crd.Spec.Names.Kind
			if crd.Spec.Names.ListKind != kind+"List" {
				t.Errorf("the list kind is %s, must be %sList", crd.Spec.Names.ListKind, kind)
			}
			list, err := scheme.New(kinds[kind].version.WithKind(kind + "List"))
			if err != nil {
				t.Fatal(err)
			}
			items, found := reflect.TypeOf(list).Elem().FieldByName("Items")
			if !found || items.Type.Elem().Name() != kind || items.Tag.Get("json") != "items" {
				t.Errorf("%T has no items of %s", list, kind)
			}
		})
	}
}

func TestAllResourcesAPIGroup(t *testing.T) {
	for kind, crd := range crds(t) {
		t.Run(kind, func(t *testing.T) {
			// Core's own role covers these groups, and other providers read control planes of no other.
			if crd.Spec.Group != kinds[kind].version.Group || !strings.HasSuffix(crd.Spec.Group, ".cluster.x-k8s.io") {
				t.Errorf("the group is %s", crd.Spec.Group)
			}
		})
	}
}

func TestAllResourcesCRDName(t *testing.T) {
	for kind, crd := range crds(t) {
		t.Run(kind, func(t *testing.T) {
			if want := contract.CalculateCRDName(crd.Spec.Group, crd.Spec.Names.Kind); crd.Name != want {
				t.Errorf("the name is %s, must be %s", crd.Name, want)
			}
		})
	}
}

func TestAllResourcesContractVersionLabels(t *testing.T) {
	for kind, crd := range crds(t) {
		t.Run(kind, func(t *testing.T) {
			versions := strings.Split(crd.Labels[clusterv1.GroupVersion.String()], "_")
			served := map[string]bool{}
			for _, version := range crd.Spec.Versions {
				served[version.Name] = version.Served
			}
			for _, version := range versions {
				if !served[version] {
					t.Errorf("the label %s names %q, which is not served", clusterv1.GroupVersion, version)
				}
			}
			for label := range crd.Labels {
				if label == "cluster.x-k8s.io/v1beta1" || label == "cluster.x-k8s.io/v1alpha4" {
					t.Errorf("the label %s promises a contract that is not kept", label)
				}
			}
		})
	}
}

func TestAllResourcesClusterctlMoveLabel(t *testing.T) {
	for kind, crd := range crds(t) {
		t.Run(kind, func(t *testing.T) {
			if _, found := crd.Labels[clusterctlv1.ClusterctlLabel]; !found {
				t.Errorf("the label %s is missing, so that clusterctl move leaves the kind behind", clusterctlv1.ClusterctlLabel)
			}
		})
	}
}

// Cluster API finds the API version of a reference by the labels of the CRD.
func TestAllResourcesReferences(t *testing.T) {
	for _, server := range envtest.Servers() {
		t.Run(server.Minor, func(t *testing.T) {
			t.Parallel()
			for kind, of := range kinds {
				stored := created(t, server, kind, of.content)
				found, err := external.GetObjectFromContractVersionedRef(t.Context(), server.Client, clusterv1.ContractVersionedObjectReference{
					APIGroup: of.version.Group, Kind: kind, Name: stored.GetName(),
				}, stored.GetNamespace())
				if err != nil {
					t.Errorf("%s: %v", kind, err)
					continue
				}
				if found.GetUID() != stored.GetUID() || found.GroupVersionKind() != of.version.WithKind(kind) {
					t.Errorf("%s: found %s of %s", kind, found.GetName(), found.GroupVersionKind())
				}
			}
		})
	}
}

// Lists that several writers share merge by key under server-side apply.
func TestAllResourcesListTypes(t *testing.T) {
	for kind, crd := range crds(t) {
		t.Run(kind, func(t *testing.T) {
			for _, version := range crd.Spec.Versions {
				// Resource claims are Kubernetes' own type, and metadata's lists are too.
				walk(version.Schema.OpenAPIV3Schema, "", func(path string, field *apiextensionsv1.JSONSchemaProps) {
					if field.Type != "array" {
						return
					}
					if field.XListType == nil {
						t.Errorf("%s does not say how it is merged", path)
					} else if *field.XListType == "map" && len(field.XListMapKeys) == 0 {
						t.Errorf("%s has no key", path)
					}
				})
			}
		})
	}
}

func walk(field *apiextensionsv1.JSONSchemaProps, path string, visit func(string, *apiextensionsv1.JSONSchemaProps)) {
	visit(path, field)
	for name, child := range field.Properties {
		walk(&child, path+"."+name, visit)
	}
	if field.Items != nil && field.Items.Schema != nil {
		walk(field.Items.Schema, path+"[]", visit)
	}
}

func TestAllResourcesStorageVersion(t *testing.T) {
	for kind, crd := range crds(t) {
		t.Run(kind, func(t *testing.T) {
			stored := 0
			for _, version := range crd.Spec.Versions {
				if version.Storage {
					stored++
				}
			}
			if stored != 1 {
				t.Errorf("%d versions are stored, must be 1", stored)
			}
		})
	}
}

func TestAllResourcesCategory(t *testing.T) {
	for kind, crd := range crds(t) {
		t.Run(kind, func(t *testing.T) {
			for _, category := range crd.Spec.Names.Categories {
				if category == "cluster-api" {
					return
				}
			}
			t.Error("kubectl get cluster-api does not show the kind")
		})
	}
}
