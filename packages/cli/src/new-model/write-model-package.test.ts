import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeModelPackage } from './write-model-package.js';

let base: string;
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'nic-herald-new-model-'));
  await writeFile(join(base, 'file'), '');
});
afterAll(() => rm(base, { recursive: true }));

const write = (name: string, folder: string, type = 'acme') =>
  writeModelPackage({ name, type, version: '0.1.0', folder: join(base, folder) });

describe('a new model package', () => {
  it('takes no card of the type that it was made for until it is filled in', async () => {
    const files = await write('acme-nic', 'to-fill-in', 'igb');
    const code = files.filter((file) => file.endsWith('.js'));
    const texts = await Promise.all(code.map((file) => readFile(join(base, 'to-fill-in', file), 'utf8')));
    const uncommented = texts.join('\n').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    expect(uncommented).toContain("type: 'made-up-nic'");
    expect(uncommented).not.toContain('igb');
  });

  it.each([
    ['a capital letter', 'AcmeNic', 'HERALD_USAGE'],
    ['a path', '../acme', 'HERALD_USAGE'],
    ['a path behind a scope', '@acme/../nic', 'HERALD_USAGE'],
    ['a digit first', '8139', 'HERALD_USAGE'],
    ['nothing', '', 'HERALD_USAGE'],
    ['a blank', 'acme nic', 'HERALD_USAGE'],
    ['too many letters', 'a'.repeat(215), 'HERALD_USAGE'],
    ["npm's own folder", 'node_modules', 'HERALD_USAGE'],
  ])('is refused where its name is %s', async (_, name, code) => {
    await expect(write(name, 'refused')).rejects.toMatchObject({ code });
  });

  it.each([
    ['a quote in the type', 'refused', "a'b", 'HERALD_USAGE'],
    ['a folder that holds something', '', 'acme', 'HERALD_FOLDER_TAKEN'],
    ['a file where the folder is to be', 'file', 'acme', 'HERALD_FOLDER_TAKEN'],
  ])('is refused for %s', async (_, folder, type, code) => {
    await expect(write('acme-nic', folder, type)).rejects.toMatchObject({ code });
  });

  it.each([
    ['acme-nic', 'acme-nic', 'AcmeNic'],
    ['@acme/nic_2.x', 'nic_2.x', 'Nic2X'],
  ])('%s has its name everywhere', async (name, model, className) => {
    const files = await write(name, model, 'rtl8139');
    const expected = ['README.md', 'jsconfig.json', 'package.json', 'src/index.js', 'test/contract.test.js'];
    expect(new Set(files)).toEqual(new Set([...expected, `src/${model}-model.js`, `src/${model}-card.js`]));
    const texts = await Promise.all(files.map((file) => readFile(join(base, model, file), 'utf8')));
    const all = texts.join('\n');
    expect(all).not.toMatch(/sample/i);
    expect(all).toContain(`class ${className}Model`);
    expect(all).toContain(`name = '${model}'`);
    expect(all).toContain(`name: '${name}'`);
    expect(all).toContain("TO FILL IN: 'rtl8139'");
    expect(JSON.parse(texts[files.indexOf('package.json')] ?? '')).toMatchObject({
      name,
      peerDependencies: { '@nic-herald/core': '^0.1.0' },
    });
  });
});
