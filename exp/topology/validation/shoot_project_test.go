// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation_test

import (
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
)

func TestShootInProject(t *testing.T) {
	named := func(name, prefix string) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) { shoot.Name, shoot.GenerateName = name, prefix }
	}
	tolerating := func(keys ...string) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Tolerations = nil
			for _, key := range keys {
				shoot.Spec.Tolerations = append(shoot.Spec.Tolerations, gardencorev1beta1.Toleration{Key: key})
			}
		}
	}
	for name, row := range map[string]struct {
		before, change func(*gardencorev1beta1.Shoot)
		project        func(*gardencorev1beta1.Project)
		want           []string
	}{
		"§21 names: 21 characters together":                         {nil, named("eighteen-chars-18c", ""), nil, nil},
		"§21 names: 22 characters together":                         {nil, named("nineteen-chars-19ch", ""), nil, []string{"metadata.name: Invalid"}},
		"§21 names: with generated characters":                      {nil, named("", "thirteen-chr-"), nil, nil},
		"§21 names: too long with generated ones":                   {nil, named("", "fourteen-char-"), nil, []string{"metadata.generateName: Invalid"}},
		"§21 names: long ones stay":                                 {named("nineteen-chars-19ch", ""), same, nil, nil},
		"§21 project: one that is being deleted":                    {nil, same, func(project *gardencorev1beta1.Project) { project.DeletionTimestamp = new(metav1.Now()) }, []string{"metadata.namespace: Forbidden"}},
		"§21 project: one that is being deleted, for what is there": {same, same, func(project *gardencorev1beta1.Project) { project.DeletionTimestamp = new(metav1.Now()) }, nil},
		"§21 tolerations: of everybody":                             {nil, tolerating("everybody"), nil, nil},
		"§21 tolerations: of the project":                           {nil, tolerating("own"), nil, nil},
		"§21 tolerations: of others":                                {nil, tolerating("own", "others"), nil, []string{"spec.tolerations[1]: Forbidden"}},
		"§21 tolerations: those from before":                        {tolerating("others"), same, nil, nil},
		"§21 tolerations: new ones beside those from before":        {tolerating("others"), tolerating("others", "more"), nil, []string{"spec.tolerations[1]: Forbidden"}},
	} {
		t.Run(name, func(t *testing.T) {
			project := &gardencorev1beta1.Project{ObjectMeta: metav1.ObjectMeta{Name: "dev"}}
			project.Spec.Tolerations = &gardencorev1beta1.ProjectTolerations{Whitelist: []gardencorev1beta1.Toleration{{Key: "own"}}}
			if row.project != nil {
				row.project(project)
			}
			var before *gardencorev1beta1.Shoot
			after := shoot()
			if row.before != nil {
				before = shoot(row.before)
				after = before.DeepCopy()
			}
			row.change(after)
			expect(t, validation.ShootInProject(after, before, project, []gardencorev1beta1.Toleration{{Key: "everybody"}}), row.want)
		})
	}
}

func TestShootBindings(t *testing.T) {
	secretBinding := func(provider string) *gardencorev1beta1.SecretBinding {
		return &gardencorev1beta1.SecretBinding{Provider: &gardencorev1beta1.SecretBindingProvider{Type: provider}, SecretRef: corev1.SecretReference{Namespace: "garden", Name: "secret"}}
	}
	credentialsBinding := func(provider, kind, name string) *securityv1alpha1.CredentialsBinding {
		return &securityv1alpha1.CredentialsBinding{
			Provider: securityv1alpha1.CredentialsBindingProvider{Type: provider}, CredentialsRef: corev1.ObjectReference{APIVersion: "v1", Kind: kind, Namespace: "garden", Name: name},
		}
	}
	before := shoot(func(shoot *gardencorev1beta1.Shoot) {
		shoot.Spec.SecretBindingName, shoot.Spec.CredentialsBindingName = new("a"), nil
	})
	for name, row := range map[string]struct {
		before      *gardencorev1beta1.Shoot
		secret      *gardencorev1beta1.SecretBinding
		credentials *securityv1alpha1.CredentialsBinding
		last        *gardencorev1beta1.SecretBinding
		want        []string
	}{
		"§21 bindings: of the type of the Shoot":     {nil, secretBinding("aws"), credentialsBinding("aws", "Secret", "secret"), nil, nil},
		"§21 bindings: a Secret for several types":   {nil, secretBinding("gcp,aws"), nil, nil, nil},
		"§21 bindings: a Secret for another type":    {nil, secretBinding("gcp"), nil, nil, []string{"spec.provider.type: Invalid"}},
		"§21 bindings: credentials for another type": {nil, nil, credentialsBinding("gcp", "Secret", "secret"), nil, []string{"spec.provider.type: Invalid"}},
		"§21 bindings: a move that keeps the Secret": {before, nil, credentialsBinding("aws", "Secret", "secret"), secretBinding("aws"), nil},
		"§21 bindings: a move to another Secret":     {before, nil, credentialsBinding("aws", "Secret", "other"), secretBinding("aws"), []string{"spec.credentialsBindingName: Forbidden"}},
		"§21 bindings: a move to another kind":       {before, nil, credentialsBinding("aws", "WorkloadIdentity", "secret"), secretBinding("aws"), []string{"spec.credentialsBindingName: Forbidden"}},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, validation.ShootBindings(shoot(), row.before, row.secret, row.credentials, row.last), row.want)
		})
	}
}

