import { type LearnedStations, stationKey, stationOf } from '@nic-herald/core';
import { addressClaim } from '@nic-herald/testkit';
import { decodeEthernet, EtherType, isDecodeError, MacAddress, VlanId } from '@nic-herald/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LearnerDriver } from './learner-driver.js';
import {
  advertisement,
  arp,
  C_TAG,
  hex,
  OVERRIDE,
  ROUTER,
  routerAdvertisement,
  routerSolicitation,
  S_TAG,
  SOLICITED,
  solicitation,
} from './learner-frames.js';
import { NetworkSandbox, privilegeMissing } from './network-sandbox.js';

const missing = privilegeMissing();
const [IP, PEER, LINK, GLOBAL] = ['192.0.2.1', '192.0.2.9', 'fe80::1', '2001:db8::1'];
const FRAMES = 1000; // fewer than the tables hold
const SEED = 7;

/** How many stations speak by turns, and how long that takes, ms: many times as long as one counts as just seen. */
const SPEAKERS = 16;
const SPEAK_MS = 1500;

/** Frames that prove something, each of one MAC. */
const PROOFS: readonly ((mac: string) => string)[] = [
  (mac) => arp({ mac, operation: 1, senderIp: IP, targetIp: PEER }),
  (mac) => arp({ mac, operation: 2, senderIp: IP, targetIp: PEER }),
  (mac) => arp({ mac, operation: 2, senderIp: IP, targetIp: IP, tags: [[C_TAG, 10]] }),
  (mac) => arp({ mac, operation: 1, senderIp: IP, targetIp: PEER, tags: [[S_TAG, 10]] }),
  (mac) => solicitation(mac, LINK, GLOBAL),
  (mac) => solicitation(mac, LINK, GLOBAL, { tags: [[C_TAG, 10]] }),
  (mac) => advertisement(mac, LINK, OVERRIDE),
  (mac) => advertisement(mac, GLOBAL, OVERRIDE | SOLICITED | ROUTER),
  (mac) => routerSolicitation(mac, LINK),
  (mac) => routerAdvertisement(mac, LINK),
];

const macOf = (index: number): string => `52:54:02:00:${hex(index >> 8, 2)}:${hex(index & 0xff, 2)}`;

/** Numbers from 0 to below `end`, the same each time for one seed (Park and Miller). */
const numbersFrom = (seed: number): ((end: number) => number) => {
  let state = seed;
  return (end) => {
    state = (state * 48_271) % 0x7fff_ffff;
    return state % end;
  };
};

/** A proof with up to two bytes behind its source changed, and now and then cut off. */
const spoiled = (mac: string, next: (end: number) => number): Uint8Array => {
  const frame = Uint8Array.from(Buffer.from(PROOFS[next(PROOFS.length)]?.(mac) ?? '', 'hex'));
  for (let changes = next(3); changes > 0; changes--) frame[12 + next(frame.length - 12)] = next(256);
  return next(5) === 0 ? frame.subarray(0, 18 + next(frame.length - 18)) : frame;
};

interface ToldAddress {
  readonly address: string;
  readonly proof: string;
  readonly router?: boolean;
}

const told = (key: string, { address, proof, router }: ToldAddress): string =>
  `${key} ${address} ${proof} ${router}`;

const addressesIn = ({ stations }: LearnedStations): readonly string[] =>
  stations
    .flatMap(({ station, addresses = [] }) => addresses.map((each) => told(stationKey(station), each)))
    .toSorted();

/** The station that a frame comes from, if it counts. */
const stationIn = (frame: Uint8Array): string | undefined => {
  const ethernet = decodeEthernet(frame);
  if (isDecodeError(ethernet) || !MacAddress.isStationAddress(ethernet.source)) return undefined;
  const [tag] = ethernet.tags;
  if (ethernet.etherType === EtherType.rarp) return undefined;
  const id = tag === undefined || tag.protocol === EtherType.serviceTag ? 0 : tag.id;
  const vlan = VlanId.parse(id);
  return id !== 0 && vlan === undefined ? undefined : stationKey(stationOf(ethernet.source, vlan));
};

/** What all frames together prove: an assertion goes before answers, and what was said last of a router counts. */
const claimedBy = (frames: readonly Uint8Array[]): readonly string[] => {
  const claims = new Map<string, readonly [key: string, ToldAddress]>();
  for (const frame of frames) {
    const claim = addressClaim(frame);
    if (claim === undefined) continue;
    const key = stationKey(claim.station);
    const before = claims.get(`${key} ${claim.address}`)?.[1];
    const router = claim.router ?? before?.router;
    const proof = before?.proof === 'asserted' ? before.proof : claim.proof;
    const together = { address: claim.address, proof, ...(router === undefined ? {} : { router }) };
    claims.set(`${key} ${claim.address}`, [key, together]);
  }
  return [...claims.values()].map(([key, each]) => told(key, each));
};

describe.skipIf(missing)(`the program in the kernel${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let host: NetworkSandbox;
  let driver: LearnerDriver;
  beforeAll(async () => {
    host = new NetworkSandbox(['tap0']);
    driver = new LearnerDriver(host);
    await driver.hold('tap0');
  });
  afterAll(() => host.remove());

  it('takes the same frames for proofs as the rules of the testkit do', async () => {
    const next = numbersFrom(SEED);
    const frames = Array.from({ length: FRAMES }, (_, index) => spoiled(macOf(index), next));
    await driver.open('tap0', 'linux-bpf', 4096);
    await driver.write(
      'tap0',
      frames.map((frame) => Buffer.from(frame).toString('hex')),
    );
    const learned = await driver.read('tap0');
    const { stations } = learned;
    await driver.close('tap0');

    expect(stations.length).toBeGreaterThan(FRAMES / 2);
    const claimed = frames.flatMap((frame) => {
      const claim = addressClaim(frame);
      return claim === undefined ? [] : [told(stationKey(claim.station), claim)];
    });
    expect(addressesIn(learned)).toEqual(claimed.toSorted());
    expect(claimed.length).toBeGreaterThan(FRAMES / 10);
    expect(claimed.length).toBeLessThan((FRAMES * 9) / 10);
  });

  it('learns the same of a few stations that go on speaking, each just seen', async () => {
    const next = numbersFrom(SEED);
    const frames = Array.from({ length: FRAMES }, (_, index) => spoiled(macOf(index % SPEAKERS), next));
    await driver.open('tap0', 'linux-bpf', 4096);
    const spoken = frames.map((frame) => Buffer.from(frame).toString('hex'));
    const { learned } = await driver.speak('tap0', spoken, SPEAK_MS);
    await driver.close('tap0');
    const stations = learned.stations.map(({ station }): string => stationKey(station));
    const wanted = new Set(frames.map(stationIn).filter((key) => key !== undefined));
    expect(new Set(stations)).toEqual(wanted);
    expect(stations.length).toBe(wanted.size);
    expect(wanted.size).toBeGreaterThan(SPEAKERS);
    expect(addressesIn(learned)).toEqual(claimedBy(frames).toSorted());
  });
});
