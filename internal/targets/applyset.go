// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package targets

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// Labels and annotations of KEP-3659.
const (
	labelID              = "applyset.kubernetes.io/id"
	labelPartOf          = "applyset.kubernetes.io/part-of"
	annotationTooling    = "applyset.kubernetes.io/tooling"
	annotationKinds      = "applyset.kubernetes.io/contains-group-kinds"
	annotationNamespaces = "applyset.kubernetes.io/additional-namespaces"

	tooling = "kubeception/v1"
)

// LabelSet names the set that an object belongs to.
const LabelSet = "kubeception.cluster.x-k8s.io/component"

// applySet is the ApplySet of an engine, the same in every cluster.
type applySet struct{ parent client.ObjectKey }

func (a applySet) id() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{a.parent.Name, a.parent.Namespace, "ConfigMap", ""}, ".")))
	return "applyset-" + base64.RawURLEncoding.EncodeToString(sum[:]) + "-v1"
}

func (a applySet) parentKey() apply.Key {
	return apply.Key{GroupKind: schema.GroupKind{Kind: "ConfigMap"}, ObjectKey: a.parent}
}

// has reports whether an object is a member. Caches of kinds that are not listed hold others too. What has a controller
// is its controller's, though it may bear the labels of a member: EndpointSlices copy those of their Service.
func (a applySet) has(object client.Object) bool {
	return object.GetLabels()[labelPartOf] == a.id() && metav1.GetControllerOfNoCopy(object) == nil
}

func (a applySet) selector() labels.Selector {
	return labels.SelectorFromSet(labels.Set{labelPartOf: a.id()})
}

func (a applySet) members() client.MatchingLabels { return client.MatchingLabels{labelPartOf: a.id()} }

// newParent is the parent of a set with these kinds and namespaces.
func (a applySet) newParent(kinds sets.Set[schema.GroupKind], namespaces sets.Set[string]) client.Object {
	return &corev1.ConfigMap{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: metav1.ObjectMeta{
			Name: a.parent.Name, Namespace: a.parent.Namespace,
			Labels: map[string]string{labelID: a.id()},
			Annotations: map[string]string{
				annotationTooling:    tooling,
				annotationKinds:      strings.Join(texts(kinds), ","),
				annotationNamespaces: strings.Join(slices.Sorted(maps.Keys(namespaces.Clone().Delete(a.parent.Namespace, ""))), ","),
			},
		},
	}
}

func texts(kinds sets.Set[schema.GroupKind]) []string {
	var list []string
	for kind := range kinds {
		list = append(list, kind.String())
	}
	slices.Sort(list)
	return list
}

// kindsOf reads the kinds that a parent lists; none if there is no parent.
func kindsOf(parent client.Object) sets.Set[schema.GroupKind] {
	kinds := sets.New[schema.GroupKind]()
	if parent == nil {
		return kinds
	}
	for text := range strings.SplitSeq(parent.GetAnnotations()[annotationKinds], ",") {
		if text != "" {
			kinds.Insert(schema.ParseGroupKind(text))
		}
	}
	return kinds
}
