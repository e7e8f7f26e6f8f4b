// What the packages tell of the licences of those whose work they carry.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LICENCE, packagesIn, readManifest } from './installed-modules.mjs';
import { NODE_VERSION } from './node-runtime.mjs';

/** Packages without a text of their own, and the package of the same authors and licence that has it. */
const TEXT_IN = { '@koromix/koffi-linux-x64': 'koffi', '@nodable/entities': 'fast-xml-parser' };

/** One text with every package's name, version, licence and licence text. An error where one has none. */
export const thirdPartyNotice = (modules, node) => {
  const foreign = packagesIn(modules).filter((name) => !/^(@nic-herald\/|nic-herald$)/.test(name));
  const parts = foreign.map((name) => {
    const manifest = readManifest(join(modules, name));
    const twin = TEXT_IN[name];
    if (twin !== undefined && readManifest(join(modules, twin)).license !== manifest.license)
      throw new Error(`${name} has another licence than ${twin}`);
    const texts = licenceTexts(join(modules, twin ?? name));
    if (texts.length === 0) throw new Error(`${name} has no file with its licence (${manifest.license})`);
    return section(`${name} ${manifest.version} (${manifest.license})`, texts);
  });
  const runtime = section(`Node.js ${NODE_VERSION}`, [readFileSync(join(node, 'LICENSE'), 'utf8')]);
  return ['nic-herald carries the work of others.\n', ...parts, runtime].join('\n');
};

const licenceTexts = (folder) =>
  readdirSync(folder)
    .filter((name) => LICENCE.test(name))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'));

const section = (title, texts) =>
  `${'='.repeat(80)}\n${title}\n\n${texts.map((text) => text.trim()).join('\n\n')}\n`;
