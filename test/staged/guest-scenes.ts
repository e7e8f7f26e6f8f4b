import { setTimeout as sleep } from 'node:timers/promises';
import type { HostName } from '../lab/namespaces.js';
import { waitUntil } from '../lab/wait-until.js';
import { type Entry, entryText } from './handoff-files.js';
import { type PlayedGuest, web, webGuest } from './played-guest.js';
import type { PlayedQemu } from './played-qemu.js';
import { webSpeech } from './spoken-frames.js';
import type { QemuOptions, StagedRig } from './staged-rig.js';

/** All rounds of an announcement are sent within 800 ms; who has said nothing after this says nothing. */
const quietMs = 1500;

/** Waits as long as an announcement that must not be could take. */
export const quiet = (): Promise<void> => sleep(quietMs);

/** Everything that a complete entry of `web-1` names. */
const webWords = [web.primary, web.listed, web.learned, web.address, web.primaryAddress];

/** The guest `web-1` runs on a host whose agent runs too, speaks, and all of it has been handed over. */
export async function webRuns(
  rig: StagedRig,
  host: HostName,
  guest: PlayedGuest = webGuest,
  options: QemuOptions = {},
): Promise<PlayedQemu> {
  const qemu = await rig.qemu(host, guest, options);
  await webHandedOver(rig, host, qemu, keyOf(guest));
  return qemu;
}

/** Lets `web-1` speak until its host has handed over all that it said; gives the entry. */
export async function webHandedOver(
  rig: StagedRig,
  host: HostName,
  qemu: PlayedQemu,
  guest: string = web.key,
): Promise<Entry> {
  const what = `${host} to hand over all of web-1`;
  return waitUntil(what, { timeoutMs: 10_000, everyMs: 250 }, async () => {
    const text = await entryText(rig, guest, host);
    if (webWords.every((word) => text.includes(word))) return JSON.parse(text) as Entry;
    await qemu.speaks(webSpeech);
    await qemu.filterChanged();
    return undefined;
  });
}

/** Sends a guest from one played QEMU to another, with both agents looking on. Gives the stamp of RESUME. */
export async function migrate(source: PlayedQemu, destination: PlayedQemu, pauseMs = 300): Promise<number> {
  await destination.tell({
    migration: { status: 'active' },
    events: [{ event: 'MIGRATION', data: { status: 'active' } }],
  });
  await source.beginsToLeave();
  await sleep(pauseMs);
  await source.stops();
  await source.left();
  await sleep(pauseMs);
  return destination.arrives();
}

/** The key under which a guest is handed over. */
function keyOf({ uuid, name }: PlayedGuest): string {
  return uuid === undefined ? `name:${name}` : `uuid:${uuid}`;
}
