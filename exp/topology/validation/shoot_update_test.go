// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation_test

import (
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func scheduled(shoot *gardencorev1beta1.Shoot) { shoot.Spec.SeedName = new("aws") }

func TestShootUpdate(t *testing.T) {
	spec := func(change func(*gardencorev1beta1.ShootSpec)) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) { change(&shoot.Spec) }
	}
	deleted := func(shoot *gardencorev1beta1.Shoot) { shoot.DeletionTimestamp = new(metav1.Now()) }
	secret := all(version("1.33.4"), spec(func(spec *gardencorev1beta1.ShootSpec) {
		spec.SecretBindingName, spec.CredentialsBindingName = new("a"), nil
	}))
	runUpdates(t, map[string]update{
		"§2 I: nothing changes": {nil, func(*gardencorev1beta1.Shoot) {}, nil},
		"§2 I: region":          {nil, spec(func(spec *gardencorev1beta1.ShootSpec) { spec.Region = "us-east-1" }), []string{"spec.region: Invalid"}},
		"§2 I: provider.type":   {nil, spec(func(spec *gardencorev1beta1.ShootSpec) { spec.Provider.Type = "gcp" }), []string{"spec.provider.type: Invalid"}},
		"§2 I: schedulerName":   {nil, spec(func(spec *gardencorev1beta1.ShootSpec) { spec.SchedulerName = new("other") }), []string{"spec.schedulerName: Invalid"}},
		"§2 I: schedulerName is filled with the default": {spec(func(spec *gardencorev1beta1.ShootSpec) { spec.SchedulerName = nil }),
			spec(func(spec *gardencorev1beta1.ShootSpec) { spec.SchedulerName = new("default-scheduler") }), nil},
		"§2 I: networking.type":           {nil, spec(func(spec *gardencorev1beta1.ShootSpec) { spec.Networking.Type = new("cilium") }), []string{"spec.networking.type: Invalid"}},
		"§2 I: networking.pods":           {nil, spec(func(spec *gardencorev1beta1.ShootSpec) { spec.Networking.Pods = new("10.96.0.0/16") }), []string{"spec.networking.pods: Invalid"}},
		"§2 I: networking.services":       {nil, spec(func(spec *gardencorev1beta1.ShootSpec) { spec.Networking.Services = new("10.96.0.0/16") }), []string{"spec.networking.services: Invalid"}},
		"§2 I: networks are filled":       {networks("10.250.0.0/16", "", ""), networks("10.250.0.0/16", "10.96.0.0/16", "10.97.0.0/16"), nil},
		"§2 I: networking.nodes may grow": {nil, spec(func(spec *gardencorev1beta1.ShootSpec) { spec.Networking.Nodes = new("10.250.0.0/15") }), nil},
		"§2 I: nodeCIDRMaskSize": {nil, spec(func(spec *gardencorev1beta1.ShootSpec) {
			spec.Kubernetes.KubeControllerManager.NodeCIDRMaskSize = new(int32(25))
		}),
			[]string{manager + "nodeCIDRMaskSize: Invalid"}},
		"§2 I: networking cannot go":         {nil, spec(func(spec *gardencorev1beta1.ShootSpec) { spec.Networking = nil }), []string{"spec.networking: Forbidden", "spec.networking: Required"}},
		"§2 ipFamilies: IPv6 comes":          {nil, families("IPv4", "IPv6"), nil},
		"§2 ipFamilies: IPv6 goes":           {families("IPv4", "IPv6"), families("IPv4"), nil},
		"§2 ipFamilies: IPv6 alone":          {all(families("IPv4", "IPv6"), networks("", "", "")), families("IPv6"), []string{"spec.networking.ipFamilies: Forbidden", manager + "nodeCIDRMaskSize: Invalid"}},
		"§2 ipFamilies: the other way round": {families("IPv4", "IPv6"), families("IPv6", "IPv4"), []string{"spec.networking.ipFamilies: Forbidden"}},
		"§2 bindings: from Secret to credentials": {secret, spec(func(spec *gardencorev1beta1.ShootSpec) {
			spec.SecretBindingName, spec.CredentialsBindingName = nil, new("b")
		}), nil},
		"§2 bindings: another Secret":    {secret, spec(func(spec *gardencorev1beta1.ShootSpec) { spec.SecretBindingName = new("b") }), []string{"spec.secretBindingName: Invalid"}},
		"§2 bindings: other credentials": {nil, spec(func(spec *gardencorev1beta1.ShootSpec) { spec.CredentialsBindingName = new("b") }), nil},
		"§2 bindings: back to a Secret": {version("1.33.4"), spec(func(spec *gardencorev1beta1.ShootSpec) {
			spec.SecretBindingName, spec.CredentialsBindingName = new("b"), nil
		}),
			[]string{"spec.credentialsBindingName: Forbidden", "spec.secretBindingName: Invalid"}},
		"§2 bindings: no credentials": {nil, spec(func(spec *gardencorev1beta1.ShootSpec) { spec.CredentialsBindingName = nil }),
			[]string{"spec.credentialsBindingName: Forbidden", "spec.secretBindingName: Required"}},
		"§2 deleted: the spec stays":                 {deleted, spec(func(spec *gardencorev1beta1.ShootSpec) { spec.Purpose = nil }), []string{"spec: Forbidden"}},
		"§2 deleted: the rest does not":              {deleted, annotate("a", "b"), nil},
		"§2 ratchet: what was wrong before may stay": {func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Purpose = new(gardencorev1beta1.ShootPurpose("fun")) }, annotate("a", "b"), nil},
		"§2 ratchet: what becomes wrong may not": {func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Purpose = new(gardencorev1beta1.ShootPurpose("fun")) },
			func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Purpose = new(gardencorev1beta1.ShootPurpose("joy")) }, []string{"spec.purpose: NotSupported"}},
		"§10 acceptedIssuers: old ones are not looked at again": {apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) {
			config.ServiceAccountConfig = &gardencorev1beta1.ServiceAccountConfig{AcceptedIssuers: []string{"http://a.example.com"}}
		}), apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) {
			config.ServiceAccountConfig.Issuer = new("https://b.example.com")
		}), nil},
	})
}

