// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Command seed starts and ends a real one-node Kubernetes cluster on this machine.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/names"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/aws"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/example"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/images"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGINT, unix.SIGTERM)
	defer stop()
	if err := command().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1) //nolint:gocritic // Nothing is left to stop.
	}
}

func command() *cobra.Command {
	opts := seed.Options{Kind: os.Getenv("SEED") == "kind"}
	root := &cobra.Command{
		Use: "seed", Short: "A real one-node Kubernetes cluster on this machine",
		SilenceUsage: true, SilenceErrors: true,
	}
	root.PersistentFlags().StringVar(&opts.StateDir, "state-dir", "_run", "folder of the seed's files")
	root.PersistentFlags().StringVar(&opts.CacheDir, "cache-dir", "", "folder of built binaries and images (default ~/.cache/kubeception)")
	root.AddCommand(upCommand(&opts), downCommand(&opts), statusCommand(&opts), loadCommand(&opts), assetsCommand(&opts),
		machineImageCommand(&opts))
	return root
}

func upCommand(opts *seed.Options) *cobra.Command {
	var skipAddons, skipExample, withAWS bool
	cmd := &cobra.Command{
		Use: "up", Short: "Build what is missing, start the seed and install its addons", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !skipAddons {
				opts.Addons = addons.All()
			}
			if withAWS {
				opts.Addons = append(opts.Addons, aws.Addon{})
			}
			if !skipAddons && !skipExample {
				opts.Addons = append(opts.Addons, example.Addon{})
			}
			start := time.Now()
			s, err := seed.Up(cmd.Context(), *opts)
			if err != nil {
				return err
			}
			kubectl, err := s.Binaries.Binary(cmd.Context(), "kubectl")
			if err != nil {
				return err
			}
			clusterctl, err := s.Binaries.Binary(cmd.Context(), "clusterctl")
			if err != nil {
				return err
			}
			cmd.Printf("\nThe seed is up after %.0fs: node %s, logs in %s\n", time.Since(start).Seconds(), s.NodeIP, relative(s.LogDir))
			cmd.Printf("\n  export PATH=%s:%s:$PATH\n\n", filepath.Dir(kubectl), filepath.Dir(clusterctl))
			cmd.Printf("The management cluster, which is also the seed:\n\n")
			cmd.Printf("  export KUBECONFIG=%s\n  kubectl get clusters,kubeceptioncontrolplanes -A\n", s.Kubeconfig)
			if skipAddons || skipExample {
				return nil
			}
			cmd.Printf("  kubectl get shoots -n %s\n", example.Project)
			cmd.Printf("  clusterctl describe cluster %s -n %s\n", example.Cluster, example.Namespace)
			cmd.Printf("  kubectl get pods -n %s\n", example.Cluster)
			cmd.Printf("  kubectl get pods -n %s\n", names.Namespace(example.Cluster, "machines"))
			cmd.Printf("\nThe example, a Shoot with a hosted control plane and %d nodes:\n\n", example.Workers)
			cmd.Printf("  kubectl --kubeconfig %s get nodes,pods -A -o wide\n", relative(example.KubeconfigPath(s.StateDir)))
			return nil
		},
	}
	cmd.Flags().BoolVar(&opts.Kind, "kind", opts.Kind, "use kind, which needs Docker; the default when $SEED is \"kind\"")
	cmd.Flags().BoolVar(&skipExample, "skip-example", false, "create no example cluster")
	cmd.Flags().BoolVar(&withAWS, "with-aws", false, "also install Cluster API Provider AWS")
	cmd.Flags().BoolVar(&skipAddons, "skip-addons", false, "start the bare cluster")
	return cmd
}

func downCommand(opts *seed.Options) *cobra.Command {
	return &cobra.Command{
		Use: "down", Short: "End the seed and remove everything it made, apart from its logs", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return seed.Down(cmd.Context(), *opts) },
	}
}

func statusCommand(opts *seed.Options) *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Show the processes of the seed", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := seed.Open(opts.StateDir)
			if err != nil {
				return err
			}
			list, err := s.Services()
			if err != nil {
				return err
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 3, ' ', 0)
			_, _ = fmt.Fprintln(table, "PROCESS\tSTATE\tSINCE\tRESTARTS\tLAST EXIT")
			for _, status := range list {
				state := "running"
				if status.PID == 0 {
					state = "ended"
				}
				_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\n", status.Name, state, status.Started.Format(time.TimeOnly), status.Restarts, status.LastExit)
			}
			return table.Flush()
		},
	}
}

func loadCommand(opts *seed.Options) *cobra.Command {
	var entrypoint []string
	cmd := &cobra.Command{
		Use: "load NAME:TAG PATH=FILE…", Short: "Make an image from files and load it into the seed",
		Long: "Makes the image " + images.Repository + "/NAME:TAG from the given files and loads it into the seed.",
		Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := seed.Open(opts.StateDir)
			if err != nil {
				return err
			}
			spec, err := images.ParseSpec(args[0], args[1:])
			if err != nil {
				return err
			}
			spec.Entrypoint = entrypoint
			image, err := s.Images.Build(cmd.Context(), spec)
			if err != nil {
				return err
			}
			if err := s.LoadImage(cmd.Context(), image); err != nil {
				return err
			}
			cmd.Println(image.Ref)
			return nil
		},
	}
	cmd.Flags().StringArrayVar(&entrypoint, "entrypoint", nil, "command of the image; repeat for its arguments")
	return cmd
}

func relative(path string) string {
	if dir, err := os.Getwd(); err == nil {
		if short, err := filepath.Rel(dir, path); err == nil && len(short) < len(path) {
			return short
		}
	}
	return path
}
