// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package hosted

import (
	"context"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Traffic is what a client that writes and reads in a loop has seen.
type Traffic struct {
	Requests int
	Failures []string
	// LongestGap is the longest time between two successful requests.
	LongestGap time.Duration
}

// Load writes and reads a ConfigMap of a hosted cluster in a loop, one request at a time, without retries.
type Load struct {
	cancel context.CancelFunc
	done   sync.WaitGroup
	seen   Traffic
}

// loadPeriod is the pause between two requests.
const loadPeriod = 20 * time.Millisecond

// StartLoad starts a client that keeps one connection, as controllers do.
func (c *Cluster) StartLoad(ctx context.Context, name string) (*Load, error) {
	hosted, err := c.Client(ctx)
	if err != nil {
		return nil, err
	}
	object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: metav1.NamespaceDefault, Name: name}}
	if err := hosted.Create(ctx, object); err != nil {
		return nil, fmt.Errorf("create the object to write and read: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	load := &Load{cancel: cancel}
	load.done.Go(func() { load.run(ctx, hosted, object) })
	return load, nil
}

// Stop ends the load and returns what it has seen.
func (l *Load) Stop() Traffic {
	l.cancel()
	l.done.Wait()
	return l.seen
}

func (l *Load) run(ctx context.Context, hosted client.Client, object *corev1.ConfigMap) {
	ticker := time.NewTicker(loadPeriod)
	defer ticker.Stop()
	last := time.Now()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		err := request(ctx, hosted, object, i)
		if ctx.Err() != nil {
			return
		}
		l.seen.Requests++
		if err != nil {
			l.seen.Failures = append(l.seen.Failures, fmt.Sprintf("%s: %v", time.Now().Format(time.StampMilli), err))
			continue
		}
		l.seen.LongestGap = max(l.seen.LongestGap, time.Since(last))
		last = time.Now()
	}
}

// request writes in even turns and reads what was written in odd ones.
func request(ctx context.Context, hosted client.Client, object *corev1.ConfigMap, turn int) error {
	if turn%2 == 0 {
		before := object.DeepCopy()
		object.Data = map[string]string{"turn": fmt.Sprint(turn)}
		return hosted.Patch(ctx, object, client.MergeFrom(before))
	}
	read := &corev1.ConfigMap{}
	if err := hosted.Get(ctx, client.ObjectKeyFromObject(object), read); err != nil {
		return err
	}
	if read.Data["turn"] != object.Data["turn"] {
		return fmt.Errorf("wrote turn %s and read turn %s", object.Data["turn"], read.Data["turn"])
	}
	return nil
}
