// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
)

// conditionPages are the pages that explain what is declared, by the file that declares it.
var conditionPages = map[string]string{
	"../api/bootstrap/v1alpha1/conditions.go":      "docs/bootstrap.md",
	"../api/controlplane/v1alpha1/conditions.go":   "docs/conditions.md",
	"../api/infrastructure/v1alpha1/conditions.go": "docs/local-machines.md",
}

// anyCondition is the reason that a page explains once for all.
const anyCondition = "NotYetObserved"

// clusterAPI are the names of Cluster API that conditions.go gives names of its own.
var clusterAPI = map[string]string{
	"AvailableCondition":   clusterv1.AvailableCondition,
	"ReadyCondition":       clusterv1.ReadyCondition,
	"RollingOutCondition":  clusterv1.RollingOutCondition,
	"ScalingUpCondition":   clusterv1.ScalingUpCondition,
	"ScalingDownCondition": clusterv1.ScalingDownCondition,
	"DeletingCondition":    clusterv1.DeletingCondition,
	"PausedCondition":      clusterv1.PausedCondition,
	"AvailableReason":      clusterv1.AvailableReason,
	"NotAvailableReason":   clusterv1.NotAvailableReason,

	"NotReadyReason":     clusterv1.NotReadyReason,
	"ReadyUnknownReason": clusterv1.ReadyUnknownReason,

	"WaitingForClusterInfrastructureReadyReason": clusterv1.WaitingForClusterInfrastructureReadyReason,
	"WaitingForBootstrapDataReason":              clusterv1.WaitingForBootstrapDataReason,
}

// inherited are reasons of Cluster API that are used by their own names, by condition.
var inherited = map[string][]string{
	clusterv1.AvailableCondition: {
		clusterv1.AvailableReason, clusterv1.NotAvailableReason, clusterv1.AvailableUnknownReason, clusterv1.InternalErrorReason,
	},
	clusterv1.RollingOutCondition:  {clusterv1.RollingOutReason, clusterv1.NotRollingOutReason},
	clusterv1.ScalingUpCondition:   {clusterv1.ScalingUpReason, clusterv1.NotScalingUpReason},
	clusterv1.ScalingDownCondition: {clusterv1.ScalingDownReason, clusterv1.NotScalingDownReason},
	clusterv1.DeletingCondition:    {clusterv1.NotDeletingReason, clusterv1.DeletionCompletedReason},
	clusterv1.PausedCondition:      {clusterv1.PausedReason, clusterv1.NotPausedReason},
}

// inheritedByPage are those that mean different things on different pages.
var inheritedByPage = map[string]map[string][]string{
	"docs/bootstrap.md": {
		clusterv1.ReadyCondition: {
			clusterv1.ReadyReason, clusterv1.NotReadyReason, clusterv1.ReadyUnknownReason, clusterv1.InternalErrorReason,
		},
		// What keeps a token from being made keeps machines from being made.
		bootstrapv1.DataSecretAvailableCondition: {bootstrapv1.ClusterUnreachableReason, bootstrapv1.BootstrapTokenFailedReason},
	},
	"docs/local-machines.md": {
		clusterv1.ReadyCondition: {clusterv1.ReadyReason, clusterv1.DeletingReason, clusterv1.InternalErrorReason},
	},
}

func TestEveryConditionAndReasonIsExplained(t *testing.T) {
	for source, page := range conditionPages {
		t.Run(page, func(t *testing.T) {
			expectExplained(t, page, declaredReasons(t, source, inheritedByPage[page]), explainedReasons(t, page))
		})
	}
}

// expectExplained compares what is declared with what a page explains.
func expectExplained(t *testing.T, page string, want, got map[string][]string) {
	t.Helper()
	for _, condition := range slices.Sorted(maps.Keys(want)) {
		if _, explained := got[condition]; !explained {
			t.Errorf("%s has no section for the condition %s", page, condition)
			continue
		}
		for _, reason := range want[condition] {
			if reason != anyCondition && !slices.Contains(got[condition], reason) {
				t.Errorf("the section of %s does not explain the reason %s", condition, reason)
			}
		}
	}
	for condition, reasons := range got {
		if _, declared := want[condition]; !declared {
			t.Errorf("%s has a section for %s, which is no condition", page, condition)
			continue
		}
		for _, reason := range reasons {
			if reason != anyCondition && !slices.Contains(want[condition], reason) {
				t.Errorf("the section of %s explains %s, which is no reason of it", condition, reason)
			}
		}
	}
}

// declaredReasons reads a file in which the reasons of a condition follow it, and adds those that it inherits.
func declaredReasons(t *testing.T, source string, also map[string][]string) map[string][]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), source, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	condition := ""
	ast.Inspect(file, func(node ast.Node) bool {
		spec, isValue := node.(*ast.ValueSpec)
		if !isValue {
			return true
		}
		for i, name := range spec.Names {
			value, err := valueOf(spec.Values[i])
			if err != nil {
				t.Fatalf("%s: %s: %v", source, name.Name, err)
			}
			switch {
			case strings.HasSuffix(name.Name, "Condition"):
				condition = value
				out[condition] = slices.Concat(inherited[condition], also[condition])
			case strings.HasSuffix(name.Name, "Reason"):
				out[condition] = append(out[condition], value)
			}
		}
		return false
	})
	return out
}

func valueOf(expression ast.Expr) (string, error) {
	switch e := expression.(type) {
	case *ast.BasicLit:
		return strconv.Unquote(e.Value)
	case *ast.SelectorExpr:
		if value, known := clusterAPI[e.Sel.Name]; known {
			return value, nil
		}
		return "", fmt.Errorf("add %s to clusterAPI in this test", e.Sel.Name)
	}
	return "", fmt.Errorf("a %T is not understood", expression)
}

var (
	section = regexp.MustCompile("^## `(\\w+)`$")
	row     = regexp.MustCompile("^\\| `(\\w+)` \\| (True|False|Unknown) \\| \\S.* \\| \\S.* \\|$")
)

// explainedReasons reads a page: a section for each condition, a row for each reason.
func explainedReasons(t *testing.T, page string) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	condition := ""
	for _, line := range readPage(t, page).prose {
		if found := section.FindStringSubmatch(line); found != nil {
			condition = found[1]
			out[condition] = nil
			continue
		}
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		found := row.FindStringSubmatch(line)
		if found == nil {
			t.Errorf("%s: a row has not the form | `Reason` | status | meaning | what to do |: %s", page, line)
			continue
		}
		out[condition] = append(out[condition], found[1])
	}
	return out
}
