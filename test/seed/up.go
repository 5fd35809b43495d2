// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package seed

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	storagev1 "k8s.io/api/storage/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/images"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/node"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/steps"
)

// version is the Kubernetes minor the seed itself runs.
const version = "1.36"

// Up brings up the seed of opts.StateDir and installs its addons.
// It is idempotent, continues where a crashed run ended, and restarts what
// changed since.
func Up(ctx context.Context, opts Options) (*Seed, error) {
	opts, err := opts.completed()
	if err != nil {
		return nil, err
	}
	s, err := newSeed(opts)
	if err != nil {
		return nil, err
	}
	u := &up{Seed: s, built: map[string]string{}}
	list, ready := u.machineSteps(), []string{"node", "kube-proxy", "agent"}
	if opts.Kind {
		list, ready = newKindCluster(s).steps(s), []string{"node"}
	}
	list = append(list, u.addonSteps(opts.Addons, ready)...)
	if err := steps.Run(ctx, list, steps.NewDisplay(opts.Progress), s.LogDir); err != nil {
		return nil, err
	}
	return s, nil
}

// Down ends the seed of opts.StateDir and removes everything it made on the
// machine, apart from its logs.
func Down(ctx context.Context, opts Options) error {
	opts, err := opts.completed()
	if err != nil {
		return err
	}
	s, err := newSeed(opts)
	if err != nil {
		return err
	}
	if kind := newKindCluster(s); kind.exists() {
		if err := kind.remove(ctx); err != nil {
			return err
		}
	}
	if err := s.node.Remove(); err != nil {
		return fmt.Errorf("remove the seed in %s: %w", opts.StateDir, err)
	}
	kubeconfigs, err := filepath.Glob(filepath.Join(opts.StateDir, "*.kubeconfig"))
	if err != nil {
		return err
	}
	for _, kubeconfig := range kubeconfigs { // They lead nowhere any more.
		if err := os.Remove(kubeconfig); err != nil {
			return err
		}
	}
	return nil
}

// up carries what one step of Up hands to a later one.
type up struct {
	*Seed

	mutex sync.Mutex
	built map[string]string
}

// machineSteps lists what brings up the node. Compilations run one at a time,
// while everything that is built already starts.
func (u *up) machineSteps() []steps.Step {
	return []steps.Step{
		{Name: "tools", Run: node.InstallTools},
		u.build("pid1", "seed-pid1"),
		u.build("etcd", "etcd"),
		u.build("kube-apiserver", "kube-apiserver-"+version),
		u.build("containerd", "containerd", "containerd-shim-runc-v2", "ctr", "pause"),
		u.build("controllers", "kube-controller-manager-"+version, "kube-scheduler-"+version),
		u.build("kubelet", "kubelet-"+version),
		u.build("kube-proxy", "kube-proxy-"+version),
		u.build("agent", "seed-agent"),
		u.build("kubectl", "kubectl"),
		{Name: "machine", Needs: []string{"tools", "build-pid1"}, Run: u.startMachine},
		{Name: "etcd", Needs: []string{"machine", "build-etcd"}, Run: u.startEtcd},
		{Name: "kube-apiserver", Needs: []string{"etcd", "build-kube-apiserver"}, Run: u.startAPIServer},
		{Name: "containerd", Needs: []string{"machine", "build-containerd"}, Run: u.startContainerd},
		{Name: "controllers", Needs: []string{"kube-apiserver", "build-controllers"}, Run: u.startControllers},
		{Name: "kube-proxy", Needs: []string{"kube-apiserver", "build-kube-proxy"}, Run: u.startProxy},
		{Name: "agent", Needs: []string{"kube-apiserver", "build-agent"}, Run: u.startAgent},
		{Name: "node", Needs: []string{"kube-apiserver", "controllers", "containerd", "build-kubelet"}, Run: u.startKubelet},
	}
}

// addonSteps installs the addons one after the other, once the cluster is
// ready, and builds what they need meanwhile.
func (u *up) addonSteps(addons []Addon, previous []string) []steps.Step {
	var list []steps.Step
	for _, addon := range addons {
		needs := previous
		if preparer, ok := addon.(Preparer); ok {
			list = append(list, steps.Step{Name: "build-" + addon.Name(), Needs: []string{"tools"}, Run: func(ctx context.Context, log io.Writer) error {
				return preparer.Prepare(ctx, u.Seed, log)
			}})
			needs = append([]string{"build-" + addon.Name()}, previous...)
		}
		list = append(list, steps.Step{Name: addon.Name(), Needs: needs, Run: func(ctx context.Context, log io.Writer) error {
			return addon.Install(ctx, u.Seed, log)
		}})
		previous = []string{addon.Name()}
	}
	return list
}

// build returns a step that builds some parts.
func (u *up) build(name string, names ...string) steps.Step {
	return steps.Step{Name: "build-" + name, Run: func(ctx context.Context, log io.Writer) error {
		for _, part := range names {
			path, err := u.Binaries.Binary(ctx, part)
			if err != nil {
				return err
			}
			_, _ = fmt.Fprintln(log, part, "is", path)
			u.mutex.Lock()
			u.built[part] = path
			u.mutex.Unlock()
		}
		return nil
	}}
}

func (u *up) binary(name string) string {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	return u.built[name]
}

func (u *up) startMachine(ctx context.Context, log io.Writer) error {
	if err := u.node.Create(ctx, u.binary("seed-pid1")); err != nil {
		return err
	}
	_, err := fmt.Fprintf(log, "network %s, node %s\n", u.node.Network.CIDR, u.node.Network.Node)
	return err
}

func (u *up) startEtcd(context.Context, io.Writer) error {
	return u.node.StartEtcd(u.binary("etcd"))
}

func (u *up) startAPIServer(ctx context.Context, _ io.Writer) error {
	if err := u.node.StartAPIServer(ctx, u.binary("kube-apiserver-"+version)); err != nil {
		return err
	}
	kubeconfig, err := os.ReadFile(u.node.Kubeconfig("admin"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(u.Kubeconfig, kubeconfig, 0o600); err != nil {
		return err
	}
	return u.connect(ctx)
}

func (u *up) startControllers(context.Context, io.Writer) error {
	return u.node.StartControllers(u.binary("kube-controller-manager-"+version), u.binary("kube-scheduler-"+version))
}

func (u *up) startContainerd(ctx context.Context, _ io.Writer) error {
	pause, err := u.Images.Build(ctx, images.Spec{
		Name: "pause", Tag: "1", Files: map[string]string{"/pause": u.binary("pause")}, Entrypoint: []string{"/pause"},
	})
	if err != nil {
		return err
	}
	err = u.node.StartContainerd(ctx, node.Runtime{
		Containerd: u.binary("containerd"), Shim: u.binary("containerd-shim-runc-v2"), PauseImage: pause.Ref,
	})
	if err != nil {
		return err
	}
	return u.LoadImage(ctx, pause)
}

func (u *up) startKubelet(ctx context.Context, _ io.Writer) error {
	return u.node.StartKubelet(ctx, u.binary("kubelet-"+version))
}

func (u *up) startProxy(context.Context, io.Writer) error {
	return u.node.StartProxy(u.binary("kube-proxy-" + version))
}

func (u *up) startAgent(ctx context.Context, _ io.Writer) error {
	return u.node.StartAgent(ctx, u.binary("seed-agent"), func(ctx context.Context) error {
		return u.Client.Get(ctx, client.ObjectKey{Name: StorageClass}, &storagev1.StorageClass{})
	})
}
