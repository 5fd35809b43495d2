// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package certmanager pins cert-manager, whose CustomResourceDefinitions the
// seed installs from the module's folder deploy/crds. Its controllers are
// nested modules that the module proxy does not offer, so there is no program
// to build; addons/capi says what stands in for them.
package certmanager

import _ "github.com/cert-manager/cert-manager/pkg/apis/certmanager" // keeps the requirement
