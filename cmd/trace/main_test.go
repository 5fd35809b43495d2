// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

const cases = "../../exp/topology/trace/testdata/"

func execute(t *testing.T, arguments ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	c := command(time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC))
	c.SetOut(&out)
	c.SetArgs(arguments)
	err := c.ExecuteContext(t.Context())
	return out.String(), err
}

func TestStagesThatAreWantedArePrinted(t *testing.T) {
	g := NewWithT(t)
	out, err := execute(t, "--stage", "cluster", cases+"zones/input.yaml")
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(out).To(And(ContainSubstring("kind: Cluster\n"), Not(ContainSubstring("kind: ClusterClass\n"))))
	all, err := execute(t, cases+"zones/input.yaml")
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(all).To(And(ContainSubstring("kind: CloudProfile\n"), ContainSubstring("kind: ClusterClass\n"), ContainSubstring(out)))
}

func TestARefusalIsPrintedAndAnError(t *testing.T) {
	g := NewWithT(t)
	out, err := execute(t, "--stage", "class", cases+"refused/input.yaml")
	g.Expect(err).To(MatchError(errRefused))
	g.Expect(out).To(ContainSubstring("# refused: spec.networking.type"), "whatever stages are wanted")
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	g := NewWithT(t)
	_, err := execute(t, "no-such-file.yaml")
	g.Expect(err).To(MatchError(ContainSubstring("no-such-file.yaml")))
	_, err = execute(t, "../../exp/topology/examples/quota.yaml")
	g.Expect(err).To(MatchError(ContainSubstring("Shoot and of its CloudProfile")))
	_, err = execute(t)
	g.Expect(err).To(HaveOccurred(), "a trace needs a file")
}
