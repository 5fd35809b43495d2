// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/robfig/cron/v3"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
)

// validateConfiguration finds what is wrong with what control planes and templates have in common.
func validateConfiguration(path *field.Path, c *controlplanev1.KubeceptionControlPlaneConfiguration) field.ErrorList {
	problems := validateSchedule(path.Child("etcd", "main", "backup", "fullSnapshotSchedule"), c.Etcd.Main.Backup.FullSnapshotSchedule)
	problems = append(problems, validateRuntimeConfig(path.Child("apiServer", "runtimeConfig"), c.APIServer.RuntimeConfig)...)
	problems = append(problems, validateAdmissionPlugins(path.Child("apiServer", "admissionPlugins"), c.APIServer.AdmissionPlugins)...)
	return append(problems, component.ValidatePatches(path.Child("components"), c.Components)...)
}

func validateSchedule(path *field.Path, schedule string) field.ErrorList {
	if schedule == "" {
		return nil
	}
	if _, err := cron.ParseStandard(schedule); err != nil {
		return field.ErrorList{field.Invalid(path, schedule, fmt.Sprintf("is not a cron expression: %v", err))}
	}
	return nil
}

var (
	apiVersion  = regexp.MustCompile(`^v\d+((alpha|beta)\d+)?$`)
	apiFamilies = []string{"api/all", "api/ga", "api/beta", "api/alpha"}
)

// validateRuntimeConfig refuses keys that make kube-apiserver exit. Whether a group exists depends on its version and
// is left to it.
func validateRuntimeConfig(path *field.Path, config map[string]bool) field.ErrorList {
	var problems field.ErrorList
	for _, key := range slices.Sorted(maps.Keys(config)) {
		if strings.HasPrefix(key, "api/") {
			if !slices.Contains(apiFamilies, key) {
				problems = append(problems, field.NotSupported(path, key, apiFamilies))
			}
			if key == "api/all" && !config[key] && len(config) == 1 {
				problems = append(problems, field.Invalid(path, key, "would leave no API at all; enable some versions as well"))
			}
			continue
		}
		if !isGroupVersionResource(key) {
			problems = append(problems, field.Invalid(path, key,
				"must be <group>/<version>, <group>/<version>/<resource> with the resource in lower case, or one of "+strings.Join(apiFamilies, ", ")))
		}
	}
	return problems
}

// isGroupVersionResource accepts "batch/v1", "batch/v1/jobs" and "/v1" for the core group.
func isGroupVersionResource(key string) bool {
	parts := strings.Split(key, "/")
	if len(parts) != 2 && len(parts) != 3 {
		return false
	}
	group, version := parts[0], parts[1]
	if group != "" && len(validation.IsDNS1123Subdomain(group)) > 0 {
		return false
	}
	if len(parts) == 3 && len(validation.IsDNS1123Label(parts[2])) > 0 {
		return false
	}
	return apiVersion.MatchString(version)
}

// validateAdmissionPlugins refuses configuration that is not a YAML object.
func validateAdmissionPlugins(path *field.Path, plugins []controlplanev1.AdmissionPlugin) field.ErrorList {
	var problems field.ErrorList
	for i, plugin := range plugins {
		if plugin.Config == "" {
			continue
		}
		var config map[string]any
		if err := yaml.UnmarshalStrict([]byte(plugin.Config), &config); err != nil {
			problems = append(problems, field.Invalid(path.Index(i).Child("config"), plugin.Name, fmt.Sprintf("is not a YAML object: %v", err)))
		}
	}
	return problems
}
