// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Command node-cache-standin stands in for the node-cache of k8s.io/dns, which
// the module proxy does not offer. Like it, it puts an address on the node,
// makes its Corefile from one that is mounted, and is CoreDNS from then on. Unlike
// it, it leaves connection tracking as it is, and its interface is a bridge
// rather than a dummy, which some kernels lack.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/forward"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/log"
	_ "github.com/coredns/coredns/plugin/loop"
	_ "github.com/coredns/coredns/plugin/metrics"
	_ "github.com/coredns/coredns/plugin/reload"
	"github.com/vishvananda/netlink"
)

const (
	interfaceName = "nodelocaldns"
	syncPeriod    = 10 * time.Second
)

func main() {
	flags := flag.NewFlagSet("node-cache", flag.ExitOnError) // CoreDNS has others.
	addresses := flags.String("localip", "", "addresses to listen at, separated by commas")
	config := flags.String("conf", "/etc/Corefile", "Corefile to write")
	base := flags.String("basecorefile", "/etc/coredns/Corefile.base", "Corefile to read")
	flags.String("health-port", "", "ignored: the Corefile says where to ask for health")
	_ = flags.Parse(os.Args[1:]) // It ends the program itself.
	for address := range strings.SplitSeq(*addresses, ",") {
		if err := own(address); err != nil {
			log.Fatalf("put %s on interface %s: %v", address, interfaceName, err)
		}
	}
	if err := sync(*base, *config); err != nil {
		log.Fatal(err)
	}
	go func() {
		for range time.Tick(syncPeriod) {
			if err := sync(*base, *config); err != nil {
				log.Print(err)
			}
		}
	}()
	dnsserver.Directives = []string{"reload", "bind", "health", "prometheus", "errors", "log", "cache", "loop", "forward"}
	os.Args = []string{os.Args[0], "-conf", *config}
	coremain.Run()
}

// own makes an address one of this node.
func own(address string) error {
	ip := net.ParseIP(address)
	if ip == nil || ip.To4() == nil {
		return fmt.Errorf("%q is not an IPv4 address", address)
	}
	bridge := &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: interfaceName}}
	if err := netlink.LinkAdd(bridge); err != nil && !errors.Is(err, syscall.EEXIST) {
		return err
	}
	link, err := netlink.LinkByName(interfaceName)
	if err != nil {
		return err
	}
	err = netlink.AddrReplace(link, &netlink.Addr{IPNet: &net.IPNet{IP: ip, Mask: net.CIDRMask(32, 32)}})
	if err != nil {
		return err
	}
	return netlink.LinkSetUp(link)
}

// sync copies the Corefile; CoreDNS notices when it has changed.
func sync(from, to string) error {
	wanted, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if now, err := os.ReadFile(to); err == nil && bytes.Equal(now, wanted) {
		return nil
	}
	return os.WriteFile(to, wanted, 0o644)
}
