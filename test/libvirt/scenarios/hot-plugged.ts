import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { interfaceXml } from '../domain-xml.js';
import { runLines, settle, withConsole } from '../guest-on-pair.js';
import { moveCase } from '../move-case.js';
import { setUpOf, silentGuest } from '../silent-guest.js';

const later = { model: 'e1000', mac: '52:54:00:00:00:02' } as const;

/** A card that is plugged in while the agent runs is announced like those that were there when it came. */
export const hotPlugged = moveCase({
  name: 'hot-plugged',
  summary: 'a second card is plugged in at A, gets stations, and then the guest moves',
  guest: silentGuest(['virtio']),
  prepare: async ({ pair, guest }) => {
    const file = join(pair.rig.directory, 'later.xml');
    await writeFile(file, interfaceXml(later));
    await pair.daemons.A.virsh.run('attach-device', guest.name, file, '--live');
    const { lines, stations } = setUpOf(1, later.mac);
    await withConsole(pair, 'A', guest.name, async (console) => {
      await console.run('until [ -e /sys/class/net/eth1 ]; do usleep 100000; done');
      await runLines(console, lines);
      await settle(pair, console, stations);
    });
    return { ...guest, nics: [...guest.nics, later], stations: [...guest.stations, ...stations] };
  },
  moves: async (trial) => [(await trial.move('A', 'B')).measurement],
});
