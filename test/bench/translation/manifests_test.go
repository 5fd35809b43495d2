// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

const (
	profile = `
metadata: {name: load}
spec:
  type: local
  kubernetes: {versions: [{version: 1.36.1}, {version: 1.35.4}]}
  machineImages: [{name: i, versions: [{version: 1.0.0}]}]
  machineTypes: [{name: m, cpu: "2", gpu: "0", memory: 8Gi}]
  regions: [{name: local, zones: [{name: z}]}]
`
	seedManifest = `
metadata: {name: load, annotations: {kubeception.cluster.x-k8s.io/seed-cluster: management-cluster}}
spec:
  provider: {type: local, region: local, zones: [a]}
  networks: {nodes: 10.240.0.0/16, pods: 10.241.128.0/17, services: 10.241.0.0/17}
  ingress: {domain: ingress.example.com, controller: {kind: nginx}}
  dns:
    provider: {type: aws-route53, credentialsRef: {apiVersion: v1, kind: Secret, name: dns, namespace: garden}}
    internal: {type: aws-route53, domain: internal.example.com, credentialsRef: {apiVersion: v1, kind: Secret, name: dns, namespace: garden}}
`
	bindingManifest = `
apiVersion: security.gardener.cloud/v1alpha1
kind: CredentialsBinding
metadata: {name: account, namespace: garden-load}
provider: {type: local}
credentialsRef: {apiVersion: v1, kind: Secret, name: account, namespace: garden-load}
`
	// Machines are paused: there are none until an autoscaler asks for some.
	shootManifest = `
metadata: {namespace: garden-load}
spec:
  cloudProfile: {name: load}
  region: local
  credentialsBindingName: account
  kubernetes: {version: 1.36.1}
  networking: {type: flannel, nodes: 10.250.0.0/16}
  provider:
    type: local
    workers:
    - {name: a, minimum: 0, maximum: 3, machine: {type: m, image: {name: i, version: 1.0.0}}, zones: [z]}
    - {name: b, minimum: 0, maximum: 3, machine: {type: m, image: {name: i, version: 1.0.0}}, zones: [z]}
`
)
