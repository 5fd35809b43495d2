#!/bin/bash
# SPDX-FileCopyrightText: The Kubeception Authors
#
# SPDX-License-Identifier: Apache-2.0

# machine-entrypoint.sh is the first process of a machine that is a privileged container. It gives the machine what a
# host has to itself: control groups that start at its own, and mounts that its containers can share. Then it becomes
# systemd.

set -o errexit -o nounset -o pipefail

# A container engine need not give privileged containers a control group namespace; on cgroup v1 none does.
if [[ ${1:-} != in-namespace ]]; then
	exec unshare --cgroup -- "$0" in-namespace
fi

mount --make-rshared /

# Mounted anew, a hierarchy shows the control group of the machine as its root.
readonly cgroups=/sys/fs/cgroup
hierarchies=()
while read -r _ _ _ _ point rest; do
	if [[ ${point} == "${cgroups}"/* && ${rest} == *' - cgroup '* ]]; then
		hierarchies+=("${point##*/}")
	fi
done </proc/self/mountinfo
umount --recursive "${cgroups}"
if [[ ${#hierarchies[@]} -eq 0 ]]; then
	mount -t cgroup2 -o nosuid,nodev,noexec,nsdelegate cgroup2 "${cgroups}"
else
	mount -t tmpfs -o nosuid,nodev,noexec,mode=755 tmpfs "${cgroups}"
	for hierarchy in "${hierarchies[@]}"; do
		options=${hierarchy}
		[[ ${hierarchy} != systemd ]] || options=none,name=systemd
		mkdir "${cgroups}/${hierarchy}"
		mount -t cgroup -o "nosuid,nodev,noexec,${options}" cgroup "${cgroups}/${hierarchy}"
	done
	# systemd mounts every controller of this list, which would take those that the host does not use away from it.
	awk -v own=" ${hierarchies[*]} " 'NR == 1 { print; next } { gsub(",", " ", own) } index(own, " " $1 " ")' \
		/proc/cgroups >/run/cgroups
	mount --bind /run/cgroups /proc/cgroups
fi

exec /sbin/init
