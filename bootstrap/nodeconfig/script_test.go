// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package nodeconfig

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	. "github.com/onsi/gomega"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
)

// computer is a folder in which the script finds what it finds on a machine. Programs that would change the computer of
// whoever runs the test are played.
type computer struct {
	*testing.T
	Gomega
	root string
}

func newComputer(t *testing.T) *computer {
	t.Helper()
	c := &computer{T: t, Gomega: NewWithT(t), root: t.TempDir()}
	c.program("bin/systemctl", `echo "$*" >>"${0%/bin/*}/systemctl.log"; [ "$*" != "${FAIL:-}" ]`)
	for _, name := range []string{"modprobe", "sysctl", "logger"} {
		c.program("bin/"+name, "exit 0")
	}
	c.write("dev/console", "")
	c.write("var/lib/kubeception/containerd.service", "ours")
	c.Expect(os.MkdirAll(filepath.Join(c.root, "etc", "systemd", "system"), 0o700)).To(Succeed())
	return c
}

func (c *computer) write(path, content string) {
	c.Helper()
	file := filepath.Join(c.root, path)
	c.Expect(os.MkdirAll(filepath.Dir(file), 0o700)).To(Succeed())
	c.Expect(os.WriteFile(file, []byte(content), 0o700)).To(Succeed())
}

// program writes a program of one line or more.
func (c *computer) program(path, body string) {
	c.Helper()
	c.write(path, "#!/bin/sh\n"+body+"\n")
}

func (c *computer) read(path string) string {
	c.Helper()
	content, err := os.ReadFile(filepath.Join(c.root, path))
	if errors.Is(err, os.ErrNotExist) {
		return ""
	}
	c.Expect(err).NotTo(HaveOccurred())
	return string(content)
}

func kubelet(version string) string { return "#!/bin/sh\necho Kubernetes " + version + "\n" }

// boot runs the script of a node as the first boot would, and returns its exit code.
func (c *computer) boot(node *Node, environment ...string) int {
	c.Helper()
	text, err := script(node)
	c.Expect(err).NotTo(HaveOccurred())
	var moved []string
	for _, folder := range []string{"dev/console", "etc/kubernetes", "etc/systemd", "etc/sysctl.d", "var/lib/", "opt/bin", "usr/bin/kubelet", "usr/local/bin/kubelet", "run/"} {
		moved = append(moved, "/"+folder, c.root+"/"+folder)
	}
	moved = append(moved, "for folder in /etc /run /usr/local/lib /usr/lib /lib", "for folder in "+c.root+"/etc "+c.root+"/usr/lib")
	c.write("script", strings.NewReplacer(moved...).Replace(string(text)))
	command := exec.CommandContext(context.Background(), "sh", filepath.Join(c.root, "script"))
	command.Env = append([]string{"PATH=" + filepath.Join(c.root, "bin") + ":" + os.Getenv("PATH")}, environment...)
	output, err := command.CombinedOutput()
	c.Logf("%s", output)
	exit := &exec.ExitError{}
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	c.Expect(err).NotTo(HaveOccurred())
	return 0
}

const (
	sentinel = "run/cluster-api/bootstrap-success.complete"
	wanted   = "v1.36.3"
)

func (c *computer) expectNode() {
	c.Helper()
	c.Expect(c.read(sentinel)).To(Equal("success\n"))
	c.Expect(c.read("dev/console")).To(ContainSubstring("the bootstrap succeeded"))
	c.Expect(c.read("systemctl.log")).To(Equal("daemon-reload\nenable containerd.service kubelet.service\nrestart containerd.service\nrestart kubelet.service\n"))
	c.Expect(c.read("opt/bin/kubelet")).To(Equal(kubelet(wanted)))
}

func (c *computer) expectFailure(step string) {
	c.Helper()
	c.Expect(c.read(sentinel)).To(BeEmpty(), "the sentinel is written on success only")
	c.Expect(c.read("dev/console")).To(ContainSubstring("the bootstrap FAILED while " + step))
}

func TestAMachineImageWithTheKubelet(t *testing.T) {
	c := newComputer(t)
	c.write("usr/bin/kubelet", kubelet(wanted))
	c.Expect(c.boot(&Node{Version: wanted})).To(BeZero())
	c.expectNode()
	c.Expect(c.boot(&Node{Version: wanted})).To(BeZero(), "once more changes nothing")
}

func TestAMachineImageWithAnotherKubelet(t *testing.T) {
	c := newComputer(t)
	c.write("usr/bin/kubelet", kubelet("v1.35.1"))
	c.Expect(c.boot(&Node{Version: wanted})).To(Equal(1))
	c.expectFailure("installing the kubelet (exit code 1)")
	c.Expect(c.read("dev/console")).To(ContainSubstring("the machine image has no kubelet v1.36.3, and spec.kubelet.installation has no checksum of it for"))
}

