#!/bin/sh
# Makes the root of another Debian, out of the mirror that this machine's apt uses.
#   debian-root.sh SUITE ROOT BASE [PACKAGE ...]
# BASE, packages with commas between them, comes with the base system. Each PACKAGE is installed there afterwards by apt, and no
# service starts there then or later.
# What it mounts there is gone when it ends: `rm -rf ROOT` is safe. A root that is whole is left as it is.
set -eu
suite=$1 root=$2 base=$3
[ ! -e "$root/.whole" ] || exit 0
[ -n "${OWN_MOUNTS:-}" ] || OWN_MOUNTS=1 exec unshare --mount --propagation private sh "$0" "$@"
export DEBIAN_FRONTEND=noninteractive
find_mirror() {
  for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
    [ ! -f "$list" ] || sed -nE 's,^(URIs:|deb)[[:space:]].*(https?://[^[:space:]]+/debian)/?([[:space:]].*)?$,\2,p' "$list"
  done | head -n 1
}
mirror=${MIRROR:-$(find_mirror)}
[ -n "$mirror" ] || { echo 'no Debian mirror is named under /etc/apt: set MIRROR' >&2; exit 1; }
rm -rf "$root"
mkdir -p "$root"
debootstrap --variant=minbase --include="$base" "$suite" "$root" "$mirror"
cp /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
cp /etc/resolv.conf /etc/hosts "$root/etc/"
if [ $# -gt 3 ]; then
  shift 3
  printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
  chmod +x "$root/usr/sbin/policy-rc.d"
  for each in proc sys dev; do mount --rbind "/$each" "$root/$each"; done
  chroot "$root" apt-get update -qq
  chroot "$root" apt-get install -y -qq --no-install-recommends "$@"
fi
touch "$root/.whole"
