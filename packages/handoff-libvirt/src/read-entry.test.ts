import { describe, expect, it } from 'vitest';
import { domainOf, keyOf, snapshotOf, UUID } from '../test/handoff-fixture.js';
import { encodeElement, MAX_ELEMENT_BYTES } from './handoff-element.js';
import { readEntry } from './read-entry.js';

const OTHER = '99999999-2222-4333-8444-555555555555';
const domain = domainOf();
const elementOf = (snapshot: unknown, more: { host?: string; uuid?: string } = {}): string =>
  encodeElement({ host: 'A', uuid: UUID, json: JSON.stringify(snapshot), ...more });

describe('what is no entry of the domain is a problem of its own, with the way to be rid of it', () => {
  it.each<[string, string, string, string]>([
    [
      'too large',
      `<handoff host="A">${' '.repeat(MAX_ELEMENT_BYTES)}`,
      'HERALD_HANDOFF_TOO_LARGE',
      'unknown',
    ],
    ['no element of ours', '<handoff/>', 'HERALD_HANDOFF_UNREADABLE', 'unknown'],
    ['no JSON', encodeElement({ host: 'A', uuid: UUID, json: '{' }), 'HERALD_HANDOFF_UNREADABLE', 'A'],
    ['no snapshot', elementOf({ format: 1 }), 'HERALD_SNAPSHOT_INVALID', 'A'],
    ["a later version's", elementOf({ format: 99 }), 'HERALD_SNAPSHOT_NEWER', 'A'],
    ["another domain's", elementOf(snapshotOf(), { uuid: OTHER }), 'HERALD_HANDOFF_MISMATCH', 'A'],
    ["no domain's", elementOf(snapshotOf(), { uuid: '' }), 'HERALD_HANDOFF_MISMATCH', 'A'],
    ["another guest's", elementOf(snapshotOf({ guest: keyOf(OTHER) })), 'HERALD_HANDOFF_MISMATCH', 'A'],
    ["a guest's by name", elementOf(snapshotOf({ guest: 'name:web-1' })), 'HERALD_HANDOFF_MISMATCH', 'A'],
    ["another host's", elementOf(snapshotOf({ host: 'B' })), 'HERALD_HANDOFF_MISMATCH', 'A'],
  ])('%s', (_, text, code, host) => {
    const { digest, entry } = readEntry(domain, text, true);
    expect(digest).toBeUndefined();
    expect(entry).toMatchObject({ host, problem: { code, details: { guest: 'web-1', uuid: UUID } } });
    expect('problem' in entry && entry.problem.message).toMatch(
      /^the entry in the metadata of domain web-1 .*: virsh metadata/,
    );
  });

  it('and so is that of a domain without a UUID', () => {
    const nil = '00000000-0000-0000-0000-000000000000';
    const text = elementOf(snapshotOf({ guest: 'name:web-1' }), { uuid: nil });
    expect(readEntry(domainOf(nil), text, false).entry).toMatchObject({
      problem: { code: 'HERALD_HANDOFF_MISMATCH' },
    });
  });
});

it('what its own host wrote is its entry, which tells no age: metadata has no clock', () => {
  const snapshot = snapshotOf({ writtenAt: 7, residence: 'resident' });
  expect(readEntry(domain, elementOf(snapshot), false).entry).toEqual({ host: 'A', snapshot });
});

describe('of a guest that is on its way here', () => {
  it.each([
    [undefined, 'leaving'],
    ['resident', 'leaving'],
    ['leaving', 'leaving'],
    ['arrived', 'arrived'],
  ])('the residence %s counts as %s', (residence, counts) => {
    const text = elementOf(snapshotOf(residence === undefined ? {} : { residence }));
    expect(readEntry(domain, text, true).entry).toMatchObject({ snapshot: { residence: counts } });
  });
});
