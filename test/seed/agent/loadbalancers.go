// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// loadBalancers gives every Service of type LoadBalancer an address of the pool.
type loadBalancers struct {
	client client.Client
	reader client.Reader // uncached: what was given out before must be known first
	pool   *pool
	loaded bool
}

// Reconcile brings the address of one Service in line with its type.
func (l *loadBalancers) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	if err := l.load(ctx); err != nil {
		return ctrl.Result{}, fmt.Errorf("list the addresses in use: %w", err)
	}
	service := &corev1.Service{}
	if err := l.client.Get(ctx, request.NamespacedName, service); err != nil {
		if client.IgnoreNotFound(err) == nil {
			l.pool.release(request.NamespacedName)
		}
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !isOurs(service) || !service.DeletionTimestamp.IsZero() {
		l.pool.release(request.NamespacedName)
		if len(service.Status.LoadBalancer.Ingress) == 0 || service.Spec.LoadBalancerClass != nil {
			return ctrl.Result{}, nil
		}
		return ctrl.Result{}, l.setAddress(ctx, service)
	}
	address, err := l.pool.allocate(request.NamespacedName, service.Spec.LoadBalancerIP)
	if err != nil {
		return ctrl.Result{}, err
	}
	if published(service) == address {
		return ctrl.Result{}, nil
	}
	return ctrl.Result{}, l.setAddress(ctx, service, address)
}

// load takes note of the addresses that an earlier run gave out.
func (l *loadBalancers) load(ctx context.Context) error {
	if l.loaded {
		return nil
	}
	list := &corev1.ServiceList{}
	if err := l.reader.List(ctx, list); err != nil {
		return err
	}
	for i := range list.Items {
		service := &list.Items[i]
		if address := published(service); address.IsValid() && isOurs(service) {
			l.pool.take(client.ObjectKeyFromObject(service), address)
		}
	}
	l.loaded = true
	return nil
}

func (l *loadBalancers) setAddress(ctx context.Context, service *corev1.Service, addresses ...netip.Addr) error {
	patch := client.MergeFrom(service.DeepCopy())
	service.Status.LoadBalancer.Ingress = nil
	for _, address := range addresses {
		service.Status.LoadBalancer.Ingress = append(service.Status.LoadBalancer.Ingress, corev1.LoadBalancerIngress{IP: address.String()})
	}
	return l.client.Status().Patch(ctx, service, patch)
}

// isOurs leaves Services with a class to whoever implements that class.
func isOurs(service *corev1.Service) bool {
	return service.Spec.Type == corev1.ServiceTypeLoadBalancer && service.Spec.LoadBalancerClass == nil
}

func published(service *corev1.Service) netip.Addr {
	if ingress := service.Status.LoadBalancer.Ingress; len(ingress) == 1 {
		if address, err := netip.ParseAddr(ingress[0].IP); err == nil {
			return address
		}
	}
	return netip.Addr{}
}

// pool hands out the addresses of a network, each to one owner.
type pool struct {
	network netip.Prefix
	owners  map[netip.Addr]types.NamespacedName
	held    map[types.NamespacedName]netip.Addr
}

func newPool(network netip.Prefix) *pool {
	return &pool{network: network, owners: map[netip.Addr]types.NamespacedName{}, held: map[types.NamespacedName]netip.Addr{}}
}

var errExhausted = errors.New("all load balancer addresses are in use")

// allocate returns the address of owner: the wanted one when it is free, the
// one it holds already, or the first free one. The network address is never used.
func (p *pool) allocate(owner types.NamespacedName, wanted string) (netip.Addr, error) {
	if wanted != "" {
		address, err := netip.ParseAddr(wanted)
		if err != nil || !p.network.Contains(address) {
			return netip.Addr{}, fmt.Errorf("load balancer address %q is not in %s", wanted, p.network)
		}
		if holder, taken := p.owners[address]; taken && holder != owner {
			return netip.Addr{}, fmt.Errorf("load balancer address %s belongs to Service %s", wanted, holder)
		}
		p.release(owner)
		p.take(owner, address)
		return address, nil
	}
	if address, holds := p.held[owner]; holds {
		return address, nil
	}
	for address := p.network.Addr().Next(); p.network.Contains(address); address = address.Next() {
		if _, taken := p.owners[address]; !taken {
			p.take(owner, address)
			return address, nil
		}
	}
	return netip.Addr{}, errExhausted
}

func (p *pool) take(owner types.NamespacedName, address netip.Addr) {
	p.owners[address] = owner
	p.held[owner] = address
}

func (p *pool) release(owner types.NamespacedName) {
	delete(p.owners, p.held[owner])
	delete(p.held, owner)
}
