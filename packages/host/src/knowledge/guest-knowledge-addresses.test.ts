import { type LearnedAddress, parseSnapshot, type Snapshot } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { CARD, nicOf } from '../../test/fake-guest.js';
import { answered, asserted, having } from '../../test/sample-addresses.js';
import { learned } from '../../test/sample-nic.js';
import { KEY, testKnowledge } from '../../test/test-knowledge.js';

describe('GuestKnowledge of IP addresses', () => {
  const seen = (...addresses: LearnedAddress[]) =>
    new Map([['nic0', [having(learned(5, 10), ...addresses)]]]);
  const addressesOf = (snapshot: Snapshot) =>
    snapshot.nics[0]?.learned.flatMap(({ addresses = [] }) => addresses);

  it.each<[string, LearnedAddress[], boolean]>([
    ['they only grew older', [asserted(1, 500), answered(2, 700)], false],
    ['they stand in another order', [asserted(1, 500), answered(2, 7)], false],
    ['one was not told again', [asserted(1)], false],
    ['one came', [asserted(1), answered(2), asserted(3)], true],
    ['one was proved better', [asserted(1), asserted(2)], true],
    ['it said to be a router', [{ ...asserted(1), router: true }, answered(2)], true],
    ['one was proved worse', [answered(1), answered(2)], false],
  ])('tells whether the next snapshot differs where %s', async (_, addresses, isNews) => {
    const { knowledge, look } = testKnowledge();
    await look();
    expect(knowledge.observe(seen(asserted(1), answered(2)))).toBe(true);
    expect(knowledge.observe(seen(asserted(1), answered(2)))).toBe(false);
    expect(knowledge.observe(seen(...addresses))).toBe(isNews);
  });

  it.each([
    ['goes stale, which whoever has the snapshot before does not know', 300_000],
    ['is forgotten', 600_000],
  ])('hands on anew where one %s', async (_, ageMs) => {
    const { clock, knowledge, look } = testKnowledge();
    await look();
    knowledge.observe(seen(asserted(1), answered(2, ageMs - 1000)));
    await clock.advance(1000);
    expect(knowledge.observe(seen(asserted(1)))).toBe(false);
    await clock.advance(1);
    expect(knowledge.observe(seen(asserted(1)))).toBe(true);
    expect(knowledge.observe(seen(asserted(1)))).toBe(false);
  });

  it('keeps them from A to B to A, each older by the time that passed', async () => {
    const a = testKnowledge();
    await a.look();
    a.knowledge.observe(seen(asserted(1, 1000), { ...answered('2001:db8::1', 2000), router: false }));
    const fromA = a.knowledge.snapshot({ guest: KEY, host: 'A', epoch: 1 });

    const b = testKnowledge();
    b.knowledge.carry(parseSnapshot(JSON.parse(JSON.stringify(fromA))) as Snapshot);
    await b.look();
    await b.clock.advance(500);
    b.knowledge.observe(seen(asserted(3)));
    await b.clock.advance(500);
    const fromB = b.knowledge.snapshot({ guest: KEY, host: 'B', epoch: 2 });
    const known = [
      ...[asserted(3, 500), asserted(1, 2000)],
      { ...answered('2001:db8::1', 3000), router: false },
    ];
    expect(addressesOf(fromB)).toEqual(known);

    a.knowledge.forget();
    a.knowledge.carry(parseSnapshot(JSON.parse(JSON.stringify(fromB))) as Snapshot);
    await a.look();
    expect(addressesOf(a.knowledge.snapshot({ guest: KEY, host: 'A', epoch: 3 }))).toEqual(known);
    expect(a.knowledge.evidence()[0]?.learned[0]?.addresses).toEqual(known);
  });

  it('hands on as many of every NIC as a hand-off takes, whatever a guest invents', async () => {
    const { guest, knowledge, look } = testKnowledge();
    guest.descriptors = Array.from({ length: 4 }, (_, index) => nicOf(`nic${index}`));
    for (const { id } of guest.descriptors) guest.cards.set(id, CARD);
    await look();
    const addresses = Array.from({ length: 64 }, (_, index) =>
      answered(`2001:db8:1111:2222:3333:4444:5555:${(0x1000 + index).toString(16)}`, 123_456.789),
    );
    const stations = Array.from({ length: 1024 }, (_, number) => having(learned(number), ...addresses));
    knowledge.observe(new Map(guest.descriptors.map(({ id }) => [id, stations])));
    const snapshot = knowledge.snapshot({ guest: KEY, host: 'A', epoch: 1 });
    expect(snapshot.nics.map(({ learned: { length } }) => length)).toEqual([1024, 1024, 1024, 1024]);
    expect(JSON.stringify(snapshot).length).toBeLessThan(1024 * 1024);
  });
});
