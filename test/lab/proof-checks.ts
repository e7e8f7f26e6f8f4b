import type { MigrationReport } from '@nic-herald/core';
import { type ProofSection, proofOf, type StationProof } from '@nic-herald/core/internal';
import type { AgentProcess } from './agent-process.js';
import type { Measurement } from './measurement.js';
import { stationKey } from './station.js';
import { waitUntil } from './wait-until.js';

/** The two see one frame, and the times of both are the kernel's. */
const mostApartMs = 2;

/** What is wrong with the proof of a guest whose stations are all probed, as the lab itself measured them. */
export function proofFaults(report: MigrationReport, measured: Measurement): string[] {
  const proof = proofOf(report);
  return proof === undefined ? ['the report has no proof'] : provedFaults(proof, measured);
}

/** The same of the section itself. */
export function provedFaults(proof: ProofSection, { returns, dark }: Measurement): string[] {
  const faults: string[] = [];
  const { verdict } = proof;
  if ((verdict === 'proved') !== (dark === 0))
    faults.push(`the report says ${verdict}, and ${dark} stations were dark`);
  const stations = provedStations(proof);
  for (const { station, afterMs } of returns) {
    const key = stationKey(station.mac, station.vlan);
    const firstMs = stations.get(key)?.firstFrameMs;
    if (afterMs === undefined || firstMs === undefined) {
      if (afterMs !== firstMs) faults.push(`${key} was back after ${afterMs} ms, the report says ${firstMs}`);
    } else if (Math.abs(afterMs - firstMs) > mostApartMs) {
      faults.push(`${key} was back after ${afterMs.toFixed(2)} ms, the report says ${firstMs.toFixed(2)}`);
    }
  }
  return faults;
}

/** What is known of one move in the lab, whose hosts share a clock. */
interface TimedMove {
  /** From STOP at the source to RESUME at the destination, by the stamps of both QEMUs, ms. */
  readonly stillMs: number;
  readonly measurement: Measurement;
}

/** What is wrong with the times since STOP that a proof has; that one has none is no fault. */
export function timeFaults({ stop, nics }: ProofSection, { stillMs, measurement }: TimedMove): string[] {
  if (stop === undefined) return [];
  const { agoMs, errorMs } = stop;
  const faults: string[] = [];
  if (Math.abs(agoMs - stillMs) > errorMs) {
    faults.push(`the guest stood still for ${stillMs.toFixed(2)} ms, the report says ${agoMs} +- ${errorMs}`);
  }
  const stations = provedStations({ nics });
  for (const { station, afterMs } of measurement.returns) {
    const { darkMs } = stations.get(stationKey(station.mac, station.vlan)) ?? {};
    if (darkMs === undefined) continue;
    const measuredMs = stillMs + (afterMs ?? Number.POSITIVE_INFINITY);
    if (Math.abs(darkMs - measuredMs) > errorMs + mostApartMs)
      faults.push(`${station.name} was dark for ${measuredMs.toFixed(2)} ms, the report says ${darkMs}`);
  }
  return faults;
}

/** The stations of a proof, by their keys. */
export function provedStations({ nics }: Pick<ProofSection, 'nics'>): ReadonlyMap<string, StationProof> {
  return new Map(
    nics.flatMap(({ stations }) => stations.map((each) => [stationKey(each.mac, each.vlan), each] as const)),
  );
}

/** The proof of the move that an agent announced, once it is as wanted; the one it has at the end where it never is. What is announced again has another report. */
export async function proofWhen(
  agent: AgentProcess,
  isWanted: (proof: ProofSection) => boolean,
  timeoutMs: number,
): Promise<ProofSection | undefined> {
  let last: ProofSection | undefined;
  await waitUntil('a proof', { timeoutMs, everyMs: 200 }, async () => {
    const report = (await agent.reports()).find(({ cause }) => cause === 'migration');
    last = report && proofOf(report);
    return (last !== undefined && isWanted(last)) || undefined;
  }).catch(() => undefined);
  return last;
}