func families(list ...gardencorev1beta1.IPFamily) func(*gardencorev1beta1.Shoot) {
	return func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Networking.IPFamilies = list }
}

func TestShootVersionUpdate(t *testing.T) {
	own := func(name string) func(*gardencorev1beta1.Shoot) {
		return first(func(worker *gardencorev1beta1.Worker) {
			worker.Kubernetes = &gardencorev1beta1.WorkerKubernetes{Version: &name}
		})
	}
	path, poolPath := "spec.kubernetes.version", workerPath+".kubernetes.version"
	runUpdates(t, map[string]update{
		"§2 version: a newer patch":                              {nil, version("1.35.3"), nil},
		"§2 version: the next minor":                             {version("1.34.9"), version("1.35.0"), nil},
		"§2 version: a minor is skipped":                         {all(version("1.34.9"), own("1.34.9")), version("1.36.0"), []string{path + ": Forbidden"}},
		"§2 version: an older patch":                             {own("1.35.0"), version("1.35.1"), []string{path + ": Forbidden"}},
		"§2 version: an older minor":                             {own("1.34.1"), version("1.34.9"), []string{path + ": Forbidden"}},
		"§2 version: none":                                       {nil, version(""), []string{path + ": Invalid", path + ": Required", poolPath + ": Invalid"}},
		"§17 version: pools may skip minors":                     {own("1.32.1"), own("1.35.2"), nil},
		"§17 version: pools do not go back":                      {own("1.34.1"), own("1.34.0"), []string{poolPath + ": Forbidden"}},
		"§17 version: pools that get one of their own":           {nil, own("1.35.1"), []string{poolPath + ": Forbidden"}},
		"§17 version: pools that are updated in place skip none": {all(inPlace, own("1.32.1")), own("1.35.2"), []string{poolPath + ": Forbidden"}},
	})
}

func inPlace(shoot *gardencorev1beta1.Shoot) {
	shoot.Spec.Provider.Workers[0].UpdateStrategy = new(gardencorev1beta1.AutoInPlaceUpdate)
}

