// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// refusal is what AWS says to credentials that it does not know.
const refusal = "AWS was not able to validate the provided access credentials"

// endpoint stands for AWS. It refuses all calls.
type endpoint struct {
	*httptest.Server
	mutex sync.Mutex
	calls []call
}

// call is one call of AWS.
type call struct {
	// accessKeyID signed it.
	accessKeyID, action, body string
}

var signer = regexp.MustCompile(`Credential=([^/]+)/`)

func newEndpoint() *endpoint {
	e := &endpoint{}
	e.Server = httptest.NewServer(http.HandlerFunc(e.refuse))
	return e
}

// flag tells Cluster API Provider AWS to call the endpoint.
func (e *endpoint) flag() string {
	return fmt.Sprintf("eu-central-1:ec2=%[1]s;us-east-1:ec2=%[1]s", e.URL)
}

func (e *endpoint) refuse(writer http.ResponseWriter, request *http.Request) {
	if err := request.ParseForm(); err != nil {
		http.Error(writer, err.Error(), http.StatusBadRequest)
		return
	}
	seen := call{action: request.Form.Get("Action"), body: request.Form.Encode()}
	if found := signer.FindStringSubmatch(request.Header.Get("Authorization")); found != nil {
		seen.accessKeyID = found[1]
	}
	e.mutex.Lock()
	e.calls = append(e.calls, seen)
	e.mutex.Unlock()
	writer.WriteHeader(http.StatusUnauthorized)
	fmt.Fprintf(writer, "<Response><Errors><Error><Code>AuthFailure</Code><Message>%s</Message></Error></Errors><RequestID>test</RequestID></Response>", refusal)
}

// by are the calls that were signed with an access key.
func (e *endpoint) by(accessKeyID string) []call {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return slices.DeleteFunc(slices.Clone(e.calls), func(c call) bool { return !strings.EqualFold(c.accessKeyID, accessKeyID) })
}
