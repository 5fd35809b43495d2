// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

// Network is the address plan of a seed: one /14, cut into four /16.
type Network struct {
	CIDR          netip.Prefix `json:"cidr"`
	Pods          netip.Prefix `json:"pods"`
	Services      netip.Prefix `json:"services"`
	LoadBalancers netip.Prefix `json:"loadBalancers"`
	// Gateway is this machine and Node the seed's node on the link between them.
	Gateway netip.Addr `json:"gateway"`
	Node    netip.Addr `json:"node"`
}

// Networks are taken from 10.200.0.0 upwards: common defaults for pods,
// services and Docker lie elsewhere.
const (
	firstNetwork = 200
	networks     = 14
	linkBits     = 30
)

func network(slot int) Network {
	block := func(offset int) netip.Prefix {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(firstNetwork + 4*slot + offset), 0, 0}), 16)
	}
	gateway := block(3).Addr().Next()
	return Network{
		CIDR: netip.PrefixFrom(block(0).Addr(), 14), Pods: block(0), Services: block(1),
		// A /24 of load balancers is plenty, and its last address is easy to see.
		LoadBalancers: netip.PrefixFrom(block(2).Addr(), 24),
		Gateway:       gateway, Node: gateway.Next(),
	}
}

// ServiceAddress returns the nth address of the service network.
func (n Network) ServiceAddress(index int) netip.Addr {
	address := n.Services.Addr()
	for range index {
		address = address.Next()
	}
	return address
}

// chooseNetwork returns the network a seed had before, or the first one that
// no route of this machine overlaps.
func chooseNetwork(previous Network) (Network, error) {
	taken, err := usedPrefixes()
	if err != nil {
		return Network{}, fmt.Errorf("list the routes of this machine: %w", err)
	}
	return firstFree(previous, taken)
}

func firstFree(previous Network, taken []netip.Prefix) (Network, error) {
	if previous.CIDR.IsValid() {
		// Certificates and objects of the seed contain its addresses.
		if route, overlaps := overlapping(previous.CIDR, taken); overlaps {
			return Network{}, fmt.Errorf("the network %s of this seed is now used by route %s of the machine: remove the route, or take the seed down and start a new one", previous.CIDR, route)
		}
		return previous, nil
	}
	for slot := range networks {
		candidate := network(slot)
		if _, overlaps := overlapping(candidate.CIDR, taken); !overlaps {
			return candidate, nil
		}
	}
	return Network{}, fmt.Errorf("no network is free for the seed: routes of this machine overlap all of %s to %s: %v",
		network(0).CIDR, network(networks-1).CIDR, taken)
}

func overlapping(prefix netip.Prefix, taken []netip.Prefix) (netip.Prefix, bool) {
	for _, other := range taken {
		if other.Overlaps(prefix) {
			return other, true
		}
	}
	return netip.Prefix{}, false
}

func usedPrefixes() ([]netip.Prefix, error) {
	routes, err := netlink.RouteList(nil, netlink.FAMILY_V4)
	if err != nil {
		return nil, err
	}
	var used []netip.Prefix
	for _, route := range routes {
		if route.Dst == nil {
			continue
		}
		if prefix, err := netip.ParsePrefix(route.Dst.String()); err == nil && prefix.Bits() > 0 {
			used = append(used, prefix)
		}
	}
	return used, nil
}

// connect joins the seed to this machine: a pair of interfaces, with the /14
// routed into the seed and everything else out of it.
func (n *Node) connect(ctx context.Context, pid int) error {
	namespace, err := netns.GetFromPid(pid)
	if err != nil {
		return err
	}
	defer func() { _ = namespace.Close() }()
	inside, err := netlink.NewHandleAt(namespace)
	if err != nil {
		return err
	}
	defer inside.Close()
	link := &netlink.Veth{
		LinkAttrs: netlink.LinkAttrs{Name: n.UniqueName()}, PeerName: "eth0", PeerNamespace: netlink.NsFd(namespace),
	}
	if err := netlink.LinkAdd(link); err != nil {
		return fmt.Errorf("add interface %s: %w", link.Name, err)
	}
	plan := n.Network
	host, err := netlink.NewHandle()
	if err != nil {
		return err
	}
	defer host.Close()
	if err := raise(host, n.UniqueName(), plan.Gateway); err != nil {
		return err
	}
	if err := raise(inside, "lo", netip.Addr{}); err != nil {
		return err
	}
	if err := raise(inside, "eth0", plan.Node); err != nil {
		return err
	}
	if err := addRoute(host, n.UniqueName(), plan.CIDR, plan.Node, netip.Addr{}); err != nil {
		return err
	}
	if err := addRoute(inside, "eth0", netip.MustParsePrefix("0.0.0.0/0"), plan.Gateway, netip.Addr{}); err != nil {
		return err
	}
	// kube-proxy rewrites these before they are routed; the ones nobody serves
	// end here instead of bouncing between machine and seed.
	for _, virtual := range []netip.Prefix{plan.Services, plan.LoadBalancers} {
		if err := addRoute(inside, "lo", virtual, netip.Addr{}, plan.Node); err != nil {
			return err
		}
	}
	return n.allowForwarding(ctx)
}

