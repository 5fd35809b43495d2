// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package services

import (
	"fmt"
	"net"
	"net/rpc"
)

// rpcName is the name the manager's methods are registered under.
const rpcName = "Services"

// Serve answers requests for manager on a listener until it is closed.
func Serve(listener net.Listener, manager *Manager) error {
	server := rpc.NewServer()
	if err := server.RegisterName(rpcName, manager); err != nil {
		return err
	}
	server.Accept(listener)
	return nil
}

// Client talks to the manager behind a socket.
type Client struct{ rpc *rpc.Client }

// Dial connects to the manager listening on the given socket.
func Dial(socket string) (*Client, error) {
	client, err := rpc.Dial("unix", socket)
	if err != nil {
		return nil, fmt.Errorf("connect to the seed's service manager: %w", err)
	}
	return &Client{rpc: client}, nil
}

// Start is Manager.Start.
func (c *Client) Start(service Service) (Status, error) {
	var status Status
	err := c.rpc.Call(rpcName+".Start", service, &status)
	return status, err
}

// Stop is Manager.Stop.
func (c *Client) Stop(name string) error {
	return c.rpc.Call(rpcName+".Stop", name, &Status{})
}

// Kill is Manager.Kill.
func (c *Client) Kill(name string) (Status, error) {
	var status Status
	err := c.rpc.Call(rpcName+".Kill", name, &status)
	return status, err
}

// List is Manager.List.
func (c *Client) List() ([]Status, error) {
	var list []Status
	err := c.rpc.Call(rpcName+".List", struct{}{}, &list)
	return list, err
}

// Close ends the connection.
func (c *Client) Close() error { return c.rpc.Close() }
