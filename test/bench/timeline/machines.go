// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package timeline

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
)

// Milestones of a machine, in the order in which they usually happen.
const (
	MachineCreated       Milestone = "Machine created"
	MachineBootstrapData Milestone = "bootstrap data written"
	MachineProvisioned   Milestone = "machine runs"
	MachineNode          Milestone = "node registered"
	MachineNodeReady     Milestone = "node ready"
	MachineNodeTolerated Milestone = "node without taints"
	MachineSaysAvailable Milestone = "Machine available"
)

// MachineMilestones lists all of them in that order.
func MachineMilestones() []Milestone {
	return []Milestone{
		MachineCreated, MachineBootstrapData, MachineProvisioned, MachineNode, MachineNodeReady, MachineNodeTolerated, MachineSaysAvailable,
	}
}

// Machines notes when machines reached their milestones.
type Machines struct {
	Began  time.Time
	record record
}

// Look notes what machines and nodes show at a time. Machines that existed before are not given.
func (m *Machines) Look(machines []clusterv1.Machine, nodes []corev1.Node, now time.Time) {
	if m.record == nil {
		m.record = record{}
	}
	byName := map[string]*corev1.Node{}
	for i := range nodes {
		byName[nodes[i].Name] = &nodes[i]
	}
	for i := range machines {
		machine := &machines[i]
		created := machine.Status.Initialization
		for milestone, reached := range map[Milestone]bool{
			MachineCreated:       true,
			MachineBootstrapData: created.BootstrapDataSecretCreated != nil && *created.BootstrapDataSecretCreated,
			MachineProvisioned:   created.InfrastructureProvisioned != nil && *created.InfrastructureProvisioned,
			MachineSaysAvailable: conditions.IsTrue(machine, clusterv1.AvailableCondition),
		} {
			if reached {
				m.record.note(milestone, machine.Name, now)
			}
		}
		// Machines of this project name their node.
		if node := byName[machine.Name]; node != nil {
			m.record.note(MachineNode, machine.Name, now)
			if ready(node) {
				m.record.note(MachineNodeReady, machine.Name, now)
				if len(node.Spec.Taints) == 0 {
					m.record.note(MachineNodeTolerated, machine.Name, now)
				}
			}
		}
	}
}

func ready(node *corev1.Node) bool {
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

// Complete says whether so many machines reached every milestone.
func (m *Machines) Complete(count int) bool {
	for _, milestone := range MachineMilestones() {
		if len(m.record[milestone]) < count {
			return false
		}
	}
	return true
}

// Each returns when each machine reached a milestone, in seconds.
func (m *Machines) Each(milestone Milestone) []time.Duration {
	var took []time.Duration
	for _, at := range m.record[milestone] {
		took = append(took, at.Sub(m.Began))
	}
	return took
}

// Last returns when the last machine reached each milestone.
func (m *Machines) Last() Reached { return m.record.since(m.Began) }
