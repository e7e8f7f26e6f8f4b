import {
  ANNOUNCEMENT_COMPANION,
  type AnnouncementCompanion,
  type Guest,
  type MigrationReport,
} from '@nic-herald/core';
import { composeHost } from '@nic-herald/host';
import {
  Fabric,
  FabricSink,
  FakeClock,
  fabricPlugin,
  MemoryHandoff,
  PlayedMonitor,
} from '@nic-herald/testkit';
import { MacAddress } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { plugin as arrivalNote } from '../../examples/custom-companion/src/arrival-note-companion.js';

const never = (): Promise<never> => new Promise(() => {});
const MAC = MacAddress.of('52:54:00:00:00:01');

/** A guest comes to a host on the fabric with these companions, and stops after a while. */
const arrive = async (companions: readonly AnnouncementCompanion[], stopsAfterMs = 20_000) => {
  const clock = new FakeClock();
  const at = new Fabric(clock).addHost('B');
  const { name: port } = at.addGuestPort('tapB');
  const sink = new FabricSink(at, clock);
  const monitor = new PlayedMonitor();
  const contribute = {
    name: 'companions',
    contract: 2,
    install: (registrar: Parameters<ReturnType<typeof arrivalNote>['install']>[0]) => {
      for (const value of companions) registrar.contribute(ANNOUNCEMENT_COMPANION, { value });
    },
  } as const;
  const handoff = new MemoryHandoff();
  const host = await composeHost(
    [fabricPlugin({ clock, sink, handoff }), monitor.plugin, arrivalNote({}), contribute],
    { name: 'B' },
  );
  const reports: MigrationReport[] = [];
  const warnings: string[] = [];
  host.bus.on('announce:finished', ({ report }) => reports.push(report));
  host.bus.on('announce:revised', ({ report }) => reports.push(report));
  host.bus.on('warning', ({ warning }) => warnings.push(warning.message));
  const guest: Guest = {
    identity: { name: 'web-1' },
    instance: 'B',
    hypervisor: { name: 'fabric', version: '1' },
    nics: async () => [
      { id: 'nic0', type: 'fabric-card', primaryMac: MAC, port: { kind: 'tap', name: port } },
    ],
    inspect: () => {
      throw new Error('no model looks at this card');
    },
  };
  monitor.intake.appeared({ guest, phase: 'incoming' });
  await clock.advance(100);
  const resumedAt = clock.now();
  monitor.intake.resumed({ guest, resumedAt, readAt: resumedAt });
  await clock.advance(stopsAfterMs);
  monitor.intake.stopped({ guest });
  await clock.advance(2000);
  await host.close();
  const sent = sink.sent.map(({ at: sentAt, frame, direction }) => [
    sentAt - resumedAt,
    direction,
    frame.bytes,
  ]);
  const told = reports.map(({ id, revision, outcome, sections }) => ({ id, revision, outcome, ...sections }));
  return { told, sent, warnings };
};

describe('the companion of the example', () => {
  it('has its section in the report, and later a revision of the same report', async () => {
    const { told, warnings } = await arrive([]);
    const [first] = told;
    const same = {
      id: first?.id,
      outcome: 'announced',
      multicast: { nics: { nic0: { vlans: [], queries: 10 } } },
    };
    expect(told).toEqual([
      { ...same, revision: 1, arrivalNote: { rounds: 5 } },
      { ...same, revision: 2, arrivalNote: { rounds: 5, stayed: true } },
    ]);
    expect(warnings).toEqual([]);
  });

  it('notes where the guest did not stay', async () => {
    const { told } = await arrive([], 5000);
    expect(told.at(-1)).toMatchObject({ revision: 2, arrivalNote: { rounds: 5, stayed: false } });
  });

  it.each<[string, AnnouncementCompanion['accompany']]>([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['never answers', never],
    ['gives nonsense', () => 'yes' as never],
    ['has no end', () => ({ over: never })],
    ['has an endless section', () => ({ over: () => 'x'.repeat(1_000_000) })],
  ])('and every frame are as ever beside one that %s', async (_, accompany) => {
    const alone = await arrive([]);
    const beside = await arrive([{ name: 'broken', accompany }]);
    expect(beside.sent).toEqual(alone.sent);
    expect(beside.sent.length).toBeGreaterThan(10);
    expect(beside.told.at(-1)).toMatchObject({ arrivalNote: { rounds: 5, stayed: true } });
    expect(beside.told[0]).toMatchObject({ revision: 1, multicast: { nics: { nic0: { queries: 10 } } } });
  });
});
