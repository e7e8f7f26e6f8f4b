import { release } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { stationKey } from '@nic-herald/core';
import { LabFault } from '../lab/lab-fault.js';
import { LearnerDriver } from '../privileged/learner-driver.js';
import { arp, C_TAG, ethernet, igmp } from '../privileged/learner-frames.js';
import { NetworkSandbox } from '../privileged/network-sandbox.js';
import type { KernelCase } from './kernel-case.js';

const [MAC, OTHER] = ['52:54:00:00:00:01', '52:54:00:00:00:02'];
/** So long a step may take where the processor is emulated, ms. */
const STEP_MS = 120_000;
const SPEAK_MS = 2000;
const MOST_LATE_MS = 1000;
/** Stations that there is room for. */
const ROOM = 64;

/** Linux before 5.11 lets no process without CAP_PERFMON look at a frame. */
const [major = 0, minor = 0] = release().split('.').map(Number);
const wantsPerfmon = major === 5 && minor < 11;

const WAYS: readonly {
  readonly name: string;
  readonly without: readonly string[];
  readonly how: 'tcx' | 'qdisc';
}[] = [
  { name: 'without CAP_PERFMON', without: wantsPerfmon ? [] : ['perfmon', 'sys_admin'], how: 'tcx' },
  { name: 'as root, without tcx', without: [], how: 'qdisc' },
];

const frameFrom = (mac: string, vlan?: number): string =>
  ethernet(mac, 0x88b5, '', vlan === undefined ? [] : [[C_TAG, vlan]]);

const many = Array.from({ length: 3 * ROOM }, (_, index) =>
  frameFrom(`52:54:00:00:01:${index.toString(16).padStart(2, '0')}`),
);

const within = <T>(work: Promise<T>, otherwise: string): Promise<T> =>
  Promise.race([
    work,
    sleep(STEP_MS, undefined, { ref: false }).then((): never => {
      throw new LabFault(otherwise);
    }),
  ]);

/** Learns at a tap of its own, and tells what is wrong. */
const learnsAt = async (host: NetworkSandbox, { without, how }: (typeof WAYS)[number]): Promise<string[]> => {
  const driver = new LearnerDriver(host, without);
  const faults: string[] = [];
  const wants = (what: string, found: unknown, wanted: unknown): void => {
    const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)];
    if (one !== other) faults.push(`${what}: ${one}, wanted ${other}`);
  };
  await within(driver.hold('tap0'), "the learner's process does not start");
  await within(driver.open('tap0', how, ROOM), 'nothing learns');
  const claim = arp({ mac: MAC, operation: 1, senderIp: '192.0.2.1', targetIp: '192.0.2.9' });
  const spoken = [claim, frameFrom(OTHER, 22), igmp(OTHER, 0x22)];
  const { learned, silentMs } = await within(driver.speak('tap0', spoken, SPEAK_MS), 'it says nothing');
  const told = learned.stations.map(({ station, addresses = [] }) =>
    [stationKey(station), ...addresses.map(({ address, proof }) => `${address} ${proof}`)].join(' '),
  );
  wants('learned', told.toSorted(), [`${MAC} 192.0.2.1 asserted`, OTHER, `${OTHER}/22`]);
  wants('reported', (learned.multicastReports?.[0]?.igmp ?? 0) > 1, true);
  for (const { station, ageMs } of learned.stations) {
    if (ageMs > silentMs + MOST_LATE_MS) faults.push(`${stationKey(station)}: told ${ageMs} ms old`);
  }
  const flood = many.flatMap((frame) => [frame, frameFrom(MAC)]);
  await within(driver.write('tap0', flood), 'the flood does not end');
  await driver.read('tap0'); // half of them go
  const left = (await driver.read('tap0')).stations.map(({ station }): string => stationKey(station));
  wants('left after a flood', left.length <= ROOM / 2 && left.includes(MAC), true);
  await driver.close('tap0');
  return faults;
};

/** What the learner's program is on this kernel: its verifier takes it, and it learns what it should. */
export const learnerCase: KernelCase = {
  name: 'kernel-learner',
  summary:
    'stations, addresses and reports are learned: verifier, no CAP_PERFMON, who goes on speaking, a flood',
  run: async () => {
    const faults: string[] = [];
    for (const way of WAYS) {
      console.log(way.name);
      const host = new NetworkSandbox(['tap0']);
      try {
        faults.push(...(await learnsAt(host, way)).map((fault) => `${way.name}: ${fault}`));
      } finally {
        host.remove();
      }
    }
    return { faults };
  },
};
