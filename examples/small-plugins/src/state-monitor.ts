import { readFile } from 'node:fs/promises';
import type { Clock, Guest, GuestIntake, GuestMonitor, HeraldPlugin, NicDescriptor } from '@nic-herald/core';
import { CLOCK, GUEST_INTAKE, GUEST_MONITOR, guestIdentity, HeraldError } from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import * as z from 'zod';

const refuse = () => Promise.reject(new HeraldError('HERALD_DEVICE_UNREADABLE', 'no card is read here'));
const guestOf = (name: string, nic: NicDescriptor): Guest => {
  const identity = guestIdentity({ name });
  const hypervisor = { name: 'script', version: '1' };
  const readers = { receiveFilter: refuse, regions: refuse, readWords: refuse, property: refuse };
  const inspect = () => ({ nic, hypervisor, ...readers });
  return { instance: crypto.randomUUID(), identity, hypervisor, nics: async () => [nic], inspect };
};

/** A script keeps one guest's state in a file: `running web-1 52:54:00:aa:00:01 tap0`, or `paused ...`; it moves each there. */
export const stateMonitor = (clock: Clock, intake: GuestIntake, file: string): GuestMonitor => {
  let [guest, was]: [Guest?, string?] = [];
  let stop: (() => void) | undefined = () => {};
  const look = async (): Promise<void> => {
    const [is, name = '', mac = '', tap = ''] = (await readFile(file, 'utf8').catch(() => '')).split(/\s/);
    const [primaryMac, at] = [MacAddress.parse(mac), clock.now()];
    if (stop === undefined) return;
    stop = clock.setTimer(100, () => void look());
    if (primaryMac === undefined && guest !== undefined) {
      intake.gone({ guest });
      guest = undefined;
    } else if (primaryMac !== undefined && guest === undefined) {
      guest = guestOf(name, { id: 'nic0', type: 'any', primaryMac, port: { kind: 'tap', name: tap } });
      intake.appeared({ guest, phase: is === 'running' ? 'running' : 'paused' });
    } else if (guest !== undefined && is !== was) {
      if (is === 'running') intake.resumed({ guest, resumedAt: at, readAt: at });
      else intake.stopped({ guest });
    }
    was = is;
  };
  return {
    name: 'state',
    start: async ({ signal }) => {
      if (signal.aborted) throw new HeraldError('HERALD_CANCELLED', 'the start was cancelled');
      await look();
    },
    close: async () => {
      stop?.();
      stop = undefined;
    },
  };
};

const make = ({ file }: { file: string }): HeraldPlugin => ({
  name: '@example/nic-herald-state-monitor',
  contract: 2,
  install: (registrar) =>
    registrar.contribute(GUEST_MONITOR, {
      factory: ({ get }) => stateMonitor(get(CLOCK), get(GUEST_INTAKE), file),
    }),
});
export const plugin = Object.assign(make, { options: z.strictObject({ file: z.string().min(1) }) });
