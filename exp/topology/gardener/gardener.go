// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package gardener

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// +kubebuilder:rbac:groups=apiregistration.k8s.io,resources=apiservices,resourceNames=v1beta1.core.gardener.cloud;v1alpha1.security.gardener.cloud,verbs=get

// apiServices register the versions of Gardener's API that the topology layer serves by CRDs.
var apiServices = []string{"v1beta1.core.gardener.cloud", "v1alpha1.security.gardener.cloud"}

// ServesAPIError says that a real Gardener serves its API in this cluster.
type ServesAPIError struct {
	// APIService registers it.
	APIService string
	// Service is what it leads to, as <namespace>/<name>.
	Service string
}

func (e *ServesAPIError) Error() string {
	return fmt.Sprintf("a Gardener serves its API in this cluster: the APIService %s leads to the Service %s. "+
		"The topology layer brings the same API as CRDs and cannot stand beside it; install it in another cluster, "+
		"or remove Gardener and its APIService first", e.APIService, e.Service)
}

// Absent returns a *ServesAPIError if a Gardener serves its API in this cluster. The APIServices that Kubernetes itself
// registers for CRDs lead to no Service.
func Absent(ctx context.Context, reader client.Reader) error {
	for _, name := range apiServices {
		apiService := &unstructured.Unstructured{}
		apiService.SetGroupVersionKind(schema.GroupVersionKind{Group: "apiregistration.k8s.io", Version: "v1", Kind: "APIService"})
		if err := reader.Get(ctx, client.ObjectKey{Name: name}, apiService); err != nil {
			if apierrors.IsNotFound(err) {
				continue
			}
			return fmt.Errorf("find out whether a Gardener serves its API here: get APIService %s: %w", name, err)
		}
		service, found, err := unstructured.NestedMap(apiService.Object, "spec", "service")
		if err != nil {
			return fmt.Errorf("read APIService %s: %w", name, err)
		}
		if found {
			return &ServesAPIError{APIService: name, Service: fmt.Sprintf("%v/%v", service["namespace"], service["name"])}
		}
	}
	return nil
}
