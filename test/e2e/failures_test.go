// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/machines"
)

// Pools whose machines have something wrong with them from the start. They are made before the longest spec.
const (
	cutOff    = "cut-off"    // The API server cannot be reached.
	full      = "full"       // The disk is full.
	imageless = "imageless"  // The machine image does not exist.
	liar      = "wrong-code" // A single machine with a wrong token.
)

// replacing kills two machines. What fails from the start is made first, so that it has failed by then.
func replacing(f *fleet) {
	It("are replaced one at a time when their pods are killed", long, func(ctx context.Context) {
		f.makeFailing(ctx)
		f.setPatience(ctx, 1)
		f.scale(ctx, 2)
		all := f.settled(ctx, 2)
		leaving := machines.Watch(ctx, func(ctx context.Context) (int, error) {
			now, err := f.pool.Machines(ctx)
			count := 0
			for i := range now {
				if !now[i].DeletionTimestamp.IsZero() {
					count++
				}
			}
			return count, err
		})
		began := time.Now()
		for _, machine := range all {
			pod, err := f.pod(ctx, machine.Name)
			Expect(err).NotTo(HaveOccurred())
			Expect(management.Delete(ctx, pod, client.GracePeriodSeconds(0))).To(Succeed())
		}
		f.waitsForItsTurn(ctx, all)
		Expect(f.pool.UntilGone(ctx, fleetTimeout, namesOf(all)...)).To(Succeed())
		took("from killing two machines to the end of the second one", began)
		f.settled(ctx, 2)
		took("from killing two machines to two others", began)
		Expect(leaving.Stop().Most).To(Equal(1), "maxInFlight is 1")
		for _, machine := range all {
			pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: f.machineNamespace(), Name: machine.Name}}
			Expect(gone(ctx, pod)).To(BeTrue(), "a killed machine does not rise again")
		}
		f.setPatience(ctx, 60)
	})
}

// setPatience sets how long the health check of the template bears a machine whose infrastructure is not ready.
func (f *fleet) setPatience(ctx context.Context, seconds int32) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		check := &clusterv1.MachineHealthCheck{}
		g.Expect(management.Get(ctx, f.pool.ObjectKey, check)).To(Succeed())
		before := check.DeepCopy()
		check.Spec.Checks.UnhealthyMachineConditions[0].TimeoutSeconds = &seconds
		g.Expect(management.Patch(ctx, check, client.MergeFrom(before))).To(Succeed())
	}).WithTimeout(reportTimeout).Should(Succeed())
}

// waitsForItsTurn waits until one of the machines is told to wait for the other one.
func (f *fleet) waitsForItsTurn(ctx context.Context, all []clusterv1.Machine) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		var messages []string
		for i := range all {
			machine, err := f.machine(ctx, all[i].Name)
			g.Expect(client.IgnoreNotFound(err)).NotTo(HaveOccurred())
			g.Expect(conditions.IsFalse(machine, clusterv1.MachineInfrastructureReadyCondition)).To(BeTrue(), "the machine has failed")
			messages = append(messages, conditions.GetMessage(machine, clusterv1.MachineOwnerRemediatedCondition))
		}
		g.Expect(messages).To(ContainElement(ContainSubstring("there are already too many remediations in progress")))
	}).WithTimeout(fleetTimeout).Should(Succeed())
}

