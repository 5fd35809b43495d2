// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptionconfig

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	bootstrapapi "k8s.io/cluster-bootstrap/token/api"
	bootstraputil "k8s.io/cluster-bootstrap/token/util"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// bootstrappers is the group of whoever shows one of our tokens, besides system:bootstrappers. The control-plane
// provider lets it ask for client certificates of nodes.
const bootstrappers = "system:bootstrappers:kubeception"

// tokenState is what is known about the token of a configuration.
type tokenState struct {
	// issued says that the workload cluster has the token, and expires until when it accepts it.
	issued  bool
	expires time.Time
	// shared says that more machines than one join by it: those of a MachinePool.
	shared bool
	// joined says that every machine that exists, or is wanted, has joined.
	joined bool
	// withdrawn says that no machine is to join any more.
	withdrawn bool
}

// tokenAction is what happens to a token.
type tokenAction string

const (
	// keep leaves the token as it is.
	keep tokenAction = "keep"
	// issue makes the workload cluster accept the token from now on, or for longer.
	issue tokenAction = "issue"
	// rotate replaces the token by another one in new bootstrap data, and lets the old one expire.
	rotate tokenAction = "rotate"
	// revoke makes the workload cluster forget the token.
	revoke tokenAction = "revoke"
)

// decide returns what happens to a token now, and after which time it must be looked at again; zero means never.
//
// A token is accepted for one lifetime. As long as it may be used it is renewed at half of it, so that a machine always
// has half a lifetime to join after its data was read, and the cluster may be out of reach for as long. Once used it
// goes, except in a MachinePool: its next machine joins by another one.
func decide(s tokenState, now time.Time, lifetime time.Duration) (tokenAction, time.Duration) {
	left := s.expires.Sub(now)
	switch {
	case s.withdrawn || s.joined && !s.shared:
		if s.issued {
			return revoke, 0
		}
		return keep, 0
	case s.issued && left > lifetime/2:
		return keep, left - lifetime/2
	case s.shared && s.joined:
		return rotate, lifetime / 2
	}
	return issue, lifetime / 2
}

// token is a bootstrap token.
type token struct{ id, secret string }

func newToken() (token, error) {
	text, err := bootstraputil.GenerateBootstrapToken()
	if err != nil {
		return token{}, fmt.Errorf("generate a bootstrap token: %w", err)
	}
	return parseToken(text)
}

func parseToken(text string) (token, error) {
	parts := bootstraputil.BootstrapTokenRegexp.FindStringSubmatch(text)
	if len(parts) != 3 {
		return token{}, fmt.Errorf("the bootstrap token is not of the form %s", bootstrapapi.BootstrapTokenPattern)
	}
	return token{id: parts[1], secret: parts[2]}, nil
}

func (t token) String() string { return bootstraputil.TokenFromIDAndSecret(t.id, t.secret) }

// tokenSecret is how the workload cluster knows a token.
func tokenSecret(t token, description string, expires time.Time) *corev1.Secret {
	return &corev1.Secret{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
		ObjectMeta: metav1.ObjectMeta{Name: bootstraputil.BootstrapTokenSecretName(t.id), Namespace: metav1.NamespaceSystem},
		Type:       bootstrapapi.SecretTypeBootstrapToken,
		Data: map[string][]byte{
			bootstrapapi.BootstrapTokenIDKey:               []byte(t.id),
			bootstrapapi.BootstrapTokenSecretKey:           []byte(t.secret),
			bootstrapapi.BootstrapTokenExpirationKey:       []byte(expires.UTC().Format(time.RFC3339)),
			bootstrapapi.BootstrapTokenUsageAuthentication: []byte("true"),
			bootstrapapi.BootstrapTokenExtraGroupsKey:      []byte(bootstrappers),
			bootstrapapi.BootstrapTokenDescriptionKey:      []byte(description),
		},
	}
}

// readToken returns the Secret of a token in the workload cluster, nil if there is none, and until when it is accepted:
// the zero time if that cannot be read.
func readToken(ctx context.Context, workload client.Client, t token) (*corev1.Secret, time.Time, error) {
	secret := &corev1.Secret{}
	key := client.ObjectKey{Namespace: metav1.NamespaceSystem, Name: bootstraputil.BootstrapTokenSecretName(t.id)}
	err := workload.Get(ctx, key, secret)
	if apierrors.IsNotFound(err) {
		return nil, time.Time{}, nil
	}
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("get the bootstrap token %s: %w", t.id, err)
	}
	expires, err := time.Parse(time.RFC3339, string(secret.Data[bootstrapapi.BootstrapTokenExpirationKey]))
	if err != nil || string(secret.Data[bootstrapapi.BootstrapTokenSecretKey]) != t.secret {
		return secret, time.Time{}, nil // It is issued anew.
	}
	return secret, expires, nil
}

// issueToken makes the workload cluster accept a token for one lifetime from now on.
func (r *Reconciler) issueToken(ctx context.Context, s *scope, t token) error {
	description := fmt.Sprintf("for KubeceptionConfig %s in the management cluster", client.ObjectKeyFromObject(s.config))
	if _, _, err := apply.Apply(ctx, s.workload, tokenSecret(t, description, s.now.Add(r.TokenLifetime))); err != nil {
		return fmt.Errorf("issue the bootstrap token %s: %w", t.id, err)
	}
	return nil
}
