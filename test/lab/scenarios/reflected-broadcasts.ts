import { setTimeout as sleep } from 'node:timers/promises';
import { GuestBuilder, speakOnce } from '../guest-recipe.js';
import type { LabCase } from '../lab-case.js';
import type { LabRig } from '../lab-rig.js';
import { bridgePorts, inNamespace } from '../namespaces.js';
import type { QemuProcess } from '../qemu-process.js';
import { stationCase } from '../station-case.js';

/** How often the guest speaks on each station while its frames come back, and how often each of them does. */
const spoken = 3;
const copies = 2;
/** Longer than a frame of the guest counts as just sent. */
const quietMs = 6500;

interface Reflection {
  readonly name: string;
  readonly summary: string;
  /** From the guest's last frame to the migration. */
  readonly quietMs: number;
}

/**
 * A loop behind the source's uplink sends the guest's broadcasts back, twice each, so that the uplink is where the source
 * heard the guest last, and often. Only the guest was ever seen to use its stations.
 */
function reflectedBroadcasts({ name, summary, quietMs: quiet }: Reflection): LabCase {
  const recipe = new GuestBuilder().card('virtio-without-vlan-filter').macvlans(2).vlans(10).build(name);
  return stationCase({
    name,
    summary,
    recipe,
    darkWithQemuAlone: 3,
    leaving: async (rig, source) => {
      await reflect(rig);
      await speakIntoTheLoop(source, recipe.stations);
      await sleep(quiet);
      const ports = await bridgePorts(rig.network.hosts.A);
      return [...new Set(recipe.stations.map(({ mac }) => mac))]
        .filter((mac) => ports.get(mac) !== 'up0')
        .map((mac) => `${mac} did not come back to the source by its uplink`);
    },
  });
}

export const reflectedBroadcastCases: readonly LabCase[] = [
  reflectedBroadcasts({
    name: 'reflected-broadcasts',
    summary: "a loop sends the guest's own broadcasts back to the source's uplink just before it migrates",
    quietMs: 0,
  }),
  reflectedBroadcasts({
    name: 'reflected-broadcasts-then-quiet',
    summary: 'the same, and then the guest is quiet for 6.5 s: no other guest has spoken since',
    quietMs,
  }),
];

/** Whatever broadcast the source sends comes back to it at once, at the far end of its uplink. */
async function reflect(rig: LabRig): Promise<void> {
  const inside = (...command: string[]): Promise<string> => inNamespace(rig.network.switch, command);
  await inside('tc', 'qdisc', 'add', 'dev', 'swA', 'clsact');
  // The first six bytes of the Ethernet header, 14 bytes in front of the packet; u32 wants its words aligned to that.
  const broadcast = ['match', 'u16', '0xffff', '0xffff', 'at', '-14'];
  broadcast.push('match', 'u32', '0xffffffff', '0xffffffff', 'at', '-12');
  const back = Array.from({ length: copies }, () => [
    'action',
    'mirred',
    'egress',
    'mirror',
    'dev',
    'swA',
    'pipe',
  ]);
  const filter = ['filter', 'add', 'dev', 'swA', 'ingress', 'pref', '1', 'protocol', 'all'];
  await inside('tc', ...filter, 'u32', ...broadcast, ...back.flat());
}

async function speakIntoTheLoop(
  guest: QemuProcess,
  stations: Parameters<typeof speakOnce>[0],
): Promise<void> {
  for (let time = 0; time < spoken; time++) await guest.console.run(speakOnce(stations));
}
