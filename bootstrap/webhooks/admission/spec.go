// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"crypto/x509"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	kubeletapis "k8s.io/kubelet/pkg/apis"
	"k8s.io/utils/ptr"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/bootstrap/nodeconfig"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/kubernetes"
)

// validateSpec finds what is wrong with what configurations and templates have in common.
func validateSpec(at *field.Path, spec *bootstrapv1.KubeceptionConfigSpec) field.ErrorList {
	return slices.Concat(
		validateLabels(at.Child("node", "labels"), spec.Node.Labels),
		validateMirrors(at.Child("registryMirrors"), spec.RegistryMirrors),
		validateFiles(at.Child("files"), spec),
		validateUnits(at.Child("units"), spec.Units),
	)
}

// validateLabels refuses labels that make a kubelet exit, or that an API server refuses to a node.
func validateLabels(at *field.Path, labels map[string]string) field.ErrorList {
	var problems field.ErrorList
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		for _, problem := range validation.IsQualifiedName(key) {
			problems = append(problems, field.Invalid(at, key, problem))
		}
		for _, problem := range validation.IsValidLabelValue(labels[key]) {
			problems = append(problems, field.Invalid(at.Key(key), labels[key], problem))
		}
		domain, _, _ := strings.Cut(key, "/")
		reserved := strings.HasSuffix("."+domain, ".kubernetes.io") || strings.HasSuffix("."+domain, ".k8s.io")
		switch {
		case key == kubernetes.LabelKubeletVersion:
			problems = append(problems, field.Forbidden(at.Key(key), "this label is set on every node; leave it out"))
		case strings.Contains(key, "/") && reserved && !kubeletapis.IsKubeletLabel(key):
			problems = append(problems, field.Forbidden(at.Key(key),
				"a kubelet may not set this label of a domain that belongs to Kubernetes; label the Machine instead, of which Cluster API copies node-role.kubernetes.io and node-restriction.kubernetes.io"))
		}
	}
	return problems
}

func validateMirrors(at *field.Path, mirrors []bootstrapv1.RegistryMirror) field.ErrorList {
	var problems field.ErrorList
	for i, mirror := range mirrors {
		for j, host := range mirror.Hosts {
			if host.CABundle != "" && !x509.NewCertPool().AppendCertsFromPEM([]byte(host.CABundle)) {
				problems = append(problems, field.Invalid(at.Index(i).Child("hosts").Index(j).Child("caBundle"), host.URL, "holds no certificate in PEM"))
			}
		}
	}
	return problems
}

// validateFiles refuses files that would be lost: those that the project writes, and those that units are.
func validateFiles(at *field.Path, spec *bootstrapv1.KubeceptionConfigSpec) field.ErrorList {
	ofUnits := map[string]bool{}
	for _, unit := range spec.Units {
		if unit.Content != "" {
			ofUnits[nodeconfig.UnitPath(unit.Name)] = true
		}
		for _, dropIn := range unit.DropIns {
			ofUnits[nodeconfig.DropInPath(unit.Name, dropIn.Name)] = true
		}
	}
	var problems field.ErrorList
	for i, file := range spec.Files {
		switch name := path.Clean(file.Path); {
		case nodeconfig.Reserved(name):
			problems = append(problems, field.Forbidden(at.Index(i).Child("path"), fmt.Sprintf(
				"%s is written by the bootstrap provider; use a file in %s or %s, or a drop-in of a unit, instead",
				name, nodeconfig.KubeletConfigDir, nodeconfig.ContainerdConfigDir)))
		case ofUnits[name]:
			problems = append(problems, field.Duplicate(at.Index(i).Child("path"), name))
		}
	}
	return problems
}

// validateUnits refuses to replace or to stop the units that make a machine a node.
func validateUnits(at *field.Path, units []bootstrapv1.Unit) field.ErrorList {
	var problems field.ErrorList
	for i, unit := range units {
		if unit.Content != "" && nodeconfig.Reserved(nodeconfig.UnitPath(unit.Name)) {
			problems = append(problems, field.Forbidden(at.Index(i).Child("content"), unit.Name+" is written by the bootstrap provider; use dropIns instead"))
		}
		for j, dropIn := range unit.DropIns {
			if nodeconfig.Reserved(nodeconfig.DropInPath(unit.Name, dropIn.Name)) {
				problems = append(problems, field.Forbidden(at.Index(i).Child("dropIns").Index(j).Child("name"), dropIn.Name+" is written by the bootstrap provider; choose another name"))
			}
		}
		if nodeconfig.Started(unit.Name) && !ptr.Deref(unit.Enabled, true) {
			problems = append(problems, field.Forbidden(at.Index(i).Child("enabled"), "a node needs "+unit.Name+"; leave enabled out"))
		}
	}
	return problems
}
