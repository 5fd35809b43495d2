// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	authenticationv1alpha1 "github.com/gardener/gardener/pkg/apis/authentication/v1alpha1"
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	authorizationv1 "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apiserver/pkg/authentication/authenticator"
	"k8s.io/apiserver/pkg/authentication/user"
	authorizationclient "k8s.io/client-go/kubernetes/typed/authorization/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/access"
)

// bodyLimit is the size of a request, in bytes.
const bodyLimit = 64 << 10

// +kubebuilder:rbac:groups=core.gardener.cloud,resources=shoots;projects,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=namespaces,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get
// +kubebuilder:rbac:groups=authorization.k8s.io,resources=subjectaccessreviews,verbs=create

// Handler answers requests to the aggregated API.
type Handler struct {
	// Users says who asks.
	Users authenticator.Request
	// Reviews creates SubjectAccessReviews.
	Reviews authorizationclient.SubjectAccessReviewInterface
	// Reader reads Shoots and Projects from the manager's cache.
	Reader client.Reader
	// Live reads Secrets, which are not cached.
	Live client.Reader
	// Maximum is the longest time that a kubeconfig is valid for.
	Maximum time.Duration
	// Now is the clock.
	Now func() time.Time
}

// decoder reads requests in JSON, YAML and Kubernetes' protobuf.
var decoder = func() runtime.Decoder {
	scheme := runtime.NewScheme()
	if err := authenticationv1alpha1.AddToScheme(scheme); err != nil {
		panic(err) // The kinds of one group do not claim each other's names.
	}
	return serializer.NewCodecFactory(scheme).UniversalDeserializer()
}()

// ServeHTTP authenticates, then finds what is asked for.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	who, known, err := h.Users.AuthenticateRequest(r)
	if err != nil || !known {
		fail(w, r, apierrors.NewUnauthorized("only the kube-apiserver may forward requests, with the certificate of its front proxy"))
		return
	}
	h.routes(who.User).ServeHTTP(w, r)
}

func (h *Handler) routes(who user.Info) http.Handler {
	mux := http.NewServeMux()
	root := Root + "/" + access.GroupVersion.Version
	mux.HandleFunc("GET "+root, func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, access.Discovery()) })
	for _, role := range access.Roles() {
		mux.HandleFunc("POST "+root+"/namespaces/{namespace}/shoots/{name}/"+role.Subresource, func(w http.ResponseWriter, r *http.Request) {
			request, err := h.create(r, who, role)
			if err != nil {
				fail(w, r, err)
				return
			}
			answer(w, http.StatusCreated, request)
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fail(w, r, notServed())
	})
	return mux
}

// notServed is the answer to everything else.
func notServed() error {
	return &apierrors.StatusError{ErrStatus: metav1.Status{
		Status: metav1.StatusFailure, Code: http.StatusNotFound, Reason: metav1.StatusReasonNotFound, Message: "kubeconfigs of Shoots can only be created",
	}}
}

// create answers a request with the same object, completed.
func (h *Handler) create(r *http.Request, who user.Info, role access.Role) (runtime.Object, error) {
	ctx, key := r.Context(), client.ObjectKey{Namespace: r.PathValue("namespace"), Name: r.PathValue("name")}
	action := authorizationv1.ResourceAttributes{
		Group: access.GroupVersion.Group, Version: access.GroupVersion.Version, Resource: "shoots", Subresource: role.Subresource,
		Namespace: key.Namespace, Name: key.Name, Verb: "create",
	}
	allowed, err := h.may(ctx, who, action)
	if err != nil {
		return nil, err
	}
	if !allowed {
		return nil, forbidden(role, key.Name)
	}
	request, err := read(r, role)
	if err != nil {
		return nil, err
	}
	validity, refused := access.Expiration(*request.seconds, h.Maximum)
	if len(refused) > 0 {
		return nil, apierrors.NewInvalid(role.RequestKind().GroupKind(), "", refused)
	}
	in, err := h.issuance(ctx, key, role)
	if err != nil {
		return nil, err
	}
	if r.URL.Query().Has("dryRun") {
		return request.object, nil // It would be issued.
	}
	if in.Operator, err = h.may(ctx, who, role.Privilege()); err != nil {
		return nil, err
	}
	in.User, in.Validity, in.Now = who.GetName(), validity, h.Now()
	issued, err := access.Issue(*in)
	if err != nil {
		return nil, apierrors.NewInternalError(fmt.Errorf("issue a kubeconfig: %w", err))
	}
	ctrl.Log.WithName("access").Info("Issued a kubeconfig", "Shoot", key.String(), "kind", role.Kind, "user", who.GetName(),
		"group", issued.Group, "expires", issued.NotAfter.Format(time.RFC3339), "serial", issued.Serial)
	request.complete(issued)
	return request.object, nil
}

