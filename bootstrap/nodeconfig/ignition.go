// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package nodeconfig

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/coreos/ignition/v2/config/v3_3"
	"github.com/coreos/ignition/v2/config/v3_3/types"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
)

func ignition(c content) ([]byte, error) {
	config := types.Config{Ignition: types.Ignition{Version: types.MaxVersion.String()}}
	files := c.files
	for _, user := range c.users {
		config.Passwd.Users = append(config.Passwd.Users, ignitionUser(user))
		if user.Sudo != "" {
			files = append(files, file{path: path.Join("/etc/sudoers.d", user.Name), content: []byte(user.Name + " " + user.Sudo + "\n"), mode: 0o440})
		}
	}
	for _, f := range files {
		config.Storage.Files = append(config.Storage.Files, ignitionFile(f))
	}
	config.Systemd.Units = []types.Unit{{Name: bootstrapUnit, Enabled: new(true), Contents: new(bootstrapService)}}

	encoded, err := json.Marshal(config)
	if err != nil {
		return nil, fmt.Errorf("write the Ignition config: %w", err)
	}
	if _, problems, err := v3_3.Parse(encoded); err != nil {
		return nil, fmt.Errorf("validate the Ignition config: %w: %s", err, strings.TrimSpace(problems.String()))
	}
	return encoded, nil
}

func ignitionFile(f file) types.File {
	out := types.File{Node: types.Node{Path: f.path, Overwrite: new(true)}}
	out.Mode = new(f.mode)
	out.Contents.Source = new("data:;base64," + base64.StdEncoding.EncodeToString(f.content))
	user, group, _ := strings.Cut(f.owner, ":")
	if user != "" {
		out.User.Name = new(user)
	}
	if group != "" {
		out.Group.Name = new(group)
	}
	return out
}

func ignitionUser(user bootstrapv1.User) types.PasswdUser {
	out := types.PasswdUser{Name: user.Name}
	for _, group := range user.Groups {
		out.Groups = append(out.Groups, types.Group(group))
	}
	for _, key := range user.SSHAuthorizedKeys {
		out.SSHAuthorizedKeys = append(out.SSHAuthorizedKeys, types.SSHAuthorizedKey(key))
	}
	for field, value := range map[**string]string{&out.Gecos: user.Gecos, &out.Shell: user.Shell, &out.PasswordHash: user.PasswordHash} {
		if value != "" {
			*field = new(value)
		}
	}
	return out
}
