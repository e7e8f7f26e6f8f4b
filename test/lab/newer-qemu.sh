#!/bin/bash
# Puts another Debian's QEMU beside this machine's, whose packages stay as they are: qemu-system-x86 and all it needs, its own C
# library too, out of the mirror that this machine's apt uses, unpacked under DIR. No chroot.
#   newer-qemu.sh SUITE DIR     then DIR/qemu-system-x86_64 runs it; to undo: rm -rf DIR
# A DIR that is whole is left as it is. MIRROR names another mirror. Needs apt, dpkg-deb and Debian's archive keyring.
set -euo pipefail
suite=$1 dir=$(realpath -m "$2")
[ ! -e "$dir/.whole" ] || exit 0

find_mirror() {
  for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
    [ ! -f "$list" ] || sed -nE 's,^(URIs:|deb)[[:space:]].*(https?://[^[:space:]]+/debian)/?([[:space:]].*)?$,\2,p' "$list"
  done | head -n 1
}
mirror=${MIRROR:-$(find_mirror)}
[ -n "$mirror" ] || { echo 'no Debian mirror is named under /etc/apt: set MIRROR' >&2; exit 1; }

# An apt of its own, which knows of no installed package and so fetches everything down to the C library.
apt=$dir/apt
rm -rf "$dir"
mkdir -p "$apt"/{state/lists/partial,cache/archives/partial,etc/apt.conf.d,etc/preferences.d,etc/trusted.gpg.d} "$dir/root"
: >"$apt/status"
cp /etc/apt/apt.conf.d/*proxy* "$apt/etc/apt.conf.d/" 2>/dev/null || true
# A backport is built against its stable suite.
for each in "${suite%-backports}" "$suite"; do
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $each main"
done | sort -u >"$apt/etc/sources.list"
options=(
  -o "Dir::Etc=$apt/etc" -o Dir::Etc::sourceparts=- -o "Dir::State=$apt/state" -o "Dir::State::status=$apt/status"
  -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root -o APT::Install-Recommends=false -o Acquire::Languages=none
)
apt-get "${options[@]}" update -qq
apt-get "${options[@]}" install -y -qq --download-only -t "$suite" qemu-system-x86 >/dev/null
for package in "$apt"/cache/archives/*.deb; do
  dpkg-deb --fsys-tarfile "$package" |
    tar -x -C "$dir/root" --keep-directory-symlink --exclude=./usr/share/{doc,locale,man}
done
rm -rf "$apt"

# Its own loader finds its own libraries; the name is what QEMU is known by among the processes.
cat >"$dir/qemu-system-x86_64" <<'WRAPPER'
#!/bin/bash
root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/root
libraries=$root/usr/lib/x86_64-linux-gnu
for loader in "$root"/usr/lib64/ld-linux-x86-64.so.2 "$root"/lib64/ld-linux-x86-64.so.2; do [ ! -e "$loader" ] || break; done
export QEMU_MODULE_DIR=$libraries/qemu
exec -a qemu-system-x86_64 "$loader" --library-path "$libraries:$root/lib/x86_64-linux-gnu:$libraries/pulseaudio" \
  --argv0 qemu-system-x86_64 "$root/usr/bin/qemu-system-x86_64" \
  -L "$root/usr/share/qemu" -L "$root/usr/share/seabios" -L "$root/usr/lib/ipxe/qemu" "$@"
WRAPPER
chmod +x "$dir/qemu-system-x86_64"
"$dir/qemu-system-x86_64" --version >/dev/null
touch "$dir/.whole"
