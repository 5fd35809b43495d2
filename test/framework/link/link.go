// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package link

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
)

// Link forwards TCP connections from its own address to a target.
type Link struct {
	target string
	at     string

	mu          sync.Mutex
	listener    net.Listener
	connections map[net.Conn]struct{}
}

// New returns a link to a target, for example 127.0.0.1:6443, that forwards from now on.
func New(target string) (*Link, error) {
	l := &Link{target: target, at: "127.0.0.1:0", connections: map[net.Conn]struct{}{}}
	return l, l.Mend()
}

// Address is where the link listens. It stays the same when the link is mended.
func (l *Link) Address() string { return l.at }

// Cut ends all connections and refuses new ones.
func (l *Link) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.listener != nil {
		_ = l.listener.Close()
		l.listener = nil
	}
	for connection := range l.connections {
		_ = connection.Close()
	}
	clear(l.connections)
}

// Mend forwards again.
func (l *Link) Mend() error {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", l.at)
	if err != nil {
		return err
	}
	l.mu.Lock()
	l.listener, l.at = listener, listener.Addr().String()
	l.mu.Unlock()
	go func() {
		for {
			connection, err := listener.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err == nil {
				go l.forward(connection)
			}
		}
	}()
	return nil
}

func (l *Link) forward(near net.Conn) {
	far, err := (&net.Dialer{}).Dial("tcp", l.target)
	if err != nil {
		_ = near.Close()
		return
	}
	l.mu.Lock()
	l.connections[near], l.connections[far] = struct{}{}, struct{}{}
	if l.listener == nil { // Cut meanwhile.
		_, _ = near.Close(), far.Close()
	}
	l.mu.Unlock()
	var group sync.WaitGroup
	pipe := func(to, from net.Conn) {
		_, _ = io.Copy(to, from)
		_, _ = to.Close(), from.Close()
	}
	group.Go(func() { pipe(far, near) })
	group.Go(func() { pipe(near, far) })
	group.Wait()
	l.mu.Lock()
	delete(l.connections, near)
	delete(l.connections, far)
	l.mu.Unlock()
}
