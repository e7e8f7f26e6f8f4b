import { type Clock, guestIdentity, type ProcessIncarnation } from '@nic-herald/core';
import type { Domain, Libvirt } from '@nic-herald/libvirt';
import {
  type CommandOptions,
  type GuestIntroduction,
  type GuestSource,
  type QemuProcess,
  QmpCommands,
  type Standing,
} from '@nic-herald/qmp';
import { domainEnded } from './domain-ended.js';
import { DomainNics, fingerprintOf } from './domain-nics.js';
import { comesIn, isInPostCopy, isShutOff, isStarting, originOf, runStateOf } from './domain-standing.js';
import type { DomainTransport } from './domain-transport.js';
import { domainDescription } from './domain-xml.js';
import { inTime } from './in-time.js';
import { KnownDescription } from './known-description.js';
import { processWaitMs } from './process-wait.js';

/** What a domain is asked through. */
export type DomainCalls = Pick<Libvirt, 'xml' | 'state'>;

/** What a source needs besides. */
export interface SourceSurroundings {
  readonly libvirt: DomainCalls;
  /** The version of the QEMU that libvirt would start now, or that it is not known. Never waits long, never rejects. */
  readonly version: () => Promise<string>;
  readonly clock: Clock;
  /** The domain's QEMU; `undefined` where it cannot be found. Never rejects. */
  readonly process: Promise<QemuProcess | undefined>;
  /** The way to its QEMU. It is told to hold back commands where the guest waits to come in. */
  readonly transport: DomainTransport;
}

/** QEMU's run states of a guest that has not come in yet, and of one that runs. */
const WAITS = 'inmigrate';
const RUNS = 'running';

/**
 * libvirt tells of a domain, in place of its QEMU: which one it is, where it stands, which NICs it has. None of these calls
 * waits for a migration or for QEMU.
 */
export class DomainSource implements GuestSource {
  readonly nics: DomainNics;
  /** The domain's QEMU, as far as it was found in time for the introduction; settles with that, unless it fails. */
  readonly processInTime: Promise<QemuProcess | undefined>;
  private readonly description: KnownDescription;
  private foundInTime: (process: QemuProcess | undefined) => void = () => undefined;
  private holder: ProcessIncarnation | undefined;
  private startedToWait: boolean | undefined;

  constructor(
    private readonly domain: Domain,
    private readonly around: SourceSurroundings,
  ) {
    this.description = new KnownDescription(around.clock, async (options) =>
      domainDescription(await around.libvirt.xml(domain, 0, given(options))),
    );
    this.nics = new DomainNics(
      (options) => this.description.now(options),
      () => this.holder,
    );
    this.processInTime = new Promise((resolve) => {
      this.foundInTime = resolve;
    });
  }

  async introduction(options: CommandOptions): Promise<GuestIntroduction> {
    const { libvirt, clock } = this.around;
    const askedAt = clock.now();
    const [state, description, usualVersion] = await Promise.all([
      libvirt.state(this.domain, given(options)),
      this.description.now(options),
      this.around.version(),
    ]);
    if (isShutOff(state)) throw domainEnded(this.domain);
    const { transport } = this.around;
    const isToCome = comesIn(state, transport.toldOfMigration);
    const process = await inTime(clock, processWaitMs(isToCome), this.around.process);
    this.takeProcess(process);
    this.foundInTime(process);
    const waits = this.startedToWait ?? (isToCome ? true : undefined);
    const runState = runStateOf(state, waits);
    const inPostCopy = isInPostCopy(state);
    const mayAsk = runState === RUNS && !inPostCopy;
    if (runState === WAITS || isStarting(state) || inPostCopy) transport.hold({ inPostCopy });
    const { name, uuid } = description;
    return {
      identity: guestIdentity({ name, uuid }),
      version: mayAsk ? await this.version(usualVersion, options) : usualVersion,
      runState,
      migration: {},
      mirrors: false,
      capabilities: { events: true, colo: false }, // libvirt turns the one on, and knows nothing of the other
      nics: fingerprintOf(description),
      origin: originOf(state, waits),
      askedAt,
    };
  }

  async standing(options: CommandOptions): Promise<Omit<Standing, 'askedAt'>> {
    const state = await this.around.libvirt.state(this.domain, given(options));
    return { runState: runStateOf(state, this.startedToWait), migration: {} };
  }

  /** It has turned out which process is the domain's QEMU. */
  takeProcess(process: QemuProcess | undefined): void {
    if (process?.isQemu !== true) return;
    this.holder = process.incarnation;
    this.startedToWait = process.startedToWait;
  }

  /** A NIC came or went. */
  nicsChanged(): void {
    this.description.forget();
  }

  /** QEMU's own word, since the program may have been replaced after it started; else libvirt's, `usual`. */
  private async version(usual: string, options: CommandOptions): Promise<string> {
    try {
      return await new QmpCommands(this.around.transport).version(options);
    } catch {
      return usual;
    }
  }
}

const given = ({ signal }: CommandOptions): { readonly signal?: AbortSignal } =>
  signal === undefined ? {} : { signal };
