// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cloudconfig

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
)

// machine is a folder in which a cloud-config is carried out, and the programs that ran meanwhile.
type machine struct {
	Executor
	ran   []string
	fails map[string]bool
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{fails: map[string]bool{}}
	root := t.TempDir()
	m.Executor = Executor{Root: root, Log: &bytes.Buffer{}, Run: func(ctx context.Context, program string, arguments ...string) error {
		line := strings.ReplaceAll(strings.Join(append([]string{program}, arguments...), " "), root, "")
		m.ran = append(m.ran, line)
		if m.fails[line] {
			return errors.New("exit status 1")
		}
		if program == "/bin/sh" { // Scripts run, in the folder.
			command := exec.CommandContext(ctx, program, arguments...)
			command.Dir = root
			return command.Run()
		}
		return nil
	}}
	return m
}

func (m *machine) do(t *testing.T, userData string) error {
	t.Helper()
	config, err := Parse([]byte("#cloud-config\n" + userData))
	if err != nil {
		t.Fatal(err)
	}
	return m.Once(t.Context(), "i", config)
}

func (m *machine) read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(m.Root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestACloudConfigIsCarriedOutInTheOrderOfCloudInit(t *testing.T) {
	g := NewWithT(t)
	m := newMachine(t)
	m.fails["id -u ada"], m.fails["getent group wheel"] = true, true
	g.Expect(m.do(t, `
runcmd:
- echo "$0" | grep -c runcmd >last
- [sh, -c, "cat order >> last"]
ntp: {enabled: true}
write_files:
- {path: /order, content: "files\n", append: true}
- {path: /order, content: "deferred\n", append: true, defer: true, owner: "ada:ada"}
- {path: /etc/deep/file, content: text, permissions: '0600'}
users:
- default
- name: ada
  gecos: Ada
  groups: wheel
  shell: /bin/bash
  sudo: ALL=(ALL) NOPASSWD:ALL
  lock_passwd: true
  ssh_authorized_keys: [ssh-ed25519 AAAA ada]
ca_certs: {trusted: [PEM]}
bootcmd:
- echo boot >order
`)).To(Succeed())
	g.Expect(m.ran).To(Equal([]string{
		"/bin/sh /run/machine-init/bootcmd",
		"update-ca-certificates",
		"id -u ada", "getent group wheel", "groupadd wheel",
		"useradd --comment Ada --groups wheel --shell /bin/bash --create-home ada", "passwd -l ada",
		"install -d -m 0700 -o ada /home/ada/.ssh", "chown ada /home/ada/.ssh/authorized_keys",
		"chown ada:ada /order",
		"/bin/sh /run/machine-init/runcmd",
	}))
	g.Expect(m.read(t, "last")).To(Equal("1\nboot\nfiles\ndeferred\n"))
	g.Expect(m.read(t, "home/ada/.ssh/authorized_keys")).To(Equal("ssh-ed25519 AAAA ada\n"))
	g.Expect(m.read(t, "etc/sudoers.d/90-cloud-init-users")).To(Equal("ada ALL=(ALL) NOPASSWD:ALL\n"))
	g.Expect(m.read(t, "usr/local/share/ca-certificates/cloud-init-ca-certs.crt")).To(Equal("PEM\n"))
	info, err := os.Stat(filepath.Join(m.Root, "etc", "deep", "file"))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(info.Mode()).To(Equal(os.FileMode(0o600)))
	g.Expect(m.Log.(*bytes.Buffer).String()).To(ContainSubstring("ntp: the clock is that of the host"))
}

func TestAnInstanceIsMadeOnce(t *testing.T) {
	g := NewWithT(t)
	m := newMachine(t)
	g.Expect(m.do(t, "runcmd: [echo again >>count]")).To(Succeed())
	g.Expect(m.do(t, "runcmd: [echo again >>count]")).To(Succeed())
	g.Expect(m.read(t, "count")).To(Equal("again\n"))
	g.Expect(m.Once(t.Context(), "another", &Config{RunCmd: []Command{{Line: "echo again >>count"}}})).To(Succeed())
	g.Expect(m.read(t, "count")).To(Equal("again\nagain\n"))
}

func TestWhatFailsIsNamed(t *testing.T) {
	cases := map[string]struct{ fails, userData, want string }{
		"the last command":      {"", "runcmd: ['true', exit 3]", "runcmd: exit status 3"},
		"a command before boot": {"", "bootcmd: ['false']", "bootcmd: exit status 1"},
		"a file":                {"", "write_files: [{path: /a, content: file}, {path: /a/b, content: below a file}]", "write_files[1] (/a/b): mkdir "},
		"an owner":              {"chown nobody /a", "write_files: [{path: /a, owner: nobody}]", "write_files[0] (/a): exit status 1"},
		"a user":                {"passwd -l ada", "users: [{name: ada}]", ""},
		"an account":            {"install -d -m 0700 -o ada /home/ada/.ssh", "users: [{name: ada, ssh_authorized_keys: [k]}]", "users (ada): exit status 1"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			m := newMachine(t)
			m.fails[c.fails] = true
			err := m.do(t, c.userData)
			if c.want == "" {
				g.Expect(err).NotTo(HaveOccurred(), "a user that exists keeps the account")
				return
			}
			g.Expect(err).To(MatchError(ContainSubstring(c.want)))
			g.Expect(filepath.Join(m.Root, done, "i")).NotTo(BeAnExistingFile(), "what failed was not carried out")
		})
	}
}

func TestACommandThatFailsDoesNotKeepTheNextFromRunning(t *testing.T) {
	g := NewWithT(t)
	m := newMachine(t)
	g.Expect(m.do(t, "runcmd: ['false', touch reached]")).To(Succeed())
	g.Expect(filepath.Join(m.Root, "reached")).To(BeAnExistingFile())
}

func TestWordsAreNotInterpreted(t *testing.T) {
	g := NewWithT(t)
	m := newMachine(t)
	g.Expect(m.do(t, `runcmd: [[sh, -c, 'printf %s "$1" >said', x, "it's $HOME"], [test, 1, -eq, 1]]`)).To(Succeed())
	g.Expect(m.read(t, "said")).To(Equal("it's $HOME"))
}

func TestAccounts(t *testing.T) {
	cases := map[string]struct {
		user User
		want string
	}{
		"a name alone": {User{Name: "a"}, "--create-home a"},
		"everything": {
			User{Name: "a", Gecos: "A", HomeDir: "/a", PrimaryGroup: "g", Groups: Words{"x", "y"}, Shell: "/bin/sh", UID: new(1000), Passwd: "$6$"},
			"--comment A --home-dir /a --gid g --groups x,y --shell /bin/sh --password $6$ --uid 1000 --create-home a",
		},
		"of a service": {User{Name: "a", System: true}, "--system --no-create-home a"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			NewWithT(t).Expect(strings.Join(userAddArguments(c.user), " ")).To(Equal(c.want))
		})
	}
}