func TestShootWorkersUpdate(t *testing.T) {
	worker := first
	add := func(shoot *gardencorev1beta1.Shoot) {
		shoot.Spec.Provider.Workers = append(shoot.Spec.Provider.Workers, pool("two"))
	}
	pending := func(shoot *gardencorev1beta1.Shoot) {
		shoot.Status.InPlaceUpdates = &gardencorev1beta1.InPlaceUpdatesStatus{PendingWorkerUpdates: &gardencorev1beta1.PendingWorkerUpdates{AutoInPlaceUpdate: []string{"one"}}}
	}
	runUpdates(t, map[string]update{
		"§15 workers: stay": {nil, func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Provider.Workers = nil }, append([]string{"spec.provider.workers: Forbidden"}, becameWorkerless...)},
		"§15 workers: stay away": {func(shoot *gardencorev1beta1.Shoot) { *shoot = *workerless() }, func(after *gardencorev1beta1.Shoot) { after.Spec = shoot().Spec },
			[]string{"spec.provider.workers: Forbidden", "spec.networking.type: Invalid", manager + "nodeCIDRMaskSize: Invalid"}},
		"§17 workers: come and go": {add, func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Provider.Workers = []gardencorev1beta1.Worker{pool("three")}
		}, nil},
		"§17 workers: in another order": {add, func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Provider.Workers[0], shoot.Spec.Provider.Workers[1] = shoot.Spec.Provider.Workers[1], shoot.Spec.Provider.Workers[0]
		}, nil},
		"§17 workers: new machines": {nil, worker(func(worker *gardencorev1beta1.Worker) {
			worker.Machine.Type, worker.Volume.VolumeSize = "m5.xlarge", "60Gi"
		}), nil},
		"§17 zones: are appended":       {nil, worker(func(worker *gardencorev1beta1.Worker) { worker.Zones = []string{"a", "b"} }), nil},
		"§17 zones: come first":         {nil, worker(func(worker *gardencorev1beta1.Worker) { worker.Zones = []string{"b", "a"} }), []string{workerPath + ".zones: Invalid"}},
		"§17 zones: go":                 {nil, worker(func(worker *gardencorev1beta1.Worker) { worker.Zones = nil }), []string{workerPath + ".zones: Invalid"}},
		"§19 updateStrategy: in place":  {nil, inPlace, []string{workerPath + ".updateStrategy: Invalid"}},
		"§19 updateStrategy: no longer": {inPlace, worker(func(worker *gardencorev1beta1.Worker) { worker.UpdateStrategy = nil }), []string{workerPath + ".updateStrategy: Invalid"}},
		"§19 updateStrategy: for a new pool": {nil, func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Provider.Workers = append(shoot.Spec.Provider.Workers, pool("two", func(worker *gardencorev1beta1.Worker) {
				worker.UpdateStrategy = new(gardencorev1beta1.AutoInPlaceUpdate)
			}))
		}, []string{"spec.provider.workers[1].updateStrategy: Invalid"}},
		"§19 in place: machines keep what they are": {inPlace, worker(func(worker *gardencorev1beta1.Worker) {
			worker.Machine.Type, worker.Machine.Image.Name, worker.Volume.VolumeSize = "m5.xlarge", "suse", "60Gi"
		}), []string{workerPath + ".machine.type: Invalid", workerPath + ".machine.image.name: Invalid", workerPath + ".volume: Invalid"}},
		"§19 in place: a newer image":  {inPlace, worker(func(worker *gardencorev1beta1.Worker) { worker.Machine.Image.Version = new("1400.0.0") }), nil},
		"§19 in place: an older image": {inPlace, worker(func(worker *gardencorev1beta1.Worker) { worker.Machine.Image.Version = new("1300.0.0") }), []string{workerPath + ".machine.image.version: Forbidden"}},
		"§19 pending: no change":       {all(inPlace, pending), worker(func(worker *gardencorev1beta1.Worker) { worker.Maximum = 4 }), []string{workerPath + ": Forbidden"}},
		"§19 pending: no kubelet of all": {all(inPlace, pending), func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Kubernetes.Kubelet = &gardencorev1beta1.KubeletConfig{MaxPods: new(int32(50))}
		}, []string{workerPath + ": Forbidden"}},
		"§19 pending: forced":     {all(inPlace, pending), all(annotate("gardener.cloud/operation", "force-in-place-update"), worker(func(worker *gardencorev1beta1.Worker) { worker.Maximum = 4 })), nil},
		"§19 pending: others may": {all(add, inPlace, pending), func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Provider.Workers[1].Maximum = 4 }, nil},
		"§14 nodeLocalDNS: not for pools in place with kube-proxy in mode IPVS": {all(inPlace, func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Kubernetes.KubeProxy = &gardencorev1beta1.KubeProxyConfig{Enabled: new(true), Mode: new(gardencorev1beta1.ProxyModeIPVS)}
		}), localDNS, []string{"spec.systemComponents.nodeLocalDNS: Forbidden"}},
		"§14 nodeLocalDNS: not for pools in place with old kubelets": {all(inPlace, version("1.33.4")), localDNS, []string{"spec.systemComponents.nodeLocalDNS: Forbidden"}},
		"§14 nodeLocalDNS: for others":                               {nil, localDNS, nil},
		"§17 maxSurge: changes":                                      {nil, worker(func(worker *gardencorev1beta1.Worker) { worker.MaxSurge = new(intstr.FromInt32(2)) }), nil},
	})
}

