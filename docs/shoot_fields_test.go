// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/fields"
)

const (
	shootFieldsPage = "shoot-fields.md"
	// generatedBelow separates what is written by hand from what comes from the list.
	generatedBelow = "<!-- Below: written by make golden from exp/topology/fields/shoot.yaml. -->\n"
)

// TestThePageOfShootFieldsShowsTheList keeps the page equal to the list that admission and status use.
func TestThePageOfShootFieldsShowsTheList(t *testing.T) {
	content, err := os.ReadFile(shootFieldsPage)
	if err != nil {
		t.Fatal(err)
	}
	byHand, generated, found := strings.Cut(string(content), generatedBelow)
	if !found {
		t.Fatalf("%s lacks the line %s", shootFieldsPage, generatedBelow)
	}
	want := shootFields()
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(shootFieldsPage, []byte(byHand+generatedBelow+want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if generated != want {
		t.Errorf("%s does not show the list; run make golden", shootFieldsPage)
	}
}

// shootFields are tables of all fields, one for each verdict, in the order of the list.
func shootFields() string {
	var out strings.Builder
	titles := []struct {
		verdict fields.Verdict
		title   string
	}{
		{fields.CarriedOut, "Carried out"}, {fields.Reported, "Accepted and reported"}, {fields.Refused, "Refused"},
	}
	for _, t := range titles {
		fmt.Fprintf(&out, "\n## %s\n\n| Field | Reason |\n|---|---|\n", t.title)
		for _, f := range fields.OfShoot() {
			if f.Verdict != t.verdict {
				continue
			}
			name := "`" + f.Path + "`"
			if len(f.Values) > 0 {
				name += " = " + strings.Join(f.Values, ", ")
			}
			if len(f.Except) > 0 {
				name += " other than " + strings.Join(f.Except, ", ")
			}
			if len(f.Types) > 0 {
				name += " of type " + strings.Join(f.Types, ", ")
			}
			fmt.Fprintf(&out, "| %s | %s |\n", name, f.Reason)
		}
	}
	return out.String()
}