// failing tells what a user sees of machines that fail.
func failing(f *fleet) {
	It("say that their image is not there", long, func(ctx context.Context) {
		name := f.only(ctx, imageless)
		f.says(ctx, name, clusterv1.MachineInfrastructureReadyCondition, metav1.ConditionFalse, "The image 127.0.0.1:1/none:v1 cannot be pulled")
	})

	It("say that their disk is full", long, func(ctx context.Context) {
		f.says(ctx, f.only(ctx, full), clusterv1.MachineNodeHealthyCondition, metav1.ConditionFalse, "Node.DiskPressure: kubelet has disk pressure")
	})

	It("do not join with a wrong token", long, func(ctx context.Context) {
		f.says(ctx, liar, clusterv1.MachineInfrastructureReadyCondition, metav1.ConditionTrue, "")
		f.says(ctx, liar, clusterv1.MachineNodeHealthyCondition, metav1.ConditionUnknown, "Waiting for a Node with spec.providerID")
		Eventually(f.on).WithArguments(ctx, liar, "journalctl", "--no-pager", "-u", "kubelet").WithTimeout(reportTimeout).
			Should(ContainSubstring("cannot create certificate signing request: Unauthorized"))
		Expect(client.IgnoreNotFound(f.shoot.Get(ctx, client.ObjectKey{Name: liar}, &corev1.Node{}))).To(Succeed())
	})

	It("are replaced when they do not join in time, and join when the API server can be reached after all", long, func(ctx context.Context) {
		pool := &machines.Pool{ObjectKey: f.key(cutOff), Management: management}
		var second string
		Eventually(func(g Gomega) {
			all, err := pool.Machines(ctx)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(all).NotTo(BeEmpty())
			second = all[len(all)-1].Name
			g.Expect(second).NotTo(Equal(f.firstCutOff))
		}).WithTimeout(fleetTimeout).Should(Succeed())
		Expect(management.Delete(ctx, &clusterv1.MachineHealthCheck{ObjectMeta: f.meta(cutOff)})).To(Succeed(), "it has had its say")
		f.says(ctx, second, clusterv1.MachineInfrastructureReadyCondition, metav1.ConditionTrue, "")
		Eventually(f.on).WithArguments(ctx, second, "journalctl", "--no-pager", "-u", "kubelet").WithTimeout(reportTimeout).
			Should(ContainSubstring("no route to host"))
		_, err := f.on(ctx, second, "ip", "route", "del", "unreachable", f.endpoint(ctx))
		Expect(err).NotTo(HaveOccurred())
		f.says(ctx, second, clusterv1.MachineNodeReadyCondition, metav1.ConditionTrue, "")
	})

	It("trust the API server although their clock is some minutes late, and say so if it is later", long, func(ctx context.Context) {
		certificate, err := f.handshake(ctx, time.Now())
		Expect(err).NotTo(HaveOccurred())
		cluster := &clusterv1.Cluster{}
		Expect(management.Get(ctx, f.cluster.ObjectKey, cluster)).To(Succeed())
		Expect(certificate.NotBefore).To(BeTemporally("<", cluster.CreationTimestamp.Add(-4*time.Minute)))
		_, err = f.handshake(ctx, certificate.NotBefore.Add(time.Second))
		Expect(err).NotTo(HaveOccurred())
		_, err = f.handshake(ctx, certificate.NotBefore.Add(-time.Second))
		Expect(err).To(MatchError(ContainSubstring("certificate has expired or is not yet valid: current time")))
	})

	It("do not notice that the kubelet and the container runtime of their host crash", long, func(ctx context.Context) {
		f.removeFailing(ctx)
		all := f.settled(ctx, 2)
		uid := f.uids(ctx, all)
		for _, service := range []string{"containerd", "kubelet"} {
			Expect(realSeed.Kill(ctx, service)).To(Succeed())
		}
		deployed := time.Now()
		Eventually(func(g Gomega) { // The host's kubelet has reported since.
			node := &corev1.Node{}
			g.Expect(management.Get(ctx, client.ObjectKey{Name: "seed"}, node)).To(Succeed())
			g.Expect(isReady(node)).To(BeTrue())
			for _, condition := range node.Status.Conditions {
				if condition.Type == corev1.NodeReady {
					g.Expect(condition.LastHeartbeatTime.Time).To(BeTemporally(">", deployed))
				}
			}
		}).WithTimeout(fleetTimeout).Should(Succeed())
		Expect(namesOf(f.settled(ctx, 2))).To(Equal(namesOf(all)))
		Expect(f.uids(ctx, all)).To(Equal(uid))
		Eventually(f.serves).WithArguments(ctx, servedPort).WithTimeout(reportTimeout).Should(Equal(1))
	})
}

// uids are those of the pods of machines, with the containers that run in them.
func (f *fleet) uids(ctx context.Context, all []clusterv1.Machine) []string {
	GinkgoHelper()
	var uids []string
	for i := range all {
		pod, err := f.pod(ctx, all[i].Name)
		Expect(err).NotTo(HaveOccurred())
		Expect(ready(*pod)).To(BeTrue(), pod.Name)
		uids = append(uids, string(pod.UID)+" "+pod.Status.ContainerStatuses[0].ContainerID)
	}
	return uids
}

// handshake connects to the API server as a machine with another clock.
func (f *fleet) handshake(ctx context.Context, clock time.Time) (*x509.Certificate, error) {
	GinkgoHelper()
	authority := &corev1.Secret{}
	Expect(management.Get(ctx, f.key(f.cluster.Name+"-ca"), authority)).To(Succeed())
	roots := x509.NewCertPool()
	Expect(roots.AppendCertsFromPEM(authority.Data[corev1.TLSCertKey])).To(BeTrue())
	controlPlane, err := f.cluster.ControlPlane(ctx)
	Expect(err).NotTo(HaveOccurred())
	dialer := &tls.Dialer{Config: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12, Time: func() time.Time { return clock }}}
	conn, err := dialer.DialContext(ctx, "tcp", controlPlane.Spec.ControlPlaneEndpoint.String())
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	return conn.(*tls.Conn).ConnectionState().PeerCertificates[0], nil
}

// endpoint is the address of the API server.
func (f *fleet) endpoint(ctx context.Context) string {
	GinkgoHelper()
	controlPlane, err := f.cluster.ControlPlane(ctx)
	Expect(err).NotTo(HaveOccurred())
	return controlPlane.Spec.ControlPlaneEndpoint.Host
}

// only is the one machine of a pool.
func (f *fleet) only(ctx context.Context, pool string) (name string) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		all, err := (&machines.Pool{ObjectKey: f.key(pool), Management: management}).Machines(ctx)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(all).To(HaveLen(1))
		name = all[0].Name
	}).WithTimeout(reportTimeout).Should(Succeed())
	return name
}

