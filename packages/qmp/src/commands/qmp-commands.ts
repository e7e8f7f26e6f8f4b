import { HeraldError, isHeraldError } from '@nic-herald/core';
import { z } from 'zod';
import type { CommandOptions, QmpTransport } from '../transport/qmp-transport.js';
import { type MigrationStatus, migrationStatus } from './migration-status.js';
import { type PciDevice, pciBuses } from './pci-device.js';

const version = z.object({ qemu: z.object({ major: z.int(), minor: z.int(), micro: z.int() }) });
const name = z.object({ name: z.string().optional() });
const uuid = z.object({ UUID: z.string() });
const status = z.object({ status: z.string().max(64) });
const capabilities = z.array(z.object({ capability: z.string(), state: z.boolean() })).max(256);
const qomList = z.array(z.object({ name: z.string().max(256), type: z.string().max(256) })).max(16384);
const text = z.string();
const parameters = z.object({ 'announce-rounds': z.int().optional() });
const coloStatus = z.object({ mode: z.enum(['none', 'primary', 'secondary']) });

/** Which end of a COLO pair a QEMU is. */
export type ColoMode = z.infer<typeof coloStatus>['mode'];

/** The migration capabilities that matter here. */
export interface MigrationCapabilities {
  /** QEMU tells of migrations by `MIGRATION` events. */
  readonly events: boolean;
  /** Its next migration may begin a COLO, as either end; QEMU 7.2 lets a secondary be one without. */
  readonly colo: boolean;
}

const UNANSWERED = ['HERALD_QMP_COMMAND', 'HERALD_QMP_REPLY'];

/** A child object in QEMU's object tree. */
export interface QomChild {
  readonly path: string;
  /** Its type, `e1000`. */
  readonly type: string;
}

/**
 * The few QMP commands nic-herald uses, with checked replies. Each is short; none changes anything but
 * `enableMigrationEvents`. All reject with a HeraldError.
 */
export class QmpCommands {
  constructor(private readonly transport: QmpTransport) {}

  /** `7.2.22`. */
  async version(options?: CommandOptions): Promise<string> {
    const { qemu } = await this.ask('query-version', version, undefined, options);
    return `${qemu.major}.${qemu.minor}.${qemu.micro}`;
  }

  async name(options?: CommandOptions): Promise<string | undefined> {
    return (await this.ask('query-name', name, undefined, options)).name;
  }

  async uuid(options?: CommandOptions): Promise<string> {
    return (await this.ask('query-uuid', uuid, undefined, options)).UUID;
  }

  /** QEMU's run state: `running`, `paused`, `inmigrate`, `postmigrate`, ... */
  async runState(options?: CommandOptions): Promise<string> {
    return (await this.ask('query-status', status, undefined, options)).status;
  }

  migration(options?: CommandOptions): Promise<MigrationStatus> {
    return this.ask('query-migrate', migrationStatus, undefined, options);
  }

  async migrationCapabilities(options?: CommandOptions): Promise<MigrationCapabilities> {
    const all = await this.ask('query-migrate-capabilities', capabilities, undefined, options);
    const isOn = (name: string) => all.some(({ capability, state }) => capability === name && state);
    return { events: isOn('events'), colo: isOn('x-colo') };
  }

  /**
   * How often QEMU announces a guest that came by migration: 0 to 1000 (`announce-rounds`, since QEMU 4.0). `undefined` where it does
   * not tell; it announces it then.
   */
  async announceRounds(options?: CommandOptions): Promise<number | undefined> {
    return this.unlessUnanswered(async () => {
      const told = await this.ask('query-migrate-parameters', parameters, undefined, options);
      return told['announce-rounds'];
    });
  }

  /** Which end of a COLO pair it is; `undefined` where QEMU refuses to tell, or tells what we do not know. */
  async coloMode(options?: CommandOptions): Promise<ColoMode | undefined> {
    return this.unlessUnanswered(
      async () => (await this.ask('query-colo-status', coloStatus, undefined, options)).mode,
    );
  }

  /** Turns the `events` migration capability on, for every client of this QEMU. */
  async enableMigrationEvents(options?: CommandOptions): Promise<void> {
    const args = { capabilities: [{ capability: 'events', state: true }] };
    await this.ask('migrate-set-capabilities', z.unknown(), args, options);
  }

  /** The children of an object, properties left out. */
  async children(path: string, options?: CommandOptions): Promise<readonly QomChild[]> {
    const members = await this.ask('qom-list', qomList, { path }, options);
    return members.flatMap((member) => {
      const type = /^child<(.+)>$/.exec(member.type)?.[1];
      return type === undefined ? [] : [{ path: `${path}/${member.name}`, type }];
    });
  }

  /** One property of an object, unchecked. */
  property(path: string, property: string, options?: CommandOptions): Promise<unknown> {
    return this.ask('qom-get', z.unknown(), { path, property }, options);
  }

  /** The receive filters of one net client, unchecked. QEMU works on its main loop meanwhile. */
  receiveFilters(client: string, options?: CommandOptions): Promise<readonly unknown[]> {
    return this.ask('query-rx-filter', z.array(z.unknown()).max(64), { name: client }, options);
  }

  /** The PCI functions of each root bus. */
  async pciDevices(options?: CommandOptions): Promise<ReadonlyArray<readonly PciDevice[]>> {
    return (await this.ask('query-pci', pciBuses, undefined, options)).map(({ devices }) => devices);
  }

  /** Runs a command of the human monitor and gives its text. */
  human(commandLine: string, options?: CommandOptions): Promise<string> {
    return this.ask('human-monitor-command', text, { 'command-line': commandLine }, options);
  }

  /** `undefined` where QEMU does not know the command, refuses, or answers what we do not know. */
  private async unlessUnanswered<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (isHeraldError(error) && UNANSWERED.includes(error.code)) return undefined;
      throw error;
    }
  }

  private async ask<T>(
    command: string,
    schema: z.ZodType<T>,
    args: object | undefined,
    options: CommandOptions | undefined,
  ): Promise<T> {
    const { data, error } = schema.safeParse(await this.transport.execute(command, args, options));
    if (!error) return data;
    const { address } = this.transport;
    throw new HeraldError(
      'HERALD_QMP_REPLY',
      `QEMU at ${address} answered ${command} in a form nic-herald does not know: ` +
        z.prettifyError(error).slice(0, 500),
      { details: { command, address } },
    );
  }
}
