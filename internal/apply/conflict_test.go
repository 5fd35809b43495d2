// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

func TestYielding(t *testing.T) {
	broken := errors.New("broken")
	cases := map[string]struct {
		result ctrl.Result
		err    error
		want   ctrl.Result
		fails  bool
	}{
		"a conflict is looked at again later": {
			err:  fmt.Errorf("patch Shoot a: %w", apierrors.NewConflict(schema.GroupResource{Resource: "shoots"}, "a", broken)),
			want: ctrl.Result{RequeueAfter: conflictDelay},
		},
		"another error stays one":   {err: broken, fails: true},
		"what succeeds stays as is": {result: ctrl.Result{RequeueAfter: time.Hour}, want: ctrl.Result{RequeueAfter: time.Hour}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			inner := reconcile.Func(func(context.Context, ctrl.Request) (ctrl.Result, error) { return c.result, c.err })
			result, err := Yielding(inner).Reconcile(t.Context(), ctrl.Request{})
			if c.fails {
				g.Expect(err).To(MatchError(c.err))
				return
			}
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(result).To(Equal(c.want))
		})
	}
}
