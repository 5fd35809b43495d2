// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

// drainSeconds is how long the machines of the specs are drained at most. Cluster API looks every 20 seconds.
const drainSeconds = 10

// draining shrinks three machines to one. Two of them go at the same time: one with a pod that must not be evicted, one
// with a volume.
func draining(f *fleet) {
	var held, attached string

	It("give pods the volumes they ask for", func(ctx context.Context) {
		all := f.settled(ctx, 3)
		held, attached = all[1].Name, all[2].Name
		pod := withVolumes(attached)
		objects := []client.Object{localVolume(attached), localClaim(), &corev1.ConfigMap{
			ObjectMeta: metav1.ObjectMeta{Namespace: metav1.NamespaceDefault, Name: "volumes"}, Data: map[string]string{"key": "from a ConfigMap"},
		}, pod}
		create(ctx, f.shoot, objects...)
		pods, err := f.shoot.UntilPodsReady(ctx, metav1.NamespaceDefault, labelsOf("volumes"), 1, startTimeout)
		Expect(err).NotTo(HaveOccurred())
		Expect(f.shoot.Fetch(ctx, pods[0], 8080, "/files/config/key", nil)).To(Equal("from a ConfigMap"))
		for _, volume := range []string{"empty", "host", "local"} {
			Expect(f.shoot.Store(ctx, pods[0], 8080, "/files/"+volume+"/note", "kept by "+volume)).To(Succeed())
			Expect(f.shoot.Fetch(ctx, pods[0], 8080, "/files/"+volume+"/note", nil)).To(Equal("kept by " + volume))
		}
		Expect(f.on(ctx, attached, "cat", "/srv/note")).To(Equal("kept by local"))
	})

	It("are drained as far as a PodDisruptionBudget lets them, which they say, and go after their time", func(ctx context.Context) {
		f.hold(ctx, held)
		f.attach(ctx, attached)
		f.change(ctx, func(deployment *clusterv1.MachineDeployment) {
			deployment.Spec.Template.Spec.Deletion.NodeDrainTimeoutSeconds = new(int32(drainSeconds))
		})
		for _, name := range []string{held, attached} {
			Eventually(func(g Gomega) {
				machine, err := f.machine(ctx, name)
				g.Expect(err).NotTo(HaveOccurred())
				g.Expect(machine.Spec.Deletion.NodeDrainTimeoutSeconds).To(HaveValue(BeEquivalentTo(drainSeconds)), "without another machine")
				before := machine.DeepCopy()
				machine.Annotations = map[string]string{clusterv1.DeleteMachineAnnotation: ""}
				g.Expect(management.Patch(ctx, machine, client.MergeFrom(before))).To(Succeed())
			}).WithTimeout(reportTimeout).Should(Succeed())
		}
		began := time.Now()
		f.scale(ctx, 1)
		f.says(ctx, held, clusterv1.MachineDeletingCondition, metav1.ConditionTrue, "Pod default/held-")
		f.says(ctx, held, clusterv1.MachineDeletingCondition, metav1.ConditionTrue, "cannot evict pod as it would violate the pod's disruption budget")
		Expect(f.pool.UntilGone(ctx, fleetTimeout, held)).To(Succeed())
		took("from scaling down to the end of a machine that could not be drained", began)
		Expect(time.Since(began).Seconds()).To(BeNumerically(">=", drainSeconds))
		Expect(f.shoot.Delete(ctx, holding(held))).To(Succeed())
		Expect(f.shoot.Delete(ctx, holdingBudget())).To(Succeed())
	})

	It("are kept until their volumes are detached, which they say", func(ctx context.Context) {
		f.says(ctx, attached, clusterv1.MachineDeletingCondition, metav1.ConditionTrue, "Waiting for Node volumes to be detached")
		f.says(ctx, attached, clusterv1.MachineDeletingCondition, metav1.ConditionTrue, "default/standin")
		_, err := f.pod(ctx, attached)
		Expect(err).NotTo(HaveOccurred(), "the machine runs on")
		began := time.Now()
		f.detach(ctx)
		f.settled(ctx, 1)
		took("from the detachment to the end of the machine", began)
	})
}

// withVolumes is a pod with every kind of volume that needs no driver.
func withVolumes(node string) *corev1.Pod {
	pod := podOf("volumes", "-files=/files")
	pod.Spec.NodeName = node
	directory := corev1.HostPathDirectoryOrCreate
	for name, source := range map[string]corev1.VolumeSource{
		"empty":  {EmptyDir: &corev1.EmptyDirVolumeSource{}},
		"config": {ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: "volumes"}}},
		"host":   {HostPath: &corev1.HostPathVolumeSource{Path: "/var/volumes", Type: &directory}},
		"local":  {PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "local"}},
	} {
		pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: name, VolumeSource: source})
		pod.Spec.Containers[0].VolumeMounts = append(pod.Spec.Containers[0].VolumeMounts, corev1.VolumeMount{Name: name, MountPath: "/files/" + name})
	}
	pod.Spec.SecurityContext = &corev1.PodSecurityContext{RunAsUser: new(int64(0))} // What is on the node is root's.
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: metav1.NamespaceDefault, Name: "volumes", Labels: pod.Labels}, Spec: pod.Spec}
}

