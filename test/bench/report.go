// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/stats"
	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/timeline"
	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/usage"
	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/writes"
)

// report is everything that was measured. Times are in seconds.
type report struct {
	Date       time.Time     `json:"date"`
	Kubernetes string        `json:"kubernetes"`
	CPUs       int           `json:"cpus"`
	Loads      []string      `json:"loadAverages"`
	Rounds     int           `json:"rounds"`
	Notes      []string      `json:"notes,omitempty"`
	Sizes      []*sizeResult `json:"sizes"`
	Rest       []*rest       `json:"rest"`

	Machines []*machinesResult `json:"machines,omitempty"`
	Machine  *machineUse       `json:"machine,omitempty"`
}

// sizeResult is what was measured with a number of clusters at once.
type sizeResult struct {
	Clusters int   `json:"clusters"`
	ByHand   times `json:"byHand"`
	Hosted   times `json:"hosted"`
	// Available is the time until the last cluster was available, Deletion until the last one was gone; by round.
	Available []float64 `json:"available"`
	Deletion  []float64 `json:"deletion"`
	// Timelines are those of all clusters of all rounds.
	Timelines []timeline.Reached `json:"timelines"`
	// Restarts is how often containers were restarted before their cluster was available, in all rounds.
	Restarts int32 `json:"restarts"`
	// OperatorsCreating is the processor time of operators during the creation, by round.
	OperatorsCreating []map[component]float64 `json:"operatorsCPUSeconds"`
}

// times are how long starts took.
type times struct {
	// Each has every start, Last the last one of each round.
	Each []float64 `json:"each"`
	Last []float64 `json:"last"`
}

func (t *times) add(round []time.Duration) {
	for _, took := range round {
		t.Each = append(t.Each, took.Seconds())
	}
	t.Last = append(t.Last, slices.Max(round).Seconds())
}

// machinesResult is what was measured with a number of machines that were added at once.
type machinesResult struct {
	Machines int `json:"machines"`
	// Ready is the time from the change of the MachineDeployment until the node was ready.
	Ready times `json:"ready"`
	// Timelines have the last machine of each round.
	Timelines []timeline.Reached `json:"timelines"`
}

// machineUse is the mean of all machines of a cluster at rest, by program. CPU is a share of one processor.
type machineUse struct {
	Machines int                     `json:"machines"`
	Minutes  float64                 `json:"minutes"`
	Programs map[component]usage.Use `json:"programs"`
	CPU      map[component]float64   `json:"cpu"`
}

// rest is what was measured while nothing changed.
type rest struct {
	Clusters int     `json:"clusters"`
	Minutes  float64 `json:"minutes"`
	// Planes is the mean of one control plane. CPU is a share of one processor.
	Planes       map[component]usage.Use `json:"controlPlane"`
	PlanesCPU    map[component]float64   `json:"controlPlaneCPU"`
	Operators    map[component]usage.Use `json:"operators"`
	OperatorsCPU map[component]float64   `json:"operatorsCPU"`
	Writes       []writeRate             `json:"writes"`
	// Audited says whether Writers are known.
	Audited bool         `json:"audited"`
	Writers []writerRate `json:"writers"`
}

type writeRate struct {
	writes.Write
	PerMinute float64 `json:"perMinute"`
}

type writerRate struct {
	writes.By
	PerMinute float64 `json:"perMinute"`
}

func (r *rest) sort() {
	slices.SortFunc(r.Writes, func(a, b writeRate) int {
		return cmp.Or(cmp.Compare(b.PerMinute, a.PerMinute), cmp.Compare(a.Target()+a.Verb, b.Target()+b.Verb))
	})
	slices.SortFunc(r.Writers, func(a, b writerRate) int {
		return cmp.Or(cmp.Compare(b.PerMinute, a.PerMinute), cmp.Compare(a.Who+a.Target()+a.Verb, b.Who+b.Target()+b.Verb))
	})
}

func newReport(kubernetesVersion string) *report {
	return &report{Date: time.Now().UTC(), Kubernetes: kubernetesVersion, CPUs: runtime.NumCPU()}
}

func (r *report) notef(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

func (r *report) load(average string) { r.Loads = append(r.Loads, average) }

// size returns the result for a number of clusters, in ascending order.
func (r *report) size(clusters int) *sizeResult {
	for _, result := range r.Sizes {
		if result.Clusters == clusters {
			return result
		}
	}
	result := &sizeResult{Clusters: clusters}
	r.Sizes = append(r.Sizes, result)
	slices.SortFunc(r.Sizes, func(a, b *sizeResult) int { return cmp.Compare(a.Clusters, b.Clusters) })
	return result
}

// machines returns the result for a number of machines.
func (r *report) machines(count int) *machinesResult {
	for _, result := range r.Machines {
		if result.Machines == count {
			return result
		}
	}
	result := &machinesResult{Machines: count}
	r.Machines = append(r.Machines, result)
	return result
}

// ratio compares hosted with by hand, round by round.
func (s *sizeResult) ratio() stats.Summary {
	return stats.Of(stats.Ratios(s.Hosted.Last, s.ByHand.Last)...)
}

// milestone sums up when all control planes reached a milestone.
func (s *sizeResult) milestone(milestone timeline.Milestone) stats.Summary {
	return milestoneOf(s.Timelines, milestone)
}

func milestoneOf(timelines []timeline.Reached, milestone timeline.Milestone) stats.Summary {
	var values []float64
	for _, reached := range timelines {
		if at, known := reached[milestone]; known {
			values = append(values, at)
		}
	}
	return stats.Of(values...)
}

// step sums up how long a step took in all control planes.
func (s *sizeResult) step(step timeline.Step) stats.Summary {
	var values []float64
	for _, reached := range s.Timelines {
		if took, known := reached.Took(step); known {
			values = append(values, took)
		}
	}
	return stats.Of(values...)
}

func (r *report) write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "bench.json"), append(data, '\n'), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "bench.md"), []byte(r.markdown()), 0o644)
}
