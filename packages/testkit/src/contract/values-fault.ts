import type { FilterView, NicDescriptor } from '@nic-herald/core';
import type { NicValues } from './nic-values.js';

const MOST_LISTED = 16;

/** What a model read wrong of a card, in words: what was expected, what was given; `undefined` where nothing is. */
export const valuesFault = (
  expected: NicValues,
  given: FilterView,
  { primaryMac }: NicDescriptor,
): string | undefined => {
  const faults = [
    ownMacFault(expected.currentMac, given.currentMac, primaryMac),
    listFault('the MACs besides its own', expected.unicast.map(lowerCase), given.unicast),
    vlansFault(expected.vlans, given.vlans),
    listFault(
      'the stations it pairs itself',
      (expected.exact ?? []).map(paired),
      (given.exact ?? []).map(paired),
    ),
    expected.incomplete === undefined
      ? undefined
      : listFault(
          'the reasons why that may not be all',
          expected.incomplete,
          given.incomplete.map(({ reason }) => reason),
        ),
  ].filter((fault) => fault !== undefined);
  return faults.length === 0 ? undefined : faults.join('. ');
};

const lowerCase = (mac: string): string => mac.toLowerCase();

const paired = ({ mac, vlan }: { readonly mac: string; readonly vlan?: number | undefined }): string =>
  vlan === undefined ? lowerCase(mac) : `${lowerCase(mac)}/${vlan}`;

const ownMacFault = (
  expected: string | undefined,
  given: string | undefined,
  primaryMac: string,
): string | undefined => {
  if (expected === undefined) {
    return given === undefined || given === primaryMac
      ? undefined
      : `its own MAC is expected to be the primary MAC ${primaryMac}, the model gave ${given}`;
  }
  const own = lowerCase(expected);
  if (given === own) return undefined;
  return given === undefined
    ? `its own MAC is expected to be ${own}, the model gave none`
    : `its own MAC is expected to be ${own}, the model gave ${given}${sameBytes(given, [own])}`;
};

const vlansFault = (expected: NicValues['vlans'], given: FilterView['vlans']): string | undefined => {
  if (expected !== 'unknown' && given !== 'unknown') {
    return listFault('the VLANs', expected.map(String), given.map(String));
  }
  const inWords = (vlans: NicValues['vlans']): string =>
    vlans === 'unknown' ? "'unknown'" : listed(vlans.map(String));
  return expected === given
    ? undefined
    : `the VLANs are expected to be ${inWords(expected)}, the model gave ${inWords(given)}`;
};

const listFault = (
  what: string,
  expected: readonly string[],
  given: readonly string[],
): string | undefined => {
  const missing = expected.filter((each) => !given.includes(each));
  const surplus = given.filter((each, index) => !expected.includes(each) || given.indexOf(each) < index);
  if (missing.length === 0 && surplus.length === 0) return undefined;
  const differences = [
    ...(missing.length === 0 ? [] : [`${listed(missing)} missing`]),
    ...(surplus.length === 0 ? [] : [`${listed(surplus)} too many${sameBytes(surplus[0] ?? '', missing)}`]),
  ];
  return `${what} are expected to be ${listed(expected)}, the model gave ${listed(given)}: ${differences.join('; ')}`;
};

const listed = (all: readonly string[]): string => {
  if (all.length === 0) return 'none';
  const more = all.length > MOST_LISTED ? ` and ${all.length - MOST_LISTED} more` : '';
  return `${all.slice(0, MOST_LISTED).join(', ')}${more}`;
};

/** A MAC that has the bytes of one that was expected, in another order, was read with the wrong byte order. */
const sameBytes = (given: string, expected: readonly string[]): string => {
  const sorted = (mac: string): string => mac.split(':').toSorted().join(':');
  const twin = given.includes(':') ? expected.find((mac) => sorted(mac) === sorted(given)) : undefined;
  return twin === undefined ? '' : ` (${given} has the bytes of ${twin} in another order)`;
};
