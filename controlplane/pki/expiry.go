// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package pki

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"k8s.io/client-go/util/cert"
)

// Expiry says when a certificate ends.
type Expiry struct {
	Name     string
	NotAfter time.Time
	// RenewAt is when a reconciler should look again. Zero for authorities, which only rotation replaces.
	RenewAt time.Time
}

// Expiries returns when leaf certificates end, the earliest first. Keys are names, values PEM certificates.
func Expiries(certificates map[string][]byte) ([]Expiry, error) {
	expiries := make([]Expiry, 0, len(certificates))
	for name, crtPEM := range certificates {
		expiry, err := expiryOf(name, crtPEM, leafRenewal)
		if err != nil {
			return nil, err
		}
		expiries = append(expiries, expiry)
	}
	sortExpiries(expiries)
	return expiries, nil
}

// Expiries returns when the signing certificates of the authorities end, the earliest first.
func (r *Roots) Expiries() []Expiry {
	var expiries []Expiry
	for _, ca := range r.authorities() {
		expiries = append(expiries, Expiry{Name: string(ca.Name), NotAfter: ca.Certificate.NotAfter})
	}
	sortExpiries(expiries)
	return expiries
}

func expiryOf(name string, crtPEM []byte, share renewal) (Expiry, error) {
	chain, err := cert.ParseCertsPEM(crtPEM)
	if err != nil {
		return Expiry{}, fmt.Errorf("read certificate %s: %w", name, err)
	}
	return Expiry{Name: name, NotAfter: chain[0].NotAfter, RenewAt: share.at(chain[0])}, nil
}

func sortExpiries(expiries []Expiry) {
	slices.SortFunc(expiries, func(a, b Expiry) int {
		return cmp.Or(a.NotAfter.Compare(b.NotAfter), cmp.Compare(a.Name, b.Name))
	})
}
