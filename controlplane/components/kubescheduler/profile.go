// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubescheduler

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
)

const (
	configFile    = "config.yaml"
	configVersion = "kubescheduler.config.k8s.io/v1"
	// gardenerScheduler is the name under which Gardener's users know the profile.
	gardenerScheduler = "bin-packing-scheduler"
)

// object is part of a configuration. Kubernetes' own types would write fields of the version that this project is
// built with, which older schedulers refuse.
type object = map[string]any

// configuration returns the KubeSchedulerConfiguration.
func configuration(in *component.Input, kubeconfig string) (*corev1.ConfigMap, error) {
	config := object{
		"apiVersion":       configVersion,
		"kind":             "KubeSchedulerConfiguration",
		"clientConnection": object{"kubeconfig": kubeconfig},
		// A single instance elects itself too: two of them run while it is replaced.
		"leaderElection": object{"leaderElect": true},
		// The flag of this name has no effect beside a configuration file.
		"enableProfiling": false,
	}
	if in.Configuration.Scheduler.Profile == controlplanev1.SchedulingBinPacking {
		// It applies to every pod that names no scheduler, and to those that name Gardener's.
		config["profiles"] = []object{binPacking(corev1.DefaultSchedulerName), binPacking(gardenerScheduler)}
	}
	content, err := yaml.Marshal(config)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return component.MakeUnique(&corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: "kube-scheduler-config"},
		Data:       map[string]string{configFile: string(content)},
	}), nil
}

// binPacking is kube-scheduler's own profile but for what fills nodes up.
func binPacking(scheduler string) object {
	return object{
		"schedulerName": scheduler,
		// It prefers nodes whose CPU and memory are used alike, which works against filling them up.
		"plugins": object{"score": object{"disabled": []object{{"name": "NodeResourcesBalancedAllocation"}}}},
		"pluginConfig": []object{{
			"name": "NodeResourcesFit",
			"args": object{
				"apiVersion": configVersion,
				"kind":       "NodeResourcesFitArgs",
				"scoringStrategy": object{
					"type":      "MostAllocated",
					"resources": []object{{"name": "cpu", "weight": 1}, {"name": "memory", "weight": 1}},
				},
			},
		}},
	}
}
