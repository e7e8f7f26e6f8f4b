import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GuestConsole } from '../lab/guest-console.js';
import { LabFault } from '../lab/lab-fault.js';
import type { Station } from '../lab/station.js';
import { type Attachment, domainXml } from './domain-xml.js';
import type { PairHost } from './libvirt-host.js';
import type { LibvirtPair } from './libvirt-pair.js';
import { askOnce, type SilentGuest } from './silent-guest.js';

/** How many lines of set-up the guest gets at once: each takes a round trip. */
const linesAtOnce = 12;

/** Lets libvirt boot the guest on A, makes its stations, and lets every switch learn them. */
export async function bootSilentGuest(
  pair: LibvirtPair,
  guest: SilentGuest,
  attachment: Attachment = {},
): Promise<void> {
  const file = join(pair.rig.directory, `${guest.name}.xml`);
  await writeFile(file, domainXml(guest, pair.image, attachment));
  await pair.daemons.A.virsh.run('create', file);
  await withConsole(pair, 'A', guest.name, async (console) => {
    await console.ready(90_000);
    await runLines(console, guest.setUp);
    await settle(pair, console, guest.stations);
  });
}

/** Opens the guest's serial line on the host where it is now. */
export async function withConsole<T>(
  pair: LibvirtPair,
  host: PairHost,
  domain: string,
  act: (console: GuestConsole) => Promise<T>,
): Promise<T> {
  const path = join(pair.host(host).files, 'lib/console', `${domain}.sock`);
  const console = await GuestConsole.connect(path);
  try {
    return await act(console);
  } finally {
    console.close();
  }
}

export async function runLines(console: GuestConsole, lines: readonly string[]): Promise<void> {
  for (let line = 0; line < lines.length; line += linesAtOnce) {
    await console.run(lines.slice(line, line + linesAtOnce).join(' && '));
  }
}

/** Makes the guest speak once on each station until bridge and switch have them all; then it is silent. */
export async function settle(
  pair: LibvirtPair,
  console: GuestConsole,
  stations: readonly Station[],
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await console.run(askOnce(stations));
    const missing = await pair.misplaced('A', stations);
    if (missing.length === 0) return;
    if (attempt === 5) throw new LabFault(`the guest spoke ${attempt} times, yet: ${missing.join('; ')}`);
  }
}
