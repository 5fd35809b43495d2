// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package services

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	stopTimeout  = 20 * time.Second
	firstRestart = time.Second
	maxRestart   = 10 * time.Second
)

// Service is a program to be kept running.
type Service struct {
	Name string
	// Args start with the absolute path of the program.
	Args []string
	// Env is the whole environment, as "NAME=value".
	Env []string
	// Log is the file that output is appended to.
	Log string
	// Fingerprint stands for everything else the program reads once, such as its
	// configuration files: a service is restarted when it changes.
	Fingerprint string
}

func (s Service) equal(o Service) bool {
	return slices.Equal(s.Args, o.Args) && slices.Equal(s.Env, o.Env) && s.Fingerprint == o.Fingerprint
}

// Status says how a service is doing.
type Status struct {
	Name string
	// PID is the process id inside the seed; 0 while it does not run.
	PID int
	// Started is when the current process was started.
	Started  time.Time
	Restarts int
	// LastExit says how it ended last; empty when it never did.
	LastExit string
}

// Manager starts and supervises services. Its exported methods are served by net/rpc.
type Manager struct {
	mutex    sync.Mutex
	services map[string]*supervised
	byPID    map[int]*supervised
}

type supervised struct {
	service Service
	status  Status
	exited  chan struct{} // closed when the current process has ended
	delay   time.Duration
}

// NewManager returns a manager without services.
func NewManager() *Manager {
	return &Manager{services: map[string]*supervised{}, byPID: map[int]*supervised{}}
}

// Start brings a service to the given definition and fails when the program
// cannot be executed. An equal running service is left alone.
func (m *Manager) Start(service Service, status *Status) error {
	m.mutex.Lock()
	current, exists := m.services[service.Name]
	if exists && current.status.PID != 0 && current.service.equal(service) {
		*status = current.status
		m.mutex.Unlock()
		return nil
	}
	m.mutex.Unlock()
	if exists {
		if err := m.Stop(service.Name, &Status{}); err != nil {
			return err
		}
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	s := &supervised{service: service, status: Status{Name: service.Name}, delay: firstRestart}
	if err := m.launch(s); err != nil {
		return fmt.Errorf("start %s: %w", service.Name, err)
	}
	m.services[service.Name] = s
	*status = s.status
	return nil
}

// Stop ends a service and waits until it has ended. An unknown service is fine.
func (m *Manager) Stop(name string, status *Status) error {
	m.mutex.Lock()
	s, exists := m.services[name]
	if !exists {
		m.mutex.Unlock()
		return nil
	}
	pid, exited := s.status.PID, s.exited
	delete(m.services, name)
	m.mutex.Unlock()
	if pid == 0 {
		return nil
	}
	_ = syscall.Kill(pid, syscall.SIGTERM)
	select {
	case <-exited:
	case <-time.After(stopTimeout):
		_ = syscall.Kill(pid, syscall.SIGKILL)
		<-exited
	}
	*status = s.status
	return nil
}

// Kill ends the process of a service as a crash would; it is started again.
func (m *Manager) Kill(name string, status *Status) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	s, exists := m.services[name]
	if !exists || s.status.PID == 0 {
		return fmt.Errorf("%s does not run", name)
	}
	*status = s.status
	return syscall.Kill(s.status.PID, syscall.SIGKILL)
}

// List returns the status of all services, ordered by name.
func (m *Manager) List(_ struct{}, list *[]Status) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	*list = []Status{}
	for _, s := range m.services {
		*list = append(*list, s.status)
	}
	slices.SortFunc(*list, func(a, b Status) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

// launch starts the process of s. The caller holds the mutex, so that the
// process cannot be collected before it is known.
func (m *Manager) launch(s *supervised) error {
	log, err := os.OpenFile(s.service.Log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	process, err := os.StartProcess(s.service.Args[0], s.service.Args, &os.ProcAttr{
		Dir: "/", Env: s.service.Env, Files: []*os.File{nil, log, log}, Sys: &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return err
	}
	s.status.PID = process.Pid
	m.byPID[process.Pid] = s
	s.exited = make(chan struct{})
	s.status.Started = time.Now()
	return process.Release() // Collect waits for all processes at once.
}

// Collect waits for processes that have ended and returns when there are none
// left to collect now. Call it on every SIGCHLD.
func (m *Manager) Collect() {
	for {
		var exit syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &exit, syscall.WNOHANG, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
		m.ended(pid, exit)
	}
}

// ended notes the end of a process and restarts its service unless it was
// stopped or replaced meanwhile.
func (m *Manager) ended(pid int, exit syscall.WaitStatus) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	s, known := m.byPID[pid]
	if !known {
		return // An orphan of some service.
	}
	delete(m.byPID, pid)
	s.status.PID = 0
	s.status.LastExit = describe(exit)
	close(s.exited)
	if m.services[s.service.Name] != s {
		return
	}
	if time.Since(s.status.Started) > maxRestart {
		s.delay = firstRestart
	}
	time.AfterFunc(s.delay, func() { m.restart(s) })
	s.delay = min(2*s.delay, maxRestart)
}

func (m *Manager) restart(s *supervised) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.services[s.service.Name] != s || s.status.PID != 0 {
		return
	}
	s.status.Restarts++
	if err := m.launch(s); err != nil {
		s.status.LastExit = err.Error()
		time.AfterFunc(s.delay, func() { m.restart(s) })
	}
}

func describe(exit syscall.WaitStatus) string {
	if exit.Signaled() {
		return "signal " + exit.Signal().String()
	}
	return fmt.Sprintf("exit status %d", exit.ExitStatus())
}