func localDNS(shoot *gardencorev1beta1.Shoot) {
	shoot.Spec.SystemComponents = &gardencorev1beta1.SystemComponents{NodeLocalDNS: &gardencorev1beta1.NodeLocalDNS{Enabled: true}}
}

// becameWorkerless is what is wrong with the valid Shoot if its workers are taken away.
var becameWorkerless = []string{
	"spec.credentialsBindingName: Forbidden", "spec.networking.type: Forbidden", "spec.networking.pods: Forbidden", "spec.networking.nodes: Forbidden",
	"spec.kubernetes.kubeControllerManager.nodeCIDRMaskSize: Forbidden",
}

func TestShootDNSUpdate(t *testing.T) {
	dns := func(domain string, types ...string) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.DNS = &gardencorev1beta1.DNS{Domain: &domain}
			if domain == "" {
				shoot.Spec.DNS.Domain = nil
			}
			for _, name := range types {
				shoot.Spec.DNS.Providers = append(shoot.Spec.DNS.Providers, gardencorev1beta1.DNSProvider{Type: &name, Primary: new(true)})
			}
		}
	}
	runUpdates(t, map[string]update{
		"§13 domain: is set once":           {dns(""), dns("a.example.com"), nil},
		"§13 domain: stays":                 {dns("a.example.com"), dns("b.example.com"), []string{"spec.dns.domain: Invalid"}},
		"§13 domain: cannot go":             {dns("a.example.com"), func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.DNS = nil }, []string{"spec.dns: Invalid"}},
		"§13 primary: changes without seed": {dns("a.example.com", "aws-route53"), dns("a.example.com", "google-clouddns"), nil},
		"§13 primary: stays on a seed":      {all(scheduled, dns("a.example.com", "aws-route53")), dns("a.example.com", "google-clouddns"), []string{"spec.dns.providers: Forbidden"}},
		"§13 primary: cannot go on a seed":  {all(scheduled, dns("a.example.com", "aws-route53")), dns("a.example.com"), []string{"spec.dns.providers: Forbidden"}},
	})
}

func TestShootControlPlaneUpdate(t *testing.T) {
	plane := func(tolerance gardencorev1beta1.FailureToleranceType, zones ...string) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.ControlPlane = &gardencorev1beta1.ControlPlane{Zones: zones}
			if tolerance != "" {
				shoot.Spec.ControlPlane.HighAvailability = &gardencorev1beta1.HighAvailability{FailureTolerance: gardencorev1beta1.FailureTolerance{Type: tolerance}}
			}
		}
	}
	tolerance, zones := "spec.controlPlane.highAvailability.failureTolerance.type", "spec.controlPlane.zones"
	runUpdates(t, map[string]update{
		"§5 failureTolerance: comes":                {scheduled, plane("node"), nil},
		"§5 failureTolerance: not while it sleeps":  {all(scheduled, asleep), plane("node"), []string{tolerance + ": Forbidden"}},
		"§5 failureTolerance: stays on a seed":      {all(scheduled, plane("node")), plane("zone"), []string{tolerance + ": Invalid"}},
		"§5 failureTolerance: cannot go on a seed":  {all(scheduled, plane("zone")), plane(""), []string{tolerance + ": Invalid"}},
		"§5 failureTolerance: changes without seed": {plane("node"), plane("zone"), nil},
		"§5 zones: come later":                      {nil, plane("", "a"), []string{zones + ": Forbidden"}},
		"§5 zones: stay":                            {plane("", "a"), plane("", "b"), []string{zones + ": Forbidden"}},
		"§5 zones: go":                              {plane("", "a"), plane(""), nil},
		"§5 zones: grow with the tolerance":         {plane("", "a"), plane("zone", "b", "a", "c"), nil},
		"§5 zones: grow away from where it is":      {plane("", "a"), plane("zone", "b", "c", "d"), []string{zones + ": Forbidden"}},
	})
}

