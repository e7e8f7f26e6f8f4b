#!/bin/sh
# nic-herald on the Node.js that it was packed with, wherever the two lie.
here=$(dirname "$(readlink -f "$0")")
exec "$here/node" "$here/../node_modules/nic-herald/dist/bin.js" "$@"
