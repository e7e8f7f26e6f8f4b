import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';

const script = new URL('../../scripts/package/fixed-tree.mjs', import.meta.url).href;
const { fixTree } = (await import(script)) as {
  readonly fixTree: (folder: string, epoch: number) => void;
};
const EPOCH = 1_700_000_000;
let place: string;
afterEach(() => rmSync(place, { recursive: true }));

/** What may be run in a package is a matter of the package, not of where it was built. */
test.each(['plain', 'bin', 'usr/sbin/x', 'DEBIAN/postinst', 'node_modules'])(
  'a tree that is built below %s has the modes that it has elsewhere',
  (above) => {
    place = mkdtempSync(join(tmpdir(), 'nic-herald-tree-'));
    const root = join(place, above, 'tree');
    const modes = {
      'DEBIAN/control': 0o644,
      'DEBIAN/postinst': 0o755,
      'usr/bin/nic-herald': 0o755,
      'usr/sbin/tool': 0o755,
      'usr/lib/nic-herald/node_modules/acme/bin/acme.js': 0o644,
      'usr/share/doc/nic-herald/README.md': 0o644,
    };
    for (const [path, mode] of Object.entries(modes)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), '');
      chmodSync(join(root, path), mode === 0o644 ? 0o777 : 0o600);
    }
    fixTree(root, EPOCH);
    for (const [path, mode] of Object.entries(modes)) {
      const { mode: fixed, mtimeMs } = statSync(join(root, path));
      expect([path, (fixed & 0o777).toString(8), mtimeMs]).toEqual([path, mode.toString(8), EPOCH * 1000]);
    }
  },
);
