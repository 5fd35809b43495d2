// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package services

import (
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// serve starts a manager as pid1 does and returns a client of it.
func serve(t *testing.T) *Client {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "s")
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	manager := NewManager()
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGCHLD)
	t.Cleanup(func() { signal.Stop(signals); close(signals) })
	go func() {
		for range signals {
			manager.Collect()
		}
	}()
	go func() { _ = Serve(listener, manager) }()
	client, err := Dial(socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func shell(t *testing.T, script string) Service {
	t.Helper()
	return Service{Name: "shell", Args: []string{"/bin/sh", "-c", script}, Log: filepath.Join(t.TempDir(), "log")}
}

// eventually waits until a status satisfies a condition.
func eventually(t *testing.T, client *Client, what string, holds func(Status) bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		list, err := client.List()
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 1 && holds(list[0]) {
			return
		}
	}
	t.Errorf("never true: %s", what)
}

func TestAnEqualServiceIsLeftAlone(t *testing.T) {
	client, service := serve(t), shell(t, "exec sleep 1000")
	first, err := client.Start(service)
	if err != nil {
		t.Fatal(err)
	}
	second, err := client.Start(service)
	if err != nil || second.PID != first.PID {
		t.Errorf("started again: %+v, %+v, %v", first, second, err)
	}
	service.Fingerprint = "changed"
	third, err := client.Start(service)
	if err != nil || third.PID == first.PID {
		t.Errorf("not restarted after a change: %+v, %v", third, err)
	}
	if err := syscall.Kill(first.PID, 0); err == nil {
		t.Error("the process before the change still runs")
	}
	if err := client.Stop("shell"); err != nil {
		t.Fatal(err)
	}
	if list, err := client.List(); err != nil || len(list) != 0 {
		t.Errorf("after stopping there is still %v, %v", list, err)
	}
}

func TestAServiceThatEndsIsRestarted(t *testing.T) {
	client := serve(t)
	service := shell(t, "echo started; exit 3")
	if _, err := client.Start(service); err != nil {
		t.Fatal(err)
	}
	eventually(t, client, "restarted twice", func(s Status) bool { return s.Restarts > 1 && s.LastExit == "exit status 3" })
	if err := client.Stop("shell"); err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(service.Log)
	if err != nil || strings.Count(string(log), "started\n") < 2 {
		t.Errorf("log %q, %v", log, err)
	}
}

func TestAServiceThatIsKilledIsRestarted(t *testing.T) {
	client := serve(t)
	if _, err := client.Start(shell(t, "exec sleep 1000")); err != nil {
		t.Fatal(err)
	}
	killed, err := client.Kill("shell")
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, client, "restarted", func(s Status) bool { return s.PID != 0 && s.PID != killed.PID && s.LastExit == "signal killed" })
	if err := client.Stop("shell"); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Kill("shell"); err == nil || !strings.Contains(err.Error(), "shell does not run") {
		t.Errorf("got %v", err)
	}
}

func TestAMissingProgramIsAnError(t *testing.T) {
	_, err := serve(t).Start(Service{Name: "x", Args: []string{"/does/not/exist"}, Log: filepath.Join(t.TempDir(), "log")})
	if err == nil || !strings.Contains(err.Error(), "start x") {
		t.Errorf("got %v", err)
	}
}
