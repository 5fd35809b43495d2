// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package images

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/Masterminds/semver/v3"
	"sigs.k8s.io/yaml"
)

//go:embed images.yaml
var defaults []byte

// Source says where an image is for a range of Kubernetes versions.
type Source struct {
	// Name is one of the constants of this package.
	Name string `json:"name"`
	// Versions is a range of Kubernetes versions, for example ">= 1.35, < 1.37". If absent, all.
	Versions string `json:"versions,omitempty"`
	// Image is the complete reference. It excludes Repository and Tag.
	Image string `json:"image,omitempty"`
	// Repository is the image without its tag.
	Repository string `json:"repository,omitempty"`
	// Tag goes with Repository. If absent, the Kubernetes version.
	Tag string `json:"tag,omitempty"`

	versions *semver.Constraints
}

// Vector finds images. The nil Vector finds the images of this release.
type Vector struct {
	sources []Source
	// overrides is the file that came on top, for messages.
	overrides string
}

// Default returns the images of this release.
func Default() *Vector { return defaultVector() }

var defaultVector = sync.OnceValue(func() *Vector {
	sources, err := parse(defaults)
	if err != nil {
		panic(fmt.Sprintf("images.yaml, which is part of this binary: %v", err))
	}
	return &Vector{sources: sources}
})

// WithOverrides returns the images of this release with the entries of a file before them, which has the form of
// images.yaml. An empty path returns the images of this release.
func WithOverrides(path string) (*Vector, error) {
	if path == "" {
		return Default(), nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read image overrides: %w", err)
	}
	sources, err := parse(content)
	if err != nil {
		return nil, fmt.Errorf("read image overrides %s: %w", path, err)
	}
	return &Vector{sources: append(sources, Default().sources...), overrides: path}, nil
}

// Find returns the reference of an image for a Kubernetes version, for example v1.36.3.
func (v *Vector) Find(name, kubernetesVersion string) (string, error) {
	if v == nil {
		v = Default()
	}
	version, err := semver.NewVersion(kubernetesVersion)
	if err != nil {
		return "", fmt.Errorf("find image %s: Kubernetes version %q is not a semantic version such as v1.36.3", name, kubernetesVersion)
	}
	for _, source := range v.sources {
		if source.Name == name && (source.versions == nil || source.versions.Check(version)) {
			return source.reference(kubernetesVersion), nil
		}
	}
	return "", v.notFound(name, kubernetesVersion)
}

func (v *Vector) notFound(name, kubernetesVersion string) error {
	where := "give the manager a file of image overrides that has one"
	if v.overrides != "" {
		where = "add one to " + v.overrides
	}
	return fmt.Errorf("there is no image %s for Kubernetes %s; %s", name, kubernetesVersion, where)
}

// reference is the complete image. Tags must not contain the plus sign of build metadata.
func (s Source) reference(kubernetesVersion string) string {
	if s.Image != "" {
		return s.Image
	}
	tag := s.Tag
	if tag == "" {
		tag = strings.ReplaceAll(kubernetesVersion, "+", "_")
	}
	return s.Repository + ":" + tag
}

func parse(content []byte) ([]Source, error) {
	var sources []Source
	if err := yaml.UnmarshalStrict(content, &sources); err != nil {
		return nil, fmt.Errorf("it is not a list of images: %w", err)
	}
	for i := range sources {
		if err := sources[i].complete(); err != nil {
			return nil, fmt.Errorf("entry %d (%s): %w", i, sources[i].Name, err)
		}
	}
	return sources, nil
}

func (s *Source) complete() error {
	if !slices.Contains(Names(), s.Name) {
		return fmt.Errorf("there is no such image; the images are %s", strings.Join(Names(), ", "))
	}
	if (s.Image == "") == (s.Repository == "") {
		return errors.New("give either image, or repository with an optional tag")
	}
	if s.Image != "" && s.Tag != "" {
		return errors.New("tag goes with repository; write it into image instead")
	}
	if s.Versions == "" {
		return nil
	}
	versions, err := semver.NewConstraint(s.Versions)
	if err != nil {
		return fmt.Errorf("versions %q is not a range such as \">= 1.35, < 1.37\": %w", s.Versions, err)
	}
	versions.IncludePrerelease = true
	s.versions = versions
	return nil
}
