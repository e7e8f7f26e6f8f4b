#!/bin/sh
# Makes the mount and UTS namespace that it runs in a libvirt host of its own, and stays for others to enter.
#   enter-host.sh NAME FILES CACHE LOG IMAGES [ROOT]
# FILES holds etc, lib, run and hosts of the daemon, CACHE what it knows of QEMU, LOG takes its logs, IMAGES has what guests boot.
# With ROOT, another Debian's root, the daemon is started there; /run and the libvirt directories are then the same in both.
set -eu
name=$1 files=$2 cache=$3 log=$4 images=$5 root=${6:-}
hostname "$name"
# Nothing that is started here, the agent included, meets a socket of this machine.
mount -t tmpfs tmpfs /run
mkdir -p /run/libvirt /run/nic-herald /run/openvswitch
mount --bind "$files/run" /run/libvirt
mount --bind "$files/ovs" /run/openvswitch
if [ -n "$root" ]; then
  # A mount of its own, for a daemon to make its root.
  mount --bind "$root" "$root"
  for each in dev proc sys tmp run boot; do
    mkdir -p "$root/$each"
    mount --rbind "/$each" "$root/$each"
  done
  mkdir -p "$root$images"
  mount --bind "$images" "$root$images"
fi
for base in '' ${root:+"$root"}; do
  while read -r from to; do
    mkdir -p "$base$to"
    mount --bind "$from" "$base$to"
  done <<EOF
$files/etc /etc/libvirt
$files/lib /var/lib/libvirt
$cache /var/cache/libvirt
$log /var/log/libvirt
EOF
  mount --bind "$files/hosts" "$base/etc/hosts"
  # The user and group that libvirtd is built to look for, which Debian's libvirt-daemon-system makes and nothing here needs.
  for list in passwd group; do
    grep -v '^libvirt-qemu:' "$base/etc/$list" >"$files/$list${base:+-root}"
  done
  echo 'libvirt-qemu:x:64055:64055::/nonexistent:/usr/sbin/nologin' >>"$files/passwd${base:+-root}"
  echo 'libvirt-qemu:x:64055:' >>"$files/group${base:+-root}"
  for list in passwd group; do mount --bind "$files/$list${base:+-root}" "$base/etc/$list"; done
done
echo ready
exec sleep infinity
