// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cloudconfig

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"os"
	"testing"

	. "github.com/onsi/gomega"
)

func gzipped(t *testing.T, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	writer := gzip.NewWriter(&out)
	if _, err := writer.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestUserDataMayBeCompressed(t *testing.T) {
	g := NewWithT(t)
	config, err := Parse(gzipped(t, "#cloud-config\nruncmd: [date]\n"))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(config.RunCmd).To(Equal([]Command{{Line: "date"}}))
}

func TestUserDataThatIsRefused(t *testing.T) {
	cases := map[string]struct{ data, want string }{
		"Ignition":           {`{"ignition": {"version": "3.4.0"}}`, "this looks like Ignition; local machines read cloud-config"},
		"a script":           {"#!/bin/sh\ndate\n", "this is a script; local machines read cloud-config, so put it into runcmd"},
		"a template":         {"## template: jinja\n#cloud-config\n", "templates are not filled in on local machines"},
		"nothing":            {"", "must be #cloud-config"},
		"no header":          {"runcmd: []\n", `the first line is "runcmd: []" and must be #cloud-config`},
		"no YAML":            {"#cloud-config\n\t- a: [", "read user-data: "},
		"a key twice":        {"#cloud-config\nruncmd: []\nruncmd: []\n", `key "runcmd" already set`},
		"a list":             {"#cloud-config\n- date\n", "a cloud-config is a map of keys"},
		"unknown keys":       {"#cloud-config\ndisk_setup: {}\nfs_setup: []\nruncmd: []\n", "local machines do not carry out disk_setup, fs_setup; they know bootcmd, ca_certs, ntp, runcmd, users, write_files"},
		"an unknown part":    {"#cloud-config\nwrite_files: [{path: /a, source: {uri: 'https://example.com'}}]\n", `unknown field "source"`},
		"a user's part":      {"#cloud-config\nusers: [{name: a, snapuser: b}]\n", `unknown field "snapuser"`},
		"a relative path":    {"#cloud-config\nwrite_files: [{path: a}]\n", `write_files[0]: the path "a" is not absolute`},
		"another encoding":   {"#cloud-config\nwrite_files: [{path: /a, encoding: rot13}]\n", `write_files[0] (/a): there is no encoding "rot13"; there are b64, gz and gz+b64`},
		"no base64":          {"#cloud-config\nwrite_files: [{path: /a, encoding: b64, content: '?'}]\n", "write_files[0] (/a): illegal base64"},
		"odd permissions":    {"#cloud-config\nwrite_files: [{path: /a, permissions: rw}]\n", "permissions are octal digits such as '0644', not \"rw\""},
		"a user of no name":  {"#cloud-config\nusers: [{gecos: nobody}]\n", "users[0]: the name is missing"},
		"a command of a map": {"#cloud-config\nruncmd: [{a: b}]\n", "a command is a text or a list of words"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := Parse([]byte(c.data))
			NewWithT(t).Expect(err).To(MatchError(ContainSubstring(c.want)))
		})
	}
}

func TestContentIsDecoded(t *testing.T) {
	cases := map[string]File{
		"as it is":    {Content: "text"},
		"plain":       {Content: "text", Encoding: "text/plain"},
		"b64":         {Content: "dGV4\ndA==\n", Encoding: "b64"},
		"base64":      {Content: "dGV4dA==", Encoding: "base64"},
		"gz+b64":      {Content: base64.StdEncoding.EncodeToString(gzipped(t, "text")), Encoding: "gz+b64"},
		"gzip+base64": {Content: base64.StdEncoding.EncodeToString(gzipped(t, "text")), Encoding: "gzip+base64"},
		"gz":          {Content: string(gzipped(t, "text")), Encoding: "gz"},
	}
	for name, file := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			data, err := file.Data()
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(string(data)).To(Equal("text"))
		})
	}
}

func TestPermissions(t *testing.T) {
	cases := map[string]struct {
		written string
		want    os.FileMode
	}{
		"as text":             {"permissions: '0600'", 0o600},
		"as a number of YAML": {"permissions: 0755", 0o755},
		"with an o":           {"permissions: '0o640'", 0o640},
		"of a program for root": {
			"permissions: '4755'", 0o755 | os.ModeSetuid,
		},
		"when nothing is said": {"append: false", 0o644},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			config, err := Parse([]byte("#cloud-config\nwrite_files: [{path: /a, " + c.written + "}]\n"))
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(config.WriteFiles[0].Permissions.mode()).To(Equal(c.want))
		})
	}
}

func TestMetaData(t *testing.T) {
	g := NewWithT(t)
	m, err := ParseMetaData([]byte("instance-id: i\nlocal-hostname: h\nprovider-id: p\nzone: z\ncpu: '2'\nmemory: 4Gi\n"))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(m).To(Equal(MetaData{InstanceID: "i", LocalHostname: "h", ProviderID: "p", Zone: "z", CPU: "2", Memory: "4Gi"}))
	_, err = ParseMetaData([]byte("instance-id: i\nlocal-hostname: h\n"))
	g.Expect(err).To(MatchError("read meta-data: provider-id is missing"))
	_, err = ParseMetaData([]byte("hostname: h\n"))
	g.Expect(err).To(MatchError(ContainSubstring(`unknown field "hostname"`)))
}
