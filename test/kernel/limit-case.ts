import { MacAddress } from '@nic-herald/wire';
import type { PlayedGuest } from '../staged/played-guest.js';
import type { PlayedQemu } from '../staged/played-qemu.js';
import type { StagedResult } from '../staged/staged-case.js';
import type { KernelCase } from './kernel-case.js';
import type { KernelStage } from './kernel-stage.js';
import { backFrom, handedOver, speakAnew } from './learning-probe.js';
import {
  type BaseRates,
  measureBase,
  megabits,
  passingRate,
  startsToSend,
  stopsToSend,
} from './limit-rates.js';
import { type LimitTool, limitTools } from './limit-tools.js';

/** What differs less is noise. */
const noise = 0.15;
/** Learning must be back this long after a limit was changed. */
const backWithinMs = 3000;

/** Who comes to the tap first: the limit, or nic-herald. */
type Order = 'limit-first' | 'learner-first';

interface LimitScene {
  readonly stage: KernelStage;
  readonly tool: LimitTool;
  readonly guest: PlayedGuest;
  readonly primary: MacAddress;
  /** Four groups of a MAC; a step adds the fifth, each new MAC the last. */
  readonly prefix: string;
}

/** Of a tool on a stage: measured once, for both orders. */
const bases = new WeakMap<KernelStage, Map<LimitTool, Promise<{ rates: BaseRates; faults: string[] }>>>();

/** A limit is there or comes, is changed and goes, while nic-herald learns at the tap. */
function limitCase(tool: LimitTool, order: Order): KernelCase {
  return {
    name: `${tool.name}-${order}`,
    summary: `a limit as ${tool.name} sets it, ${order}, then changed and removed: the same rates, learning goes on`,
    run: async (stage) => {
      const scene = sceneOf(stage, tool, order);
      // One after the other: an agent that starts takes all that an emulated processor has.
      await stage.agent('A');
      const base = await baseOf(scene);
      if (base.faults.length > 0) return { faults: base.faults };
      const { tap, rates } = tool;
      if (order === 'limit-first') await tool.set(stage, { tap, rate: rates[0] });
      const qemu = await stage.qemu('A', scene.guest);
      try {
        return await steps(scene, base.rates, qemu, order);
      } finally {
        await tool.set(stage, { tap });
        await qemu.quits();
      }
    },
  };
}

/** The steps of a case, one after another; what each finds wrong is a fault, and the next is tried all the same. */
async function steps(
  { stage, tool, guest, primary, prefix }: LimitScene,
  base: BaseRates,
  qemu: PlayedQemu,
  order: Order,
): Promise<StagedResult> {
  const [lower, higher] = tool.rates;
  const faults: string[] = [];
  const notes: string[] = [];
  const kept = new Set<string>();
  const key = `uuid:${guest.uuid}`;
  /** `limit`: what the step does; a step without it only looks. */
  const step = async (what: string, wanted: number, limit?: { readonly rate?: number }): Promise<void> => {
    if (limit !== undefined) {
      await tool.set(stage, { tap: tool.tap, ...limit }).catch((error: Error) => {
        faults.push(`${what}: ${tool.name} cannot: ${error.message}`);
      });
    }
    await startsToSend(qemu, primary);
    const spoken = await speakAnew(qemu, `${prefix}:${String(notes.length).padStart(2, '0')}`);
    const rate = await passingRate(qemu, tool);
    await stopsToSend(qemu);
    const seen = await handedOver(stage, key, qemu, spoken);
    const backMs = backFrom(spoken, seen);
    const back = backMs === undefined ? 'never' : `${Math.round(backMs)} ms`;
    notes.push(`${what}: ${megabits(rate)}, ${megabits(wanted)} without nic-herald; learning after ${back}`);
    if (Math.abs(rate - wanted) > wanted * noise) {
      faults.push(`${what}: ${megabits(rate)} passed, without nic-herald ${megabits(wanted)}`);
    }
    if (limit !== undefined && (backMs === undefined || backMs > backWithinMs)) {
      faults.push(`${what}: learning was back after ${back}, and must be within ${backWithinMs} ms`);
    }
    const lost = [...kept].filter((mac) => !seen.has(mac));
    if (lost.length > 0)
      faults.push(`${what}: of ${kept.size} learned stations ${lost.length} are no longer handed over`);
    for (const { mac } of spoken) if (seen.has(mac)) kept.add(mac);
  };

  if (order === 'limit-first') await step('the guest comes to a limit', base.lower);
  else await step('no limit yet', base.none);
  if (order === 'learner-first') await step('the limit comes', base.lower, { rate: lower });
  await step('the limit is raised', base.higher, { rate: higher });
  await step('the limit goes', base.none, {});
  if (kept.size === 0) faults.push('nothing was learned at all');
  return { faults, notes };
}

function sceneOf(stage: KernelStage, tool: LimitTool, order: Order): LimitScene {
  const toolNumber = limitTools.indexOf(tool) + 1;
  const number = `${toolNumber}${order === 'limit-first' ? 1 : 2}`;
  const prefix = `52:54:00:${number}`;
  const primary = MacAddress.of(`${prefix}:ff:ff`);
  const nic = { id: 'nic0', mac: primary, tap: tool.tap, filter: { unicast: [] } };
  const uuid = `6b1d1c9e-0000-4000-8000-0000000001${number}`;
  return { stage, tool, guest: { uuid, name: `limited-${number}`, nics: [nic] }, primary, prefix };
}

async function baseOf({ stage, tool, guest, primary }: LimitScene) {
  const known = bases.get(stage) ?? new Map<LimitTool, ReturnType<typeof measure>>();
  bases.set(stage, known);
  const measure = async () => {
    await stage.ip('A', `tuntap add ${tool.tap} mode tap`, `link set ${tool.tap} mtu 9000 up`);
    await stage.cable(tool.uplink, 9000);
    await tool.wire(stage, tool.tap, tool.uplink);
    return measureBase(stage, tool, guest, primary);
  };
  const base = known.get(tool) ?? measure();
  known.set(tool, base);
  return base;
}

export const limitCases: readonly KernelCase[] = limitTools.flatMap((tool) => [
  limitCase(tool, 'limit-first'),
  limitCase(tool, 'learner-first'),
]);
