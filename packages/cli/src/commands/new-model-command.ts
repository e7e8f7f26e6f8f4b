import { relative, resolve } from 'node:path';
import type { CliIo } from '../cli-io.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { unscopedName } from '../new-model/package-name.js';
import { writeModelPackage } from '../new-model/write-model-package.js';
import { ownVersion } from '../own-version.js';
import { printable } from '../printable.js';

/** `nic-herald new-model`: writes a small plugin package that can be tested and loaded at once. */
export const newModelCommand = async (
  name: string,
  options: { readonly dir?: string; readonly type?: string; readonly json: boolean },
  io: CliIo,
): Promise<ExitCode> => {
  const unscoped = unscopedName(name);
  const folder = resolve(options.dir ?? unscoped);
  const type = options.type ?? unscoped;
  const files = await writeModelPackage({ name, folder, type, version: ownVersion() });
  if (options.json) {
    io.write(`${JSON.stringify({ name, type, folder, files }, undefined, 2)}\n`);
    return EXIT.ok;
  }
  const place = relative('.', folder) || '.';
  const lines = [
    `${name}: a NIC model for cards of type ${type}, to be filled in: it reads a made-up card, and none of type ${type} yet`,
    ...files.map((file) => `  ${place}/${file}`),
    '',
    'Next:',
    `  cd ${place} && npm install && npm test`,
    `  fill in what says TO FILL IN, for ${type}: its registers in src/${unscoped}-card.js, and in test/ cards whose MACs you know`,
    `  name it under \`plugins:\` in herald.yaml, as ${name} where it is installed, or by its path`,
  ];
  io.write(`${lines.map(printable).join('\n')}\n`);
  return EXIT.ok;
};
