import type {
  ArmedFrames,
  ArmRequest,
  FrameBatch,
  FrameChannel,
  FrameDirection,
  Taken,
} from '@nic-herald/core';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { contractBroken, demand, inWords, quote } from './contract-broken.js';
import type { ContractCase } from './contract-suite.js';
import type { OpenedSink } from './opened-sink.js';
import { outcomeOfCall } from './outcome.js';

/** What the cases of a sink have in common. */
export interface SinkCaseTools {
  readonly using: (
    name: string,
    run: (opened: OpenedSink, direction: FrameDirection) => Promise<void>,
  ) => readonly ContractCase[];
  readonly channelOf: (opened: OpenedSink, direction: FrameDirection) => Promise<FrameChannel>;
  readonly batchOf: (count: number) => FrameBatch;
  readonly frameOf: (index: number) => Uint8Array;
}

/** A case for a sink that can arm, with a batch of 20 frames on an open channel. */
interface ArmingCase {
  readonly arm: (changes?: Partial<ArmRequest>) => ArmedFrames;
  readonly refuses: (changes: Partial<ArmRequest>, why: string) => void;
  readonly announces: (mac?: MacAddress, vlan?: VlanId) => Promise<void>;
  /** Which frames of the batch left since the last call, in words. */
  readonly left: () => Promise<readonly number[] | undefined>;
  readonly opened: OpenedSink;
  readonly channel: FrameChannel;
}

const FRAMES = 20;
const HYPERVISOR = MacAddress.of('52:54:00:bb:00:01');
const OTHER = MacAddress.of('52:54:00:bb:00:02');
const ALL = Array.from({ length: FRAMES }, (_, index) => index);

