import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MigrationReport } from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import { waitUntil } from '../../lab/wait-until.js';
import { migrate, quiet, webRuns } from '../guest-scenes.js';
import { entryFile, entryText, plainEntry, writeEntry } from '../handoff-files.js';
import { claimsOf, type HeardFrame, heardSince, missingFaults, stationsOf } from '../heard-frames.js';
import { atTap, otherGuest, type PlayedGuest, web, webGuest } from '../played-guest.js';
import type { PlayedQemu } from '../played-qemu.js';
import { arpAnswer, gratuitousArp, routerSpeech } from '../spoken-frames.js';
import type { StagedCase } from '../staged-case.js';
import { withRig } from '../staged-rig.js';

const virtualMac = MacAddress.of('00:00:5e:00:01:33');
const virtualAddress = '192.0.2.100';
const clusterMac = MacAddress.of('02:bf:c0:00:02:64');
const hostMac = MacAddress.of('02:00:00:00:0a:01');
const hostAddress = '192.0.2.254';
const gatewayMac = MacAddress.of('52:54:00:9a:00:01');
const gatewayAddress = '192.0.2.253';
const gatewayLinkLocal = 'fe80::1';
const neighbourMac = MacAddress.of('52:54:00:dd:01:01');
const metadataAddress = '169.254.169.254';
/** A table without VLANs overrules a guest that was silent for 10 s. */
const silentMs = 12_000;

/** A guest whose card lists these MACs. */
const listing = (guest: PlayedGuest, ...unicast: readonly string[]): PlayedGuest => ({
  ...guest,
  nics: guest.nics.map((nic) => ({ ...nic, filter: { unicast } })),
});

/** Has guests say something each second for as long as another must be silent. */
async function speakOn(...speech: readonly (readonly [PlayedQemu, readonly Uint8Array[]])[]): Promise<void> {
  const until = Date.now() + silentMs;
  while (Date.now() < until) {
    await Promise.all(speech.map(([qemu, frames]) => qemu.speaks(frames)));
    await sleep(1000);
  }
}

const has = (mac: string, address: string): string => `${mac} has ${address}`;

/** What was heard and is another's, and what the report does not refuse. */
function takenFaults(
  heard: readonly HeardFrame[],
  others: readonly string[],
  { nics }: MigrationReport,
): string[] {
  const said = [...stationsOf(heard), ...claimsOf(heard)];
  const refused = nics.flatMap((nic) =>
    nic.refused.map(({ mac, address }) => (address === undefined ? mac : has(mac, address))),
  );
  return others.flatMap((other) => [
    ...(said.includes(other) ? [`B: ${other} was announced, and is another's`] : []),
    ...(refused.includes(other) ? [] : [`the report does not refuse ${other}`]),
  ]);
}

const movedOn: StagedCase = {
  name: 'virtual-mac-moved-on',
  summary:
    'a virtual MAC and its address moved to a guest of B; the guest that had them goes to B: they stay',
  run: ({ directory }) =>
    withRig({ directory }, async (rig) => {
      const [, B] = await Promise.all([rig.agent('A'), rig.agent('B')]);
      const router = listing(webGuest, web.listed, virtualMac);
      const source = await webRuns(rig, 'A', router);
      const other = await rig.qemu('B', atTap(listing(otherGuest, virtualMac), 'tap1'), { label: '1' });
      await source.speaks([gratuitousArp(virtualMac, virtualAddress)]);
      await speakOn([other, [gratuitousArp(virtualMac, virtualAddress)]]);
      const destination = await rig.qemu('B', router, { incoming: true });
      await B.armed();
      const uplink = await rig.uplink('B');
      const resumedAt = await migrate(source, destination);
      const report = await B.report();
      await quiet();
      const heard = await heardSince(uplink, resumedAt);
      const faults = missingFaults(heard, [web.primary, web.listed, web.learned], 'B');
      return { faults: [...faults, ...takenFaults(heard, [virtualMac], report)] };
    }),
};

