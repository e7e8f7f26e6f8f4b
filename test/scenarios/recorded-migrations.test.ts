import { stationKey } from '@nic-herald/core';
import { multicastOf } from '@nic-herald/core/internal';
import { loadRecording, recordingNames } from '@nic-herald/testkit';
import { describe, expect, test } from 'vitest';
import { migrateRecording, type PlayedMigration } from '../../packages/cli/src/demo/migrate-recording.js';

/** Stations that stay dark: with QEMU alone, and with nic-herald where the guest keeps quiet: what the card lists, and no more. */
const DARK: Readonly<Record<string, readonly [alone: number, withHerald: number]>> = {
  'e1000-macvlan': [8, 0],
  'e1000-vlan': [4, 0],
  'e1000e-macvlan': [8, 0],
  'igb-macvlan': [8, 0],
  'igb-vlan': [4, 0],
  'rtl8139-macvlan': [8, 8], // lists its own MAC only
  'virtio-macvlan-noga': [8, 0],
  'virtio-macvlan-over-vlan-noga': [3, 0],
  'virtio-nested': [4, 4], // a bridge in the guest: the card is promiscuous
  'virtio-vlan-noga': [4, 0],
  'vmxnet3-macvlan': [8, 8], // lists nothing
};
const ROUNDS_AT_MS = [0, 50, 200, 450, 800];

const darkOf = ({ stations }: PlayedMigration): number =>
  stations.filter(({ backAfterMs }) => backAfterMs === undefined).length;

test('every recording has its scenario', () => {
  expect(recordingNames()).toEqual(Object.keys(DARK));
});

describe.each(Object.entries(DARK))('%s', (name, [alone, withHerald]) => {
  const recording = loadRecording(name);

  test(`QEMU alone leaves ${alone} dark`, async () => {
    const played = await migrateRecording(recording, 'none');
    expect(darkOf(played)).toBe(alone);
    expect(played.sent).toEqual([]);
  });

  test.each([
    ['told of migrations', true],
    ['left to ask', false],
  ])(
    `with nic-herald and a quiet guest, %s: ${withHerald} dark, rounds on QEMU's schedule, nothing before RESUME`,
    async (_, migrationEvents) => {
      const played = await migrateRecording(recording, 'nic-herald', { migrationEvents });
      expect(darkOf(played)).toBe(withHerald);

      const sentAt = [...new Set(played.sent.map(({ at }) => at - played.resumedAt))];
      expect(sentAt).toEqual(ROUNDS_AT_MS);
      expect(played.sent.every(({ port }) => port === 'tapB')).toBe(true);
      expect(played.heard.filter(({ afterMs }) => afterMs < 0)).toEqual([]);

      const [report, ...others] = played.reports;
      expect(others).toEqual([]);
      expect(report).toMatchObject({ host: 'B', cause: 'migration', outcome: 'announced', epoch: 1 });
      expect(report?.resumedAt).toBe(played.resumedAt);
      expect(report?.rounds.map(({ startedAt }) => startedAt - played.resumedAt)).toEqual(ROUNDS_AT_MS);
      const announced = report?.nics.flatMap((nic) => [...nic.announced, ...nic.added]) ?? [];
      const queries = played.sent.filter(({ direction }) => direction === 'to-guest');
      expect(played.sent).toHaveLength(announced.length * ROUNDS_AT_MS.length + queries.length);
      const asked = report === undefined ? [] : [...multicastOf(report).values()];
      expect(asked.map((each) => each.queries)).toEqual([queries.length]);

      const known = new Set(announced.map(({ station }) => stationKey(station)));
      for (const { station, backAfterMs } of played.stations) {
        expect([station, backAfterMs]).toEqual([station, known.has(stationKey(station)) ? 2 : undefined]);
      }
    },
  );
});

describe.each(recordingNames())('%s, whose guest spoke once on each station', (name) => {
  test.each([
    ['told of migrations', true],
    ['left to ask', false],
  ])(
    'with nic-herald, %s: 0 dark, each station with its own VLAN and no other',
    async (_, migrationEvents) => {
      const recording = loadRecording(name);
      const played = await migrateRecording(recording, 'nic-herald', { migrationEvents, guestSpeaks: true });
      expect(played.stations.filter(({ backAfterMs }) => backAfterMs !== 2)).toEqual([]);
      const [nic] = played.reports.flatMap(({ nics }) => nics);
      const announced = [...(nic?.announced ?? []), ...(nic?.added ?? [])];
      const evidence = new Map(announced.map((each) => [stationKey(each.station), each.evidence]));
      const [primary, ...others] = recording.truth.stations;
      expect(evidence.get(stationKey(primary ?? { mac: 'none' as never }))).toBe('primary');
      for (const station of others)
        expect([station, evidence.get(stationKey(station))]).toEqual([station, 'learned']);
      // A MAC that was seen on one VLAN is announced on that and on no other, whatever the card lists beside it.
      const truth = new Set(recording.truth.stations.map(stationKey));
      const secondary = announced.filter(({ station }) => station.mac !== primary?.mac);
      expect(secondary.filter(({ station }) => !truth.has(stationKey(station)))).toEqual([]);
    },
  );
});

test.each(['virtio-vlan-noga', 'virtio-macvlan-over-vlan-noga'])(
  '%s: the destination warns that its QEMU lost the VLAN table',
  async (name) => {
    const { warnings } = await migrateRecording(loadRecording(name), 'nic-herald');
    expect(warnings.map(({ details: { reason } }) => reason)).toContain('vlan-table-lost');
  },
);
