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
import { DomainNics, fingerprintOf } from './domain-nics.js';
import { originOf, runStateOf } from './domain-standing.js';
import type { DomainTransport } from './domain-transport.js';
import { type DomainDescription, domainDescription } from './domain-xml.js';

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

/** QEMU's run state of a guest that has not come in yet. */
const WAITS = 'inmigrate';

/**
 * libvirt tells of a domain, in place of its QEMU: which one it is, where it stands, which NICs it has. None of these calls
 * waits for a migration or for QEMU.
 */
export class DomainSource implements GuestSource {
  readonly nics: DomainNics;
  private holder: ProcessIncarnation | undefined;
  private startedToWait: boolean | undefined;

  constructor(
    private readonly domain: Domain,
    private readonly around: SourceSurroundings,
  ) {
    this.nics = new DomainNics(
      (options) => this.describe(options),
      () => this.holder,
    );
  }

  async introduction(options: CommandOptions): Promise<GuestIntroduction> {
    const { libvirt, clock } = this.around;
    const process = await this.around.process;
    this.takeProcess(process);
    const askedAt = clock.now();
    const [state, description] = await Promise.all([
      libvirt.state(this.domain, given(options)),
      this.describe(options),
    ]);
    const runState = runStateOf(state, this.startedToWait);
    if (runState === WAITS) this.around.transport.hold();
    const { name, uuid } = description;
    return {
      identity: guestIdentity({ name, uuid }),
      version: await this.version(runState, options),
      runState,
      migration: {},
      mirrors: false,
      capabilities: { events: true, colo: false }, // libvirt turns the one on, and knows nothing of the other
      nics: fingerprintOf(description),
      origin: originOf(state, this.startedToWait),
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

  private async describe(options: CommandOptions): Promise<DomainDescription> {
    return domainDescription(await this.around.libvirt.xml(this.domain, 0, given(options)));
  }

  /** QEMU's own word, since the program may have been replaced after it started. One that waits cannot give it. */
  private async version(runState: string, options: CommandOptions): Promise<string> {
    if (runState !== WAITS) {
      try {
        return await new QmpCommands(this.around.transport).version(options);
      } catch {
        // libvirt's word must do
      }
    }
    return this.around.version();
  }
}

const given = ({ signal }: CommandOptions): { readonly signal?: AbortSignal } =>
  signal === undefined ? {} : { signal };
