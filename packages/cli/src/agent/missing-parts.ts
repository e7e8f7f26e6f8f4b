import {
  FRAME_SINK,
  GUEST_MONITOR,
  HANDOFF_STORE,
  NIC_MODEL,
  PORT_RESOLVER,
  STATION_LEARNER,
} from '@nic-herald/core';
import { type AnyToken, type RegistrationDescription, tokenName } from '@nic-herald/core/internal';

/** Without any of these an agent does less, which may be meant. */
const WANTED: readonly (readonly [token: AnyToken, without: string])[] = [
  [
    GUEST_MONITOR,
    'no plugin watches guests: an agent wants --libvirt or --qmp, or either under monitors in herald.yaml',
  ],
  [NIC_MODEL, 'no plugin reads cards: only primary MACs and what was learned is announced'],
  [
    PORT_RESOLVER,
    'no plugin finds ports: nothing is announced or learned, but for guests whose monitor names their ports itself',
  ],
  [FRAME_SINK, 'no plugin brings a sink: nothing is announced from this host'],
  [STATION_LEARNER, 'no plugin learns: only what cards list is announced'],
  [
    HANDOFF_STORE,
    'no plugin brings a hand-off (--handoff-dir or --handoff-nats, or any of `handoff` in herald.yaml): guests arriving here are announced as far as their own cards tell',
  ],
];

/** What an agent does without, one sentence for each part that none of these plugins brings. Pure. */
export const missingParts = (
  plugins: readonly { readonly registrations: readonly Pick<RegistrationDescription, 'token'>[] }[],
): readonly string[] => {
  const tokens = new Set(plugins.flatMap(({ registrations }) => registrations.map(({ token }) => token)));
  return WANTED.filter(([token]) => !tokens.has(tokenName(token))).map(([, without]) => without);
};
