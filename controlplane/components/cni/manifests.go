// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cni

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/json"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// helmHook marks what Helm alone would run, before or after an installation.
const helmHook = "helm.sh/hook"

// manifests are the user's, as they are but for variables.
func manifests(in *component.Input) (component.Objects, error) {
	if len(in.Override(wiring.CNI).Containers) > 0 {
		return component.Objects{}, errors.New("spec.components[cni].containers: the containers are those of your manifests; " +
			"set resources there, or use patches")
	}
	var target []client.Object
	for _, source := range slices.Sorted(maps.Keys(in.References.CNIManifests)) {
		objects, err := parse(in.References.CNIManifests[source], variables(in))
		if err != nil {
			return component.Objects{}, fmt.Errorf("spec.addons.cni.manifestsRefs: ConfigMap key %s: %w", source, err)
		}
		target = append(target, objects...)
	}
	if len(target) == 0 {
		return component.Objects{}, errors.New("spec.addons.cni.manifestsRefs: the ConfigMaps hold no manifests; add them as YAML documents")
	}
	return component.Objects{Target: target}, nil
}

// variable is written in manifests where a value is known only once the control plane is there, and differs between
// clusters. Other variables, such as those of shell scripts, stay.
var variable = regexp.MustCompile(`\$\{(KUBECEPTION_[A-Z_]+)\}`)

func variables(in *component.Input) map[string]string {
	return map[string]string{
		"KUBECEPTION_ENDPOINT_HOST": in.Endpoint.Host,
		"KUBECEPTION_ENDPOINT_PORT": strconv.Itoa(int(in.Endpoint.Port)),
		"KUBECEPTION_POD_CIDR":      in.Network.PodCIDRs[0],
	}
}

// parse reads YAML documents. Errors count documents from 1, empty ones included.
func parse(content string, values map[string]string) ([]client.Object, error) {
	for _, found := range variable.FindAllStringSubmatch(content, -1) {
		if _, known := values[found[1]]; !known {
			return nil, fmt.Errorf("there is no variable %s; use one of %s", found[0], strings.Join(slices.Sorted(maps.Keys(values)), ", "))
		}
	}
	content = variable.ReplaceAllStringFunc(content, func(found string) string {
		return values[strings.Trim(found, "${}")]
	})
	reader := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(content)))
	var objects []client.Object
	for number := 1; ; number++ {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", number, err)
		}
		parsed, err := parseDocument(document)
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", number, err)
		}
		objects = append(objects, parsed...)
	}
}

// parseDocument returns the object of a document, those of a list, or none of an empty document.
func parseDocument(document []byte) ([]client.Object, error) {
	encoded, err := yaml.YAMLToJSONStrict(document)
	if err != nil {
		return nil, fmt.Errorf("it is not YAML: %w", err)
	}
	// Unlike encoding/json, it keeps integers as such.
	var content map[string]any
	if err := json.Unmarshal(encoded, &content); err != nil {
		return nil, fmt.Errorf("it is no object: %w", err)
	}
	if len(content) == 0 {
		return nil, nil
	}
	object := &unstructured.Unstructured{Object: content}
	if !object.IsList() {
		return []client.Object{object}, checkObject(object)
	}
	list, err := object.ToList()
	if err != nil {
		return nil, fmt.Errorf("read the list: %w", err)
	}
	objects := make([]client.Object, 0, len(list.Items))
	for i := range list.Items {
		if err := checkObject(&list.Items[i]); err != nil {
			return nil, fmt.Errorf("item %d: %w", i+1, err)
		}
		objects = append(objects, &list.Items[i])
	}
	return objects, nil
}

func checkObject(object *unstructured.Unstructured) error {
	if object.GetAPIVersion() == "" || object.GetKind() == "" || object.GetName() == "" {
		return errors.New("it is no object of Kubernetes; give it apiVersion, kind and metadata.name")
	}
	if hook, found := object.GetAnnotations()[helmHook]; found {
		return fmt.Errorf("%s %s is a hook of Helm (%s), which runs only under Helm; use helm template --no-hooks",
			object.GetKind(), object.GetName(), hook)
	}
	return nil
}
