import type { ArmRequest } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import {
  firingEntry,
  frameEntries,
  leaseEntry,
  readFiring,
  refusalOf,
  shortfallOf,
  tokenEntry,
} from './armed-entries.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const batchOf = (...lengths: readonly number[]) => {
  const starts = Uint32Array.from([0, ...lengths], (_, index) =>
    lengths.slice(0, index).reduce((sum, length) => sum + length, 0),
  );
  return { bytes: new Uint8Array(starts.at(-1) ?? 0).fill(0xab), starts };
};

describe('what cannot be armed', () => {
  const good: ArmRequest = {
    trigger: '52:54:00:00:00:01' as ArmRequest['trigger'],
    count: 2,
    ungranted: 1,
    holdUs: 100,
  };
  it.each<[string, Partial<ArmRequest>, readonly number[]]>([
    ['count is 0', { count: 0 }, [60, 60]],
    ['count is 3', { count: 3 }, [60, 60]],
    ['count is 1.5', { count: 1.5 }, [60, 60]],
    ['ungranted is -1', { ungranted: -1 }, [60, 60]],
    ['ungranted is 3', { ungranted: 3 }, [60, 60]],
    ['holdUs is -1', { holdUs: -1 }, [60, 60]],
    ['holdUs is NaN', { holdUs: Number.NaN }, [60, 60]],
    ['is no MAC', { trigger: 'x' as ArmRequest['trigger'] }, [60, 60]],
    ['frame 1 has 125 bytes', {}, [124, 125]],
    ['frame 0 has 13 bytes', {}, [13, 60]],
  ])('%s', (words, changes, lengths) => {
    expect(refusalOf(batchOf(...lengths), { ...good, ...changes })).toMatchObject({
      code: 'HERALD_TRIGGER_REFUSED',
      refusal: expect.stringContaining(words) as string,
    });
  });

  it('is not what is beyond the frames that are asked for', () => {
    expect(refusalOf(batchOf(60, 124, 2000), good)).toBeUndefined();
  });
});

describe('entries of the maps', () => {
  it('are laid out as the programs have them', () => {
    expect(hex(leaseEntry(0x1122334455667788n, 7))).toBe('88776655443322110700000000000000');
    expect(hex(tokenEntry('52:54:00:aa:bb:cc'))).toBe('525400aabbcc0000');
    const order = firingEntry({ ifindex: 1, count: 2, ungranted: 3, holdNs: 4 });
    expect(hex(order)).toBe('01000000020000000300000004000000'.padEnd(112, '0'));
    const { keys, values } = frameEntries(batchOf(14, 16), 5n, 2);
    expect(hex(keys)).toBe('05000000000000000000000000000000' + '05000000000000000100000000000000');
    expect(hex(values)).toBe(
      `0e000000${'ab'.repeat(14)}`.padEnd(256, '0') + `10000000${'ab'.repeat(16)}`.padEnd(256, '0'),
    );
  });

  it.each([
    [1, 9n, undefined],
    [2, 9n, 'no more frames were granted to the kernel'],
    [3, 9n, 'the kernel’s backlog was full'],
    [4, 9n, 'it took too long, and was ended'],
    [5, 9n, 'the hypervisor may not be held longer, and no other CPU may do it'],
    [0, 0n, 'it did not end in time'],
  ])('say why an announcement ended with %d at %d: %s', (end, doneNs, words) => {
    const entry = firingEntry({ ifindex: 1, count: 2, ungranted: 3, holdNs: 4 });
    const view = new DataView(entry.buffer);
    view.setBigUint64(16, 8n, true);
    view.setBigUint64(24, doneNs, true);
    for (const [index, value] of [6, 5, end, 1, 2].entries()) view.setUint32(32 + 4 * index, value, true);
    const firing = readFiring(entry);
    expect(firing).toEqual({ firedNs: 8n, doneNs, sent: 6, drawn: 5, end, cpu: 1, chunks: 2 });
    expect(shortfallOf(firing)).toBe(words);
  });
});
