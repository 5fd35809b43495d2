// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package seed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/debian"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/images"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/node"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/node/services"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// StorageClass is the default StorageClass of a seed.
const StorageClass = "local"

// Options say where a seed keeps its files and what is installed on it.
type Options struct {
	// StateDir is the folder of this seed. Default "_run".
	// Two seeds may run on one machine when their folders differ.
	StateDir string
	// CacheDir keeps built binaries and images, shared by all seeds.
	// Default "$XDG_CACHE_HOME/kubeception", which is "~/.cache/kubeception" when unset.
	CacheDir string
	// Kind makes the seed a kind cluster, which needs Docker, instead of a
	// machine of its own.
	Kind bool
	// Addons are installed in this order once the node is ready.
	Addons []Addon
	// Progress receives what happens, one line per event, or a live display
	// when it is a terminal. Default os.Stderr.
	Progress io.Writer
}

// Addon is something installed on a seed.
type Addon interface {
	// Name is short and unique, such as "coredns"; it names the log file.
	Name() string
	// Install brings the addon to its state and returns when it is ready.
	// Installing twice is harmless. Details go to log.
	Install(ctx context.Context, s *Seed, log io.Writer) error
}

// Preparer is implemented by addons that have something to build. Prepare runs
// while the cluster starts; it must not use Config or Client.
type Preparer interface {
	Prepare(ctx context.Context, s *Seed, log io.Writer) error
}

// Seed is a running seed.
type Seed struct {
	// Kubeconfig is the path of an administrator's kubeconfig.
	Kubeconfig string
	// Config and Client talk to the seed as administrator.
	Config *rest.Config
	Client client.Client
	// NodeIP is the address of the node, reachable from this machine and from pods.
	NodeIP string
	// StateDir is the absolute state folder; LogDir holds one log per step and process.
	StateDir string
	LogDir   string
	// Binaries and Images build what is missing and reuse what is cached.
	Binaries *parts.Builder
	Images   *images.Builder
	Debian   *debian.Builder

	node *node.Node
	kind *kindCluster // nil unless the seed is a kind cluster
}

// Open returns the running seed of a state folder; it fails with
// node.ErrNotRunning when there is none.
func Open(stateDir string) (*Seed, error) {
	opts, err := Options{StateDir: stateDir}.completed()
	if err != nil {
		return nil, err
	}
	s, err := newSeed(opts)
	if err != nil {
		return nil, err
	}
	if kind := newKindCluster(s); kind.exists() {
		s.kind = kind
	} else if !s.node.Running() {
		return nil, fmt.Errorf("%s: %w", opts.StateDir, node.ErrNotRunning)
	}
	if err := s.connect(context.Background()); err != nil {
		return nil, err
	}
	return s, nil
}

// newSeed returns a seed that can build, but is not connected yet.
func newSeed(opts Options) (*Seed, error) {
	machine, err := node.New(opts.StateDir, opts.CacheDir)
	if err != nil {
		return nil, err
	}
	return &Seed{
		Kubeconfig: filepath.Join(opts.StateDir, "management.kubeconfig"),
		StateDir:   opts.StateDir,
		LogDir:     machine.LogDir(),
		Binaries:   &parts.Builder{CacheDir: opts.CacheDir},
		Images:     &images.Builder{CacheDir: opts.CacheDir},
		Debian:     &debian.Builder{CacheDir: opts.CacheDir},
		node:       machine,
	}, nil
}

// connect makes the clients of a seed whose API server runs.
func (s *Seed) connect(ctx context.Context) error {
	config, err := clientcmd.BuildConfigFromFlags("", s.Kubeconfig)
	if err != nil {
		return err
	}
	config.QPS = -1 // The API server itself keeps clients fair.
	s.Config = config
	if s.Client, err = client.New(config, client.Options{}); err != nil {
		return err
	}
	if s.kind != nil {
		s.NodeIP, err = s.nodeAddress(ctx)
		return err
	}
	s.NodeIP = s.node.Network.Node.String()
	return nil
}

// LoadImage makes an image available to the seed's pods. It does nothing when
// the node already has an image of that name and digest.
func (s *Seed) LoadImage(ctx context.Context, image images.Image) error {
	if s.kind != nil {
		return s.kind.load(ctx, image)
	}
	ctr, err := s.Binaries.Binary(ctx, "ctr")
	if err != nil {
		return err
	}
	return s.node.LoadImage(ctx, ctr, image.Ref, image.Digest, image.Tar)
}

// DNSAddress is where the DNS service of the seed belongs; empty when it came
// with the cluster.
func (s *Seed) DNSAddress() string {
	if s.kind != nil {
		return ""
	}
	return s.node.DNSAddress()
}

// RegistryAddress is where the registry of the seed belongs; empty when any
// address will do.
func (s *Seed) RegistryAddress() string {
	if s.kind != nil {
		return ""
	}
	return s.node.RegistryAddress()
}

// Services returns the status of the processes of the seed.
func (s *Seed) Services() ([]services.Status, error) {
	if s.kind != nil {
		return nil, errors.New("the processes of a kind cluster are in its container")
	}
	return s.node.Services()
}

// Kill ends a process of the seed, such as its kubelet, as a crash would, and returns when it runs again.
func (s *Seed) Kill(ctx context.Context, service string) error {
	if s.kind != nil {
		return errors.New("the processes of a kind cluster are in its container")
	}
	return s.node.Kill(ctx, service)
}

func (o Options) completed() (Options, error) {
	if o.StateDir == "" {
		o.StateDir = "_run"
	}
	if o.CacheDir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return o, fmt.Errorf("find the cache folder: %w", err)
		}
		o.CacheDir = filepath.Join(cache, "kubeception")
	}
	if o.Progress == nil {
		o.Progress = os.Stderr
	}
	var err error
	if o.StateDir, err = filepath.Abs(o.StateDir); err != nil {
		return o, err
	}
	o.CacheDir, err = filepath.Abs(o.CacheDir)
	return o, err
}
