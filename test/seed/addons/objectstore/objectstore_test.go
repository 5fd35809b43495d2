// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package objectstore

import (
	"strconv"
	"strings"
	"testing"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/deploy"
)

func TestThePublishedEndpointIsTheServiceThatIsRendered(t *testing.T) {
	rendered, err := render("localhost/k/objectstore:1")
	if err != nil {
		t.Fatal(err)
	}
	objects, err := deploy.Parse(rendered)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objects {
		if o.GetKind() == "Service" {
			want := "http://" + o.GetName() + "." + o.GetNamespace() + ".svc:" + strconv.Itoa(port)
			if Endpoint != want {
				t.Errorf("endpoint %s, but the Service is %s", Endpoint, want)
			}
			return
		}
	}
	t.Error("no Service")
}

func TestTheSidecarFindsTheStoreByTheSecretAlone(t *testing.T) {
	secret := BackupSecret("shoot--p--s", "backup")
	for _, key := range []string{"accessKeyID", "secretAccessKey", "region", "endpoint", "s3ForcePathStyle"} {
		value := secret.StringData[key]
		if value == "" || value != strings.TrimSpace(value) {
			t.Errorf("%s is %q; the sidecar does not trim what it reads", key, value)
		}
	}
}
