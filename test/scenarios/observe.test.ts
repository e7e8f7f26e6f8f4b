import {
  ANNOUNCE_POLICY,
  type AnnounceMode,
  DEFAULT_GUEST_POLICY,
  type HeraldPlugin,
  stationKey,
} from '@nic-herald/core';
import { loadRecording } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { migrateRecording, type PlayedMigration } from '../../packages/cli/src/demo/migrate-recording.js';

const policy = (mode: AnnounceMode): HeraldPlugin => ({
  name: 'rules',
  contract: 2,
  install: (registrar) =>
    registrar.provide(ANNOUNCE_POLICY, { value: { forGuest: () => ({ ...DEFAULT_GUEST_POLICY, mode }) } }),
});
const observing = [policy('observe')];

const backOf = ({ stations }: PlayedMigration): readonly (readonly [string, number | undefined])[] =>
  stations.map(({ station, backAfterMs }) => [stationKey(station), backAfterMs]);
const namedIn = ({ reports }: PlayedMigration): ReadonlySet<string> =>
  new Set(
    reports.flatMap(({ nics }) =>
      nics.flatMap(({ announced, added }) =>
        [...announced, ...added].map(({ station }) => stationKey(station)),
      ),
    ),
  );

describe.each(['virtio-macvlan-noga', 'e1000-vlan', 'rtl8139-macvlan', 'virtio-nested'])(
  '%s, with a destination that only observes',
  (name) => {
    const recording = loadRecording(name);

    it('goes as with QEMU alone, sends nothing, and names all that would have been announced', async () => {
      const options = { guestSpeaks: true };
      const alone = await migrateRecording(recording, 'none', options);
      const observed = await migrateRecording(recording, 'nic-herald', { ...options, plugins: observing });
      const announced = await migrateRecording(recording, 'nic-herald', options);

      expect(backOf(alone).some(([, backAfterMs]) => backAfterMs === undefined)).toBe(true);
      expect(backOf(observed)).toEqual(backOf(alone));
      expect([observed.sent, observed.heard]).toEqual([[], alone.heard]);

      const [report, ...others] = observed.reports;
      expect(others).toEqual([]);
      expect(report).toMatchObject({
        host: 'B',
        cause: 'migration',
        mode: 'observe',
        outcome: 'observed',
        epoch: 1,
      });
      expect(report?.rounds.map(({ frames, accepted }) => [frames, accepted])).toEqual(
        announced.reports[0]?.rounds.map(({ frames }) => [frames, 0]),
      );
      expect(report?.warnings).toEqual(announced.reports[0]?.warnings);
      expect(namedIn(observed)).toEqual(namedIn(announced));
      const named = namedIn(observed);
      expect(recording.truth.stations.map(stationKey).filter((key) => !named.has(key))).toEqual([]);
    });
  },
);