const spoofed: StagedCase = {
  name: 'spoofed-once',
  summary:
    'a guest said once that it is its gateway, its neighbour and its host; all of them spoke later: none of it is announced',
  run: ({ directory }) =>
    withRig({ directory }, async (rig) => {
      const [, B] = await Promise.all([rig.agent('A'), rig.agent('B')]);
      await rig.ip('A', `link set br0 address ${hostMac}`, `addr add ${hostAddress}/24 dev br0`);
      const source = await webRuns(rig, 'A');
      const neighbour = await rig.qemu('A', atTap(listing(otherGuest, neighbourMac), 'tap1'), { label: '1' });
      const { nics } = otherGuest;
      const gateway = await rig.qemu('C', {
        ...otherGuest,
        uuid: '6b1d1c9e-0000-4000-8000-0000000000fe',
        nics: nics.map((nic) => ({ ...nic, mac: gatewayMac })),
      });
      const { primary } = web;
      await source.speaks([
        gratuitousArp(gatewayMac, '192.0.2.66'),
        gratuitousArp(neighbourMac, '192.0.2.67'),
        gratuitousArp(hostMac, '192.0.2.68'),
        gratuitousArp(primary, gatewayAddress),
        gratuitousArp(primary, metadataAddress),
        gratuitousArp(primary, hostAddress),
        routerSpeech(primary, gatewayLinkLocal),
      ]);
      await sleep(1000);
      await speakOn(
        [gateway, [gratuitousArp(gatewayMac, gatewayAddress), routerSpeech(gatewayMac, gatewayLinkLocal)]],
        [neighbour, [gratuitousArp(neighbourMac, metadataAddress)]],
      );
      const destination = await rig.qemu('B', webGuest, { incoming: true });
      await B.armed();
      const uplink = await rig.uplink('B');
      const resumedAt = await migrate(source, destination);
      const report = await B.report();
      await quiet();
      const heard = await heardSince(uplink, resumedAt);
      const others = [
        ...[gatewayMac, neighbourMac, hostMac],
        ...[gatewayAddress, metadataAddress, hostAddress, gatewayLinkLocal].map((address) =>
          has(primary, address),
        ),
      ];
      const faults = missingFaults(heard, [web.primary, web.listed, web.learned], 'B');
      return { faults: [...faults, ...takenFaults(heard, others, report)] };
    }),
};

const answersForMany: StagedCase = {
  name: 'answers-for-many-addresses',
  summary: 'a node answers for twelve service addresses and speaks from one of its own: its own is announced',
  run: ({ directory }) =>
    withRig({ directory }, async (rig) => {
      const [, B] = await Promise.all([rig.agent('A'), rig.agent('B')]);
      const source = await webRuns(rig, 'A');
      const services = Array.from({ length: 12 }, (_, index) => `192.0.2.${index + 101}`);
      await source.speaks(services.map((address) => arpAnswer(web.primary, address)));
      const destination = await rig.qemu('B', webGuest, { incoming: true });
      await B.armed();
      const uplink = await rig.uplink('B');
      const resumedAt = await migrate(source, destination);
      await B.report();
      await quiet();
      const claims = claimsOf(await heardSince(uplink, resumedAt));
      const own = has(web.primary, web.primaryAddress);
      const ofServices = services.filter((address) => claims.includes(has(web.primary, address)));
      return {
        faults: claims.includes(own) ? [] : [`B: ${own} was not announced`],
        notes: [`${ofServices.length} of 12 service addresses were announced`],
      };
    }),
};

const cluster: StagedCase = {
  name: 'nlb-cluster',
  summary: 'the cards of two guests list the MAC of an NLB cluster: it is announced for neither',
  run: ({ directory }) =>
    withRig({ directory }, async (rig) => {
      const [, B] = await Promise.all([rig.agent('A'), rig.agent('B')]);
      const node = listing(webGuest, web.listed, clusterMac);
      const source = await webRuns(rig, 'A', node);
      await rig.qemu('B', atTap(listing(otherGuest, clusterMac), 'tap1'), { label: '1' });
      const destination = await rig.qemu('B', node, { incoming: true });
      await B.armed();
      const uplink = await rig.uplink('B');
      const resumedAt = await migrate(source, destination);
      const report = await B.report();
      await quiet();
      const heard = await heardSince(uplink, resumedAt);
      const faults = missingFaults(heard, [web.primary, web.listed], 'B');
      return { faults: [...faults, ...takenFaults(heard, [clusterMac], report)] };
    }),
};

const claimedOnce: StagedCase = {
  name: 'head-that-claimed-once',
  summary:
    'an entry of C claimed a MAC for another guest, and is gone: what A hands over names it no longer, after a restart too',
  run: ({ directory }) =>
    withRig({ directory }, async (rig) => {
      const before = await rig.agent('A');
      const guest = 'name:of-c';
      await webRuns(rig, 'A');
      await writeEntry(rig, plainEntry({ guest, host: 'C', primaryMac: web.listed }));
      const foreign = async (): Promise<boolean> =>
        (await entryText(rig, web.key, 'A')).includes('"foreign"');
      const often = { timeoutMs: 20_000, everyMs: 250 };
      await waitUntil('A to hand over that the MAC is another guest’s', often, async () =>
        (await foreign()) ? true : undefined,
      );
      await before.kill();
      await rm(entryFile(rig, guest, 'C'));
      await rig.agent('A');
      await waitUntil('A to hand over that it no longer is', often, async () =>
        (await foreign()) ? undefined : true,
      );
      return { faults: [] };
    }),
};

export const ownership: readonly StagedCase[] = [movedOn, spoofed, answersForMany, cluster, claimedOnce];
