import type { AnnouncementCompanion, HostService } from '@nic-herald/core';
import { FakeClock } from '../fake-clock.js';
import { contractBroken, demand, quote } from './contract-broken.js';
import type { ContractCase, ContractSuite } from './contract-suite.js';
import { DEFAULT_LIMIT_MS, mustEnd } from './outcome.js';
import { PlayedAnnouncement, type PlayedOptions } from './played-announcement.js';

/** A companion of announcements to be tried. */
export interface CompanionContractOptions {
  /** Makes it, for each case; the contract starts and closes it. All its time is that of this clock. */
  readonly companion: (host: { readonly clock: FakeClock }) => AnnouncementCompanion & HostService;
  /** Why it takes no part in the announcement that is played: what is heard is then not tried. */
  readonly noPart?: string;
  /** Why it has nothing to say of the announcement that is played: a section is then not wanted. */
  readonly noSection?: string;
  /** How long one call may take, ms of real time; default 2000. */
  readonly limitMs?: number;
}

interface Trial {
  readonly companion: AnnouncementCompanion;
  readonly clock: FakeClock;
  /** An announcement that the companion accompanies. */
  readonly accompanied: (options?: PlayedOptions) => Promise<PlayedAnnouncement>;
}

const NAME = /^[a-z][A-Za-z0-9-]{0,63}$/;

/** The contract of a companion of announcements: `AnnouncementCompanion` and `Accompaniment` as a host relies on them. */
export const companionContract = ({
  companion: make,
  noPart,
  noSection,
  limitMs = DEFAULT_LIMIT_MS,
}: CompanionContractOptions): ContractSuite => {
  const trying = (name: string, run: (trial: Trial) => Promise<void>, skip?: string): ContractCase => ({
    name,
    ...(skip === undefined ? {} : { skip }),
    run: async () => {
      const clock = new FakeClock();
      const companion = make({ clock });
      const accompanied = async (options?: PlayedOptions): Promise<PlayedAnnouncement> => {
        const played = new PlayedAnnouncement(companion, clock, limitMs, options);
        demand(
          await played.begin(),
          '`accompany` gave undefined for a guest with a NIC and two stations: where that is right, say why in `noPart`',
        );
        return played;
      };
      try {
        await mustEnd(() => companion.start?.(new AbortController()), limitMs, '`start` of the companion');
        const idle = clock.pending;
        await run({ companion, clock, accompanied });
        demand(
          clock.pending <= idle,
          `${clock.pending - idle} timers of its clock were left after \`close\`: it gives everything back`,
        );
      } finally {
        await mustEnd(() => companion.close?.(), limitMs, '`close` of the companion');
      }
    },
  });
  const demandSection = ({ section }: PlayedAnnouncement, when: string): void => {
    demand(
      section !== undefined || noSection !== undefined,
      `it said nothing ${when}: neither \`report\` nor \`over\` gave a section. Where that is right, say why in \`noSection\``,
    );
  };
  return {
    name: 'the contract of a companion of announcements',
    cases: [
      trying('has a name that can be the key of its section', async ({ companion: { name } }) => {
        demand(
          typeof name === 'string' && NAME.test(name),
          `\`name\` is ${quote(name)}: a lowercase letter is wanted, then letters, digits and dashes, 64 in all at most`,
        );
        await Promise.resolve();
      }),
      trying(
        'hears a whole announcement, and has a section that can stand in its report',
        async ({ accompanied }) => {
          const played = await accompanied();
          await played.playRounds();
          await played.over();
          demandSection(played, 'of an announcement that went to its end');
          await played.close();
        },
        noPart,
      ),
      trying(
        'keeps its section within the bounds for a guest of 64 NICs with 1024 stations each',
        async ({ accompanied }) => {
          const played = await accompanied({ size: 'large' });
          await played.playRounds();
          await played.over();
          await played.close();
        },
        noPart,
      ),
      trying(
        'lets go of an announcement that is never sent, and sends nothing for it',
        async ({ accompanied }) => {
          const played = await accompanied();
          await played.play(['armed'], ['cancelled']);
          await played.close();
          demand(played.sent === 0, `${played.sent} frames were sent for a guest that never ran here`);
        },
        noPart,
      ),
      trying(
        'stops when the guest stops: nothing is sent any more, and its last word is there within a second',
        async ({ accompanied, clock }) => {
          const played = await accompanied();
          await played.play(['armed'], ['fired'], ['round', ROUND], ['cancelled']);
          const before = played.sent;
          await clock.advance(1000);
          demand(
            played.sent === before,
            `${played.sent - before} frames were sent after \`cancelled\`: they claim a MAC that another host may have`,
          );
          await played.over(1000);
          await played.close();
        },
        noPart,
      ),
      trying(
        'is let go of at any moment',
        async ({ accompanied }) => {
          const moments = [[], ['armed'], ['armed', 'fired'], ['armed', 'fired', 'cancelled']] as const;
          for (const moment of moments) {
            const played = await accompanied();
            await played.play(...moment.map((member) => [member] as const));
            await played.close();
          }
        },
        noPart,
      ),
      trying(
        'goes on as ever under `observe`, where nothing it sends leaves',
        async ({ accompanied }) => {
          const played = await accompanied({ mode: 'observe' });
          await played.playRounds();
          await played.over();
          await played.close();
        },
        noPart,
      ),
      trying(
        'bears ports that cannot be opened, and counts that cannot be read',
        async ({ accompanied }) => {
          const played = await accompanied({ works: false });
          await played.playRounds();
          await played.over();
          await played.close();
        },
        noPart,
      ),
      trying(
        'keeps two announcements apart',
        async ({ accompanied }) => {
          const [one, other] = [await accompanied(), await accompanied({ number: 2 })];
          await one.play(['armed'], ['fired']);
          await other.play(['armed'], ['cancelled'], ['close']);
          await one.play(['round', ROUND]);
          await one.over();
          if (other.section !== undefined) {
            throw contractBroken('a section was reported of an announcement that was never sent');
          }
          demandSection(one, 'after another announcement had ended');
          await one.close();
        },
        noPart,
      ),
    ],
  };
};

const ROUND = { round: 1, startedAt: 1, finishedAt: 2, frames: 2, accepted: 2 };
