import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesBelow, packages, read, root } from './repository.js';

interface Manifest {
  readonly name: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly publishConfig: { readonly exports: Manifest['exports'] };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const SOURCE = 'nic-herald:source';

describe.each(packages())('%s', (folder) => {
  const manifest = JSON.parse(read(`${folder}/package.json`)) as Manifest;

  test('has a README that begins with its name', () => {
    expect(read(`${folder}/README.md`).split('\n')[0]).toBe(`# ${manifest.name}`);
  });

  test('is named after its folder and carries the licence', () => {
    const expected = folder === 'packages/cli' ? 'nic-herald' : `@nic-herald/${basename(folder)}`;
    expect([manifest.name, manifest.license]).toEqual([expected, 'Apache-2.0']);
  });

  test('exports sources that are there, and publishes the same entries without them', () => {
    for (const [entry, target] of Object.entries(manifest.exports)) {
      if (typeof target === 'string') continue;
      const { [SOURCE]: source, ...published } = target;
      expect(source && existsSync(join(root, folder, source)), `${entry}: ${source}`).toBe(true);
      expect(manifest.publishConfig.exports[entry]).toEqual(published);
    }
  });

  test('takes core as a peer where it is a plugin or beside one, so that there is one copy', () => {
    const plugin = /(model|monitor|ports|sink|learner|handoff)-|\/(control|metrics|proof)$/.test(folder);
    const beside = ['qmp', 'libvirt', 'reports', 'local-http', 'testkit'].includes(basename(folder));
    expect('@nic-herald/core' in (manifest.peerDependencies ?? {})).toBe(plugin || beside);
    expect('tsyringe' in (manifest.dependencies ?? {})).toBe(folder === 'packages/core');
  });

  test('has only files one can find: no vague names, none over 400 lines', () => {
    const sources = filesBelow(`${folder}/src`).filter(
      (path) => path.endsWith('.ts') && !path.includes('/generated/'),
    );
    const vague = sources.filter((path) => /^(utils?|helpers?|common|types?|misc)\b/.test(basename(path)));
    const long = sources.filter((path) => read(path).split('\n').length > 400);
    expect({ vague, long }).toEqual({ vague: [], long: [] });
  });

  test('has an index that names what it exports', () => {
    expect(read(`${folder}/src/index.ts`)).not.toMatch(/export \*|export default/);
  });
});
