// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubernetes

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/Masterminds/semver/v3"
	"sigs.k8s.io/yaml"
)

//go:embed versions.yaml
var data []byte

// Release is a minor version that can be run.
type Release struct {
	// Minor is for example 1.36.
	Minor string
	// Start and End are the first release and the end of life. Zero where they are not known.
	Start, End time.Time
	// Exercised says that this project's end-to-end tests run it.
	Exercised bool

	minor minor
}

// minor is a minor version of Kubernetes 1.
type minor uint64

func (m minor) String() string { return fmt.Sprintf("1.%d", uint64(m)) }

type versions struct {
	releases []Release
	features map[Feature]minor
}

// Releases lists the minor versions that can be run, oldest first, without gaps.
func Releases() []Release { return append([]Release(nil), matrix().releases...) }

// Supported returns an error that lists what can be run if the version cannot.
func Supported(version string) error {
	v, err := parse(version)
	if err != nil {
		return err
	}
	if !canRun(v) {
		return fmt.Errorf("version %s cannot be run; the supported minor versions are %s", version, listed())
	}
	return nil
}

// CheckUpgrade returns an error if a control plane must not go from one version to another: both the version-skew
// policy of Kubernetes and the data in etcd forbid to skip a minor version and to go back. The message names the next
// possible step. Staying at a version is always possible, also at one that cannot be run any more.
func CheckUpgrade(from, to string) error {
	if from == to {
		return nil
	}
	f, err := parse(from)
	if err != nil {
		return err
	}
	t, err := parse(to)
	if err != nil {
		return err
	}
	switch {
	case t.LessThan(f):
		return fmt.Errorf("the version cannot go back from %s to %s; keep %s or choose a later one", from, to, from)
	case minorOf(t) > minorOf(f)+1:
		return fmt.Errorf("the version cannot skip minor versions from %s to %s; go to a version v%s.x first", from, to, minorOf(f)+1)
	}
	return Supported(to)
}

// Minor returns the minor version of a version, for example 1.36 of v1.36.3.
func Minor(version string) (string, error) {
	v, err := parse(version)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d.%d", v.Major(), v.Minor()), nil
}

func parse(version string) (*semver.Version, error) {
	v, err := semver.StrictNewVersion(strings.TrimPrefix(version, "v"))
	if err != nil || !strings.HasPrefix(version, "v") {
		return nil, fmt.Errorf("%q is not a Kubernetes version such as v1.36.3", version)
	}
	return v, nil
}

func canRun(v *semver.Version) bool {
	for _, release := range matrix().releases {
		if v.Major() == 1 && minorOf(v) == release.minor {
			return true
		}
	}
	return false
}

func minorOf(v *semver.Version) minor { return minor(v.Minor()) }

func listed() string {
	var minors []string
	for _, release := range matrix().releases {
		minors = append(minors, release.Minor)
	}
	return strings.Join(minors, ", ")
}

var matrix = sync.OnceValue(func() versions {
	v, err := read(data)
	if err != nil {
		panic(fmt.Sprintf("versions.yaml, which is part of this binary: %v", err))
	}
	return v
})

// file is the form of versions.yaml.
type file struct {
	Minors []struct {
		Minor     string `json:"minor"`
		Start     string `json:"start,omitempty"`
		End       string `json:"end,omitempty"`
		Exercised bool   `json:"exercised,omitempty"`
	} `json:"minors"`
	Features map[Feature]string `json:"features"`
}

func read(content []byte) (versions, error) {
	var f file
	if err := yaml.UnmarshalStrict(content, &f); err != nil {
		return versions{}, err
	}
	v := versions{features: map[Feature]minor{}}
	for _, entry := range f.Minors {
		release := Release{Minor: entry.Minor, Exercised: entry.Exercised}
		var err error
		if release.minor, err = parseMinor(entry.Minor); err != nil {
			return versions{}, err
		}
		if release.Start, err = parseDate(entry.Start); err != nil {
			return versions{}, err
		}
		if release.End, err = parseDate(entry.End); err != nil {
			return versions{}, err
		}
		v.releases = append(v.releases, release)
	}
	for feature, since := range f.Features {
		m, err := parseMinor(since)
		if err != nil {
			return versions{}, err
		}
		v.features[feature] = m
	}
	return v, nil
}

func parseMinor(text string) (minor, error) {
	var m minor
	if _, err := fmt.Sscanf(text, "1.%d", &m); err != nil || m.String() != text {
		return 0, fmt.Errorf("%q is not a minor version such as 1.36", text)
	}
	return m, nil
}

func parseDate(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.DateOnly, text)
}
