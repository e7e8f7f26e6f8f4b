import { beforeAll, describe, expect, test } from 'vitest';
import type { DemoGuest } from './demo-guest.js';
import { runDemo } from './run-demo.js';

const demo = async (options: { json: boolean; color: boolean }): Promise<string> => {
  let text = '';
  const status = await runDemo({
    ...options,
    write: (piece) => {
      text += piece;
    },
  });
  expect(status).toBe(0);
  return text;
};

describe('drawn', () => {
  let text = '';
  beforeAll(async () => {
    text = await demo({ json: false, color: false });
  });

  test('fits 100 columns, without a colour nobody asked for', () => {
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(text).not.toContain('\u001b');
  });

  test('shows QEMU alone beside nic-herald', () => {
    expect(text).toContain(
      '  52:54:00:aa:00:08      filter    ····················   dark     ●━━━━━━━━━━━━━━━━━━━   1 ms\n',
    );
    expect(text).toMatch(/1 of 9 back, 8 dark +9 of 9 back, 0 dark/);
  });

  test('says what would stay dark, and why', () => {
    const said = text.replaceAll(/\s+/g, ' ');
    expect(said).toContain('Of 78 stations, QEMU alone left 67 dark, nic-herald 0.');
    expect(said).toContain('The cards of rtl8139-macvlan, virtio-nested, vmxnet3-macvlan do not list theirs');
    expect(said).toContain('Had they kept quiet, 20 would be dark');
    expect(text.match(/Had it kept quiet: \d dark/g)).toEqual(
      [8, 4, 8].map((dark) => `Had it kept quiet: ${dark} dark`),
    );
    expect(said).toContain('! vlan-table-lost: this QEMU');
  });
});

test('coloured where colour was asked for', async () => {
  expect(await demo({ json: false, color: true })).toContain('\u001b[31m');
});

test('as JSON: the same numbers', async () => {
  const { guests } = JSON.parse(await demo({ json: true, color: true })) as { guests: readonly DemoGuest[] };
  expect(guests.find(({ guest }) => guest === 'virtio-vlan-noga')).toMatchObject({
    qemu: '7.2.22',
    model: 'virtio-net',
    stations: [
      { mac: '52:54:00:00:00:01', evidence: 'primary' },
      { vlan: 10, evidence: 'paired' },
      {},
      {},
      {},
    ],
    qemuAlone: { dark: 4, backAfterMs: [1, null, null, null, null], announcedAtMs: [0, 50, 200, 450, 800] },
    nicHerald: {
      dark: 0,
      lastBackMs: 1,
      backAfterMs: [1, 1, 1, 1, 1],
      announcedAtMs: [0, 50, 200, 450, 800],
    },
    notes: [{ reason: 'vlan-table-lost' }],
  });
  const nested = guests.find(({ guest }) => guest === 'virtio-nested');
  expect(nested).toMatchObject({ darkIfQuiet: 4, nicHerald: { dark: 0 } });
  expect(nested?.stations.map(({ evidence }) => evidence)).toEqual([
    'primary',
    ...Array<string>(4).fill('learned'),
  ]);
  const quiet = guests.filter(({ darkIfQuiet }) => darkIfQuiet === 0);
  expect(quiet).toHaveLength(8);
  for (const { stations } of quiet) expect(stations.map(({ evidence }) => evidence)).not.toContain('learned');
});
