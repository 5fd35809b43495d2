// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	authenticationv1alpha1 "github.com/gardener/gardener/pkg/apis/authentication/v1alpha1"
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/hosted"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/workload"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/deploy"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/objectstore"
)

// The example of the quick start, under names of its own. What follows in its life is what its users do.
var _ = Describe("A Shoot", Ordered, func() {
	s := newShootStory("e2e", "alpha")

	BeforeAll(func(ctx context.Context) {
		DeferCleanup(s.remove)
		s.begin(ctx, oldVersion)
	})

	It("becomes a cluster with nodes, and tells how far it is", func(ctx context.Context) {
		s.created(ctx)
		s.settles(ctx, map[string]int{"workers": 2})
		shoot := s.shoot(ctx)
		Expect(shoot.Status.TechnicalID).To(Equal("shoot--e2e--alpha"))
		Expect(shoot.Spec.Kubernetes.Version).To(Equal(strings.TrimPrefix(oldVersion, "v")), "a short form is the newest patch version")
		Expect(*shoot.Spec.SeedName).To(Equal(s.seed()))
		Expect(shoot.Status.AdvertisedAddresses).NotTo(BeEmpty())
		authority := &corev1.ConfigMap{}
		Expect(management.Get(ctx, client.ObjectKey{Namespace: s.key.Namespace, Name: "alpha.ca-cluster"}, authority)).To(Succeed())
		Expect(authority.Data["ca.crt"]).To(ContainSubstring("BEGIN CERTIFICATE"))
	})

	It("has its etcd backed up where its seed says", func(ctx context.Context) {
		controlPlane, err := s.cluster.ControlPlane(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(controlPlane.Spec.Etcd.Main.Backup.Store).To(And(
			HaveField("Bucket", objectstore.Bucket), HaveField("Prefix", fmt.Sprintf("shoot--e2e--alpha--%s/etcd-main", s.shoot(ctx).UID))))
		Eventually(func(g Gomega) { // The backup sidecar renews the Lease for every snapshot that the store has taken.
			lease := &coordinationv1.Lease{}
			g.Expect(management.Get(ctx, client.ObjectKey{Namespace: s.cluster.Name, Name: "etcd-main-full-snap"}, lease)).To(Succeed())
			g.Expect(lease.Spec.RenewTime).NotTo(BeNil())
		}).WithTimeout(changeTimeout).Should(Succeed())
	})

	It("lets its members in for a while", func(ctx context.Context) {
		admin, viewer := s.access(ctx, "adminkubeconfig", "AdminKubeconfigRequest"), s.access(ctx, "viewerkubeconfig", "ViewerKubeconfigRequest")
		own := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: metav1.NamespaceDefault, Name: "own"}}
		Expect(admin.Create(ctx, own)).To(Succeed())
		Eventually(func() error { return viewer.List(ctx, &corev1.ConfigMapList{}) }).WithTimeout(reportTimeout).Should(Succeed())
		Expect(apierrors.IsForbidden(viewer.Delete(ctx, own))).To(BeTrue())
		Expect(apierrors.IsForbidden(viewer.List(ctx, &corev1.SecretList{}))).To(BeTrue())
	})

	It("gets another pool, and then another zone", func(ctx context.Context) {
		s.change(ctx, func(shoot *gardencorev1beta1.Shoot) {
			more := *shoot.Spec.Provider.Workers[0].DeepCopy()
			more.Name, more.Minimum, more.Maximum, more.Zones = "more", 1, 1, []string{"a"}
			shoot.Spec.Provider.Workers = append(shoot.Spec.Provider.Workers, more)
		})
		s.settles(ctx, map[string]int{"workers": 2, "more": 1})
		s.change(ctx, func(shoot *gardencorev1beta1.Shoot) {
			pool := &shoot.Spec.Provider.Workers[1]
			pool.Minimum, pool.Maximum, pool.Zones = 2, 2, []string{"a", "b"}
		})
		s.settles(ctx, map[string]int{"workers": 2, "more": 2})
		zones := map[string]bool{}
		for _, machine := range s.machines(ctx, "more") {
			zones[machine.Spec.FailureDomain] = true
		}
		Expect(zones).To(Equal(map[string]bool{"a": true, "b": true}))
	})

	It("keeps its machines when a label of nodes changes", func(ctx context.Context) {
		before := s.uids(ctx)
		s.change(ctx, func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Provider.Workers[0].Labels = map[string]string{"example.com/color": "blue"}
		})
		Eventually(func(g Gomega) {
			nodes := &corev1.NodeList{}
			g.Expect(s.nodes.List(ctx, nodes, client.MatchingLabels{"example.com/color": "blue"})).To(Succeed())
			g.Expect(nodes.Items).To(HaveLen(2))
		}).WithTimeout(reportTimeout).Should(Succeed())
		Expect(s.uids(ctx)).To(Equal(before))
	})

	It("replaces the machines of a pool that gets another machine type, and no others", func(ctx context.Context) {
		workers, more := s.machines(ctx, "workers"), s.machines(ctx, "more")
		s.change(ctx, func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Provider.Workers = shoot.Spec.Provider.Workers[:2]
			shoot.Spec.Provider.Workers[1].Machine.Type = "medium"
		})
		Eventually(func(g Gomega) {
			now := s.machines(ctx, "more")
			g.Expect(now).To(HaveLen(2))
			for i := range now {
				g.Expect(now[i].UID).NotTo(BeElementOf(more[0].UID, more[1].UID))
			}
		}).WithTimeout(changeTimeout).Should(Succeed())
		s.settles(ctx, map[string]int{"workers": 2, "more": 2})
		Expect(namesOf(s.machines(ctx, "workers"))).To(ConsistOf(namesOf(workers)))
	})

	It("goes to the next minor version, with all its nodes", func(ctx context.Context) {
		s.change(ctx, func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Provider.Workers = shoot.Spec.Provider.Workers[:1]
			shoot.Spec.Kubernetes.Version = strings.TrimPrefix(newVersion, "v")
		})
		s.reaches(ctx, newVersion)
		s.settles(ctx, map[string]int{"workers": 2})
	})

	It("is not deleted by accident, and leaves nothing behind", func(ctx context.Context) {
		Expect(management.Delete(ctx, s.shoot(ctx))).To(MatchError(ContainSubstring(v1beta1constants.ConfirmationDeletion)))
		s.remove(ctx)
		for _, name := range []string{"capi--e2e--alpha", "shoot--e2e--alpha", "shoot--e2e--alpha--machines"} {
			err := management.Get(ctx, client.ObjectKey{Name: name}, &corev1.Namespace{})
			Expect(apierrors.IsNotFound(err)).To(BeTrue(), name)
		}
		err := management.Get(ctx, client.ObjectKey{Namespace: s.key.Namespace, Name: "alpha.ca-cluster"}, &corev1.ConfigMap{})
		Expect(apierrors.IsNotFound(err)).To(BeTrue())
	})
})