// may asks whether a user may do something.
func (h *Handler) may(ctx context.Context, who user.Info, action authorizationv1.ResourceAttributes) (bool, error) {
	extra := map[string]authorizationv1.ExtraValue{}
	for key, value := range who.GetExtra() {
		extra[key] = authorizationv1.ExtraValue(value)
	}
	review, err := h.Reviews.Create(ctx, &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User: who.GetName(), UID: who.GetUID(), Groups: who.GetGroups(), Extra: extra, ResourceAttributes: &action,
	}}, metav1.CreateOptions{})
	if err != nil {
		return false, apierrors.NewInternalError(fmt.Errorf("ask what %s may do: %w", who.GetName(), err))
	}
	return review.Status.Allowed, nil
}

func forbidden(role access.Role, name string) error {
	resource := access.GroupVersion.WithResource("shoots/" + role.Subresource).GroupResource()
	return apierrors.NewForbidden(resource, name, errors.New("the roles of the user in the project do not allow it"))
}

// request is one of Gardener's two kinds.
type request struct {
	object   runtime.Object
	seconds  **int64
	complete func(*access.Kubeconfig)
}

func read(r *http.Request, role access.Role) (*request, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, bodyLimit))
	if err != nil {
		return nil, apierrors.NewRequestEntityTooLargeError(fmt.Sprintf("the limit is %d bytes", bodyLimit))
	}
	kind := role.RequestKind()
	object, got, err := decoder.Decode(body, &kind, nil)
	if err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("send a %s of %s: %v", role.Kind, kind.GroupVersion(), err))
	}
	if *got != kind {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("send a %s of %s, not a %s", role.Kind, kind.GroupVersion(), got.Kind))
	}
	object.GetObjectKind().SetGroupVersionKind(kind)
	switch o := object.(type) {
	case *authenticationv1alpha1.AdminKubeconfigRequest:
		o.Status = authenticationv1alpha1.AdminKubeconfigRequestStatus{}
		return &request{object: o, seconds: &o.Spec.ExpirationSeconds, complete: func(k *access.Kubeconfig) {
			o.Status.Kubeconfig, o.Status.ExpirationTimestamp = k.Content, metav1.Time{Time: k.NotAfter}
		}}, nil
	case *authenticationv1alpha1.ViewerKubeconfigRequest:
		o.Status = authenticationv1alpha1.ViewerKubeconfigRequestStatus{}
		return &request{object: o, seconds: &o.Spec.ExpirationSeconds, complete: func(k *access.Kubeconfig) {
			o.Status.Kubeconfig, o.Status.ExpirationTimestamp = k.Content, metav1.Time{Time: k.NotAfter}
		}}, nil
	}
	return nil, apierrors.NewBadRequest("send a " + role.Kind)
}

// answer writes an object. Nobody keeps it on the way.
func answer(w http.ResponseWriter, code int, object any) {
	w.Header().Set("Content-Type", runtime.ContentTypeJSON)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(object) //nolint:errchkjson // Who asked has gone if it cannot be written.
}

// fail writes an error as Kubernetes does. What is not for users is logged.
func fail(w http.ResponseWriter, r *http.Request, err error) {
	known := apierrors.APIStatus(nil)
	if !errors.As(err, &known) {
		known = apierrors.NewInternalError(err)
	}
	status := known.Status()
	status.Kind, status.APIVersion = "Status", "v1"
	if status.Code >= http.StatusInternalServerError {
		ctrl.Log.WithName("access").Error(err, "No kubeconfig was issued", "path", r.URL.Path)
	}
	answer(w, int(status.Code), status)
}

// shootResource is what is not found.
var shootResource = gardencorev1beta1.Resource("shoots")
