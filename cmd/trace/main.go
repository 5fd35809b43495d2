// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Trace prints what becomes of a Shoot's manifest, stage by stage and without a cluster.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/trace"
)

// errRefused is said where the reason has been printed.
var errRefused = errors.New("the manifests are refused")

func main() {
	if err := command(time.Now()).Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "trace:", err)
		os.Exit(1)
	}
}

// options are the files that a trace reads.
type options struct {
	profile, seed, project string
	stages                 []string
}

func command(now time.Time) *cobra.Command {
	var o options
	out := &cobra.Command{
		Use:   "trace --profile cloudprofile.yaml [--seed seed.yaml] [--project project.yaml] shoot.yaml...",
		Short: "Print what becomes of a Shoot",
		Long: "Trace prints what becomes of a Shoot, stage by stage and without a cluster. Files may hold several manifests, also\n" +
			"the ConfigMaps and Secrets that the Shoot and the Seed refer to. It ends with 1 if something is refused.",
		Args:          cobra.MinimumNArgs(1),
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(c *cobra.Command, files []string) error {
			return run(c.OutOrStdout(), o, files, now)
		},
	}
	flags := out.Flags()
	flags.StringVar(&o.profile, "profile", "", "file with the CloudProfile, and the NamespacedCloudProfile if the Shoot names one")
	flags.StringVar(&o.seed, "seed", "", "file with the Seed (default: the management cluster)")
	flags.StringVar(&o.project, "project", "", "file with the Project (default: one that is named like the Shoot's namespace)")
	flags.StringSliceVar(&o.stages, "stage", nil, fmt.Sprintf("stages to print, of %v (default: all)", trace.Names()))
	return out
}

func run(out io.Writer, o options, files []string, now time.Time) error {
	var manifests trace.Manifests
	for _, file := range append([]string{o.profile, o.seed, o.project}, files...) {
		if file == "" {
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := manifests.Read(content); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	stages, err := trace.Stages(manifests, now)
	if err != nil {
		return err
	}
	accepted, err := trace.Write(out, stages, o.stages)
	if err == nil && !accepted {
		return errRefused
	}
	return err
}
