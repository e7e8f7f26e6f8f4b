#!/bin/busybox sh
# First process of the VM: mounts the machine's own root (read only, changes go to memory) and goes on there.
/bin/busybox --install -s /bin 2>/dev/null
export PATH=/bin
mount -t proc p /proc
mount -t sysfs s /sys
mount -t devtmpfs d /dev
for module in $(cat /modules/order); do insmod "/modules/$module" || echo "insmod $module failed"; done
options=trans=virtio,version=9p2000.L,msize=512000
mount -t 9p -o "$options,ro,cache=loose" host /low || exec sh
mount -t tmpfs t /rw
mkdir -p /rw/upper /rw/work
mount -t overlay -o lowerdir=/low,upperdir=/rw/upper,workdir=/rw/work o /root || exec sh
mkdir -p /root/fbout
mount -t 9p -o "$options" out /root/fbout
for each in proc sys dev; do mount --move "/$each" "/root/$each"; done
# Not chroot: to a process in another mount namespace, as ip netns exec makes one, /dev would then be /root/dev.
exec switch_root /root /bin/bash /fbout/run.sh