// shootStory is the life of one Shoot.
type shootStory struct {
	key     client.ObjectKey
	cluster *hosted.Cluster
	nodes   *workload.Cluster
	began   time.Time
}

func newShootStory(project, name string) *shootStory {
	return &shootStory{key: client.ObjectKey{Namespace: "garden-" + project, Name: name}}
}

// backups is the Secret with the credentials of the Seed's backups.
const backups = "backups"

// begin applies the example for another project and Shoot, which begins with a version.
func (s *shootStory) begin(ctx context.Context, version string) {
	GinkgoHelper()
	version = strings.TrimPrefix(version, "v")
	objects := s.example("shoot-local.yaml")
	for _, object := range objects {
		switch object.GetKind() {
		case "CloudProfile":
			versions, _, err := unstructured.NestedSlice(object.Object, "spec", "kubernetes", "versions")
			Expect(err).NotTo(HaveOccurred())
			if wanted := map[string]any{"version": version}; !slices.ContainsFunc(versions, func(known any) bool { return reflect.DeepEqual(known, wanted) }) {
				set(object, append(versions, wanted), "spec", "kubernetes", "versions")
			}
		case "Shoot":
			set(object, version[:strings.LastIndex(version, ".")], "spec", "kubernetes", "version")
		}
	}
	s.apply(ctx, objects)
}