// raise sets an interface up, with an address on the link when it has one.
func raise(handle *netlink.Handle, name string, address netip.Addr) error {
	link, err := handle.LinkByName(name)
	if err != nil {
		return fmt.Errorf("find interface %s: %w", name, err)
	}
	if address.IsValid() {
		subnet := &net.IPNet{IP: address.AsSlice(), Mask: net.CIDRMask(linkBits, 32)}
		if err := handle.AddrAdd(link, &netlink.Addr{IPNet: subnet}); err != nil {
			return fmt.Errorf("give %s the address %s: %w", name, address, err)
		}
	}
	if err := handle.LinkSetUp(link); err != nil {
		return fmt.Errorf("set %s up: %w", name, err)
	}
	return nil
}

func addRoute(handle *netlink.Handle, name string, to netip.Prefix, via, source netip.Addr) error {
	link, err := handle.LinkByName(name)
	if err != nil {
		return err
	}
	route := &netlink.Route{
		LinkIndex: link.Attrs().Index,
		Dst:       &net.IPNet{IP: to.Addr().AsSlice(), Mask: net.CIDRMask(to.Bits(), 32)},
		Gw:        via.AsSlice(), Src: source.AsSlice(),
	}
	if !via.IsValid() {
		route.Scope = netlink.SCOPE_LINK
	}
	if err := handle.RouteAdd(route); err != nil {
		return fmt.Errorf("route %s over %s: %w", to, name, err)
	}
	return nil
}

const forwardingSwitch = "/proc/sys/net/ipv4/ip_forward"

// forwardingNote remembers, for the last seed on this machine, that the first
// one switched forwarding on. It vanishes with the last seed.
const forwardingNote = "/run/kubeception-seed-ip-forward"

// firewallRules let pods reach what this machine reaches. Other seeds are
// reached without address translation.
func (n *Node) firewallRules() [][]string {
	name := n.UniqueName()
	return [][]string{
		{"nat", "POSTROUTING", "-s", n.Network.CIDR.String(), "!", "-o", "seed-+", "-m", "comment", "--comment", name, "-j", "MASQUERADE"},
		{"filter", "FORWARD", "-i", name, "-m", "comment", "--comment", name, "-j", "ACCEPT"},
		{"filter", "FORWARD", "-o", name, "-m", "comment", "--comment", name, "-j", "ACCEPT"},
	}
}

func (n *Node) allowForwarding(ctx context.Context) error {
	state, err := os.ReadFile(forwardingSwitch)
	if err != nil {
		return err
	}
	if strings.TrimSpace(string(state)) == "0" {
		if err := os.WriteFile(forwardingNote, nil, 0o644); err != nil {
			return err
		}
		if err := os.WriteFile(forwardingSwitch, []byte("1"), 0); err != nil {
			return err
		}
	}
	for _, rule := range n.firewallRules() {
		if err := iptables(ctx, append([]string{"-t", rule[0], "-I", rule[1]}, rule[2:]...)...); err != nil {
			return err
		}
	}
	return nil
}

// disconnect removes interface, route and firewall rules. It does not mind
// what is already gone: the interface ends with the namespace.
func (n *Node) disconnect() error {
	var errs []error
	if link, err := netlink.LinkByName(n.UniqueName()); err == nil {
		errs = append(errs, netlink.LinkDel(link))
	}
	if n.Network.CIDR.IsValid() {
		for _, rule := range n.firewallRules() {
			// A crash may have left a rule twice or not at all.
			for iptables(context.Background(), append([]string{"-t", rule[0], "-D", rule[1]}, rule[2:]...)...) == nil {
				continue
			}
		}
	}
	if _, err := os.Stat(forwardingNote); err == nil && !otherSeeds(n.UniqueName()) {
		errs = append(errs, os.WriteFile(forwardingSwitch, []byte("0"), 0), os.Remove(forwardingNote))
	}
	return errors.Join(errs...)
}

func otherSeeds(own string) bool {
	links, err := netlink.LinkList()
	if err != nil {
		return true
	}
	for _, link := range links {
		if name := link.Attrs().Name; strings.HasPrefix(name, "seed-") && name != own {
			return true
		}
	}
	return false
}

func iptables(ctx context.Context, args ...string) error {
	out, err := exec.CommandContext(ctx, "iptables", append([]string{"-w"}, args...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("iptables %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return nil
}
