// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Kubectl-kubeception is a plugin of kubectl for the users of Shoots. On the PATH, kubectl runs it as "kubectl kubeception".
//
//	kubectl kubeception kubeconfig my-shoot -n garden-my-project > my-shoot.kubeconfig
package main

import (
	"os"

	"github.com/spf13/cobra"
	ctrl "sigs.k8s.io/controller-runtime"
)

func main() {
	if err := command().ExecuteContext(ctrl.SetupSignalHandler()); err != nil {
		os.Exit(1) // The command has printed it.
	}
}

func command() *cobra.Command {
	root := &cobra.Command{
		Use: "kubectl kubeception", Short: "Work with Shoots",
		SilenceUsage: true, CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.AddCommand(kubeconfigCommand())
	return root
}