// example reads one for the project and the Shoot of the story, on a seed of its own that has backups.
func (s *shootStory) example(file string) []*unstructured.Unstructured {
	GinkgoHelper()
	content, err := os.ReadFile(filepath.Join("..", "..", "examples", file))
	Expect(err).NotTo(HaveOccurred())
	objects, err := deploy.Parse([]byte(strings.NewReplacer(
		"garden-dev", s.key.Namespace, ": dev\n", ": "+s.project()+"\n", "name: first\n", "name: "+s.key.Name+"\n", "name: here\n", "name: "+s.seed()+"\n",
	).Replace(string(content))))
	Expect(err).NotTo(HaveOccurred())
	own := map[string]string{"story": s.key.Name}
	for _, object := range objects {
		switch object.GetKind() {
		case "Seed":
			object.SetLabels(own)
			set(object, objectstore.Bucket, "metadata", "annotations", translation.BackupBucketAnnotation)
			set(object, map[string]any{"provider": "aws", "credentialsRef": map[string]any{
				"apiVersion": "v1", "kind": "Secret", "namespace": v1beta1constants.GardenNamespace, "name": backups,
			}}, "spec", "backup")
		case "Shoot":
			set(object, map[string]any{"story": s.key.Name}, "spec", "seedSelector", "matchLabels")
		}
	}
	return objects
}

func (s *shootStory) project() string { return strings.TrimPrefix(s.key.Namespace, "garden-") }

func (s *shootStory) seed() string { return "for-" + s.key.Name }

func set(object *unstructured.Unstructured, value any, fields ...string) {
	GinkgoHelper()
	Expect(unstructured.SetNestedField(object.Object, value, fields...)).To(Succeed())
}

// apply applies the objects of a story, and what they need besides.
func (s *shootStory) apply(ctx context.Context, objects []*unstructured.Unstructured) {
	GinkgoHelper()
	s.cluster = hosted.New(management, "capi--"+s.project()+"--"+s.key.Name, "shoot--"+s.project()+"--"+s.key.Name)
	create(ctx, management, // The namespace comes with the first CloudProfile, if nobody makes it before.
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: v1beta1constants.GardenNamespace}},
		objectstore.BackupSecret(v1beta1constants.GardenNamespace, backups))
	manifests, err := deploy.Print(objects)
	Expect(err).NotTo(HaveOccurred())
	s.began = time.Now()
	Expect(realSeed.Apply(ctx, manifests, GinkgoWriter)).To(Succeed())
}

// created waits until the Shoot is created.
func (s *shootStory) created(ctx context.Context) {
	GinkgoHelper()
	least := int32(0)
	Eventually(func(g Gomega) {
		shoot := s.shoot(ctx)
		g.Expect(shoot.Status.LastOperation).NotTo(BeNil())
		last := shoot.Status.LastOperation
		g.Expect(last.Progress).To(BeNumerically(">=", least), "progress only rises")
		least = last.Progress
		g.Expect(last.State).To(Equal(gardencorev1beta1.LastOperationStateSucceeded), last.Description)
	}).WithTimeout(startTimeout).Should(Succeed())
	took("from applying the manifests to a Shoot that is created", s.began)
}

func (s *shootStory) shoot(ctx context.Context) *gardencorev1beta1.Shoot {
	GinkgoHelper()
	shoot := &gardencorev1beta1.Shoot{}
	Expect(management.Get(ctx, s.key, shoot)).To(Succeed())
	return shoot
}

// change changes the specification. A webhook that is slow is asked again.
func (s *shootStory) change(ctx context.Context, change func(*gardencorev1beta1.Shoot)) {
	GinkgoHelper()
	Eventually(func() error {
		shoot := s.shoot(ctx)
		before := shoot.DeepCopy()
		change(shoot)
		return management.Patch(ctx, shoot, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	}).WithTimeout(reportTimeout).Should(Succeed())
}

// settles waits until the pools have as many nodes as they should, and the Shoot says that it is healthy and done.
func (s *shootStory) settles(ctx context.Context, pools map[string]int) {
	GinkgoHelper()
	if s.nodes == nil {
		var err error
		s.nodes, err = workload.Connect(ctx, s.cluster, scheme)
		Expect(err).NotTo(HaveOccurred())
	}
	Eventually(func(g Gomega) {
		nodes := &corev1.NodeList{}
		g.Expect(s.nodes.List(ctx, nodes)).To(Succeed())
		seen := map[string]int{}
		for i := range nodes.Items {
			if isReady(&nodes.Items[i]) {
				seen[nodes.Items[i].Labels[v1beta1constants.LabelWorkerPool]]++
			}
		}
		g.Expect(seen).To(Equal(pools))
		shoot := s.shoot(ctx)
		g.Expect(shoot.Status.ObservedGeneration).To(Equal(shoot.Generation))
		g.Expect(shoot.Status.LastOperation.State).To(Equal(gardencorev1beta1.LastOperationStateSucceeded), shoot.Status.LastOperation.Description)
		g.Expect(shoot.Status.LastErrors).To(BeEmpty())
		g.Expect(shoot.Status.Conditions).To(HaveEach(HaveField("Status", gardencorev1beta1.ConditionTrue)))
	}).WithTimeout(startTimeout).Should(Succeed())
}

// reaches waits until both nodes have a version.
func (s *shootStory) reaches(ctx context.Context, version string) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		nodes := &corev1.NodeList{}
		g.Expect(s.nodes.List(ctx, nodes)).To(Succeed())
		g.Expect(nodes.Items).To(HaveLen(2))
		g.Expect(nodes.Items).To(HaveEach(HaveField("Status.NodeInfo.KubeletVersion", version)))
	}).WithTimeout(fleetTimeout).Should(Succeed())
}

