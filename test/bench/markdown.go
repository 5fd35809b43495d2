// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/stats"
	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/timeline"
	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/usage"
)

// table is a Markdown table that also reads well as text.
type table struct{ rows [][]string }

func newTable(header ...string) *table { return &table{rows: [][]string{header}} }

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// String aligns the first column left and all others right.
func (t *table) String() string {
	widths := make([]int, len(t.rows[0]))
	for _, row := range t.rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell), 3)
		}
	}
	text := strings.Builder{}
	for number, row := range t.rows {
		for i, cell := range row {
			space := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				text.WriteString("| " + cell + space)
			} else {
				text.WriteString(" | " + space + cell)
			}
		}
		text.WriteString(" |\n")
		if number == 0 {
			for i, width := range widths {
				if i == 0 {
					text.WriteString("|" + strings.Repeat("-", width+2) + "|")
				} else {
					text.WriteString(strings.Repeat("-", width+1) + ":|")
				}
			}
			text.WriteString("\n")
		}
	}
	return text.String()
}

func (r *report) markdown() string {
	text := &strings.Builder{}
	fmt.Fprintf(text, "# Hosted control planes, measured\n\nKubernetes %s, %d processors, %s. Load averages before each start: %s.\n",
		r.Kubernetes, r.CPUs, r.Date.Format("2006-01-02 15:04 MST"), strings.Join(r.Loads, " "))
	text.WriteString("Median (minimum–maximum) of all repetitions; a single number was measured once.\n")
	for _, note := range r.Notes {
		text.WriteString("- " + note + "\n")
	}
	if len(r.Sizes) > 0 {
		r.writeTimes(text)
		r.writeSteps(text)
		r.writeMilestones(text)
	}
	for _, rest := range r.Rest {
		rest.write(text)
	}
	r.writeMachines(text)
	return text.String()
}

func (r *report) writeTimes(text *strings.Builder) {
	t := newTable("clusters at once", "by hand, s", "hosted, s", "ratio", "available, s", "deleted, s", "repetitions", "restarts")
	for _, s := range r.Sizes {
		t.add(fmt.Sprint(s.Clusters), stats.Of(s.ByHand.Last...).String(), stats.Of(s.Hosted.Last...).String(), s.ratio().String(),
			stats.Of(s.Available...).String(), stats.Of(s.Deletion...).String(), fmt.Sprint(len(s.Hosted.Last)), fmt.Sprint(s.Restarts))
	}
	text.WriteString("\n## Time until /readyz answers ok, of the last cluster\n\n" +
		"Hosted: from the creation of Cluster and KubeceptionControlPlane, through the published kubeconfig.\n" +
		"By hand: etcd and kube-apiserver as plain processes of the same binaries. The ratio is made round by round.\n\n" + t.String())
	t = newTable(append([]string{"operator, processor seconds while creating"}, r.sizeNames()...)...)
	names := map[component]bool{}
	for _, s := range r.Sizes {
		for _, round := range s.OperatorsCreating {
			for name := range round {
				names[name] = true
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		row := []string{name}
		for _, s := range r.Sizes {
			var values []float64
			for _, round := range s.OperatorsCreating {
				values = append(values, round[name])
			}
			row = append(row, stats.Of(values...).String())
		}
		t.add(row...)
	}
	text.WriteString("\n" + t.String())
}

func (r *report) sizeNames() []string {
	var names []string
	for _, s := range r.Sizes {
		names = append(names, fmt.Sprintf("%d at once", s.Clusters))
	}
	return names
}

func (r *report) writeSteps(text *strings.Builder) {
	t := newTable(append([]string{"step, s"}, r.sizeNames()...)...)
	for _, step := range timeline.CriticalPath() {
		row := []string{step.Name}
		for _, s := range r.Sizes {
			row = append(row, s.step(step).String())
		}
		t.add(row...)
	}
	text.WriteString("\n## Where the time goes: one step after the other, per cluster\n\n" + t.String())
}

func (r *report) writeMilestones(text *strings.Builder) {
	t := newTable(append([]string{"milestone, s after the creation"}, r.sizeNames()...)...)
	for _, milestone := range timeline.Milestones() {
		row := []string{string(milestone)}
		for _, s := range r.Sizes {
			row = append(row, s.milestone(milestone).String())
		}
		t.add(row...)
	}
	text.WriteString("\n## Milestones, per cluster\n\n" + t.String())
}

func (r *rest) write(text *strings.Builder) {
	fmt.Fprintf(text, "\n## At rest with %d hosted, for %.1f minutes\n\n", r.Clusters, r.Minutes)
	text.WriteString(useTable("mean of one control plane", r.Planes, r.PlanesCPU) + "\n")
	text.WriteString(useTable("operators", r.Operators, r.OperatorsCPU) + "\n")
	t, sum := newTable("write to the seed's API server", "verb", "per minute"), 0.0
	for _, w := range r.Writes {
		t.add(w.Target(), w.Verb, fmt.Sprintf("%.1f", w.PerMinute))
		sum += w.PerMinute
	}
	t.add("sum", "", fmt.Sprintf("%.1f", sum))
	text.WriteString(t.String())
	if !r.Audited {
		text.WriteString("\nWho wrote is not known: the seed has no audit log.\n")
		return
	}
	t = newTable("who", "writes", "verb", "per minute")
	for _, w := range r.Writers {
		t.add(w.Who, w.Target(), w.Verb, fmt.Sprintf("%.1f", w.PerMinute))
	}
	text.WriteString("\n" + t.String())
}

// useTable shows what parts use, and their sum.
func useTable(title string, uses map[component]usage.Use, shares map[component]float64) string {
	t := newTable(title, "working set, MiB", "PSS, MiB", "RSS, MiB", "processor, %")
	sum, cpu := usage.Use{}, 0.0
	for _, name := range slices.Sorted(maps.Keys(uses)) {
		use := uses[name]
		t.add(name, mebibytes(use.WorkingSet), mebibytes(use.PSS), mebibytes(use.RSS), fmt.Sprintf("%.2f", shares[name]*100))
		sum, cpu = sum.Add(use), cpu+shares[name]
	}
	t.add("sum", mebibytes(sum.WorkingSet), mebibytes(sum.PSS), mebibytes(sum.RSS), fmt.Sprintf("%.2f", cpu*100))
	return t.String()
}

// writeMachines shows how long more machines took, and what machines use.
func (r *report) writeMachines(text *strings.Builder) {
	if len(r.Machines) == 0 {
		return
	}
	header := []string{"milestone of the last machine, s after the MachineDeployment was scaled"}
	for _, result := range r.Machines {
		header = append(header, fmt.Sprintf("%d more", result.Machines))
	}
	t := newTable(header...)
	for _, milestone := range timeline.MachineMilestones() {
		row := []string{string(milestone)}
		for _, result := range r.Machines {
			row = append(row, milestoneOf(result.Timelines, milestone).String())
		}
		t.add(row...)
	}
	text.WriteString("\n## Machines\n\n" + t.String())
	if r.Machine != nil {
		fmt.Fprintf(text, "\nAt rest with %d machines, for %.1f minutes:\n\n%s", r.Machine.Machines, r.Machine.Minutes,
			useTable("mean of one machine", r.Machine.Programs, r.Machine.CPU))
	}
}

func mebibytes(bytes uint64) string {
	if bytes == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f", float64(bytes)/(1<<20))
}
