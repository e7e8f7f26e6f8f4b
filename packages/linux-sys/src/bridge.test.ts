import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseBridgeEntry, parseLearned } from './bridge.js';
import { LinuxError } from './linux-error.js';

const golden = JSON.parse(readFileSync(new URL('golden/linux-6.1-bridge.json', import.meta.url), 'utf8')) as {
  readonly neighbours: readonly string[];
};
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const PORT = 3;
const NEIGHBOUR = bytes(golden.neighbours[0] ?? '');

/** The recorded entry with one byte changed. */
const changed = (at: number, value: number): Uint8Array => {
  const copy = NEIGHBOUR.slice();
  copy[at] = value;
  return copy;
};

/** Every start of a payload, and the payload with each byte made 255: parsed, or refused with a LinuxError. */
const spoiled = (payload: Uint8Array): readonly Uint8Array[] =>
  Array.from(payload, (_, at) => [payload.subarray(0, at), payload.slice().fill(255, at, at + 1)]).flat();
const behaves = (parse: () => unknown): boolean => {
  try {
    parse();
    return true;
  } catch (error) {
    return error instanceof LinuxError;
  }
};

describe('parseLearned', () => {
  it.each<[string, Uint8Array]>([
    ['of another port', changed(4, 4)],
    ['that is static (NUD_NOARP)', changed(8, 0x40)],
    ['that is an interface’s own (NUD_PERMANENT)', changed(8, 0x80)],
    ['of a control plane (NTF_EXT_LEARNED)', changed(10, 0x10)],
    ['of no bridge (no NDA_MASTER)', changed(26, 99)],
    ['without an address', changed(14, 99)],
    ['with an address of another length', changed(12, 9)],
    ['as recorded: an interface’s own', bytes(golden.neighbours[8] ?? '')],
  ])('leaves out an entry %s', (_what, payload) => {
    expect(parseLearned(payload, PORT)).toEqual([]);
  });

  it('refuses times that are too short', () => {
    const short = bytes(golden.neighbours[0]?.replace('14000300', '08000300') ?? '').slice(0, 40);
    expect(() => parseLearned(short, PORT)).toThrow(
      expect.objectContaining({ code: 'HERALD_NETLINK_MALFORMED' }) as Error,
    );
  });

  it('reads what Linux 6.1 says', () => {
    const entries = golden.neighbours.flatMap((hex) => parseLearned(bytes(hex), PORT));
    expect(entries.map(({ address, vlan }) => [Buffer.from(address).toString('hex'), vlan])).toEqual([
      ['525400000020', 22],
      ['525400000008', 150],
      ['525400000007', 7],
      ['525400000005', 7],
      ['525400000004', 22],
      ['525400000003', 7],
      ['525400000002', 22],
      ['525400000001', 7],
    ]);
    expect(entries[0]?.ageMs).toBe(150);
  });

  it('never throws anything but a LinuxError', () => {
    expect(spoiled(NEIGHBOUR).filter((payload) => !behaves(() => parseLearned(payload, PORT)))).toEqual([]);
  });
});

describe('parseBridgeEntry', () => {
  it.each([
    ['of no bridge', changed(26, 99), undefined],
    ['without an address', changed(14, 99), undefined],
    ['that was learned', NEIGHBOUR, 'learned'],
    ['that a person put there (NUD_NOARP)', changed(8, 0x40), 'placed'],
    ['of a control plane (NTF_EXT_LEARNED)', changed(10, 0x10), 'placed'],
    ['as recorded: an interface’s own', bytes(golden.neighbours[8] ?? ''), 'own'],
  ])('tells an entry %s', (_what, payload, origin) => {
    expect(parseBridgeEntry(payload)?.origin).toBe(origin);
  });

  it('names the bridge and the port', () => {
    expect(parseBridgeEntry(NEIGHBOUR)).toMatchObject({
      bridgeIndex: 2,
      portIndex: PORT,
      vlan: 22,
      ageMs: 150,
    });
  });
});
