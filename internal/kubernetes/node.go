// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubernetes

import (
	"fmt"
	"strings"
)

// LabelKubeletVersion is on every node that our bootstrap provider makes: the Kubernetes version of its kubelet as
// LabelValue writes it, for example v1.36.3. What must run in the version of the node is selected by it.
const LabelKubeletVersion = "kubeception.cluster.x-k8s.io/kubelet-version"

// LabelValue returns a version as the value of a label, which cannot have the plus sign before build metadata.
func LabelValue(version string) string { return strings.ReplaceAll(version, "+", "_") }

// maxKubeletSkew is the number of minor versions by which a kubelet may be older than the API server.
const maxKubeletSkew = 3

// CheckKubelet returns an error if API servers, of which the oldest and the newest version are given, cannot serve a
// kubelet of a version: Kubernetes supports none that is newer than an API server, or older by more than three minor
// versions. The message names the remedy.
func CheckKubelet(kubelet, oldestServer, newestServer string) error {
	k, err := parse(kubelet)
	if err != nil {
		return err
	}
	oldest, err := parse(oldestServer)
	if err != nil {
		return err
	}
	newest, err := parse(newestServer)
	if err != nil {
		return err
	}
	switch {
	case k.Major() != newest.Major() || k.Major() == oldest.Major() && minorOf(k) > minorOf(oldest):
		return fmt.Errorf("version %s is newer than the control plane, which runs %s; upgrade the control plane first, or choose a version v%d.%d.x or earlier",
			kubelet, oldestServer, oldest.Major(), oldest.Minor())
	case minorOf(k)+maxKubeletSkew < minorOf(newest):
		return fmt.Errorf("version %s is more than %d minor versions older than the control plane, which runs %s; choose a version v%d.%d.x or later",
			kubelet, maxKubeletSkew, newestServer, newest.Major(), minorOf(newest)-maxKubeletSkew)
	}
	return nil
}
