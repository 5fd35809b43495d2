// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package nodeconfig

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"sigs.k8s.io/yaml"
)

// cloudConfigDocument is the part of cloud-init's language that is spoken here.
type cloudConfigDocument struct {
	WriteFiles []cloudConfigFile `json:"write_files"`
	// Users are objects, and the word default for the user of the machine image.
	Users  []any      `json:"users,omitempty"`
	RunCmd [][]string `json:"runcmd"`
}

type cloudConfigFile struct {
	Path        string `json:"path"`
	Encoding    string `json:"encoding,omitempty"`
	Content     string `json:"content"`
	Permissions string `json:"permissions"`
	Owner       string `json:"owner,omitempty"`
	// Defer writes the file after users exist.
	Defer bool `json:"defer,omitempty"`
}

type cloudConfigUser struct {
	Name              string   `json:"name"`
	Gecos             string   `json:"gecos,omitempty"`
	Groups            string   `json:"groups,omitempty"`
	Shell             string   `json:"shell,omitempty"`
	Sudo              string   `json:"sudo,omitempty"`
	Passwd            string   `json:"passwd,omitempty"`
	LockPasswd        bool     `json:"lock_passwd"`
	SSHAuthorizedKeys []string `json:"ssh_authorized_keys,omitempty"`
}

func cloudConfig(c content) ([]byte, error) {
	document := cloudConfigDocument{RunCmd: [][]string{{"/bin/sh", scriptPath}}}
	for _, f := range c.files {
		document.WriteFiles = append(document.WriteFiles, cloudConfigFileOf(f))
	}
	if len(c.users) > 0 {
		document.Users = append(document.Users, "default")
	}
	for _, user := range c.users {
		document.Users = append(document.Users, cloudConfigUser{
			Name: user.Name, Gecos: user.Gecos, Groups: strings.Join(user.Groups, ","), Shell: user.Shell, Sudo: user.Sudo,
			Passwd: user.PasswordHash, LockPasswd: user.PasswordHash == "", SSHAuthorizedKeys: user.SSHAuthorizedKeys,
		})
	}
	encoded, err := yaml.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("write the cloud-config: %w", err)
	}
	return append([]byte("#cloud-config\n"), encoded...), nil
}

func cloudConfigFileOf(f file) cloudConfigFile {
	out := cloudConfigFile{
		Path: f.path, Content: string(f.content), Permissions: fmt.Sprintf("%04o", f.mode), Owner: f.owner,
		// Users are made after files.
		Defer: f.owner != "" && f.owner != "root" && !strings.HasPrefix(f.owner, "root:"),
	}
	if !isText(f.content) {
		out.Encoding, out.Content = "b64", base64.StdEncoding.EncodeToString(f.content)
	}
	return out
}

// isText reports whether YAML can say the content as it is.
func isText(content []byte) bool {
	return utf8.Valid(content) && strings.IndexFunc(string(content), func(r rune) bool {
		return r != '\n' && r != '\t' && !unicode.IsPrint(r)
	}) < 0
}
