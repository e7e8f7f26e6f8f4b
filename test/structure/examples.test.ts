import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesBelow, packages, read, root } from './repository.js';

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const examples = readdirSync(join(root, 'examples'))
  .map((name) => `examples/${name}`)
  .filter((path) => statSync(join(root, path)).isDirectory());
const published = new Set(
  packages().map((folder) => (JSON.parse(read(`${folder}/package.json`)) as Manifest).name),
);
const references = read('tsconfig.json');

describe.each(examples)('%s', (folder) => {
  const manifest = JSON.parse(read(`${folder}/package.json`)) as Manifest;
  const sources = filesBelow(`${folder}/src`);

  test('is a package that is never published, and says what it is', () => {
    expect(manifest.private).toBe(true);
    expect(manifest.description).toBeTruthy();
  });

  test('has a README that begins with its name', () => {
    expect([`# ${manifest.name}`, `# ${basename(folder)}`]).toContain(
      read(`${folder}/README.md`).split('\n')[0],
    );
  });

  test('has a test, and is built with all else', () => {
    expect(sources.filter((path) => path.endsWith('.test.ts'))).not.toEqual([]);
    expect(references).toContain(`"path": "${folder}"`);
  });

  test('uses of nic-herald what is published, and says so', () => {
    const named = new Set(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }));
    const imports = sources
      .filter((path) => !path.endsWith('.test.ts'))
      .flatMap((path) => [...read(path).matchAll(/from '((?:@nic-herald\/|nic-herald|\.\.\/\.\.).*?)'/g)])
      .map((match) => match[1] ?? '');
    expect(imports.filter((name) => !(published.has(name) && named.has(name)))).toEqual([]);
  });

  test('brings no copy of core where it is a plugin', () => {
    const plugin = sources.some((path) => /export const plugin\b/.test(read(path)));
    expect('@nic-herald/core' in (manifest.peerDependencies ?? {})).toBe(plugin);
    expect('@nic-herald/core' in (manifest.dependencies ?? {})).toBe(!plugin);
  });
});

test('docs name only examples that are there', () => {
  const named = filesBelow('docs').flatMap((path) => [
    ...read(path).matchAll(/(?<!deploy\/systemd\/|doc\/nic-herald\/)examples\/([\w-]+)/g),
  ]);
  const gone = named.map((match) => `examples/${match[1]}`).filter((path) => !existsSync(join(root, path)));
  expect(gone.filter((path) => !path.endsWith('herald'))).toEqual([]);
});
