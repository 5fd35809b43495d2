// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/node/services"
)

// Name is the name of the Node object.
const Name = "seed"

const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// maxStateDir leaves room for the sockets below the state folder: the kernel
// allows 107 characters for their path.
const maxStateDir = 70

// Node is the machine of one seed.
type Node struct {
	// StateDir is the absolute folder of this seed's files.
	StateDir string
	// CacheDir is the absolute folder of the binaries, which stays visible inside.
	CacheDir string
	// Network is where the seed's addresses are. Set by Create and Open.
	Network Network

	id string
}

// record is what a later command needs to know about a running seed.
type record struct {
	PID       int     `json:"pid"`
	StartTime uint64  `json:"startTime"`
	Network   Network `json:"network"`
}

// New returns the node of a state folder, running or not.
func New(stateDir, cacheDir string) (*Node, error) {
	stateDir, err := filepath.Abs(stateDir)
	if err != nil {
		return nil, err
	}
	if len(stateDir) > maxStateDir {
		return nil, fmt.Errorf("the state folder %s is too long a path for the sockets in it: use one of at most %d characters", stateDir, maxStateDir)
	}
	if cacheDir, err = filepath.Abs(cacheDir); err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(stateDir))
	n := &Node{StateDir: stateDir, CacheDir: cacheDir, id: hex.EncodeToString(sum[:])[:6]}
	if known, err := n.readRecord(); err == nil {
		n.Network = known.Network
	}
	return n, nil
}

// Running reports whether the first process of the seed is alive.
func (n *Node) Running() bool {
	known, err := n.readRecord()
	return err == nil && known.alive()
}

// Services returns the status of everything that runs on the node.
func (n *Node) Services() ([]services.Status, error) {
	client, err := services.Dial(n.socket())
	if err != nil {
		return nil, err
	}
	defer func() { _ = client.Close() }()
	return client.List()
}

// Kill ends a process as a crash would, and returns when another one runs in its place.
func (n *Node) Kill(ctx context.Context, service string) error {
	client, err := services.Dial(n.socket())
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	killed, err := client.Kill(service)
	if err != nil {
		return fmt.Errorf("kill %s: %w", service, err)
	}
	return n.await(ctx, service, func(context.Context) error {
		list, err := client.List()
		if err != nil {
			return err
		}
		for _, status := range list {
			if status.Name == service && status.PID != 0 && status.PID != killed.PID {
				return nil
			}
		}
		return errors.New("it has not been started again")
	})
}

// LogDir is where the output of every process goes.
func (n *Node) LogDir() string { return n.path("log") }

// VolumesDir is where local volumes are.
func (n *Node) VolumesDir() string { return n.path("volumes") }

// Kubeconfig is the path of the kubeconfig of the given user: an
// administrator's, reachable from the whole machine, or a component's.
func (n *Node) Kubeconfig(user string) string { return n.path(user + ".kubeconfig") }

// ContainerdSocket is the address of the container runtime.
func (n *Node) ContainerdSocket() string { return n.path("run", "containerd.sock") }

func (n *Node) path(elements ...string) string {
	return filepath.Join(append([]string{n.StateDir, "seed"}, elements...)...)
}

func (n *Node) socket() string     { return n.path("run", "services.sock") }
func (n *Node) recordFile() string { return n.path("node.json") }

// UniqueName names what the seed has outside its state folder.
func (n *Node) UniqueName() string { return "seed-" + n.id }

func (n *Node) readRecord() (record, error) {
	var known record
	data, err := os.ReadFile(n.recordFile())
	if err != nil {
		return known, err
	}
	err = json.Unmarshal(data, &known)
	return known, err
}

func (n *Node) writeRecord(known record) error {
	data, err := json.MarshalIndent(known, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(n.recordFile(), data, 0o644)
}

// start starts a service or leaves it alone when it already runs as described.
// Its configuration files are part of the description. It finds programs in
// the folders of path before those of the machine.
func (n *Node) start(name string, args, configFiles []string, path ...string) (services.Status, error) {
	fingerprint := sha256.New()
	for _, file := range configFiles {
		data, err := os.ReadFile(file)
		if err != nil {
			return services.Status{}, err
		}
		_, _ = fmt.Fprintf(fingerprint, "%s %d\n", file, len(data))
		_, _ = fingerprint.Write(data)
	}
	client, err := services.Dial(n.socket())
	if err != nil {
		return services.Status{}, err
	}
	defer func() { _ = client.Close() }()
	return client.Start(services.Service{
		Name: name, Args: args, Log: filepath.Join(n.LogDir(), name+".log"),
		Env:         []string{"PATH=" + strings.Join(append(path, systemPath), ":"), "HOME=/root"},
		Fingerprint: hex.EncodeToString(fingerprint.Sum(nil)),
	})
}

// writeFile writes a file below the state folder and returns its path.
func (n *Node) writeFile(content []byte, elements ...string) (string, error) {
	path := n.path(elements...)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	return path, os.WriteFile(path, content, 0o644)
}

// ErrNotRunning says that there is no seed in the state folder.
var ErrNotRunning = errors.New("the seed is not running")

// pollInterval is how often the start of a process is checked.
const pollInterval = 50 * time.Millisecond
