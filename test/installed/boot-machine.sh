#!/bin/sh
# Boots systemd as the first process of the PID namespace that this is the first process of, on a Debian's root with a layer of
# its own in memory: nothing here changes ROOT.
#   boot-machine.sh NAME ROOT PLACE CGROUP NETWORK [FROM TO ...]
# PLACE is an empty directory, CGROUP one of a cgroup2 file system, NETWORK the file of a network
# namespace. Each FROM of this machine is mounted at TO there.
set -eu
umask 022
name=$1 root=$2 place=$3 cgroup=$4 network=$5
shift 5
hostname "$name"
echo $$ > "$cgroup/cgroup.procs"
mount -t tmpfs layer "$place"
mkdir "$place/upper" "$place/work" "$place/root"
mount -t overlay -o "lowerdir=$root,upperdir=$place/upper,workdir=$place/work" root "$place/root"
cd "$place/root"
mount -t proc proc proc
mount -t tmpfs -o mode=755 dev dev
mkdir dev/pts dev/shm
for each in null zero full random urandom tty; do
  touch "dev/$each"
  mount --bind "/dev/$each" "dev/$each"
done
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
mount -t tmpfs -o mode=755 run run
while [ $# -gt 0 ]; do
  mkdir -p "./$2"
  mount --bind "$1" "./$2"
  shift 2
done
echo "$name" > etc/hostname
exec nsenter --net="$network" unshare --cgroup sh -c '
  mount -t sysfs sysfs sys
  mount -t cgroup2 cgroup2 sys/fs/cgroup
  pivot_root . .
  umount -l .
  exec env -i container=nic-herald PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=journal
'
