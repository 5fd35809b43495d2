// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package envtest

import (
	"context"
	"errors"
	"fmt"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
)

// startTimeout bounds the start of one API server. A machine that builds
// something at the same time needs much more than the usual three seconds.
const startTimeout = 2 * time.Minute

// Server is a running API server with the CRDs of this project.
type Server struct {
	// Minor is the Kubernetes minor it runs, for example "1.36".
	Minor string
	// Config and Client talk to it as administrator. The client refuses unknown
	// fields, as kubectl does.
	Config *rest.Config
	Client client.Client

	environment *envtest.Environment
	// stopManager ends the manager of Options.Setup and returns when it has ended.
	stopManager func() error
}

// Options say what a server has besides Kubernetes' own kinds.
type Options struct {
	// CRDs are installed besides those of this project.
	CRDs []*apiextensionsv1.CustomResourceDefinition
	// Setup adds webhooks and controllers to a manager that runs beside the
	// server. The webhook configurations of this project are then installed.
	// Default: no manager.
	Setup func(mgr ctrl.Manager) error
	// Flags changes the flags of the API server before it starts. CertDir of what it is given is set once it has.
	Flags func(server *envtest.APIServer)
	// Tune changes the options of that manager, for example its scheme and cache.
	Tune func(options *ctrl.Options)
}

// Scheme returns a scheme with all kinds that tests use.
func Scheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	builder := runtime.NewSchemeBuilder(
		clientgoscheme.AddToScheme,
		apiextensionsv1.AddToScheme,
		clusterv1.AddToScheme,
		controlplanev1.AddToScheme,
		infrav1.AddToScheme,
		bootstrapv1.AddToScheme,
		gardencorev1beta1.AddToScheme,
		securityv1alpha1.AddToScheme,
	)
	if err := builder.AddToScheme(scheme); err != nil {
		panic(err) // Two packages claim one kind, which no caller can mend.
	}
	return scheme
}

// Start starts an API server of a minor with the CRDs of this project, and the
// manager that options ask for. The caller stops it.
func Start(ctx context.Context, minor string, options Options) (*Server, error) {
	found, err := findBinaries(ctx, minor)
	if err != nil {
		return nil, err
	}
	crds, err := CRDs()
	if err != nil {
		return nil, err
	}
	environment := &envtest.Environment{
		Scheme:                   Scheme(),
		CRDs:                     append(crds, options.CRDs...),
		ControlPlaneStartTimeout: startTimeout,
		ControlPlaneStopTimeout:  time.Minute,
	}
	if options.Setup != nil {
		if err := webhooks(&environment.WebhookInstallOptions); err != nil {
			return nil, err
		}
	}
	environment.ControlPlane.GetAPIServer().Path = found.apiServer
	if options.Flags != nil {
		options.Flags(environment.ControlPlane.GetAPIServer())
	}
	environment.ControlPlane.Etcd = &envtest.Etcd{Path: found.etcd}
	server := &Server{Minor: minor, environment: environment, stopManager: func() error { return nil }}
	if err := server.start(ctx, options); err != nil {
		return nil, errors.Join(fmt.Errorf("start kube-apiserver %s: %w", minor, err), server.Stop())
	}
	return server, nil
}

func (s *Server) start(ctx context.Context, options Options) error {
	config, err := s.environment.Start()
	if err != nil {
		return err
	}
	c, err := client.New(config, client.Options{Scheme: s.environment.Scheme})
	if err != nil {
		return err
	}
	s.Config, s.Client = config, client.WithFieldValidation(c, "Strict")
	if options.Setup == nil {
		return nil
	}
	return s.startManager(ctx, options)
}

// Stop stops the manager and the server and removes their files.
func (s *Server) Stop() error {
	return errors.Join(s.stopManager(), s.environment.Stop())
}
