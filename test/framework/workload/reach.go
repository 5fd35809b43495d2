// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package workload

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/transport/spdy"
)

// Logs returns what the only container of a pod has written.
func (c *Cluster) Logs(ctx context.Context, pod corev1.Pod) (string, error) {
	stream, err := c.clientset.CoreV1().Pods(pod.Namespace).GetLogs(pod.Name, &corev1.PodLogOptions{}).Stream(ctx)
	if err != nil {
		return "", fmt.Errorf("read the log of pod %s: %w", pod.Name, err)
	}
	defer func() { _ = stream.Close() }()
	content, err := io.ReadAll(stream)
	return string(content), err
}

// Exec runs a command in the only container of a pod and returns what it writes.
func (c *Cluster) Exec(ctx context.Context, pod corev1.Pod, command ...string) (string, error) {
	request := c.request(pod, "exec").VersionedParams(&corev1.PodExecOptions{Command: command, Stdout: true, Stderr: true}, scheme.ParameterCodec)
	executor, err := remotecommand.NewWebSocketExecutor(c.config, http.MethodGet, request.URL().String())
	if err != nil {
		return "", err
	}
	var stdout, stderr bytes.Buffer
	if err := executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdout: &stdout, Stderr: &stderr}); err != nil {
		return "", fmt.Errorf("execute %q in pod %s: %w: %s", command, pod.Name, err, stderr.String())
	}
	return stdout.String(), nil
}

// Fetch asks the HTTP server of a pod through a forwarded port and returns what it answers.
func (c *Cluster) Fetch(ctx context.Context, pod corev1.Pod, port int, path string, query url.Values) (string, error) {
	return c.talk(ctx, pod, port, http.MethodGet, url.URL{Path: path, RawQuery: query.Encode()}, "")
}

// Store puts content at a path of the HTTP server of a pod through a forwarded port.
func (c *Cluster) Store(ctx context.Context, pod corev1.Pod, port int, path, content string) error {
	_, err := c.talk(ctx, pod, port, http.MethodPut, url.URL{Path: path}, content)
	return err
}

func (c *Cluster) talk(ctx context.Context, pod corev1.Pod, port int, method string, target url.URL, body string) (string, error) {
	address, stop, err := c.forward(pod, port)
	if err != nil {
		return "", fmt.Errorf("forward port %d of pod %s: %w", port, pod.Name, err)
	}
	defer stop()
	target.Scheme, target.Host = "http", address
	request, err := http.NewRequestWithContext(ctx, method, target.String(), strings.NewReader(body))
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s%s: %s: %s", pod.Name, target.Path, response.Status, content)
	}
	return string(content), nil
}

// forward forwards a port of this machine to one of a pod until it is stopped.
func (c *Cluster) forward(pod corev1.Pod, port int) (address string, stop func(), err error) {
	transport, upgrader, err := spdy.RoundTripperFor(c.config)
	if err != nil {
		return "", nil, err
	}
	dialer := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, c.request(pod, "portforward").URL())
	stopped, ready, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	forwarder, err := portforward.New(dialer, []string{fmt.Sprintf(":%d", port)}, stopped, ready, io.Discard, io.Discard)
	if err != nil {
		return "", nil, err
	}
	go func() { ended <- forwarder.ForwardPorts() }()
	select {
	case err := <-ended:
		return "", nil, err
	case <-ready:
	}
	ports, err := forwarder.GetPorts()
	if err != nil {
		close(stopped)
		return "", nil, err
	}
	return fmt.Sprintf("127.0.0.1:%d", ports[0].Local), func() { close(stopped) }, nil
}

func (c *Cluster) request(pod corev1.Pod, subresource string) *rest.Request {
	return c.clientset.CoreV1().RESTClient().Post().Resource("pods").Namespace(pod.Namespace).Name(pod.Name).SubResource(subresource)
}
