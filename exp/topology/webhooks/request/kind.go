// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package request

import (
	"context"
	"fmt"
	"reflect"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// object is what webhooks are about.
type object interface {
	runtime.Object
	metav1.Object
}

// Kind is what a webhook does for one kind. A function that is absent does nothing.
type Kind[T object] struct {
	// Kind names it.
	Kind schema.GroupKind
	// Default completes an object. Before is nil if it is new.
	Default func(ctx context.Context, request Request, now, before T) error
	// Create and Update return what is wrong with an object.
	Create func(ctx context.Context, request Request, now T) (field.ErrorList, error)
	Update func(ctx context.Context, request Request, now, before T) (field.ErrorList, error)
	// Delete refuses a deletion.
	Delete func(ctx context.Context, request Request, now T) error
}

// SetupWithManager serves the webhook by the webhook server of the manager.
func (k *Kind[T]) SetupWithManager(mgr ctrl.Manager, of T) error {
	b := ctrl.NewWebhookManagedBy(mgr, of).WithValidator(k)
	if k.Default != nil {
		b = b.WithDefaulter(defaulter[T]{k})
	}
	if err := b.Complete(); err != nil {
		return fmt.Errorf("set up the webhook for %s: %w", k.Kind.Kind, err)
	}
	return nil
}

type defaulter[T object] struct{ kind *Kind[T] }

// Default completes an object.
func (d defaulter[T]) Default(ctx context.Context, now T) error {
	request, err := Of(ctx)
	if err != nil {
		return err
	}
	var before T
	if old, ok := reflect.New(reflect.TypeOf(now).Elem()).Interface().(T); ok {
		if found, err := request.Old(old); err != nil {
			return err
		} else if found {
			before = old
		}
	}
	return d.kind.Default(ctx, request, now, before)
}

// ValidateCreate refuses what is wrong with a new object.
func (k *Kind[T]) ValidateCreate(ctx context.Context, now T) (admission.Warnings, error) {
	if k.Create == nil {
		return nil, nil
	}
	request, err := Of(ctx)
	if err != nil {
		return nil, err
	}
	problems, err := k.Create(ctx, request, now)
	if err != nil {
		return nil, err
	}
	return nil, Answer(k.Kind, now.GetName(), problems)
}

// ValidateUpdate refuses what an update makes wrong.
func (k *Kind[T]) ValidateUpdate(ctx context.Context, before, now T) (admission.Warnings, error) {
	if k.Update == nil {
		return nil, nil
	}
	request, err := Of(ctx)
	if err != nil {
		return nil, err
	}
	problems, err := k.Update(ctx, request, now, before)
	if err != nil {
		return nil, err
	}
	return nil, Answer(k.Kind, now.GetName(), problems)
}

// ValidateDelete refuses a deletion.
func (k *Kind[T]) ValidateDelete(ctx context.Context, now T) (admission.Warnings, error) {
	if k.Delete == nil {
		return nil, nil
	}
	request, err := Of(ctx)
	if err != nil {
		return nil, err
	}
	return nil, k.Delete(ctx, request, now)
}
