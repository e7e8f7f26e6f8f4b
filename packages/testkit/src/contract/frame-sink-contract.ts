import type { FrameBatch, FrameChannel, FrameDirection } from '@nic-herald/core';
import { encodeRarp, MacAddress, rarpLength, VlanId } from '@nic-herald/wire';
import { armedFramesCases } from './armed-frames-cases.js';
import { contractBroken, demand, inWords, quote } from './contract-broken.js';
import type { ContractCase, ContractSuite } from './contract-suite.js';
import { demandClaims, demandMissing, demandRefusal } from './odd-ports.js';
import type { OpenedSink } from './opened-sink.js';
import { DEFAULT_LIMIT_MS, mustEnd, outcomeOfCall } from './outcome.js';

const { signal } = new AbortController();
const DIRECTIONS: readonly FrameDirection[] = ['from-guest', 'to-guest'];

/** A frame sink, and a port to try it on. */
export interface FrameSinkContractOptions {
  /** Called for each case. */
  readonly open: () => Promise<OpenedSink>;
  /** The directions it sends in; default `from-guest` alone. */
  readonly directions?: readonly FrameDirection[];
  /** Why what left cannot be heard, where `heard` is missing. */
  readonly noHeard?: string;
  /** How long one call may take, ms of real time; default 2000. */
  readonly limitMs?: number;
}

/** The contract of a frame sink: `FrameSink`, `FrameChannel` and `PreparedBatch` as a host relies on them. */
export const frameSinkContract = ({
  open,
  directions = ['from-guest'],
  noHeard,
  limitMs = DEFAULT_LIMIT_MS,
}: FrameSinkContractOptions): ContractSuite => {
  const using = (
    name: string,
    run: (opened: OpenedSink, direction: FrameDirection) => Promise<void>,
    skip?: string,
  ): readonly ContractCase[] =>
    directions.map((direction) => ({
      name: `${name} (${direction})`,
      ...(skip === undefined ? {} : { skip }),
      run: async () => {
        const opened = await open();
        const { sink } = opened;
        try {
          await mustEnd(() => sink.start?.(new AbortController()), limitMs, '`start` of the sink');
          await run(opened, direction);
        } finally {
          await mustEnd(() => sink.close?.(), limitMs, '`close` of the sink');
          await opened.close();
        }
      },
    }));
  const channelOf = ({ sink, port }: OpenedSink, direction: FrameDirection): Promise<FrameChannel> =>
    mustEnd(() => sink.open(port, { direction, signal }), limitMs, `\`open\` of port ${port.name}`);
  return {
    name: 'the contract of a frame sink',
    cases: [
      ...using('has a name, and says which ports it can serve', async ({ sink, port }, direction) => {
        demand(sink.name !== '', '`name` is empty: it stands in reports and must be unique on a host');
        await demandClaims((each, within) => sink.claim(each, { direction, signal: within }), port, limitMs);
        const other = DIRECTIONS.find((each) => !directions.includes(each));
        if (other === undefined) return;
        const why = `\`claim\` takes ${other}, in which it does not send: a host then asks the guest for its groups through it, and those queries must never leave onto the network`;
        await demandRefusal(
          (each, within) => sink.claim(each, { direction: other, signal: within }),
          port,
          why,
          limitMs,
        );
      }),
      ...using(
        'rejects where the port is missing, with a HeraldError',
        async ({ sink, missing }, direction) => {
          await demandMissing(
            (port) => sink.open(port, { direction, signal }),
            missing,
            limitMs,
            'gave a channel to',
          );
        },
      ),
      ...using('sends every frame, each time it is told to', async (opened, direction) => {
        const channel = await channelOf(opened, direction);
        for (const count of [1, 9, 0, 1500]) {
          const batch = channel.prepare(batchOf(count));
          for (let round = 1; round <= 5; round += 1) {
            const outcome = outcomeOfCall(() => batch.send());
            if ('thrown' in outcome)
              throw contractBroken(
                `\`send\` threw: ${inWords(outcome.thrown)}. It never throws, it gives { accepted, failure }`,
              );
            const { accepted, failure } = outcome.value;
            demand(
              accepted === count && failure === undefined,
              `\`send\` of ${count} frames accepted ${accepted} in round ${round}${failure === undefined ? '' : ` (${failure})`}: a prepared batch is sent in every round, all of it`,
            );
          }
        }
        await channel.close();
      }),
      ...using('sends a part of a batch where a part is wanted', async (opened, direction) => {
        const channel = await channelOf(opened, direction);
        const batch = channel.prepare(batchOf(20));
        for (const [first, count, wanted] of PARTS) {
          const outcome = outcomeOfCall(() => batch.send(first, count));
          const result = 'thrown' in outcome ? inWords(outcome.thrown) : quote(outcome.value);
          demand(
            !('thrown' in outcome) &&
              outcome.value.accepted === wanted &&
              outcome.value.failure === undefined,
            `\`send(${first}, ${count})\` of 20 frames gave ${result}: { accepted: ${wanted} } is wanted. A sink that sends all of them each time breaks the pace that the switches can follow`,
          );
        }
        const frames = await opened.heard?.();
        const left = PARTS.flatMap(([first, , wanted]) =>
          Array.from({ length: wanted }, (_, k) => first + k),
        );
        demand(
          frames === undefined ||
            (frames.length === left.length &&
              left.every((index, at) => Buffer.compare(frames[at] ?? NO_FRAME, frameOf(index)) === 0)),
          `${frames?.length} frames left the port after parts of a batch were sent: those at ${left.join(', ')} are wanted, in that order`,
        );
        await channel.close();
      }),
      ...using(
        'sends frames as they are, in their order',
        async (opened, direction) => {
          const { heard } = opened;
          if (heard === undefined) throw contractBroken('no `heard` was given, and no reason in `noHeard`');
          const channel = await channelOf(opened, direction);
          channel.prepare(batchOf(20)).send();
          const frames = await heard();
          demand(
            frames.length === 20 &&
              frames.every((frame, index) => Buffer.compare(frame, frameOf(index)) === 0),
            `${frames.length} frames left the port, not the 20 that were sent, as they were and in their order`,
          );
          await channel.close();
        },
        noHeard,
      ),
      ...using('says that a sound port is ready', async (opened, direction) => {
        const channel = await channelOf(opened, direction);
        const health = await mustEnd(() => channel.health({ signal }), limitMs, '`health`');
        demand(
          health.ready,
          `\`health\` of a port that is there and up gave ${quote(health)}: { ready: true } is wanted`,
        );
        await channel.close();
      }),
      ...using('loses nothing while it is sound, where it can tell', async (opened, direction) => {
        const channel = await channelOf(opened, direction);
        if (channel.lost === undefined) return;
        const batch = channel.prepare(batchOf(7));
        for (const [count, sendSome] of [
          [0, () => undefined],
          [7, () => batch.send()],
          [10, () => batch.send(2, 3)],
        ] as const) {
          sendSome();
          demandLost(channel, 0, `after ${count} frames left`);
        }
        await channel.close();
        const outcome = outcomeOfCall(() => channel.lost?.());
        if ('thrown' in outcome)
          throw contractBroken(`\`lost\` threw after \`close\`: ${inWords(outcome.thrown)}. It never throws`);
      }),
      ...using(
        'knows what it took and did not let out, tells that it broke, and that it is back',
        async (opened, direction) => {
          const { sink, breakDown, heard } = opened;
          if (breakDown === undefined) return;
          const told: boolean[] = [];
          const stop = sink.watch?.(({ ready }) => told.push(ready));
          const deaf: boolean[] = [];
          sink.watch?.(({ ready }) => deaf.push(ready))();
          const channel = await channelOf(opened, direction);
          const batch = channel.prepare(batchOf(5));
          const mend = await breakDown();
          const { accepted } = batch.send();
          const left = (await heard?.())?.length;
          if (left !== undefined && channel.lost !== undefined)
            demandLost(channel, accepted - left, `where ${accepted} frames were taken and ${left} left`);
          await mend();
          await until(async () => (await channel.health({ signal })).ready, limitMs);
          const before = (await heard?.())?.length ?? 0;
          const lostBefore = channel.lost?.() ?? 0;
          batch.send();
          const after = (await heard?.())?.length;
          demand(
            after === undefined || after - before === 5,
            `${(after ?? 0) - before} of 5 frames left once \`health\` said that it is ready again`,
          );
          if (channel.lost !== undefined) demandLost(channel, lostBefore, 'once it is back');
          demand(
            sink.watch === undefined || quote(told) === quote([false, true]),
            `\`watch\` told ${quote(told)}: that it is not ready once, and once that it is, is wanted`,
          );
          demand(deaf.length === 0, '`watch` told something after it was stopped');
          stop?.();
          await channel.close();
        },
      ),
      ...armedFramesCases({ using, channelOf, batchOf, frameOf }),
      ...using('sends nothing through a closed channel, and does not throw', async (opened, direction) => {
        const channel = await channelOf(opened, direction);
        const batch = channel.prepare(batchOf(3));
        for (const time of ['first', 'second'])
          await mustEnd(() => channel.close(), limitMs, `the ${time} \`close\` of a channel`);
        const outcome = outcomeOfCall(() => batch.send());
        if ('thrown' in outcome)
          throw contractBroken(`\`send\` threw after \`close\`: ${inWords(outcome.thrown)}. It never throws`);
      }),
    ],
  };
};

