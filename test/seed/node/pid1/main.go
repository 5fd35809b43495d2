// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Command pid1 is the first process of a seed. It is started in new mount,
// network and process namespaces, gives the seed private copies of the folders
// that Kubernetes programs have wired in, and then manages services.
//
// When it ends, the kernel ends everything else in the seed and takes back its
// mounts and network: nothing has to be cleaned up one by one.
package main

import (
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/node/services"
)

func main() {
	private := flag.String("private", "", "folders that the seed has to itself, as path=source, separated by commas")
	keep := flag.String("keep", "", "folders that stay visible also below private ones, separated by commas")
	socket := flag.String("socket", "", "where the service manager listens")
	flag.Parse()
	listener, err := prepare(split(*private), split(*keep), *socket)
	report(err)
	if err != nil {
		os.Exit(1)
	}
	manager := services.NewManager()
	go func() { _ = services.Serve(listener, manager) }()
	signals := make(chan os.Signal, 64)
	signal.Notify(signals, unix.SIGCHLD, unix.SIGTERM)
	for received := range signals {
		if received == unix.SIGTERM {
			return
		}
		manager.Collect()
	}
}

// report tells whoever started us, who waits for the end of file 3.
func report(err error) {
	pipe := os.NewFile(3, "report")
	if err != nil {
		_, _ = fmt.Fprint(pipe, err)
	}
	_ = pipe.Close()
}

func prepare(private, keep []string, socket string) (net.Listener, error) {
	// Mounts of the machine appear here, ours do not appear there; inside, pods
	// may share mounts with the kubelet.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SLAVE, ""); err != nil {
		return nil, fmt.Errorf("separate the mounts: %w", err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SHARED, ""); err != nil {
		return nil, fmt.Errorf("share mounts inside: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return nil, fmt.Errorf("mount /proc: %w", err)
	}
	if err := hide(private, keep); err != nil {
		return nil, err
	}
	if err := tuneNetwork(); err != nil {
		return nil, err
	}
	if err := os.Remove(socket); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	return net.Listen("unix", socket)
}

// hide mounts the source of every private folder over it, or an empty
// temporary file system when it has none, and brings back what is to be kept.
func hide(private, keep []string) error {
	// One private folder may hide the source of another, so all are opened first.
	open := map[string]*os.File{}
	defer func() {
		for _, folder := range open {
			_ = folder.Close()
		}
	}()
	for _, path := range slices.Concat(sources(private), keep) {
		folder, err := os.Open(path)
		if err != nil {
			return err
		}
		open[path] = folder
	}
	bind := func(source, path string) error {
		return unix.Mount(fmt.Sprintf("/proc/self/fd/%d", open[source].Fd()), path, "", unix.MS_BIND|unix.MS_REC, "")
	}
	for _, entry := range private {
		path, source, _ := strings.Cut(entry, "=")
		mount := func() error { return bind(source, path) }
		if source == "" {
			mount = func() error { return unix.Mount("tmpfs", path, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=0755") }
		}
		if err := mount(); err != nil {
			return fmt.Errorf("make %s private: %w", path, err)
		}
	}
	for _, path := range keep {
		if !hidden(path, private) {
			continue
		}
		if err := os.MkdirAll(path, 0o755); err != nil {
			return err
		}
		if err := bind(path, path); err != nil {
			return fmt.Errorf("keep %s: %w", path, err)
		}
	}
	return nil
}

func sources(private []string) []string {
	var list []string
	for _, entry := range private {
		if _, source, _ := strings.Cut(entry, "="); source != "" {
			list = append(list, source)
		}
	}
	return list
}

func hidden(path string, private []string) bool {
	return slices.ContainsFunc(private, func(entry string) bool {
		parent, _, _ := strings.Cut(entry, "=")
		return strings.HasPrefix(path, parent+"/")
	})
}

// tuneNetwork lets the network namespace route, and service addresses work
// between pods on one bridge.
func tuneNetwork() error {
	for _, setting := range []struct{ path, value string }{
		{"/proc/sys/net/ipv4/ip_forward", "1"},
		{"/proc/sys/net/bridge/bridge-nf-call-iptables", "1"},
	} {
		if err := os.WriteFile(setting.path, []byte(setting.value), 0); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("set %s: %w", setting.path, err)
		}
	}
	return nil
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}
