// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package writes

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const metrics = `# HELP apiserver_request_total Counter
# TYPE apiserver_request_total counter
apiserver_request_total{code="200",component="apiserver",dry_run="",group="coordination.k8s.io",resource="leases",scope="resource",subresource="",verb="PUT",version="v1"} 40
apiserver_request_total{code="409",component="apiserver",dry_run="",group="coordination.k8s.io",resource="leases",scope="resource",subresource="",verb="PUT",version="v1"} 2
apiserver_request_total{code="200",component="apiserver",dry_run="",group="",resource="pods",scope="cluster",subresource="",verb="LIST",version="v1"} 7
apiserver_request_total{code="200",component="apiserver",dry_run="All",group="",resource="pods",scope="resource",subresource="",verb="PATCH",version="v1"} 7
apiserver_request_total{code="201",component="apiserver",dry_run="",group="authentication.k8s.io",resource="tokenreviews",scope="resource",subresource="",verb="POST",version="v1"} 7
apiserver_request_total{code="200",component="apiserver",dry_run="",group="druid.gardener.cloud",resource="etcds",scope="resource",subresource="status",verb="PATCH",version="v1alpha1"} 3
`

var (
	leases = Write{Verb: "PUT", Group: "coordination.k8s.io", Resource: "leases"}
	etcds  = Write{Verb: "PATCH", Group: "druid.gardener.cloud", Resource: "etcds", Subresource: "status"}
)

func TestMetricsTellWhatIsWritten(t *testing.T) {
	counts, err := ReadMetrics(strings.NewReader(metrics))
	if err != nil {
		t.Fatal(err)
	}
	if want := map[Write]float64{leases: 42, etcds: 3}; !maps.Equal(counts, want) {
		t.Errorf("got %v, want %v", counts, want)
	}
	if _, err := ReadMetrics(strings.NewReader("")); err == nil {
		t.Error("metrics without requests are accepted")
	}
}

func TestOnlyWhatWasAddedCounts(t *testing.T) {
	got := Since(map[Write]float64{leases: 40, etcds: 3}, map[Write]float64{leases: 42, etcds: 3})
	if want := map[Write]float64{leases: 2}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTheAuditLogTellsWhoWrote(t *testing.T) {
	lines := []string{
		`{"stage":"ResponseComplete","verb":"update","user":{"username":"system:node:seed"},"userAgent":"kubelet/v1.36.3 (linux)","objectRef":{"resource":"leases","apiGroup":"coordination.k8s.io"}}`,
		`{"stage":"ResponseStarted","verb":"create","user":{"username":"admin"},"objectRef":{"resource":"pods"}}`,
		`{"stage":"ResponseComplete","verb":"create","user":{"username":"admin"},"objectRef":{"resource":"subjectaccessreviews"}}`,
		`{"stage":"ResponseComplete","verb":"patch","user":{"username":"system:serviceaccount:etcd-druid-system:druid"},"userAgent":"etcd-druid/v0","objectRef":{"resource":"etcds","apiGroup":"druid.gardener.cloud","subresource":"status"}}`,
	}
	file := filepath.Join(t.TempDir(), "audit.log")
	text := lines[0] + "\n" + strings.Join(lines, "\n") + "\n" + `{"stage":"Resp`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	log := AuditLog{File: file}
	end, err := log.End()
	if err != nil {
		t.Fatal(err)
	}
	byKubelet := By{Who: "system:node:seed (kubelet)", Write: Write{Verb: "update", Group: "coordination.k8s.io", Resource: "leases"}}
	byDruid := By{Who: "etcd-druid-system:druid (etcd-druid)", Write: Write{Verb: "patch", Group: "druid.gardener.cloud", Resource: "etcds", Subresource: "status"}}
	for name, c := range map[string]struct {
		begin int64
		want  map[By]int
	}{
		"after an offset":                  {int64(len(lines[0]) + 1), map[By]int{byKubelet: 1, byDruid: 1}},
		"from the beginning in a log anew": {end + 1, map[By]int{byKubelet: 2, byDruid: 1}},
		"nothing when nothing was logged":  {end, map[By]int{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := log.Between(c.begin, end)
			if err != nil || !maps.Equal(got, c.want) {
				t.Errorf("got %v, %v, want %v", got, err, c.want)
			}
		})
	}
	if got := byDruid.Target(); got != "etcds.druid.gardener.cloud/status" {
		t.Errorf("the target is called %s", got)
	}
}