// localVolume is a folder of a node.
func localVolume(node string) *corev1.PersistentVolume {
	return &corev1.PersistentVolume{ObjectMeta: metav1.ObjectMeta{Name: "local"}, Spec: corev1.PersistentVolumeSpec{
		Capacity:               corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Mi")},
		AccessModes:            []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
		ClaimRef:               &corev1.ObjectReference{Namespace: metav1.NamespaceDefault, Name: "local"},
		PersistentVolumeSource: corev1.PersistentVolumeSource{Local: &corev1.LocalVolumeSource{Path: "/srv"}},
		NodeAffinity: &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{{
			MatchExpressions: []corev1.NodeSelectorRequirement{{Key: corev1.LabelHostname, Operator: corev1.NodeSelectorOpIn, Values: []string{node}}},
		}}}},
	}}
}

func localClaim() *corev1.PersistentVolumeClaim { return claimOf("local") }

// claimOf claims the volume of its name.
func claimOf(name string) *corev1.PersistentVolumeClaim {
	return &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Namespace: metav1.NamespaceDefault, Name: name},
		Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce}, VolumeName: name, StorageClassName: new(""),
			Resources: corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Mi")}},
		},
	}
}

// hold puts a pod on a node that nobody may evict.
func (f *fleet) hold(ctx context.Context, node string) {
	GinkgoHelper()
	create(ctx, f.shoot, holdingBudget(), holding(node))
	_, err := f.shoot.UntilPodsReady(ctx, metav1.NamespaceDefault, labelsOf("held"), 1, startTimeout)
	Expect(err).NotTo(HaveOccurred())
}

func holding(node string) *appsv1.Deployment {
	pod := podOf("held")
	pod.Spec.NodeSelector = map[string]string{corev1.LabelHostname: node}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: metav1.NamespaceDefault, Name: "held"},
		Spec:       appsv1.DeploymentSpec{Selector: &metav1.LabelSelector{MatchLabels: labelsOf("held")}, Template: pod},
	}
}

func holdingBudget() *policyv1.PodDisruptionBudget { return budgetOf("held") }

// budgetOf wants at least one pod of the name at any time.
func budgetOf(name string) *policyv1.PodDisruptionBudget {
	return &policyv1.PodDisruptionBudget{
		ObjectMeta: metav1.ObjectMeta{Namespace: metav1.NamespaceDefault, Name: name},
		Spec: policyv1.PodDisruptionBudgetSpec{
			MinAvailable: new(intstr.FromInt32(1)), Selector: &metav1.LabelSelector{MatchLabels: labelsOf(name)},
		},
	}
}

// A driver for volumes that are attached to nodes exists nowhere here. The specs stand in for the one part of it that
// counts: what says on a VolumeAttachment, which Kubernetes itself makes and deletes, that the volume is attached, and by
// a finalizer that it still is.
const (
	standinDriver    = "standin.example.org"
	standinFinalizer = "external-attacher/standin-example-org"
)

// attach has Kubernetes attach a volume to a node, for a pod that waits for it there.
func (f *fleet) attach(ctx context.Context, node string) {
	GinkgoHelper()
	volume := &corev1.PersistentVolume{ObjectMeta: metav1.ObjectMeta{Name: "standin"}, Spec: corev1.PersistentVolumeSpec{
		Capacity:               corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Mi")},
		AccessModes:            []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
		ClaimRef:               &corev1.ObjectReference{Namespace: metav1.NamespaceDefault, Name: "standin"},
		PersistentVolumeSource: corev1.PersistentVolumeSource{CSI: &corev1.CSIPersistentVolumeSource{Driver: standinDriver, VolumeHandle: "standin"}},
	}}
	pod := podOf("standin")
	pod.Spec.NodeName = node
	pod.Spec.Volumes = []corev1.Volume{{Name: "standin", VolumeSource: corev1.VolumeSource{
		PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "standin"},
	}}}
	create(ctx, f.shoot, &storagev1.CSIDriver{ObjectMeta: metav1.ObjectMeta{Name: standinDriver}}, volume, claimOf("standin"),
		&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: metav1.NamespaceDefault, Name: "standin", Labels: pod.Labels}, Spec: pod.Spec})
	Eventually(func(g Gomega) {
		attachment := f.attachment(ctx, g)
		g.Expect(attachment.Spec.NodeName).To(Equal(node))
		before := attachment.DeepCopy()
		controllerutil.AddFinalizer(attachment, standinFinalizer)
		g.Expect(f.shoot.Patch(ctx, attachment, client.MergeFrom(before))).To(Succeed())
		before = attachment.DeepCopy()
		attachment.Status.Attached = true
		g.Expect(f.shoot.Status().Patch(ctx, attachment, client.MergeFrom(before))).To(Succeed())
	}).WithTimeout(reportTimeout).Should(Succeed())
}

func (f *fleet) attachment(ctx context.Context, g Gomega) *storagev1.VolumeAttachment {
	list := &storagev1.VolumeAttachmentList{}
	g.Expect(f.shoot.List(ctx, list)).To(Succeed())
	g.Expect(list.Items).To(HaveLen(1))
	return &list.Items[0]
}

// detach waits until Kubernetes wants the volume to be detached, and does so.
func (f *fleet) detach(ctx context.Context) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		attachment := f.attachment(ctx, g)
		g.Expect(attachment.DeletionTimestamp).NotTo(BeNil(), "nobody uses the volume any more")
		before := attachment.DeepCopy()
		controllerutil.RemoveFinalizer(attachment, standinFinalizer)
		g.Expect(f.shoot.Patch(ctx, attachment, client.MergeFrom(before))).To(Succeed())
	}).WithTimeout(fleetTimeout).Should(Succeed())
}