func TestShootHibernationUpdate(t *testing.T) {
	constraint := func(status gardencorev1beta1.ConditionStatus) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			shoot.Status.Constraints = []gardencorev1beta1.Condition{{Type: gardencorev1beta1.ShootHibernationPossible, Status: status, Message: "a webhook"}}
		}
	}
	path := "spec.hibernation.enabled"
	runUpdates(t, map[string]update{
		"§7 HibernationPossible: true":            {constraint(gardencorev1beta1.ConditionTrue), asleep, nil},
		"§7 HibernationPossible: false":           {constraint(gardencorev1beta1.ConditionFalse), asleep, []string{path + ": Forbidden"}},
		"§7 HibernationPossible: while it sleeps": {all(asleep, constraint(gardencorev1beta1.ConditionFalse)), annotate("a", "b"), nil},
		"§7 rotations: prepared":                  {phases("Prepared", "Prepared", "Prepared"), asleep, nil},
		"§7 rotations: going on":                  {phases("Preparing", "Preparing", "Completing"), asleep, []string{path + ": Forbidden", path + ": Forbidden"}},
		"§7 encryption: going on": {apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) {
			config.EncryptionConfig = &gardencorev1beta1.EncryptionConfig{Resources: []string{"configmaps"}}
		}), asleep, []string{path + ": Forbidden"}},
	})
}

func TestShootEncryptionUpdate(t *testing.T) {
	config := func(provider gardencorev1beta1.EncryptionProviderType, resources ...string) func(*gardencorev1beta1.Shoot) {
		return apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) {
			config.EncryptionConfig = &gardencorev1beta1.EncryptionConfig{Resources: resources, Provider: gardencorev1beta1.EncryptionProvider{Type: &provider}}
		})
	}
	status := func(provider gardencorev1beta1.EncryptionProviderType, resources ...string) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			if shoot.Status.Credentials == nil {
				shoot.Status.Credentials = &gardencorev1beta1.ShootCredentials{}
			}
			shoot.Status.Credentials.EncryptionAtRest = &gardencorev1beta1.EncryptionAtRest{
				Resources: resources, Provider: gardencorev1beta1.EncryptionProviderStatus{Type: provider},
			}
		}
	}
	resources, provider := server+"encryptionConfig.resources", server+"encryptionConfig.provider.type"
	settled := all(created, config("aescbc"), status("aescbc"))
	runUpdates(t, map[string]update{
		"§11 resources: change":                     {settled, config("aescbc", "configmaps"), nil},
		"§11 resources: in another form":            {all(created, config("aescbc", "configmaps."), status("aescbc", "configmaps")), config("aescbc", "configmaps"), nil},
		"§11 resources: while a change is going on": {all(settled, status("aescbc", "configmaps")), config("aescbc", "configmaps"), []string{resources + ": Forbidden"}},
		"§11 resources: while the key is rotated":   {all(created, config("aescbc"), phases("Completed", "Completed", "Preparing"), status("aescbc")), config("aescbc", "configmaps"), []string{resources + ": Forbidden"}},
		"§11 resources: while it sleeps":            {all(settled, asleep), config("aescbc", "configmaps"), []string{resources + ": Forbidden"}},
		"§11 provider: changes":                     {settled, config("secretbox"), nil},
		"§11 provider: not with the resources":      {settled, config("secretbox", "configmaps"), []string{provider + ": Forbidden"}},
		"§11 provider: before it was created":       {all(config("aescbc"), status("aescbc")), config("secretbox"), []string{provider + ": Forbidden"}},
	})
}

func TestForceDeletion(t *testing.T) {
	const key = "confirmation.gardener.cloud/force-deletion"
	failed := func(code gardencorev1beta1.ErrorCode) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			shoot.DeletionTimestamp = new(metav1.Now())
			shoot.Status.LastErrors = []gardencorev1beta1.LastError{{Codes: []gardencorev1beta1.ErrorCode{code}}}
		}
	}
	path := "metadata.annotations[" + key + "]"
	runUpdates(t, map[string]update{
		"§28 force deletion: after an error that allows it": {failed(gardencorev1beta1.ErrorInfraUnauthorized), annotate(key, "true"), nil},
		"§28 force deletion: after another error":           {failed(gardencorev1beta1.ErrorRetryableInfraDependencies), annotate(key, "true"), []string{path + ": Forbidden"}},
		"§28 force deletion: of what is not being deleted":  {nil, annotate(key, "true"), []string{path + ": Forbidden", path + ": Forbidden"}},
		"§28 force deletion: cannot be taken back":          {all(failed(gardencorev1beta1.ErrorInfraUnauthorized), annotate(key, "true")), annotate(key, "false"), []string{path + ": Forbidden"}},
	})
}
