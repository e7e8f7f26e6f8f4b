import { join } from 'node:path';
import { MacAddress } from '@nic-herald/wire';
import { Fabric, type FabricHost } from './fabric.js';
import type { FabricFrame } from './fabric-frame.js';
import { FabricGuest } from './fabric-guest.js';
import { FabricLearner } from './fabric-learner.js';
import { FabricSink } from './fabric-sink.js';
import { FakeClock } from './fake-clock.js';
import type { BridgePort } from './learning-bridge.js';
import { RecordedQemu } from './recorded-qemu.js';
import type { RecordedEvent, RecordedSession } from './recorded-session.js';
import type { Recording } from './recording.js';
import { ScriptedQmpServer } from './scripted-qmp-server.js';
import { StationProbes, type StationReturn } from './station-probes.js';

/** How a recorded migration is played. */
export interface FabricMigrationOptions {
  /** Where the two QMP sockets are made: an empty directory of a short path. */
  readonly directory: string;
  /** How long after RESUME the probes go on, ms; default 4000. What was not reached by then is dark. */
  readonly watchMs?: number;
  /** Pause between two probes of one station, ms; default 2. */
  readonly probeEveryMs?: number;
  /** Whether QEMU tells of migrations (its `events` capability, as libvirt turns it on); default true. */
  readonly migrationEvents?: boolean;
}

/** One end of the migration. */
export interface FabricMigrationEnd {
  readonly host: FabricHost;
  readonly port: BridgePort;
  readonly qemu: RecordedQemu;
  /** For the agent of this host. */
  readonly sink: FabricSink;
  /** For the agent of this host, where it is to learn. */
  readonly learner: FabricLearner;
  /** Path of the QMP socket. */
  readonly socket: string;
}

/** One broadcast as the peer heard it. */
export interface HeardFrame {
  /** Ms after RESUME; below 0 before it. */
  readonly afterMs: number;
  readonly source: MacAddress;
  /** 0 where it was untagged. */
  readonly vlan: number;
}

/** What the peer found. */
export interface FabricMigrationResult {
  /** When the guest resumed, ms since 1970 UTC on the fabric's clock. */
  readonly resumedAt: number;
  readonly stations: readonly StationReturn[];
  /** Every broadcast since the migration began: the announcements, whoever made them. */
  readonly heard: readonly HeardFrame[];
}

const DEFAULT_WATCH_MS = 4000;

/**
 * A recorded migration on the fabric: the guest moves from host A to host B, both QEMUs serve QMP and tell what
 * they told when it was recorded, at the same intervals, and the peer probes every station the guest truly has.
 * Agents, if any, are the caller's: they see the sockets and send through the sinks.
 */
export class FabricMigration {
  readonly clock = new FakeClock();
  readonly fabric = new Fabric(this.clock);
  readonly source: FabricMigrationEnd;
  readonly destination: FabricMigrationEnd;
  private readonly guest: FabricGuest;
  private readonly servers: ScriptedQmpServer[] = [];

  constructor(
    private readonly recording: Recording,
    private readonly options: FabricMigrationOptions,
  ) {
    this.source = this.end('A', recording.source, 'running');
    this.destination = this.end('B', recording.destination, 'inmigrate');
    const primaryMac = MacAddress.of(findReply(recording.source, 'mac'));
    this.guest = new FabricGuest(this.clock, { primaryMac, stations: recording.truth.stations });
    if (options.migrationEvents ?? true) {
      const capabilities = [{ capability: 'events', state: true }];
      for (const { qemu } of this.ends) qemu.answer('migrate-set-capabilities', { capabilities });
    }
  }

  /** Opens the sockets; the guest speaks once on each station, so that the network knows it at host A. */
  async open(): Promise<void> {
    for (const { qemu, socket } of [this.source, this.destination]) {
      const server = new ScriptedQmpServer(qemu, this.clock);
      this.servers.push(server);
      await server.listen(socket);
    }
    this.speak();
  }

  /** The guest speaks once more on each station, at host A: whoever learns there by now hears it. */
  speak(): void {
    this.guest.speak(this.source.port);
  }

  /** Plays the migration, probes from RESUME on, and says what became of every station. */
  async play(): Promise<FabricMigrationResult> {
    const { clock, destination, fabric, options, recording, source } = this;
    const probes = new StationProbes({
      clock,
      from: fabric.peer,
      to: destination.port,
      stations: recording.truth.stations,
      everyMs: options.probeEveryMs,
    });
    const heard: { readonly at: number; readonly frame: FabricFrame }[] = [];
    const stopHearing = fabric.peer.onFrame((frame) => {
      if (MacAddress.isBroadcast(frame.destination)) heard.push({ at: clock.now(), frame });
    });
    let resumedAt = 0;
    let resumesAfterMs = 0;
    for (const { afterMs, end, event } of this.script()) {
      if (event.name === 'RESUME') resumesAfterMs = afterMs;
      clock.setTimer(afterMs, () => {
        if (event.name === 'STOP') source.qemu.stop('finish-migrate');
        else if (event.name === 'MIGRATION') end.qemu.migrate(statusOf(event));
        else if (event.name !== 'RESUME') end.qemu.emit(event.name, event.data);
        else {
          resumedAt = clock.now();
          destination.qemu.resume();
          this.guest.resume(destination.port);
          probes.start();
        }
      });
    }
    await clock.advance(resumesAfterMs + (options.watchMs ?? DEFAULT_WATCH_MS));
    probes.stop();
    this.guest.stop();
    stopHearing();
    return {
      resumedAt,
      stations: probes.results(),
      heard: heard.map(({ at, frame: { source: from, vlan } }) => ({
        afterMs: at - resumedAt,
        source: from,
        vlan,
      })),
    };
  }

  /** Closes the sockets. */
  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.close()));
  }

  /** Both ends, the source first. */
  get ends(): readonly FabricMigrationEnd[] {
    return [this.source, this.destination];
  }

  private end(name: string, session: RecordedSession, startsAs: 'running' | 'inmigrate'): FabricMigrationEnd {
    const host = this.fabric.addHost(name);
    const port = host.addGuestPort(
      /ifname=([^,]+)/.exec(findReply(session, 'info network'))?.[1] ?? `tap${name}`,
    );
    return {
      host,
      port,
      qemu: new RecordedQemu(session, this.clock, startsAs),
      sink: new FabricSink(host, this.clock),
      learner: new FabricLearner(host, this.clock),
      socket: join(this.options.directory, `${name}.qmp`),
    };
  }

  /** The events of both ends, with the intervals they were recorded at. */
  private script(): readonly ScriptedEvent[] {
    const played = [
      ...this.recording.source.events.map((event) => ({ end: this.source, event })),
      ...this.recording.destination.events.map((event) => ({ end: this.destination, event })),
    ].filter(({ event }) => /^(MIGRATION|MIGRATION_PASS|STOP|RESUME)$/.test(event.name));
    const begin = Math.min(...played.map(({ event }) => event.at));
    return played.map((step) => ({ ...step, afterMs: Math.round((step.event.at - begin) * 1000) / 1000 }));
  }
}

interface ScriptedEvent {
  readonly afterMs: number;
  readonly end: FabricMigrationEnd;
  readonly event: RecordedEvent;
}

function statusOf({ data: { status } = {} }: RecordedEvent): string {
  return String(status);
}

/** What was answered to the one question that has `argument` among its arguments. */
function findReply({ before }: RecordedSession, argument: string): string {
  return String(before.find((exchange) => Object.values(exchange.arguments).includes(argument))?.reply);
}