// makeFailing makes the machines that fail: each is the machine of the template with one thing wrong.
func (f *fleet) makeFailing(ctx context.Context) {
	GinkgoHelper()
	commands := map[string][]string{
		cutOff: {"ip route add unreachable " + f.endpoint(ctx)},
		full:   {"mount -t tmpfs -o size=64m tmpfs /var/lib/kubelet"},
	}
	for name, commands := range commands {
		config := &bootstrapv1.KubeceptionConfigTemplate{ObjectMeta: f.meta(name)}
		config.Spec.Template.Spec.PreCommands = commands
		if name == full { // Less is free than should be, however full the disk of the host is.
			config.Spec.Template.Spec.Kubelet.EvictionHard.NodeFSAvailable = "1Gi"
		}
		create(ctx, management, config)
		f.makePool(ctx, name, func(machine *clusterv1.MachineSpec) { machine.Bootstrap.ConfigRef.Name = name })
	}
	image := &infrav1.KubeceptionMachineTemplate{ObjectMeta: f.meta(imageless)}
	image.Spec.Template.Spec.Image = "127.0.0.1:1/none:v1"
	create(ctx, management, image)
	f.makePool(ctx, imageless, func(machine *clusterv1.MachineSpec) { machine.InfrastructureRef.Name = imageless })
	f.makeLiar(ctx)
	f.firstCutOff = f.only(ctx, cutOff)
	create(ctx, management, &clusterv1.MachineHealthCheck{ObjectMeta: f.meta(cutOff), Spec: clusterv1.MachineHealthCheckSpec{
		ClusterName: f.cluster.Name, Selector: metav1.LabelSelector{MatchLabels: map[string]string{clusterv1.MachineDeploymentNameLabel: cutOff}},
		Checks: clusterv1.MachineHealthCheckChecks{NodeStartupTimeoutSeconds: new(int32(30))}, // The least that there is.
	}})
}

// makePool makes another MachineDeployment with a machine.
func (f *fleet) makePool(ctx context.Context, name string, edit func(*clusterv1.MachineSpec)) {
	GinkgoHelper()
	original, err := f.pool.Deployment(ctx)
	Expect(err).NotTo(HaveOccurred())
	pool := &clusterv1.MachineDeployment{ObjectMeta: f.meta(name), Spec: clusterv1.MachineDeploymentSpec{
		ClusterName: f.cluster.Name, Replicas: new(int32(1)),
		Template: clusterv1.MachineTemplateSpec{Spec: *original.Spec.Template.Spec.DeepCopy()},
	}}
	edit(&pool.Spec.Template.Spec)
	create(ctx, management, pool)
}

// makeLiar makes a machine with the bootstrap data of another one and a token that was never issued.
func (f *fleet) makeLiar(ctx context.Context) {
	GinkgoHelper()
	honest, source := f.settled(ctx, 2)[0], &corev1.Secret{}
	Expect(management.Get(ctx, client.ObjectKeyFromObject(&honest), source)).To(Succeed())
	token := source.Data["bootstrap-token"]
	wrong := append(bytes.Clone(token[:7]), "0000000000000000"...)
	create(ctx, management, &corev1.Secret{ObjectMeta: f.meta(liar), Type: source.Type, Data: map[string][]byte{
		"value": bytes.ReplaceAll(source.Data["value"], token, wrong), "format": source.Data["format"],
	}})
	create(ctx, management, &infrav1.KubeceptionMachine{ObjectMeta: f.meta(liar)})
	create(ctx, management, &clusterv1.Machine{ObjectMeta: f.meta(liar), Spec: clusterv1.MachineSpec{
		ClusterName: f.cluster.Name, Version: honest.Spec.Version, Bootstrap: clusterv1.Bootstrap{DataSecretName: new(liar)},
		InfrastructureRef: clusterv1.ContractVersionedObjectReference{APIGroup: infrav1.GroupVersion.Group, Kind: "KubeceptionMachine", Name: liar},
	}})
}

// removeFailing removes them again.
func (f *fleet) removeFailing(ctx context.Context) {
	GinkgoHelper()
	objects := []client.Object{&clusterv1.Machine{ObjectMeta: f.meta(liar)}}
	for _, name := range []string{cutOff, full, imageless} {
		objects = append(objects, &clusterv1.MachineDeployment{ObjectMeta: f.meta(name)})
	}
	for _, object := range objects {
		Expect(management.Delete(ctx, object, client.PropagationPolicy(metav1.DeletePropagationForeground))).To(Succeed())
	}
	for _, object := range append(objects, &corev1.Secret{ObjectMeta: f.meta(liar)}) {
		Expect(client.IgnoreNotFound(management.Delete(ctx, object))).To(Succeed())
		Eventually(gone).WithArguments(ctx, object).WithTimeout(fleetTimeout).Should(BeTrue(), object.GetName())
	}
}
