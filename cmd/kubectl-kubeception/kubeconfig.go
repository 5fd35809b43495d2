// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	authenticationv1alpha1 "github.com/gardener/gardener/pkg/apis/authentication/v1alpha1"
	"github.com/spf13/cobra"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/access"
)

// kubeconfigOptions are what a user says.
type kubeconfigOptions struct {
	kubeconfig, context, namespace string
	viewer                         bool
	expiration                     time.Duration
	output                         string
}

func kubeconfigCommand() *cobra.Command {
	o := &kubeconfigOptions{}
	command := &cobra.Command{
		Use: "kubeconfig SHOOT", Short: "Print a kubeconfig for a Shoot that is valid for a short time", Args: cobra.ExactArgs(1),
		Long: "Print a kubeconfig for a Shoot that is valid for a short time. Nothing is stored in the management cluster. " +
			"Who may get one is said by the roles of the project: administrators any, viewers those for viewers.",
		Example: "  kubectl kubeception kubeconfig my-shoot -n garden-my-project -o my-shoot.kubeconfig\n" +
			"  kubectl kubeception kubeconfig my-shoot -n garden-my-project --viewer --expiration 30m",
		RunE: func(command *cobra.Command, arguments []string) error {
			return o.run(command.Context(), arguments[0], command.OutOrStdout(), command.ErrOrStderr())
		},
	}
	flags := command.Flags()
	flags.StringVar(&o.kubeconfig, "kubeconfig", "", "Kubeconfig of the management cluster. If empty, what kubectl uses, or the service account of the pod.")
	flags.StringVar(&o.context, "context", "", "Context of that kubeconfig. If empty, the current one.")
	flags.StringVarP(&o.namespace, "namespace", "n", "", "Namespace of the project. If empty, that of the context.")
	flags.BoolVar(&o.viewer, "viewer", false, "Ask for a kubeconfig that reads everything but Secrets and changes nothing.")
	flags.DurationVar(&o.expiration, "expiration", access.DefaultExpirationSeconds*time.Second, "Time that the kubeconfig is valid for. At least ten minutes; the server may cut it.")
	flags.StringVarP(&o.output, "output", "o", "", "File to write, readable for its owner alone. If empty, the kubeconfig is printed.")
	return command
}

// run asks for a kubeconfig and writes it. When it ends is told on the side.
func (o *kubeconfigOptions) run(ctx context.Context, shoot string, out, side io.Writer) error {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = o.kubeconfig
	loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{CurrentContext: o.context})
	config, err := loader.ClientConfig()
	if err != nil {
		return fmt.Errorf("find the management cluster: %w", err)
	}
	namespace := o.namespace
	if namespace == "" {
		if namespace, _, err = loader.Namespace(); err != nil {
			return fmt.Errorf("find the namespace of the project: %w", err)
		}
	}
	role := access.Admin
	if o.viewer {
		role = access.Viewer
	}
	answer, err := ask(ctx, config, namespace, shoot, role, o.expiration)
	if err != nil {
		return fmt.Errorf("get a kubeconfig for Shoot %s/%s: %w", namespace, shoot, err)
	}
	if o.output == "" {
		_, err = out.Write(answer.Kubeconfig)
	} else {
		err = writePrivate(o.output, answer.Kubeconfig)
	}
	if err != nil {
		return fmt.Errorf("write the kubeconfig: %w", err)
	}
	fmt.Fprintf(side, "The kubeconfig for Shoot %s/%s is valid until %s.\n", namespace, shoot, answer.ExpirationTimestamp.Local().Format(time.RFC1123))
	return nil
}

// ask sends the request. Both kinds have the same fields.
func ask(ctx context.Context, config *rest.Config, namespace, shoot string, role access.Role, expiration time.Duration) (*authenticationv1alpha1.AdminKubeconfigRequestStatus, error) {
	clientset, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	seconds := int64(expiration / time.Second)
	request := &authenticationv1alpha1.AdminKubeconfigRequest{}
	request.Spec.ExpirationSeconds = &seconds
	request.APIVersion, request.Kind = role.RequestKind().ToAPIVersionAndKind()
	body, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	result := clientset.CoreV1().RESTClient().Post().
		AbsPath("/apis", access.GroupVersion.Group, access.GroupVersion.Version, "namespaces", namespace, "shoots", shoot, role.Subresource).
		SetHeader("Content-Type", "application/json").Body(body).Do(ctx)
	if err := result.Error(); err != nil {
		return nil, err // Raw would not tell what the server said.
	}
	content, err := result.Raw()
	if err != nil {
		return nil, err
	}
	answer := &authenticationv1alpha1.AdminKubeconfigRequest{}
	if err := json.Unmarshal(content, answer); err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	return &answer.Status, nil
}

// writePrivate replaces a file by one that nobody else can read, also where the old one could be read.
func writePrivate(name string, content []byte) error {
	const ownerOnly = 0o600
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, ownerOnly)
	if err != nil {
		return err
	}
	err = file.Chmod(ownerOnly)
	if err == nil {
		_, err = file.Write(content)
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	return err
}
