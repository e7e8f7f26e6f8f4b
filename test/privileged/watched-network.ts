import { setTimeout as sleep } from 'node:timers/promises';
import type { NetworkSighting } from '@nic-herald/core';
import { expect, vi } from 'vitest';
import { arp, ethernet, hex, type Tag } from './learner-frames.js';
import { NetworkSandbox, privilegeMissing } from './network-sandbox.js';
import { type LookRequest, NetworkWatchDriver } from './network-watch-driver.js';

export const missing = privilegeMissing();
export const GUEST = '52:54:00:00:00:01';
export const NEIGHBOUR = '52:54:00:00:00:02';
export const OTHER = '52:54:00:00:00:03';
export const IP = '192.0.2.7';
export const MANY = 4096;
const TAPS = ['tap0', 'tap1', 'tap2'];
/** Longer than a picture lasts. */
export const ANOTHER_PICTURE_MS = 600;
/** On a machine that does much else, starting a process takes many seconds. */
export const SLOW_MS = 180_000;
/** Until ports are followed, on a busy machine. */
export const LONG = { timeout: 15_000, interval: 100 };

export const asks = (mac: string, senderIp: string, ...tags: readonly Tag[]) =>
  arp({ mac, operation: 1, senderIp, targetIp: '192.0.2.254', tags });
export const answers = (mac: string, senderIp: string) =>
  arp({ mac, operation: 2, senderIp, targetIp: '192.0.2.254' });
export const from = (mac: string) => ethernet(mac, 0x88b5, '00');
export const macOf = (index: number) => `52:54:02:${hex(index, 6).match(/../g)?.join(':')}`;
export const ipOf = (index: number) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;

/** A sighting without its ages. */
export const told = ({ mac, vlan, vlanUnknown, address, proof, port }: NetworkSighting): string =>
  [port, mac, vlanUnknown ? '?' : (vlan ?? '-'), ...(address === undefined ? [] : [address, proof])].join(
    ' ',
  );

export interface Watching {
  readonly host: NetworkSandbox;
  readonly driver: NetworkWatchDriver;
}

/** A host with three taps, whose guests' ends are held, and what watches its network. */
export const watching = async (): Promise<Watching> => {
  const host = new NetworkSandbox(TAPS);
  const driver = new NetworkWatchDriver(host);
  for (const tap of TAPS) await driver.hold(tap);
  await driver.open();
  return { host, driver };
};

export const seen = async (driver: NetworkWatchDriver, request: LookRequest, port = 'tap0') => {
  const { look } = await driver.look(port, request);
  return (look?.sightings ?? []).map(told).toSorted();
};

/** What is seen in a picture that is not taken yet. */
export const seenNext = async (driver: NetworkWatchDriver, request: LookRequest, port = 'tap0') => {
  await sleep(ANOTHER_PICTURE_MS);
  return seen(driver, request, port);
};

/** Asks for addresses until the uplink is listened at, which a first question begins. */
export const listening = async ({ host, driver }: Watching, ...addresses: string[]): Promise<void> => {
  await driver.look('tap0', { addresses });
  const uplink = host.indexOf('up0');
  await vi.waitFor(async () => expect(await driver.listening()).toContain(uplink), LONG);
};
