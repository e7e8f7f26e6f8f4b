import type { NicLimits } from '@nic-herald/core';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { contractBroken, demand, quote } from './contract-broken.js';
import type { ContractCase } from './contract-suite.js';
import { captureCard, type ModelUnderTest, readFilter } from './model-under-test.js';
import type { ContractValues, NicValues } from './nic-values.js';
import { valuesFault } from './values-fault.js';

/** What a model gives of cards of which it is known what they hold. */
export const modelValueCases = <S>(
  test: ModelUnderTest<S>,
  given: ContractValues | undefined,
): readonly ContractCase[] => {
  const values = Object.entries(given ?? {});
  const most = mostUnicast(test.model().limits);
  const full = values.filter(([, { unicast }]) => most > 0 && unicast.length >= most);
  return [
    {
      name: 'is given values that can tell a right reading from a wrong one',
      run: async () => demandTelling(test.model().limits, given ?? {}),
    },
    ...values.map(
      ([card, expected]): ContractCase => ({
        name: `gives the MACs and VLANs of ${card}`,
        run: () => demandValues(test, card, expected),
      }),
    ),
    {
      name: 'gives all of a table that is full',
      ...(full.length > 0 ? {} : { skip: notFull(most) }),
      run: async () => {
        for (const [card, expected] of full) await demandValues(test, card, expected);
      },
    },
  ];
};

const notFull = (most: number): string =>
  most === 0
    ? '`limits.unicast` is 0: there is no table'
    : `no card in \`values\` has ${most} MACs besides its own, as \`limits\` allows: a model that misses the last entry would pass`;

const mostUnicast = ({ unicast, shared = unicast }: NicLimits): number => Math.min(unicast, shared);

const demandValues = async <S>(test: ModelUnderTest<S>, card: string, expected: NicValues): Promise<void> => {
  demandSound(card, expected);
  const { device, state } = await captureCard(test, card, expected.device());
  const view = readFilter(test.model(), state, `the state of ${card}`);
  const fault = valuesFault(expected, view, device.nic);
  if (fault === undefined) return;
  throw contractBroken(
    `the model misreads ${card}: ${fault}. Look at the offset, the byte order, the distance between entries, the bit ` +
      'that marks an entry as valid, and the number of entries',
  );
};

/** What the author of the test wrote must itself be true of a card. */
const demandSound = (card: string, { currentMac, unicast, vlans, exact = [] }: NicValues): void => {
  const macs = [currentMac ?? [], unicast, exact.map(({ mac }) => mac)].flat();
  const odd = macs.find((text) => {
    const mac = MacAddress.parse(text);
    return mac === undefined || !MacAddress.isStationAddress(mac);
  });
  demand(
    odd === undefined,
    `\`values\` expects ${quote(odd)} of ${card}, which is no MAC of a station: write it as 52:54:00:00:00:01`,
  );
  const oddVlan = vlans === 'unknown' ? undefined : vlans.find((vlan) => !VlanId.is(vlan));
  demand(oddVlan === undefined, `\`values\` expects VLAN ${quote(oddVlan)} of ${card}: VLANs are 1 to 4094`);
};

/** Fails where a model that reads nothing at all, or another register, would give what is expected too. */
const demandTelling = (limits: NicLimits, values: ContractValues): void => {
  const all = Object.values(values);
  demand(
    all.length > 0,
    'no `values` were given: nothing says which MACs and VLANs the model must read, so it passes with any registers. ' +
      'Give cards whose MACs and VLANs you know, made by `fakeDevice` or recorded',
  );
  const isOther = ({ device, currentMac }: NicValues): boolean =>
    currentMac !== undefined && currentMac.toLowerCase() !== device().nic.primaryMac;
  const hasOwn = all.some(({ currentMac }) => currentMac !== undefined);
  demand(
    !hasOwn || all.some(isOther),
    'all cards in `values` have their primary MAC as `currentMac`: a model that never reads it would pass. Give one whose ' +
      'guest has set another MAC',
  );
  demand(
    mostUnicast(limits) === 0 || all.some(({ unicast, exact = [] }) => unicast.length + exact.length > 0),
    `no card in \`values\` has a MAC besides its own, and \`limits\` allows ${mostUnicast(limits)}: a model that reads none ` +
      'would pass. Give one with such MACs, in `unicast`',
  );
  demand(
    limits.vlans === 0 ||
      all.some(({ vlans, exact = [] }) => hasVlans(vlans) || exact.some(({ vlan }) => vlan)),
    `no card in \`values\` lists a VLAN, and \`limits.vlans\` is ${limits.vlans}: a model that reads none would pass. Give one ` +
      'with VLANs, or set the limit to 0 where the card cannot list any',
  );
  demand(
    hasOwn || mostUnicast(limits) > 0 || limits.vlans > 0,
    'no card in `values` has a MAC that is not its primary one, nor a VLAN: they test nothing. Give one whose guest has set ' +
      'another MAC, in `currentMac`',
  );
};

const hasVlans = (vlans: NicValues['vlans']): boolean => vlans !== 'unknown' && vlans.length > 0;