/** The contract of `PreparedBatch.arm`, `ArmedFrames` and `FrameGrant`, for a sink that has them; others keep it as they are. */
export const armedFramesCases = ({
  using,
  channelOf,
  batchOf,
  frameOf,
}: SinkCaseTools): readonly ContractCase[] => {
  const arming = (name: string, run: (tools: ArmingCase) => Promise<void>): readonly ContractCase[] =>
    using(name, async (opened, direction) => {
      const channel = await channelOf(opened, direction);
      const batch = channel.prepare(batchOf(FRAMES));
      const { hypervisorAnnounces, heard } = opened;
      const attempt = (changes: Partial<ArmRequest> = {}) => {
        const usual = { trigger: HYPERVISOR, count: FRAMES, ungranted: FRAMES, holdUs: 100_000 };
        const outcome = outcomeOfCall(() => batch.arm?.({ ...usual, ...changes }));
        if ('thrown' in outcome)
          throw contractBroken(`\`arm\` threw: ${inWords(outcome.thrown)}. It never throws`);
        return outcome.value;
      };
      const first = attempt();
      if (first === undefined) return channel.close(); // it cannot arm, which is no fault
      if ('refusal' in first) {
        demand(first.refusal !== '', '`arm` refuses and does not say why');
        return channel.close();
      }
      first.take();
      if (hypervisorAnnounces === undefined)
        throw contractBroken('it can arm, and no `hypervisorAnnounces` was given to try that');
      let before = (await heard?.())?.length ?? 0;
      await run({
        opened,
        channel,
        arm: (changes) => {
          const armed = attempt(changes);
          if (armed === undefined || 'refusal' in armed)
            throw contractBroken(`\`arm\` gave ${quote(armed)} where it armed a moment ago`);
          return armed;
        },
        refuses: (changes, why) => {
          const armed = attempt(changes);
          demand(armed !== undefined && 'refusal' in armed, `\`arm\` took ${why}: a refusal is wanted`);
        },
        announces: (mac = HYPERVISOR, vlan) => hypervisorAnnounces(mac, vlan),
        left: async () => {
          const all = await heard?.();
          const since = all?.slice(before);
          before = all?.length ?? 0;
          return since?.map((frame) => ALL.findIndex((index) => Buffer.compare(frame, frameOf(index)) === 0));
        },
      });
      await channel.close();
    });
  return [
    ...arming('arms what is asked for and nothing else, and says why not', async ({ arm, refuses }) => {
      refuses({ count: 0 }, 'no frame');
      refuses({ count: FRAMES + 1 }, 'more frames than there are');
      refuses({ count: 2, ungranted: 3 }, 'more ungranted frames than frames');
      refuses({ holdUs: -1 }, 'a time below 0');
      const armed = arm();
      refuses({}, 'a second batch at a port that has one armed');
      demandTaken(armed.take(), { firedBy: 'agent' }, 'before anything set it off');
      demand(!armed.isSetOff, '`isSetOff` is true of frames that were taken before anything set them off');
    }),
    ...arming('leaves frames that are taken before they are set off to whoever took them', async (tools) => {
      const armed = tools.arm();
      for (const time of ['first', 'second'])
        demandTaken(armed.take(), { firedBy: 'agent' }, `the ${time} time, before anything set it off`);
      await tools.announces();
      await demandLeft(tools, [], 'after they were taken');
    }),
    ...arming('sends armed frames when the hypervisor announces its guest, once', async (tools) => {
      const armed = tools.arm();
      demand(!armed.isSetOff, '`isSetOff` is true before the hypervisor announced its guest');
      await tools.announces();
      demand(armed.isSetOff, '`isSetOff` is false after the hypervisor announced its guest');
      await tools.announces();
      const taken = armed.take();
      demandTaken(taken, { firedBy: 'kernel', sent: FRAMES }, 'after the hypervisor announced its guest');
      demand(quote(armed.take()) === quote(taken), '`take` told something else the second time');
      if (taken.firedBy === 'kernel')
        demand(
          taken.firedAt <= taken.lastAt,
          `the first frame left at ${taken.firedAt}, the last at ${taken.lastAt}`,
        );
      await demandLeft(tools, ALL, 'after two announcements of the hypervisor');
      await tools.announces();
      await demandLeft(tools, [], 'after they were taken');
    }),
    ...arming('is set off by the frame that is named, and by no other', async (tools) => {
      const armed = tools.arm();
      await tools.announces(OTHER);
      await tools.announces(HYPERVISOR, VlanId.of(5));
      await demandLeft(tools, [], 'after a RARP of another MAC, and one with a tag');
      demandTaken(armed.take(), { firedBy: 'agent' }, 'when other frames came in');
    }),
    ...arming('sends no more than is granted, and gives back what was not drawn', async (tools) => {
      const { grant } = tools.opened.sink;
      if (grant === undefined) throw contractBroken('it can arm, and has no `grant` to draw from');
      grant.reclaim();
      const lent = grant.lend(8);
      demand(lent > 0 && lent <= 8, `\`lend(8)\` gave ${lent}: how many of these frames it took is wanted`);
      const armed = tools.arm({ ungranted: 3 });
      await tools.announces();
      const taken = armed.take();
      demandTaken(
        taken,
        { firedBy: 'kernel', sent: 3 + lent, drawn: lent },
        `with 3 frames that need no grant and ${lent} lent`,
      );
      if (taken.firedBy === 'kernel')
        demand(
          taken.shortfall !== undefined && taken.shortfall !== '',
          '`take` does not say why not all left',
        );
      await demandLeft(tools, ALL.slice(0, 3 + lent), `with 3 frames that need no grant and ${lent} lent`);
      const again = grant.lend(16);
      const back = grant.reclaim();
      demand(back === again, `\`reclaim\` gave ${back} of ${again} frames that were lent and not drawn`);
    }),
    ...arming('puts a newer batch in the place of an older one', async (tools) => {
      const older = tools.arm({ count: 5, ungranted: 5 });
      const newer = tools.arm({ count: 7, ungranted: 7, instead: older });
      demandTaken(older.take(), { firedBy: 'agent' }, 'when a newer one was armed in its place');
      await tools.announces();
      tools.refuses({ instead: newer }, 'a batch in the place of one that was set off');
      demandTaken(newer.take(), { firedBy: 'kernel', sent: 7 }, 'of the newer one');
      await demandLeft(tools, ALL.slice(0, 7), 'of the newer one');
    }),
    ...arming('ends what is armed with its channel', async (tools) => {
      const armed = tools.arm();
      await tools.channel.close();
      await tools.announces();
      demandTaken(armed.take(), { firedBy: 'agent' }, 'after its channel was closed');
      await demandLeft(tools, [], 'after the channel was closed');
    }),
  ];
};

const demandTaken = (taken: Taken, wanted: Partial<Taken>, when: string): void => {
  const said = Object.fromEntries(
    Object.keys(wanted).map((key) => [key, Reflect.get(taken, key) as unknown]),
  );
  demand(quote(said) === quote(wanted), `\`take\` gave ${quote(taken)} ${when}: ${quote(wanted)} is wanted`);
};

const demandLeft = async ({ left }: ArmingCase, wanted: readonly number[], when: string): Promise<void> => {
  const seen = await left();
  demand(
    seen === undefined || quote(seen) === quote(wanted),
    `the frames ${quote(seen)} of ${FRAMES} left ${when}: ${quote(wanted)} are wanted, in that order and each once`,
  );
};
