import {
  type AccompaniedAnnouncement,
  type Accompaniment,
  ANNOUNCEMENT_COMPANION,
  CLOCK,
  type Clock,
  type HeraldPlugin,
  PLUGIN_CONTRACT,
} from '@nic-herald/core';
import type { NicProof, ProofCause, ProofSection, StationProof } from '@nic-herald/core/internal';

/** How long after its end an announcement's second half is proved, ms. */
const SECOND_HALF_MS = 1500;
const CAUSE: ProofCause = {
  code: 'source-silent',
  params: { host: 'A' },
  message: 'A, which the guest left, says nothing: does nic-herald run there?',
};

/** A plugin that says of every announced station that it is back, of the first half of them at once, of all but `missing` later. */
export const playedProof = ({ missing = 0 } = {}): HeraldPlugin => ({
  name: 'played-proof',
  contract: PLUGIN_CONTRACT,
  install: (registrar) =>
    registrar.contribute(ANNOUNCEMENT_COMPANION, {
      factory: (resolver) => ({
        name: 'proof',
        accompany: (announcement) => new PlayedProof(announcement, resolver.get(CLOCK), missing),
      }),
    }),
});

class PlayedProof implements Accompaniment {
  constructor(
    private readonly announcement: AccompaniedAnnouncement,
    private readonly clock: Clock,
    private readonly missing: number,
  ) {}

  over(): Promise<ProofSection> {
    const stations = new Set(
      this.announcement.nics.flatMap(({ announced }) =>
        announced.map(({ station }) => JSON.stringify(station)),
      ),
    );
    this.announcement.report(this.section(Math.ceil(stations.size / 2), true));
    return new Promise((resolve) => {
      this.clock.setTimer(SECOND_HALF_MS, () => resolve(this.section(stations.size - this.missing, false)));
    });
  }

  private section(proved: number, isOpen: boolean): ProofSection {
    let left = proved;
    const nics = this.announcement.nics.map(({ plan, announced }): NicProof => {
      const texts = [...new Set(announced.map(({ station }) => JSON.stringify(station)))];
      const stations = texts.map((text): StationProof => {
        left -= 1;
        const station = JSON.parse(text) as Pick<StationProof, 'mac' | 'vlan'>;
        return left < 0
          ? {
              ...station,
              local: { value: 'yes' },
              witness: { value: 'cannot-tell', reason: 'silent' },
              traffic: { value: 'cannot-tell', reason: 'quiet' },
            }
          : {
              ...station,
              local: { value: 'yes' },
              witness: { value: 'yes' },
              traffic: { value: 'yes' },
              firstFrameMs: proved - left,
            };
      });
      return { nic: plan.nic.id, ...(plan.nic.port && { port: plan.nic.port.name }), stations };
    });
    const all = nics.reduce((sum, { stations }) => sum + stations.length, 0);
    return {
      verdict: proved === all ? 'proved' : proved > 0 ? 'partly' : 'unproved',
      isOpen,
      stations: all,
      proved,
      ...(proved > 0 && { lastFirstFrameMs: proved }),
      ...(proved < all && !isOpen && { cause: CAUSE }),
      nics,
    };
  }
}
