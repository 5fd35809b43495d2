// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package request

import (
	"context"
	"fmt"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Reference is an object that another one refers to.
type Reference struct {
	// Kind is the kind, Resource its name in rules of roles.
	Kind     schema.GroupVersionKind
	Resource string
	client.ObjectKey
	// Field is where the reference is, for messages.
	Field string
}

// Readable refuses a reference to an object that the user may not read himself, so that nobody uses by reference what he
// has no access to. It says nothing about whether the object exists before that is clear.
func (t Tools) Readable(ctx context.Context, user authenticationv1.UserInfo, of schema.GroupResource, name string, to Reference) error {
	may, err := t.May(ctx, user, authorizationv1.ResourceAttributes{
		Verb: "get", Group: to.Kind.Group, Version: to.Kind.Version, Resource: to.Resource, Namespace: to.Namespace, Name: to.Name,
	})
	if err != nil {
		return err
	}
	if !may {
		return Forbidden(of, name, "%s: %s may not get the %s %s, and cannot refer to it", to.Field, user.Username, to.Kind.Kind, to.ObjectKey)
	}
	metadata := &metav1.PartialObjectMetadata{}
	metadata.SetGroupVersionKind(to.Kind)
	err = t.Live.Get(ctx, to.ObjectKey, metadata)
	if apierrors.IsNotFound(err) {
		return Forbidden(of, name, "%s: the %s %s does not exist; create it first", to.Field, to.Kind.Kind, to.ObjectKey)
	}
	if err != nil {
		return fmt.Errorf("get %s %s: %w", to.Kind.Kind, to.ObjectKey, err)
	}
	return nil
}
