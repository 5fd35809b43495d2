// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/hosted"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/machines"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/template"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/workload"
)

// fleetTimeout is how long anything may take that makes, drains and replaces several machines, one after the other, on
// a machine that has other work too.
const fleetTimeout = 10 * time.Minute

// fleet is a cluster with machines, on which specs work one after the other.
type fleet struct {
	cluster *hosted.Cluster
	pool    *machines.Pool
	// firstCutOff is the first machine of the pool cutOff.
	firstCutOff string
	// shoot is the workload cluster, and host the cluster whose pods are the machines.
	shoot, host *workload.Cluster
}

// launch creates a cluster with one machine from the template that users have.
func (f *fleet) launch(ctx context.Context, name, version string) {
	GinkgoHelper()
	f.cluster = newCluster(name)
	manifests, err := template.Generate(ctx, realSeed, template.Cluster{ObjectKey: f.cluster.ObjectKey, Version: version, Workers: 1}, GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	began := time.Now()
	Expect(realSeed.Apply(ctx, manifests, GinkgoWriter)).To(Succeed())
	f.pool = &machines.Pool{Management: management, ObjectKey: f.key(name + "-workers")}
	f.host, err = workload.Of(realSeed.Config, scheme)
	Expect(err).NotTo(HaveOccurred())
	Expect(f.cluster.UntilAvailable(ctx, startTimeout)).To(Succeed())
	f.shoot, err = workload.Connect(ctx, f.cluster, scheme)
	Expect(err).NotTo(HaveOccurred())
	f.settled(ctx, 1)
	took("a control plane and a node", began)
}

func (f *fleet) key(name string) client.ObjectKey {
	return client.ObjectKey{Namespace: f.cluster.Namespace, Name: name}
}

// meta is the metadata of an object beside the Cluster.
func (f *fleet) meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: f.cluster.Namespace, Name: name, Labels: map[string]string{clusterv1.ClusterNameLabel: f.cluster.Name}}
}

// machineNamespace is where the pods of the machines are.
func (f *fleet) machineNamespace() string { return f.cluster.SeedNamespace() + "--machines" }

// settled waits until the pool has exactly so many machines that are all as they should be.
func (f *fleet) settled(ctx context.Context, count int) []clusterv1.Machine {
	GinkgoHelper()
	all, err := f.pool.UntilSettled(ctx, count, fleetTimeout)
	Expect(err).NotTo(HaveOccurred())
	return all
}

// change changes the pool. A webhook that is just being elected, or is slow, is asked again.
func (f *fleet) change(ctx context.Context, change func(*clusterv1.MachineDeployment)) {
	GinkgoHelper()
	Eventually(f.pool.Patch).WithArguments(ctx, change).WithTimeout(reportTimeout).Should(Succeed())
}

func (f *fleet) scale(ctx context.Context, replicas int32) {
	GinkgoHelper()
	f.change(ctx, func(deployment *clusterv1.MachineDeployment) { deployment.Spec.Replicas = &replicas })
}

// create creates objects, and asks again where something is slow.
func create(ctx context.Context, c client.Client, objects ...client.Object) {
	GinkgoHelper()
	for _, object := range objects {
		Eventually(func() error {
			return client.IgnoreAlreadyExists(c.Create(ctx, object))
		}).WithTimeout(reportTimeout).Should(Succeed(), object.GetName())
	}
}

// took reports how long something took.
func took(what string, began time.Time) {
	AddReportEntry(fmt.Sprintf("%s: %s", what, time.Since(began).Round(100*time.Millisecond)))
}

// pod is the pod that is a machine.
func (f *fleet) pod(ctx context.Context, machine string) (*corev1.Pod, error) {
	pod := &corev1.Pod{}
	return pod, management.Get(ctx, client.ObjectKey{Namespace: f.machineNamespace(), Name: machine}, pod)
}

// on runs a command on a machine.
func (f *fleet) on(ctx context.Context, machine string, command ...string) (string, error) {
	pod, err := f.pod(ctx, machine)
	if err != nil {
		return "", err
	}
	return f.host.Exec(ctx, *pod, command...)
}

// machine reads a Machine.
func (f *fleet) machine(ctx context.Context, name string) (*clusterv1.Machine, error) {
	machine := &clusterv1.Machine{}
	return machine, management.Get(ctx, f.key(name), machine)
}

// says waits until a condition of a Machine has a status and a message.
func (f *fleet) says(ctx context.Context, machine, condition string, status metav1.ConditionStatus, message string) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		object, err := f.machine(ctx, machine)
		g.Expect(err).NotTo(HaveOccurred())
		found := conditions.Get(object, condition)
		g.Expect(found).NotTo(BeNil(), condition)
		g.Expect(found.Message).To(ContainSubstring(message))
		g.Expect(found.Status).To(Equal(status))
	}).WithTimeout(fleetTimeout).Should(Succeed())
}

// readyNodes counts the nodes of the pool that are ready; those of other pools do not count.
func (f *fleet) readyNodes(ctx context.Context) (int, error) {
	nodes, err := f.nodes(ctx)
	count := 0
	for i := range nodes {
		if isReady(&nodes[i]) {
			count++
		}
	}
	return count, err
}

// nodes are those of the machines of the pool.
func (f *fleet) nodes(ctx context.Context) ([]corev1.Node, error) {
	list := &corev1.NodeList{}
	if err := f.shoot.List(ctx, list); err != nil {
		return nil, err
	}
	all, err := f.pool.Machines(ctx)
	if err != nil {
		return nil, err
	}
	mine := map[string]bool{}
	for i := range all {
		mine[all[i].Name] = true
	}
	var nodes []corev1.Node
	for _, node := range list.Items {
		if mine[node.Name] {
			nodes = append(nodes, node)
		}
	}
	return nodes, nil
}

func isReady(node *corev1.Node) bool {
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

// machineCount counts the machines of the pool, those that are going included.
func (f *fleet) machineCount(ctx context.Context) (int, error) {
	all, err := f.pool.Machines(ctx)
	return len(all), err
}

// serves reports whether the workload answers, as a load balancer asks: through any node that is ready.
func (f *fleet) serves(ctx context.Context, nodePort int32) (int, error) {
	nodes, err := f.nodes(ctx)
	if err != nil {
		return 0, err
	}
	errs := []error{errors.New("no node answers")}
	for i := range nodes {
		if !isReady(&nodes[i]) {
			continue
		}
		if err := answers(ctx, &nodes[i], nodePort); err != nil {
			errs = append(errs, err)
			continue
		}
		return 1, nil
	}
	return 0, errors.Join(errs...)
}

func answers(ctx context.Context, node *corev1.Node, port int32) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	for _, address := range node.Status.Addresses {
		if address.Type != corev1.NodeInternalIP {
			continue
		}
		target := "http://" + net.JoinHostPort(address.Address, fmt.Sprint(port)) + "/"
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, http.NoBody)
		if err != nil {
			return err
		}
		response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s", target, response.Status)
		}
		return err
	}
	return fmt.Errorf("node %s has no address", node.Name)
}

// gone reports whether an object does not exist.
func gone(ctx context.Context, object client.Object) bool {
	return apierrors.IsNotFound(management.Get(ctx, client.ObjectKeyFromObject(object), object))
}