// installing is a node whose kubelet comes from a server that has one of a version.
func installing(c *computer, served, checksum string) *Node {
	c.program("bin/curl", `for last; do :; done
echo "${last}" >"${0%/bin/*}/url"
while [ "$1" != --output ]; do shift; done
cat >"$2" <<'EOF'
`+kubelet(served)+`EOF`)
	node := &Node{Version: wanted}
	node.Spec.Kubelet.Installation = bootstrapv1.KubeletInstallation{URL: "https://example.com/{version}/{architecture}/it's"}
	for _, version := range []string{wanted, "v1.36.4"} {
		node.Spec.Kubelet.Installation.Checksums = append(node.Spec.Kubelet.Installation.Checksums,
			bootstrapv1.KubeletChecksum{Version: version, Architecture: runtime.GOARCH, SHA256: checksum})
	}
	return node
}

func checksum(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

func TestAKubeletIsInstalled(t *testing.T) {
	c := newComputer(t)
	c.Expect(c.boot(installing(c, wanted, checksum(kubelet(wanted))))).To(BeZero())
	c.expectNode()
	c.Expect(c.read("url")).To(Equal("https://example.com/v1.36.3/" + runtime.GOARCH + "/it's\n"))
}

func TestAKubeletWithAnotherChecksumIsNotInstalled(t *testing.T) {
	c := newComputer(t)
	c.Expect(c.boot(installing(c, wanted, checksum("another")))).To(Equal(1))
	c.expectFailure("installing the kubelet")
	c.Expect(c.read("dev/console")).To(ContainSubstring("does not have the checksum"))
	c.Expect(c.read("opt/bin/kubelet")).To(BeEmpty())
}

func TestAKubeletOfAnotherVersionIsNotStarted(t *testing.T) {
	c := newComputer(t)
	c.Expect(c.boot(installing(c, "v1.36.2", checksum(kubelet("v1.36.2"))))).To(Equal(1))
	c.expectFailure("installing the kubelet")
	c.Expect(c.read("dev/console")).To(ContainSubstring("is not v1.36.3"))
}

func TestCommandsOfTheUser(t *testing.T) {
	cases := map[string]struct {
		pre, post []string
		fails     string
	}{
		"run before and after": {pre: []string{"touch pre", "test ! -e systemctl.log"}, post: []string{"grep kubelet systemctl.log"}},
		"may have quotes":      {pre: []string{`[ "$(echo 'it'"'"'s')" = "it's" ]`}},
		"fail before":          {pre: []string{"true", "false; true"}, fails: "running preCommands[1]"},
		"fail after":           {post: []string{"exit 3"}, fails: "running postCommands[0] (exit code 3)"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := newComputer(t)
			c.write("usr/bin/kubelet", kubelet(wanted))
			node := &Node{Version: wanted}
			for _, command := range tc.pre {
				node.Spec.PreCommands = append(node.Spec.PreCommands, "cd "+c.root+"; "+command)
			}
			for _, command := range tc.post {
				node.Spec.PostCommands = append(node.Spec.PostCommands, "cd "+c.root+"; "+command)
			}
			code := c.boot(node)
			if tc.fails == "" {
				c.expectNode()
				return
			}
			c.Expect(code).NotTo(BeZero())
			c.expectFailure(tc.fails)
		})
	}
}

func TestUnitsOfTheUser(t *testing.T) {
	c := newComputer(t)
	c.write("usr/bin/kubelet", kubelet(wanted))
	node := &Node{Version: wanted}
	node.Spec.Units = []bootstrapv1.Unit{
		{Name: "exporter.service", Enabled: new(true)}, {Name: "sshd.service", Enabled: new(false)}, {Name: "kept.service"},
		{Name: containerdUnit, Enabled: new(true)},
	}
	c.Expect(c.boot(node)).To(BeZero())
	c.Expect(strings.Split(c.read("systemctl.log"), "\n")).To(Equal([]string{
		"daemon-reload", "enable containerd.service kubelet.service", "restart containerd.service",
		"disable --now sshd.service", "enable --now exporter.service", "restart kubelet.service", "",
	}))
	c = newComputer(t)
	c.write("usr/bin/kubelet", kubelet(wanted))
	c.Expect(c.boot(node, "FAIL=restart containerd.service")).NotTo(BeZero())
	c.expectFailure("starting containerd")
}

func TestAUnitForContainerdWhereTheMachineImageHasNone(t *testing.T) {
	for _, has := range []bool{true, false} {
		c := newComputer(t)
		c.write("usr/bin/kubelet", kubelet(wanted))
		if has {
			c.write("usr/lib/systemd/system/containerd.service", "theirs")
		}
		c.Expect(c.boot(&Node{Version: wanted})).To(BeZero())
		installed := map[bool]string{true: "", false: "ours"}
		c.Expect(c.read("etc/systemd/system/containerd.service")).To(Equal(installed[has]))
	}
}

func TestTheResolverOfPods(t *testing.T) {
	c := newComputer(t)
	c.write("usr/bin/kubelet", kubelet(wanted))
	c.write("run/systemd/resolve/resolv.conf", "nameserver 10.0.0.1\n")
	c.Expect(c.boot(&Node{Version: wanted})).To(BeZero())
	c.Expect(c.read("etc/kubernetes/kubelet.conf.d/05-resolver.conf")).To(HaveSuffix("resolvConf: " + c.root + "/run/systemd/resolve/resolv.conf\n"))
}
