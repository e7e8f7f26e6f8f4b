import type { NicDescriptor, NicLimits, NicModel } from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import { contractBroken, demand, inWords, quote } from './contract-broken.js';
import type { ContractCase } from './contract-suite.js';
import type { ModelUnderTest } from './model-under-test.js';
import { outcomeOfCall } from './outcome.js';

const MAX_NAME = 128;
/** The host's own fallback. */
const RESERVED = 'primary-mac';
const LEAST_POLL_MS = 100;
const LONGEST_POLL_MS = 3_600_000;
/** More than any card; a host believes no list longer than this. */
const MOST_ENTRIES = 8192;

/** What a model says of itself before it looks at any card. */
export const modelIdentityCases = <S>({ model, cards }: ModelUnderTest<S>): readonly ContractCase[] => [
  {
    name: 'has a name that never changes',
    run: async () => {
      const { name } = model();
      demand(
        typeof name === 'string' && name.length >= 1 && name.length <= MAX_NAME,
        `\`name\` is ${quote(name)}: text of 1 to ${MAX_NAME} characters is wanted, it stands in snapshots`,
      );
      demand(
        name !== RESERVED,
        `\`name\` is ${RESERVED}, which is the host's own fallback: name it after the card`,
      );
      const again = model().name;
      demand(
        name === again,
        `\`name\` was ${quote(name)} and then ${quote(again)}: it names the state in snapshots and must never change`,
      );
    },
  },
  {
    name: 'has limits that a card can have',
    run: async () => demandLimits(model().limits),
  },
  {
    name: 'says how its changes are noticed',
    run: async () => {
      const { changes } = model();
      if (changes === 'event') return;
      const pollMs: unknown = typeof changes === 'object' ? changes.pollMs : undefined;
      demand(
        typeof pollMs === 'number' && pollMs >= LEAST_POLL_MS && pollMs <= LONGEST_POLL_MS,
        `\`changes\` is ${quote(changes)}: 'event' is wanted, or { pollMs } from ${LEAST_POLL_MS} to ${LONGEST_POLL_MS}`,
      );
    },
  },
  {
    name: 'matches its own cards',
    run: async () => {
      for (const [card, device] of Object.entries(cards)) {
        const { nic } = device();
        demand(
          matchOf(model(), nic),
          `\`matches\` is false for ${card} (type ${quote(nic.type)}): the host would never give it to this model`,
        );
      }
    },
  },
  {
    name: 'matches no other card, and throws on none',
    run: async () => {
      const type = Object.values(cards)[0]?.().nic.type ?? '';
      for (const odd of oddTypes(type)) {
        const nic: NicDescriptor = { id: '', type: odd, primaryMac: MacAddress.of('00:00:00:00:00:00') };
        demand(
          !matchOf(model(), nic),
          `\`matches\` is true for the type ${quote(odd)}: a model takes only the cards it knows, compare \`nic.type\` as a whole`,
        );
      }
    },
  },
];

const oddTypes = (type: string): readonly string[] => [
  '',
  'nic-herald-contract-no-such-card',
  `${type}-of-another-kind`,
  `not-${type}`,
  '__proto__',
  'constructor',
  '\u0000',
  'x'.repeat(100_000),
];

const matchOf = <S>(model: NicModel<S>, nic: NicDescriptor): boolean => {
  const outcome = outcomeOfCall(() => model.matches(nic));
  if ('thrown' in outcome) {
    throw contractBroken(
      `\`matches\` threw on the type ${quote(nic.type)}: ${inWords(outcome.thrown)}. It is asked about every card of ` +
        'every guest, also those without a port, and must answer true or false',
      outcome.thrown,
    );
  }
  const { value } = outcome;
  demand(
    typeof value === 'boolean',
    `\`matches\` gave ${quote(value)} on the type ${quote(nic.type)}: true or false is wanted`,
  );
  return value;
};

const demandLimits = (limits: NicLimits): void => {
  const given: unknown = limits;
  demand(
    typeof given === 'object' && given !== null,
    `\`limits\` is ${quote(given)}: { unicast, multicast, vlans } is wanted`,
  );
  for (const [member, most] of [
    ['unicast', MOST_ENTRIES],
    ['multicast', MOST_ENTRIES],
    ['shared', 2 * MOST_ENTRIES],
    ['vlans', 4094],
  ] as const) {
    const value = limits[member];
    if (member === 'shared' && value === undefined) continue;
    demand(
      Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most,
      `\`limits.${member}\` is ${quote(value)}: a whole number from 0 to ${most} is wanted, what the card can hold`,
    );
  }
};
