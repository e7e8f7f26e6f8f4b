import { type LearnedStations, type Station, stationKey, stationOf } from '@nic-herald/core';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { addressCases } from './address-cases.js';
import { contractBroken, demand, quote } from './contract-broken.js';
import type { ContractCase, ContractSuite } from './contract-suite.js';
import { demandClaims, demandMissing } from './odd-ports.js';
import type { LearningCase, OpenedLearner } from './opened-learner.js';
import { DEFAULT_LIMIT_MS, mustEnd } from './outcome.js';
import { reportCases } from './report-cases.js';
import { soundLearning } from './sound-learning.js';
import { tick } from './tick.js';

/** A station learner, and a port with a guest to try it on. */
export interface StationLearnerContractOptions {
  /** Called for each case. */
  readonly open: () => Promise<OpenedLearner>;
  /** Why nothing can be injected, where `inject` is missing. */
  readonly noInject?: string;
  /** Whether it tells which IP addresses the guest proved to own; default false: it is then not tried. */
  readonly tellsAddresses?: boolean;
  /** Whether it counts what the guest tells of its multicast groups; default false: it is then not tried. */
  readonly countsReports?: boolean;
  /** How long one call may take, ms of real time; default 2000. */
  readonly limitMs?: number;
}

const { signal } = new AbortController();

const ONE = stationOf(MacAddress.of('52:54:00:aa:00:01'));
const TWO = stationOf(MacAddress.of('52:54:00:aa:00:02'), VlanId.of(10));
const THREE = stationOf(MacAddress.of('52:54:00:aa:00:03'), VlanId.of(4094));
/** More than this is not tried: it would take long, and prove no more. */
const MOST_TRIED = 4096;

/** The contract of a station learner: `StationLearner` and `PortLearner` as a host relies on them. */
export const stationLearnerContract = ({
  open,
  noInject,
  tellsAddresses = false,
  countsReports = false,
  limitMs = DEFAULT_LIMIT_MS,
}: StationLearnerContractOptions): ContractSuite => {
  const opening = (
    name: string,
    run: (opened: OpenedLearner) => Promise<void>,
    skip?: string,
  ): ContractCase => ({
    name,
    ...(skip === undefined ? {} : { skip }),
    run: async () => {
      const opened = await open();
      const { learner } = opened;
      try {
        await mustEnd(() => learner.start?.(new AbortController()), limitMs, '`start` of the learner');
        await run(opened);
      } finally {
        await mustEnd(() => learner.close?.(), limitMs, '`close` of the learner');
        await opened.close();
      }
    },
  });
  const learning: LearningCase = (name, run, skip) =>
    opening(
      name,
      async (opened) => {
        const at = await mustEnd(
          () => opened.learner.open(opened.port, { signal }),
          limitMs,
          `\`open\` of port ${opened.port.name}`,
        );
        try {
          await run(
            opened,
            async () => soundLearning(await mustEnd(() => at.read({ signal }), limitMs, '`read`')),
            at,
          );
        } finally {
          for (const time of ['first', 'second'])
            await mustEnd(() => at.close(), limitMs, `the ${time} \`close\` of a port`);
        }
      },
      skip,
    );
  return {
    name: 'the contract of a station learner',
    cases: [
      opening('has a name, and says which ports it can learn at', async ({ learner, port }) => {
        demand(learner.name !== '', '`name` is empty: it must be unique on a host');
        await demandClaims((each, within) => learner.claim(each, { signal: within }), port, limitMs);
      }),
      opening('rejects where the port is missing, with a HeraldError', async ({ learner, missing }) => {
        await demandMissing((port) => learner.open(port, { signal }), missing, limitMs, 'learns at');
      }),
      learning('knows nothing of a guest that has not spoken', async (_, read) =>
        demandStations(await read(), [], 'of a quiet guest'),
      ),
      learning(
        'learns what the guest sends, each station once, the latest first',
        async ({ speak }, read) => {
          await speak([ONE, TWO, THREE, TWO]);
          demandStations(await read(), [ONE, TWO, THREE], 'after the guest sent from three stations');
          await tick();
          await speak([ONE]);
          const { stations } = await read();
          const macs = stations.map(({ station }) => station.mac);
          demand(
            macs.length === 3 && macs[0] === ONE.mac,
            `\`read\` gave ${quote(macs)} after ${ONE.mac} spoke again: the latest seen comes first`,
          );
        },
      ),
      learning('learns no MAC that no station can have', async ({ speak }, read) => {
        const odd = ['01:00:5e:00:00:01', '00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff'].map((mac) =>
          stationOf(MacAddress.of(mac)),
        );
        await speak([...odd, ONE]);
        demandStations(await read(), [ONE], 'after the guest sent from group, zero and broadcast MACs too');
      }),
      learning(
        'holds no more than its capacity, however many stations a guest makes up',
        async ({ speak }, read) => {
          const { capacity } = await read();
          demand(
            Number.isInteger(capacity) && capacity >= 1,
            `\`capacity\` is ${quote(capacity)}: how many stations the table holds, 1 and up`,
          );
          const count = Math.min(MOST_TRIED, capacity + 100);
          await speak(
            Array.from({ length: count }, (_, index) =>
              stationOf(MacAddress.of(`52:54:01:00:${hex(index >> 8)}:${hex(index & 255)}`)),
            ),
          );
          const flooded = await read();
          demand(
            flooded.stations.length <= capacity,
            `\`read\` gave ${flooded.stations.length} stations, and \`capacity\` is ${capacity}`,
          );
          await tick();
          await speak([ONE]);
          const { stations } = await read();
          demand(
            stations.some(({ station }) => station.mac === ONE.mac),
            `the last station that spoke is not among ${stations.length} of ${count + 1}, though the table was read before: where it is full the longest unseen make room, at a reading at the latest`,
          );
        },
      ),
      learning(
        'does not take for the guest what nic-herald injected',
        async ({ inject, speak }, read, at) => {
          if (inject === undefined)
            throw contractBroken('no `inject` was given, and no reason in `noInject`');
          await speak([ONE]);
          await inject([TWO, THREE]);
          at.injected?.([TWO, THREE]);
          demandStations(await read(), [ONE], 'after nic-herald injected frames of two other stations');
        },
        noInject,
      ),
      ...addressCases({ learning, noInject, skip: tellsAddresses ? undefined : 'it tells of no addresses' }),
      ...reportCases({ learning, noInject, skip: countsReports ? undefined : 'it counts no reports' }),
    ],
  };
};

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

const demandStations = (
  { stations, exactVlans }: LearnedStations,
  wanted: readonly Station[],
  when: string,
): void => {
  const keyOf = ({ mac, vlan }: Station): string => stationKey(exactVlans ? stationOf(mac, vlan) : { mac });
  const keysOf = (all: readonly Station[]): string =>
    [...new Set(all.map(keyOf))].sort((one, other) => (one < other ? -1 : 1)).join(', ') || 'none';
  const [got, want] = [keysOf(stations.map(({ station }) => station)), keysOf(wanted)];
  demand(got === want, `\`read\` gave the stations ${got.slice(0, 400)} ${when}: ${want} are wanted`);
};
