// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptionconfig

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
	bootstrapapi "k8s.io/cluster-bootstrap/token/api"
)

const lifetime = 15 * time.Minute

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func TestDecide(t *testing.T) {
	in := noon.Add
	cases := map[string]struct {
		state tokenState
		want  tokenAction
		after time.Duration
	}{
		"a token that the cluster does not know is issued":             {tokenState{}, issue, lifetime / 2},
		"a fresh token is kept":                                        {tokenState{issued: true, expires: in(lifetime)}, keep, lifetime / 2},
		"a token past half of its life is renewed":                     {tokenState{issued: true, expires: in(lifetime / 2)}, issue, lifetime / 2},
		"a token that has expired is issued again":                     {tokenState{issued: true, expires: in(-time.Hour)}, issue, lifetime / 2},
		"a token with an unreadable expiry is issued again":            {tokenState{issued: true}, issue, lifetime / 2},
		"a token that was used is revoked":                             {tokenState{issued: true, expires: in(lifetime), joined: true}, revoke, 0},
		"a token that was used and has gone is left alone":             {tokenState{joined: true}, keep, 0},
		"a token of a machine that is being deleted is revoked":        {tokenState{issued: true, expires: in(lifetime), withdrawn: true}, revoke, 0},
		"a token of a machine that is being deleted is not issued":     {tokenState{withdrawn: true}, keep, 0},
		"a token of a pool that is not complete is renewed":            {tokenState{issued: true, expires: in(time.Minute), shared: true}, issue, lifetime / 2},
		"a fresh token of a complete pool is kept":                     {tokenState{issued: true, expires: in(lifetime), shared: true, joined: true}, keep, lifetime / 2},
		"a token of a complete pool past half of its life is replaced": {tokenState{issued: true, expires: in(lifetime / 2), shared: true, joined: true}, rotate, lifetime / 2},
		"a lost token of a complete pool is replaced":                  {tokenState{shared: true, joined: true}, rotate, lifetime / 2},
		"a token of a pool that is being deleted is revoked":           {tokenState{issued: true, expires: in(lifetime), shared: true, joined: true, withdrawn: true}, revoke, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			action, after := decide(c.state, noon, lifetime)
			g.Expect(action).To(Equal(c.want))
			g.Expect(after).To(Equal(c.after))
		})
	}
}

// day simulates a controller that looks when decide asks it to, and whenever something happens.
type day struct {
	state  tokenState
	now    time.Time
	issued []time.Time
	// rotated are the times at which bootstrap data was made anew.
	rotated []time.Time
	revoked []time.Time
}

// run goes on until a time, during which the token must be valid whenever it is looked at.
func (d *day) run(g Gomega, until time.Time) {
	for d.now.Before(until) {
		action, after := decide(d.state, d.now, lifetime)
		switch action {
		case issue:
			d.issued = append(d.issued, d.now)
			d.state.issued, d.state.expires = true, d.now.Add(lifetime)
		case rotate:
			d.rotated = append(d.rotated, d.now)
			d.state.issued, d.state.expires = true, d.now.Add(lifetime)
		case revoke:
			d.revoked = append(d.revoked, d.now)
			d.state.issued = false
		case keep:
		}
		if after == 0 {
			d.now = until
			return
		}
		next := d.now.Add(after)
		g.Expect(d.state.expires.Sub(next)).To(BeNumerically(">=", lifetime/2), "a machine has half a lifetime to join, at any time")
		if next.After(until) {
			next = until
		}
		d.now = next
	}
}

func TestATokenOfAMachineThatTakesADayToJoin(t *testing.T) {
	g := NewWithT(t)
	d := &day{now: noon}
	d.run(g, noon.Add(24*time.Hour))
	g.Expect(d.issued).To(HaveLen(int(24*time.Hour/(lifetime/2))), "once, and then at half of each lifetime")
	g.Expect(d.rotated).To(BeEmpty(), "bootstrap data does not change")
	g.Expect(d.revoked).To(BeEmpty())

	d.state.joined = true
	d.run(g, noon.Add(25*time.Hour))
	g.Expect(d.revoked).To(Equal([]time.Time{noon.Add(24 * time.Hour)}), "at once when the machine has joined")
	g.Expect(d.issued).To(HaveLen(192), "and never again")
}

func TestATokenOfAPoolThatLivesADay(t *testing.T) {
	g := NewWithT(t)
	d := &day{now: noon, state: tokenState{shared: true}}
	d.run(g, noon.Add(time.Hour)) // Machines start.
	g.Expect(d.rotated).To(BeEmpty(), "while machines start, bootstrap data does not change")
	d.state.joined = true
	d.run(g, noon.Add(12*time.Hour))
	g.Expect(len(d.rotated)).To(BeNumerically("~", 88, 1), "a complete pool has another token after each half lifetime")
	rotations := len(d.rotated)
	d.state.joined = false // It is scaled up.
	d.run(g, noon.Add(13*time.Hour))
	g.Expect(d.rotated).To(HaveLen(rotations), "until the new machines have joined")
	d.state.joined = true
	d.run(g, noon.Add(24*time.Hour))
	g.Expect(d.revoked).To(BeEmpty())
	d.state.withdrawn = true
	d.run(g, noon.Add(25*time.Hour))
	g.Expect(d.revoked).To(HaveLen(1))
}

func TestATokenSurvivesAnOutageOfTheController(t *testing.T) {
	g := NewWithT(t)
	d := &day{now: noon}
	d.run(g, noon.Add(time.Hour))
	d.now = d.now.Add(3 * time.Hour)
	d.state.issued = false // The cluster removed what had expired.
	d.run(g, d.now.Add(time.Minute))
	g.Expect(d.state.issued).To(BeTrue(), "the same token is issued again, for machines that were started with it")
	g.Expect(d.rotated).To(BeEmpty())
}

func TestATokenAndItsSecret(t *testing.T) {
	g := NewWithT(t)
	made, err := newToken()
	g.Expect(err).NotTo(HaveOccurred())
	again, err := parseToken(made.String())
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(again).To(Equal(made))
	_, err = parseToken("damaged")
	g.Expect(err).To(MatchError(ContainSubstring("is not of the form")))

	secret := tokenSecret(token{id: "abcdef", secret: "0123456789abcdef"}, "why", noon)
	g.Expect(secret.Name).To(Equal("bootstrap-token-abcdef"))
	g.Expect(secret.Namespace).To(Equal("kube-system"))
	g.Expect(secret.Data).To(HaveKeyWithValue(bootstrapapi.BootstrapTokenExpirationKey, []byte("2026-11-21T12:00:00Z")))
	g.Expect(secret.Data).To(HaveKeyWithValue(bootstrapapi.BootstrapTokenExtraGroupsKey, []byte("system:bootstrappers:kubeception")))
	g.Expect(secret.Data).NotTo(HaveKey(bootstrapapi.BootstrapTokenUsageSigningKey), "it authenticates and does nothing else")
}
