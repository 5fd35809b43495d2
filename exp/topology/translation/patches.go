// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"context"
	"encoding/json"
	"fmt"

	jsonpatch "github.com/evanphx/json-patch/v5"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	runtimehooksv1 "sigs.k8s.io/cluster-api/api/runtime/hooks/v1alpha1"
	"sigs.k8s.io/cluster-api/core/reconcilers/topology/cluster/patches/inline"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
)

// Where a MachineDeployment names its templates, as patches of a ClusterClass know these places.
const (
	bootstrapPath      = "spec.template.spec.bootstrap.configRef"
	infrastructurePath = "spec.template.spec.infrastructureRef"
)

// patched is a template of machines with the patches of a class, by Cluster API's own code for them, so that a provider need
// not say twice how its variables get into templates.
func patched(
	template *unstructured.Unstructured, path string, patches []clusterv1.ClusterClassPatch, cluster *clusterv1.Cluster, pool zonePool,
) (*unstructured.Unstructured, error) {
	out := template
	for i := range patches {
		if patches[i].External != nil {
			return nil, fmt.Errorf("the patch %s is by an extension, which pools with a version of their own do not ask", patches[i].Name)
		}
		request, err := patchRequest(out, path, cluster, pool)
		if err != nil {
			return nil, err
		}
		response, err := inline.NewGenerator(&patches[i]).Generate(context.Background(), nil, request)
		if err != nil {
			return nil, fmt.Errorf("evaluate the patch %s: %w", patches[i].Name, err)
		}
		for _, item := range response.Items {
			if out, err = apply(out, item.Patch); err != nil {
				return nil, fmt.Errorf("apply the patch %s: %w", patches[i].Name, err)
			}
		}
	}
	return out, nil
}

func patchRequest(
	template *unstructured.Unstructured, path string, cluster *clusterv1.Cluster, pool zonePool,
) (*runtimehooksv1.GeneratePatchesRequest, error) {
	builtins, err := json.Marshal(runtimehooksv1.Builtins{
		Cluster: &runtimehooksv1.ClusterBuiltins{Name: cluster.Name, Namespace: cluster.Namespace},
		MachineDeployment: &runtimehooksv1.MachineDeploymentBuiltins{
			Version: clusterVersion(*pool.worker.Kubernetes.Version), Class: provider.WorkerClass, TopologyName: pool.name,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("encode builtin variables: %w", err)
	}
	own := append(variables(pool.variables), runtimehooksv1.Variable{Name: runtimehooksv1.BuiltinsName, Value: apiextensionsv1.JSON{Raw: builtins}})
	return &runtimehooksv1.GeneratePatchesRequest{
		Variables: variables(cluster.Spec.Topology.Variables),
		Items: []runtimehooksv1.GeneratePatchesRequestItem{{
			UID:             "template",
			HolderReference: runtimehooksv1.HolderReference{Kind: "MachineDeployment", Namespace: cluster.Namespace, FieldPath: path},
			Object:          runtime.RawExtension{Object: template},
			Variables:       own,
		}},
	}, nil
}

func variables(values []clusterv1.ClusterVariable) []runtimehooksv1.Variable {
	out := make([]runtimehooksv1.Variable, 0, len(values))
	for _, value := range values {
		out = append(out, runtimehooksv1.Variable{Name: value.Name, Value: value.Value})
	}
	return out
}

func apply(template *unstructured.Unstructured, operations []byte) (*unstructured.Unstructured, error) {
	patch, err := jsonpatch.DecodePatch(operations)
	if err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	before, err := template.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("encode the template: %w", err)
	}
	after, err := patch.Apply(before)
	if err != nil {
		return nil, err
	}
	out := &unstructured.Unstructured{}
	return out, out.UnmarshalJSON(after)
}
