// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cloudconfig

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"k8s.io/utils/ptr"
)

// sudoers is where cloud-init keeps its rules.
const sudoers = "/etc/sudoers.d/90-cloud-init-users"

// users creates users. One that exists keeps its account, and gets its keys and rules.
func (e *Executor) users(ctx context.Context, users []User) error {
	for _, user := range users {
		if user.isDefault() {
			continue // A machine image has no user of its own.
		}
		if err := e.user(ctx, user); err != nil {
			return fmt.Errorf("users (%s): %w", user.Name, err)
		}
		e.sayf("user %s", user.Name)
	}
	return nil
}

func (e *Executor) user(ctx context.Context, user User) error {
	if e.Run(ctx, "id", "-u", user.Name) != nil {
		if err := e.add(ctx, user); err != nil {
			return err
		}
	}
	if len(user.SSHAuthorizedKeys) > 0 {
		folder := filepath.Join(user.home(), ".ssh")
		if err := e.Run(ctx, "install", "-d", "-m", "0700", "-o", user.Name, e.path(folder)); err != nil {
			return err
		}
		keys := File{
			Path: filepath.Join(folder, "authorized_keys"), Content: strings.Join(user.SSHAuthorizedKeys, "\n") + "\n",
			Owner: user.Name, Permissions: ptr.To(Permissions(0o600)), Append: true,
		}
		if err := e.write(ctx, keys); err != nil {
			return err
		}
	}
	for _, rule := range user.Sudo {
		file := File{Path: sudoers, Content: user.Name + " " + rule + "\n", Permissions: ptr.To(Permissions(0o440)), Append: true}
		if err := e.write(ctx, file); err != nil {
			return err
		}
	}
	return nil
}

// add creates an account. Groups that do not exist are created before.
func (e *Executor) add(ctx context.Context, user User) error {
	groups := slices.Clone([]string(user.Groups))
	if user.PrimaryGroup != "" {
		groups = append(groups, user.PrimaryGroup)
	}
	for _, group := range groups {
		if e.Run(ctx, "getent", "group", group) != nil {
			if err := e.Run(ctx, "groupadd", group); err != nil {
				return err
			}
		}
	}
	if err := e.Run(ctx, "useradd", userAddArguments(user)...); err != nil {
		return err
	}
	if ptr.Deref(user.LockPasswd, true) {
		return e.Run(ctx, "passwd", "-l", user.Name)
	}
	return nil
}

func userAddArguments(user User) []string {
	var arguments []string
	add := func(flag, value string) {
		if value != "" {
			arguments = append(arguments, flag, value)
		}
	}
	add("--comment", user.Gecos)
	add("--home-dir", user.HomeDir)
	add("--gid", user.PrimaryGroup)
	add("--groups", strings.Join(user.Groups, ","))
	add("--shell", user.Shell)
	add("--password", user.Passwd)
	if user.UID != nil {
		add("--uid", strconv.Itoa(*user.UID))
	}
	if user.System {
		return append(arguments, "--system", "--no-create-home", user.Name)
	}
	return append(arguments, "--create-home", user.Name)
}
