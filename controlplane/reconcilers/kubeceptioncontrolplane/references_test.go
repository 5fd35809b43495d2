// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncontrolplane

import (
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// referringToAll is a control plane that refers to everything it can.
func referringToAll() *controlplanev1.KubeceptionControlPlane {
	c := &controlplanev1.KubeceptionControlPlane{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "c"}}
	api := &c.Spec.APIServer
	api.Audit.PolicyRef.Name = "audit"
	api.Authentication.ConfigRef.Name = "authentication"
	api.Authorization.ConfigRef.Name = "authorization"
	api.Authorization.Kubeconfigs = []controlplanev1.AuthorizerKubeconfig{{
		AuthorizerName: "webhook", SecretRef: controlplanev1.LocalObjectReference{Name: "authorizer"},
	}}
	c.Spec.Addons.CNI.ManifestsRefs = []controlplanev1.LocalObjectReference{{Name: "calico"}}
	c.Spec.Etcd.Main.Backup.Store.SecretRef.Name = "store"
	c.Spec.Etcd.Main.External.SecretRef.Name = "external-main"
	c.Spec.Etcd.Events.External.SecretRef.Name = "external-events"
	c.Spec.Seed.KubeconfigRef.Name = "seed"
	return c
}

func referredTo() []client.Object {
	configMap := func(name, key, value string) client.Object {
		return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: name}, Data: map[string]string{key: value}}
	}
	secret := func(name string, data map[string]string) client.Object {
		s := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: name}, Data: map[string][]byte{}}
		for key, value := range data {
			s.Data[key] = []byte(value)
		}
		return s
	}
	certificate := map[string]string{wiring.CABundleKey: "ca", corev1.TLSCertKey: "crt", corev1.TLSPrivateKeyKey: "key"}
	return []client.Object{
		configMap("calico", "calico.yaml", "its manifests"),
		configMap("audit", "policy", "a policy"), configMap("authentication", "config.yaml", "who"), configMap("authorization", "config.yaml", "may"),
		secret("authorizer", map[string]string{"kubeconfig": "reach it"}), secret("store", map[string]string{"accessKeyID": "id"}),
		secret("external-main", certificate), secret("external-events", certificate),
	}
}

func TestEverythingThatASpecRefersToIsRead(t *testing.T) {
	g := NewWithT(t)
	r := &Reconciler{Live: fake.NewClientBuilder().WithObjects(referredTo()...).Build()}
	found, err := r.readReferences(t.Context(), referringToAll())
	g.Expect(err).NotTo(HaveOccurred())
	certificate := map[string][]byte{wiring.CABundleKey: []byte("ca"), corev1.TLSCertKey: []byte("crt"), corev1.TLSPrivateKeyKey: []byte("key")}
	g.Expect(found).To(Equal(component.References{
		AuditPolicy: "a policy", Authentication: "who", Authorization: "may",
		CNIManifests:          map[string]string{"calico/calico.yaml": "its manifests"},
		AuthorizerKubeconfigs: map[string]string{"webhook": "reach it"},
		BackupCredentials:     map[string][]byte{"accessKeyID": []byte("id")},
		ExternalEtcd:          map[string]map[string][]byte{wiring.EtcdMain: certificate, wiring.EtcdEvents: certificate},
	}))
}

func TestWhatIsMissingIsNamedWithItsFieldAndTheRemedy(t *testing.T) {
	cases := map[string]struct {
		object string
		empty  bool
		want   string
	}{
		"no audit policy":                {"audit", false, `spec.apiServer.audit.policyRef: ConfigMap "audit" does not exist; create it or correct the name`},
		"an audit policy without key":    {"audit", true, `spec.apiServer.audit.policyRef: ConfigMap "audit" lacks the key "policy"; add it`},
		"no authentication":              {"authentication", false, `spec.apiServer.authentication.configRef: ConfigMap "authentication" does not exist`},
		"no authorization":               {"authorization", true, `spec.apiServer.authorization.configRef: ConfigMap "authorization" lacks the key "config.yaml"`},
		"no manifests of a network":      {"calico", false, `spec.addons.cni.manifestsRefs[0]: ConfigMap "calico" does not exist; create it or correct the name`},
		"no kubeconfig of an authorizer": {"authorizer", false, `spec.apiServer.authorization.kubeconfigs[0].secretRef: Secret "authorizer" does not exist`},
		"no credentials of the store":    {"store", false, `spec.etcd.main.backup.store.secretRef: Secret "store" does not exist`},
		"no certificate for etcd-main":   {"external-main", true, `spec.etcd.main.external.secretRef: Secret "external-main" lacks the key "ca.crt"`},
		"no Secret for etcd-events":      {"external-events", false, `spec.etcd.events.external.secretRef: Secret "external-events" does not exist`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			var objects []client.Object
			for _, object := range referredTo() {
				if object.GetName() != tc.object {
					objects = append(objects, object)
					continue
				}
				if tc.empty {
					meta := metav1.ObjectMeta{Namespace: "team", Name: tc.object}
					if _, isSecret := object.(*corev1.Secret); isSecret {
						objects = append(objects, &corev1.Secret{ObjectMeta: meta})
					} else {
						objects = append(objects, &corev1.ConfigMap{ObjectMeta: meta})
					}
				}
			}
			r := &Reconciler{Live: fake.NewClientBuilder().WithObjects(objects...).Build()}
			_, err := r.readReferences(t.Context(), referringToAll())
			g.Expect(err).To(BeAssignableToTypeOf(&referenceError{}))
			g.Expect(err).To(MatchError(HavePrefix(tc.want)))
		})
	}
}

func TestChangesOfWhatASpecRefersToAreCarriedOut(t *testing.T) {
	g := NewWithT(t)
	configuration := referringToAll().Spec.KubeceptionControlPlaneConfiguration
	for _, object := range referredTo() {
		_, isSecret := object.(*corev1.Secret)
		g.Expect(refersTo(configuration, isSecret, object.GetName())).To(BeTrue(), object.GetName())
		g.Expect(refersTo(configuration, !isSecret, object.GetName())).To(BeFalse(), "%s of the other kind", object.GetName())
	}
	g.Expect(refersTo(configuration, true, "seed")).To(BeTrue())
	g.Expect(refersTo(configuration, true, "another")).To(BeFalse())
}