// machines are those of a pool.
func (s *shootStory) machines(ctx context.Context, pool string) []clusterv1.Machine {
	GinkgoHelper()
	list := &clusterv1.MachineList{}
	Expect(management.List(ctx, list, client.InNamespace(s.cluster.Namespace), client.MatchingLabels{v1beta1constants.LabelWorkerPool: pool})).To(Succeed())
	return list.Items
}

func (s *shootStory) uids(ctx context.Context) map[string]bool {
	GinkgoHelper()
	list := &clusterv1.MachineList{}
	Expect(management.List(ctx, list, client.InNamespace(s.cluster.Namespace))).To(Succeed())
	out := map[string]bool{}
	for i := range list.Items {
		out[string(list.Items[i].UID)] = true
	}
	return out
}

// access is what a short-lived kubeconfig gives. It is asked for as the plugin of kubectl does.
func (s *shootStory) access(ctx context.Context, resource, kind string) client.Client {
	GinkgoHelper()
	clientset, err := kubernetes.NewForConfig(realSeed.Config)
	Expect(err).NotTo(HaveOccurred())
	answer := &authenticationv1alpha1.AdminKubeconfigRequest{} // The other kind has the same fields.
	body, err := clientset.RESTClient().Post().
		AbsPath("/apis/access.kubeception.cluster.x-k8s.io/v1alpha1/namespaces", s.key.Namespace, "shoots", s.key.Name, resource).
		Body([]byte(`{"apiVersion": "authentication.gardener.cloud/v1alpha1", "kind": "`+kind+`", "spec": {"expirationSeconds": 600}}`)).
		SetHeader("Content-Type", "application/json").DoRaw(ctx)
	Expect(err).NotTo(HaveOccurred(), string(body))
	Expect(json.Unmarshal(body, answer)).To(Succeed())
	config, err := clientcmd.RESTConfigFromKubeConfig(answer.Status.Kubeconfig)
	Expect(err).NotTo(HaveOccurred())
	c, err := client.New(config, client.Options{Scheme: scheme})
	Expect(err).NotTo(HaveOccurred())
	return c
}

// remove confirms the deletion and waits for its end.
func (s *shootStory) remove(ctx context.Context) {
	GinkgoHelper()
	shoot := &gardencorev1beta1.Shoot{}
	err := management.Get(ctx, s.key, shoot)
	if apierrors.IsNotFound(err) {
		return
	}
	Expect(err).NotTo(HaveOccurred())
	s.change(ctx, func(shoot *gardencorev1beta1.Shoot) {
		metav1.SetMetaDataAnnotation(&shoot.ObjectMeta, v1beta1constants.ConfirmationDeletion, "true")
	})
	Expect(management.Delete(ctx, shoot)).To(Succeed())
	Eventually(func() bool {
		return apierrors.IsNotFound(management.Get(ctx, s.key, shoot))
	}).WithTimeout(changeTimeout).Should(BeTrue())
	seed := &gardencorev1beta1.Seed{ObjectMeta: metav1.ObjectMeta{Name: s.seed()}}
	Eventually(func() error { // Who counts its Shoots may be behind.
		return management.Delete(ctx, seed)
	}).WithTimeout(reportTimeout).Should(Or(Succeed(), MatchError(apierrors.IsNotFound, "it is gone")))
}
