#!/bin/sh
# The whole userland of the lab's guest: a shell on the first serial line that answers one command at a time.
/bin/busybox mkdir -p /proc /sys /dev /tmp
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
/bin/busybox --install -s /bin
export PATH=/bin:/usr/sbin
# This shell prefers busybox's own programs, whose ip knows no macvlan.
ip() { /usr/sbin/ip "$@"; }
bridge() { /usr/sbin/bridge "$@"; }
echo 0 > /proc/sys/kernel/printk
# A quiet guest: no IPv6 (no neighbour discovery, no MLD), unless the scenario asks for it.
echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6
echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
# One host with many addresses on one segment: each answers for its own only.
echo 1 > /proc/sys/net/ipv4/conf/all/arp_ignore
echo 2 > /proc/sys/net/ipv4/conf/all/arp_announce
ip link set lo up
for word in $(cat /proc/cmdline); do
  case $word in lab.modules=*) for module in $(echo "${word#*=}" | tr , ' '); do modprobe "$module"; done ;; esac
done
exec </dev/ttyS0 >/dev/ttyS0 2>&1
stty raw -echo
echo '@@ready@@'
while IFS= read -r line; do
  (eval "$line") </dev/null
  echo "@@$?@@"
done