func TestShootDomain(t *testing.T) {
	dns := func(domain string, providers ...gardencorev1beta1.DNSProvider) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.DNS = &gardencorev1beta1.DNS{Domain: &domain, Providers: providers}
		}
	}
	generated := func(shoot *gardencorev1beta1.Shoot) { shoot.Name, shoot.GenerateName = "", "bo-" }
	for name, row := range map[string]struct {
		before, change func(*gardencorev1beta1.Shoot)
		others         []string
		want           []string
	}{
		"§13 default domain: built from names":                       {nil, dns("botany.dev.example.com"), nil, nil},
		"§13 default domain: something else":                         {nil, dns("bo.dev.example.com"), nil, []string{"spec.dns.domain: Invalid"}},
		"§13 default domain: of another project":                     {nil, dns("botany.prod.example.com"), nil, []string{"spec.dns.domain: Invalid"}},
		"§13 default domain: that nobody keeps":                      {nil, dns("bo.example.com", gardencorev1beta1.DNSProvider{Type: new("unmanaged")}), nil, nil},
		"§13 default domain: of a generated name":                    {nil, all(generated, dns("bo-x.dev.example.com")), nil, nil},
		"§13 default domain: of a generated name in another project": {nil, all(generated, dns("bo-x.prod.example.com")), nil, []string{"spec.dns.domain: Invalid"}},
		"§13 default domain: with a primary provider":                {nil, dns("botany.dev.example.com", gardencorev1beta1.DNSProvider{Primary: new(true), Type: new("aws-route53")}), nil, []string{"spec.dns.providers[0].primary: Invalid"}},
		"§13 default domain: stays as it is":                         {all(scheduled, dns("bo.dev.example.com")), annotate("a", "b"), nil, nil},
		"§13 domain: another":                                        {nil, dns("botany.example.org"), nil, nil},
		"§13 domain: none":                                           {nil, same, nil, nil},
		"§13 taken: by another Shoot":                                {nil, dns("botany.example.org"), []string{"botany.example.org"}, []string{"spec.dns.domain: Duplicate"}},
		"§13 taken: a part of it":                                    {nil, dns("a.botany.example.org"), []string{"botany.example.org"}, []string{"spec.dns.domain: Forbidden"}},
		"§13 taken: more of it":                                      {nil, dns("botany.example.org"), []string{"a.botany.example.org"}, []string{"spec.dns.domain: Forbidden"}},
		"§13 taken: one that only ends alike":                        {nil, dns("botany.example.org"), []string{"tany.example.org"}, nil},
		"§13 taken: nobody looks when nothing changes":               {dns("botany.example.org"), annotate("a", "b"), []string{"botany.example.org"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var before *gardencorev1beta1.Shoot
			after := shoot()
			if row.before != nil {
				before = shoot(row.before)
				after = before.DeepCopy()
			}
			row.change(after)
			expect(t, validation.ShootDomain(after, before, "dev", []string{"example.com"}, row.others), row.want)
		})
	}
}

func TestShootDeletion(t *testing.T) {
	const confirmation, confirmedBy = "confirmation.gardener.cloud/deletion", "deletion.gardener.cloud/confirmed-by"
	confirmed := all(annotate(confirmation, "true"), annotate(confirmedBy, "jane"))
	dual := func(services *bool, labels map[string]string) *gardencorev1beta1.Project {
		return &gardencorev1beta1.Project{ObjectMeta: metav1.ObjectMeta{Name: "dev"}, Spec: gardencorev1beta1.ProjectSpec{DualApprovalForDeletion: []gardencorev1beta1.DualApprovalForDeletion{{
			Resource: "shoots", Selector: metav1.LabelSelector{MatchLabels: labels}, IncludeServiceAccounts: services,
		}}}}
	}
	robot := "system:serviceaccount:garden-dev:robot"
	byRobot := all(annotate(confirmation, "true"), annotate(confirmedBy, robot))
	operation := func(kind gardencorev1beta1.LastOperationType) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			shoot.Status.LastOperation = &gardencorev1beta1.LastOperation{Type: kind, State: "Processing"}
		}
	}
	unconfirmed, again := "metadata.annotations["+confirmation+"]: Forbidden", "metadata.annotations["+confirmedBy+"]: Forbidden"
	for name, row := range map[string]struct {
		change  func(*gardencorev1beta1.Shoot)
		project *gardencorev1beta1.Project
		user    string
		want    []string
	}{
		"§28 confirmation: none":              {same, nil, "jane", []string{unconfirmed}},
		"§28 confirmation: false":             {annotate(confirmation, "false"), nil, "jane", []string{unconfirmed}},
		"§28 confirmation: no truth value":    {annotate(confirmation, "yes"), nil, "jane", []string{unconfirmed}},
		"§28 confirmation: true":              {confirmed, nil, "jane", nil},
		"§21 dual approval: the same person":  {confirmed, dual(nil, nil), "jane", []string{again}},
		"§21 dual approval: another person":   {confirmed, dual(nil, nil), "joe", nil},
		"§21 dual approval: only for others":  {confirmed, dual(nil, map[string]string{"important": "true"}), "jane", nil},
		"§21 dual approval: the same account": {byRobot, dual(new(true), nil), robot, []string{again}},
		"§21 dual approval: accounts alone":   {byRobot, dual(new(false), nil), robot, nil},
		"§27 moving: while it leaves":         {all(confirmed, operation("Migrate")), nil, "jane", []string{"status.lastOperation: Forbidden"}},
		"§27 moving: while it arrives":        {all(confirmed, operation("Restore")), nil, "jane", []string{"status.lastOperation: Forbidden"}},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, validation.ShootDeletion(shoot(row.change), row.project, row.user), row.want)
		})
	}
}