const demandLost = (channel: FrameChannel, wanted: number, when: string): void => {
  const outcome = outcomeOfCall(() => channel.lost?.());
  const said = 'thrown' in outcome ? inWords(outcome.thrown) : quote(outcome.value);
  demand(
    !('thrown' in outcome) && outcome.value === wanted,
    `\`lost\` gave ${said} ${when}: ${wanted} is wanted. It counts what the sink took and did not let out; one that cannot tell has no \`lost\``,
  );
};

const until = async (isSo: () => Promise<boolean>, limitMs: number): Promise<void> => {
  for (const since = performance.now(); !(await isSo()); ) {
    demand(performance.now() - since < limitMs, 'it does not say that it is ready again');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

/** First frame, how many, and how many of 20 these are: what lies beyond a batch is left out. */
const PARTS: readonly (readonly [first: number, count: number, wanted: number])[] = [
  [3, 5, 5],
  [0, 1, 1],
  [18, 10, 2],
  [20, 1, 0],
  [7, 0, 0],
  [1, Number.MAX_SAFE_INTEGER, 19],
];

const NO_FRAME = new Uint8Array(0);

const frameOf = (index: number): Uint8Array => {
  const mac = MacAddress.of(
    `52:54:00:00:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 255).toString(16).padStart(2, '0')}`,
  );
  const frame = { mac, vlan: index % 2 === 0 ? undefined : VlanId.of(1 + (index % 4094)) };
  const bytes = new Uint8Array(rarpLength(frame));
  encodeRarp(frame, bytes, 0);
  return bytes;
};

const batchOf = (count: number): FrameBatch => {
  const frames = Array.from({ length: count }, (_, index) => frameOf(index));
  const starts = new Uint32Array(count + 1);
  for (const [index, frame] of frames.entries()) starts[index + 1] = (starts[index] ?? 0) + frame.length;
  const bytes = new Uint8Array(starts[count] ?? 0);
  for (const [index, frame] of frames.entries()) bytes.set(frame, starts[index]);
  return { bytes, starts };
};
