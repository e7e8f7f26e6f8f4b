#!/bin/bash
# Second half of the VM's start, in the machine's own root: what a system's start would do, then the runner. /fbout/env
# says which programs. The VM ends with the runner.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
exec </dev/null >/fbout/console.log 2>&1
set -a
. /fbout/env
set +a
mount -t tmpfs run /run
mkdir -p /dev/pts /dev/shm /run/netns
mount -t devpts pts /dev/pts
mount -t bpf bpf /sys/fs/bpf
mount -t cgroup2 cgroup /sys/fs/cgroup
# The kernel loads what tc and ip ask for by itself, from the place where it looks for modules.
mkdir -p "/lib/modules/$(uname -r)"
mount --bind "$MODULES" "/lib/modules/$(uname -r)"
modprobe -a tun veth bridge
ip link set lo up
sysctl -qw kernel.panic=1 kernel.printk="4 4 1 7"
uname -a
"$NODE" --enable-source-maps "$RUNNER"
echo "the runner ended with $?"
sync
echo o >/proc/sysrq-trigger
sleep 5
