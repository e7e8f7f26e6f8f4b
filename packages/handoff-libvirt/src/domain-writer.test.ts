import { HeraldError } from '@nic-herald/core';
import { LIBVIRT_CODES } from '@nic-herald/libvirt';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { domainOf, options, UUID } from '../test/handoff-fixture.js';
import { DomainWriter } from './domain-writer.js';

const TIMEOUT_MS = 2000;
const nth = (n: number) => domainOf(`${10_000_000 + n}${UUID.slice(8)}`, `vm-${n}`);

/** A libvirt that answers when it is told to. */
const patientLibvirt = () => {
  const under = new Map<string, (error?: Error) => void>();
  const asked: string[] = [];
  return {
    asked,
    answer: async (name: string, error?: Error) => {
      under.get(name)?.(error);
      under.delete(name);
      await new Promise(setImmediate);
    },
    setMetadata: ({ name }: { readonly name: string }) => {
      asked.push(name);
      return new Promise<void>((resolve, reject) => {
        under.set(name, (error) => (error === undefined ? resolve() : reject(error)));
      });
    },
  };
};
const jobBusy = new HeraldError('HERALD_LIBVIRT_REFUSED', 'cannot acquire state change lock', {
  details: { libvirtCode: LIBVIRT_CODES.OPERATION_TIMEOUT },
});

const bench = () => {
  const [clock, libvirt] = [new FakeClock(), patientLibvirt()];
  const writer = new DomainWriter(libvirt, clock, TIMEOUT_MS);
  const write = (n: number) =>
    writer.write(nth(n), '<handoff/>', options.signal).catch(({ code }: HeraldError) => code);
  return { clock, libvirt, writer, write };
};

describe('domains that let their writes wait', () => {
  it('leave a place for reading', async () => {
    const { clock, libvirt, write, writer } = bench();
    const first = [1, 2, 3, 4].map(write);
    expect(libvirt.asked).toEqual(['vm-1', 'vm-2', 'vm-3']);
    await clock.advance(TIMEOUT_MS);
    expect(await Promise.all(first)).toEqual(Array.from({ length: 4 }, () => 'HERALD_HANDOFF_WRITE'));
    expect(writer.isBusy(nth(4).uuid)).toBe(false);

    const again = [1, 2, 5].map(write);
    expect(libvirt.asked).toHaveLength(3); // what nobody waits for holds its place at the daemon
    for (const name of ['vm-3', 'vm-1']) await libvirt.answer(name);
    expect(libvirt.asked.slice(3)).toEqual(['vm-5', 'vm-1']);
    for (const name of ['vm-1', 'vm-5', 'vm-2', 'vm-2']) await libvirt.answer(name);
    expect(await Promise.all(again)).toEqual([undefined, undefined, undefined]);
  });

  it('wait for each other next time, and hold up no other', async () => {
    const { libvirt, write } = bench();
    const first = [1, 2].map(write);
    for (const name of ['vm-1', 'vm-2']) await libvirt.answer(name, jobBusy);
    expect(await Promise.all(first)).toEqual(['HERALD_HANDOFF_WRITE', 'HERALD_HANDOFF_WRITE']);
    const next = [1, 2, 3].map(write);
    expect(libvirt.asked.slice(2)).toEqual(['vm-1', 'vm-3']);
    for (const name of ['vm-1', 'vm-2', 'vm-3']) await libvirt.answer(name);
    expect(libvirt.asked.slice(4)).toEqual(['vm-2']);
    expect(await Promise.all(next)).toEqual([undefined, undefined, undefined]);
  });
});
