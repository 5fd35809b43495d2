// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package node

import (
	"bytes"
	"crypto/x509"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"

	certutil "k8s.io/client-go/util/cert"
)

func TestFirstFreeNetwork(t *testing.T) {
	cases := map[string]struct {
		previous Network
		taken    []string
		want     string
		wantErr  string
	}{
		"the first network is used on an empty machine":  {want: "10.200.0.0/14"},
		"a route inside a network makes it taken":        {taken: []string{"10.201.3.0/24"}, want: "10.204.0.0/14"},
		"a route around several networks takes them all": {taken: []string{"10.200.0.0/13"}, want: "10.208.0.0/14"},
		"routes elsewhere do not matter":                 {taken: []string{"172.17.0.0/16", "10.96.0.0/12", "10.244.0.0/16"}, want: "10.200.0.0/14"},
		"a seed that had a network keeps it":             {previous: network(3), want: "10.212.0.0/14"},
		"a seed whose network was taken says by what":    {previous: network(3), taken: []string{"10.213.0.0/16"}, wantErr: "route 10.213.0.0/16"},
		"a full machine says so":                         {taken: []string{"10.0.0.0/8"}, wantErr: "no network is free"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var taken []netip.Prefix
			for _, prefix := range c.taken {
				taken = append(taken, netip.MustParsePrefix(prefix))
			}
			got, err := firstFree(c.previous, taken)
			if c.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), c.wantErr) {
					t.Errorf("error %v, want %q", err, c.wantErr)
				}
				return
			}
			if err != nil || got.CIDR.String() != c.want {
				t.Errorf("got %s, %v, want %s", got.CIDR, err, c.want)
			}
		})
	}
}

func TestNetworkPlan(t *testing.T) {
	for slot := range networks {
		plan := network(slot)
		for _, part := range []netip.Prefix{plan.Pods, plan.Services, plan.LoadBalancers} {
			if !plan.CIDR.Overlaps(part) || part.Contains(plan.Node) || part.Contains(plan.Gateway) {
				t.Errorf("plan %+v does not hold together", plan)
			}
		}
		if !plan.CIDR.Contains(plan.Node) || !plan.CIDR.Contains(plan.Gateway) {
			t.Errorf("plan %+v has its node elsewhere", plan)
		}
	}
	if got := network(0).ServiceAddress(10).String(); got != "10.201.0.10" {
		t.Errorf("the DNS service is at %s", got)
	}
}

func TestReachableResolvers(t *testing.T) {
	cases := map[string]struct{ config, want string }{
		"a resolver on the network is kept":               {"nameserver 192.0.2.1\nsearch example.org\n", "nameserver 192.0.2.1\nsearch example.org\n"},
		"a local resolver is left out":                    {"nameserver 127.0.0.53\nnameserver 192.0.2.1\n", "nameserver 192.0.2.1\n"},
		"a file with local resolvers only is of no use":   {"nameserver 127.0.0.53\noptions edns0\n", ""},
		"the local resolver of version 6 is left out too": {"nameserver ::1\n", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := reachableResolvers(c.config); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestProcessIdentity(t *testing.T) {
	startTime, err := processStartTime(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		record record
		want   bool
	}{
		"this process is alive":                         {record{PID: os.Getpid(), StartTime: startTime}, true},
		"another process with the same id is not meant": {record{PID: os.Getpid(), StartTime: startTime - 1}, false},
		"a process that does not exist is not alive":    {record{PID: 1 << 30, StartTime: startTime}, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := c.record.alive(); got != c.want {
				t.Errorf("alive is %t", got)
			}
		})
	}
	t.Run("a zombie is not alive", func(t *testing.T) {
		child := exec.CommandContext(t.Context(), "cat")
		input, err := child.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		known := record{PID: child.Process.Pid}
		if known.StartTime, err = processStartTime(known.PID); err != nil || !known.alive() {
			t.Fatalf("the child is not alive: %v", err)
		}
		_ = input.Close()
		for known.alive() { // Until it has ended; nobody waits for it yet.
			continue
		}
		_ = child.Wait()
	})
}

func TestPKI(t *testing.T) {
	n, err := New(t.TempDir(), t.TempDir())
	if err != nil {
		t.Skip(err) // The temporary folder of this machine has a very long path.
	}
	n.Network = network(0)
	if err := n.createPKI(); err != nil {
		t.Fatal(err)
	}
	pool, err := certutil.NewPool(n.certificate(clusterCA))
	if err != nil {
		t.Fatal(err)
	}
	server, err := certutil.CertsFromFile(n.certificate("kube-apiserver"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"10.203.0.2", "10.201.0.1", "kubernetes.default.svc"} {
		_, err := server[0].Verify(x509.VerifyOptions{Roots: pool, DNSName: name, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
		if err != nil {
			t.Errorf("the API server is not trusted as %s: %v", name, err)
		}
	}
	before, err := os.ReadFile(n.Kubeconfig("admin"))
	if err != nil {
		t.Fatal(err)
	}
	if err := n.createPKI(); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(n.Kubeconfig("admin")); err != nil || !bytes.Equal(after, before) {
		t.Errorf("a second run changed the administrator's kubeconfig: %v", err)
	}
}

func TestLongStateDir(t *testing.T) {
	if _, err := New("/"+strings.Repeat("x", maxStateDir), "/cache"); err == nil || !strings.Contains(err.Error(), "too long") {
		t.Errorf("got %v", err)
	}
}
