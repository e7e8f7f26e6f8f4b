import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { MacAddress } from '@nic-herald/wire';
import { LabFault } from '../lab/lab-fault.js';
import type { PlayedGuest } from '../staged/played-guest.js';
import type { PlayedQemu } from '../staged/played-qemu.js';
import type { KernelStage } from './kernel-stage.js';
import type { LimitTool } from './limit-tools.js';

/** What the guest offers: twice the higher limit, in few large frames since each costs an emulated processor dear. */
const offered = { frameBytes: 8000, perSecond: 250 } as const;
const offeredRate = offered.frameBytes * offered.perSecond;
const measureMs = 1200;
/** Where the guest offers less, or makes up for less, because the machine is busy, it is measured again, so often at most. */
const offeredNoise = 0.08;
const mostAttempts = 10;
/** Until the burst that a tool allows is used up: at the worst 1 MB, with 1 MB/s more than the limit. */
const drainMs = 1800;
/** A limit that the tool alone does not hold to within this proves nothing. */
const setupNoise = 0.25;

const nowhere = MacAddress.of('02:00:00:00:00:01');

/** A frame of the guest's to nobody, which a switch floods. */
function offeredFrame(source: MacAddress): Uint8Array {
  const frame = new Uint8Array(offered.frameBytes);
  const bytes = (mac: MacAddress): number[] => mac.split(':').map((each) => Number.parseInt(each, 16));
  // An EtherType for local experiments.
  frame.set([...bytes(nowhere), ...bytes(source), 0x88, 0xb5]);
  return frame;
}

/** The guest sends as much as it can, far more than any limit here. */
export async function startsToSend(qemu: PlayedQemu, source: MacAddress): Promise<void> {
  await qemu.streams(offeredFrame(source), offered.perSecond);
}

/** The guest is quiet again. */
export async function stopsToSend(qemu: PlayedQemu): Promise<void> {
  await qemu.streams(new Uint8Array(0), 0);
}

/** What leaves by the uplink, bytes a second, over about a second in which the guest offered what it should. */
export async function passingRate(qemu: PlayedQemu, { tap, uplink }: LimitTool): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const before = await counted(qemu, tap, uplink);
    await sleep(measureMs);
    const after = await counted(qemu, tap, uplink);
    const seconds = (after.at - before.at) / 1000;
    const given = (after.offered - before.offered) / seconds;
    if (Math.abs(given - offeredRate) <= offeredRate * offeredNoise)
      return (after.passed - before.passed) / seconds;
    if (attempt === mostAttempts) {
      throw new LabFault(
        `the guest offered ${megabits(given)}, not ${megabits(offeredRate)}: the machine is too busy`,
      );
    }
  }
}

/** The counters of the namespace that a process lives in, read here, without the start of a program in between. */
async function counted(qemu: PlayedQemu, tap: string, uplink: string) {
  const text = await readFile(`/proc/${qemu.process.pid}/net/dev`, 'utf8');
  const at = performance.now();
  const field = (device: string, index: number): number =>
    Number(new RegExp(`^\\s*${device}:\\s*(.*)$`, 'm').exec(text)?.[1]?.split(/\s+/)[index]);
  return { at, offered: field(tap, 0), passed: field(uplink, 8) };
}

/** What passes at each limit where nic-herald is not at the tap. */
export interface BaseRates {
  readonly none: number;
  readonly lower: number;
  readonly higher: number;
}

/** Sets each limit of a tool with a guest that no agent knows of, and takes it away again. */
export async function measureBase(
  stage: KernelStage,
  tool: LimitTool,
  guest: PlayedGuest,
  source: MacAddress,
) {
  const qemu = await stage.qemu('A', guest, { seen: false });
  const [lower, higher] = tool.rates;
  const rateAt = async (rate?: number): Promise<number> => {
    await tool.set(stage, { tap: tool.tap, ...(rate === undefined ? {} : { rate }) });
    await sleep(drainMs);
    return passingRate(qemu, tool);
  };
  await startsToSend(qemu, source);
  const rates: BaseRates = { lower: await rateAt(lower), higher: await rateAt(higher), none: await rateAt() };
  await qemu.quits();
  const faults = [
    ...unlike('without a limit', rates.none, offeredRate),
    ...unlike('with the lower limit', rates.lower, lower),
    ...unlike('with the higher limit', rates.higher, higher),
  ];
  return { rates, faults };
}

/** Bytes a second as people read it. */
export const megabits = (rate: number): string => `${((rate * 8) / 1e6).toFixed(2)} Mbit/s`;

function unlike(when: string, rate: number, wanted: number): string[] {
  if (Math.abs(rate - wanted) <= wanted * setupNoise) return [];
  return [
    `${when} and without nic-herald ${megabits(rate)} passed, not ${megabits(wanted)}: this proves nothing`,
  ];
}
