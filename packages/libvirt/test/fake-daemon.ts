import { createServer, type Server, type Socket } from 'node:net';
import { type Domain, readDomain, writeDomain } from '../src/domain.js';
import { LIBVIRT_CODES } from '../src/libvirt-error.js';
import { PacketSplitter } from '../src/rpc/packet-splitter.js';
import { PROCEDURES, type Procedure } from '../src/rpc/procedures.js';
import { encodePacket, PACKET_STATUS, PACKET_TYPE, readHeader } from '../src/rpc/rpc-header.js';
import { XdrReader } from '../src/xdr/xdr-reader.js';
import { XdrWriter } from '../src/xdr/xdr-writer.js';
import type { FakeDomain } from './fake-domain.js';
import { FakeRefusal, refusalBody } from './fake-refusal.js';

type ProcedureKey = keyof typeof PROCEDURES;
/** The body of the reply; undefined: it is never answered. What it throws as a `FakeRefusal` is answered as libvirt's error. */
export type Answer = (
  args: XdrReader,
  client: FakeClient,
) => XdrWriter | undefined | Promise<XdrWriter | undefined>;

const MANY = 4 * 1024 * 1024;
/** What is heard, by the number of the event. */
const HEARD: Readonly<Record<number, string>> = { 15: 'device removed', 19: 'device added', 23: 'metadata' };
const procedureKeys = Object.keys(PROCEDURES) as ProcedureKey[];

/** One who is connected. */
export interface FakeClient {
  readonly socket: Socket;
  /** Callback ids by what they hear: `lifecycle`, `metadata`, `monitor`, `device added`, `device removed`. */
  readonly hears: Map<number, string>;
}

/** A libvirt daemon on a real Unix socket that serves any number of clients, and says what a test wants. */
export class FakeDaemon {
  readonly domains: FakeDomain[] = [];
  readonly clients: FakeClient[] = [];
  /** Calls by name, as they came. */
  readonly calls: ProcedureKey[] = [];
  authMethods = [0];
  /** Takes connections and answers nothing at all. */
  isFrozen = false;
  /** How many have connected so far. */
  connections = 0;
  readonly answers: Partial<Record<ProcedureKey, Answer>>;
  private readonly server: Server;
  private waiting: Array<() => void> = [];
  private lastCallbackId = 0;

  private constructor(readonly path: string) {
    this.answers = this.usualAnswers();
    this.server = createServer((socket) => this.serve(socket));
  }

  static async listen(
    path: string,
    setUp: (daemon: FakeDaemon) => void = () => undefined,
  ): Promise<FakeDaemon> {
    const daemon = new FakeDaemon(path);
    setUp(daemon);
    await new Promise<void>((resolve) => daemon.server.listen(path, resolve));
    return daemon;
  }

  /** An event of a domain's life, to all who hear those. */
  lifecycle(domain: Domain, event: number, detail: number): void {
    this.tell('lifecycle', PROCEDURES.lifecycleEvent, (writer) =>
      writeDomain(writer, domain).int(event).int(detail),
    );
  }

  /** An event of QEMU's. `stampedAt`: ms since 1970 UTC; `data`: JSON text. */
  monitorEvent(domain: Domain, name: string, stampedAt: number, data?: string): void {
    const micros = Math.round(stampedAt * 1000);
    this.tell('monitor', PROCEDURES.monitorEvent, (writer) =>
      writeDomain(writer, domain)
        .string(name, MANY, 'name')
        .hyper(BigInt(Math.floor(micros / 1e6)))
        .uint(micros % 1e6)
        .optional(data, (each, text) => each.string(text, MANY, 'data')),
    );
  }

  /** Metadata was set; `set` of a client tells it by itself. */
  metadataChanged(domain: Domain, uri: string): void {
    this.tell('metadata', PROCEDURES.metadataEvent, (writer) =>
      writeDomain(writer, domain)
        .int(2)
        .optional(uri, (each, text) => each.string(text, MANY, 'uri')),
    );
  }

  /** A device was plugged or unplugged. */
  device(domain: Domain, what: 'added' | 'removed', alias: string): void {
    const procedure = what === 'added' ? PROCEDURES.deviceAddedEvent : PROCEDURES.deviceRemovedEvent;
    this.tell(`device ${what}`, procedure, (writer) =>
      writeDomain(writer, domain).string(alias, MANY, 'alias'),
    );
  }

  /** Something by itself, to every client. */
  message(procedure: Procedure, body: Uint8Array = new Uint8Array(0)): void {
    this.raw(packetOf(procedure, PACKET_TYPE.MESSAGE, 0, PACKET_STATUS.OK, body));
  }

  /** Bytes, as they are, to every client. */
  raw(bytes: Uint8Array): void {
    for (const { socket } of this.clients) socket.write(bytes);
  }

  /** Resolves when that many calls of a procedure have come in. */
  async called(procedure: ProcedureKey, count = 1): Promise<void> {
    while (this.count(procedure) < count) {
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
      });
    }
  }

  count(procedure: ProcedureKey): number {
    return this.calls.filter((each) => each === procedure).length;
  }

  /** Cuts every client off; new ones are served. */
  disconnect(): void {
    for (const { socket } of this.clients.splice(0)) socket.destroy();
  }

  /** Goes, with its socket. */
  async close(): Promise<void> {
    this.disconnect();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private serve(socket: Socket): void {
    const client: FakeClient = { socket, hears: new Map() };
    this.clients.push(client);
    this.connections += 1;
    const splitter = new PacketSplitter();
    socket.on('error', () => undefined);
    socket.on('close', () => {
      const index = this.clients.indexOf(client);
      if (index !== -1) this.clients.splice(index, 1);
    });
    socket.on('data', (chunk: Uint8Array) => {
      for (const packet of splitter.push(chunk)) this.take(client, new XdrReader(packet.slice()));
    });
    this.wake();
  }

  private take(client: FakeClient, reader: XdrReader): void {
    const { program, procedure, serial } = readHeader(reader);
    const key = procedureKeys.find(
      (each) => PROCEDURES[each].program === program && PROCEDURES[each].number === procedure,
    );
    if (key === undefined) throw new Error(`a call of procedure ${procedure} of program ${program}`);
    this.calls.push(key);
    if (!this.isFrozen) void this.answer(client, key, serial, reader);
    this.wake();
  }

  private async answer(
    client: FakeClient,
    key: ProcedureKey,
    serial: number,
    reader: XdrReader,
  ): Promise<void> {
    const { [key]: procedure } = PROCEDURES;
    const say = (status: number, body: Uint8Array): void =>
      void client.socket.write(packetOf(procedure, PACKET_TYPE.REPLY, serial, status, body));
    if (key === 'ping') {
      client.socket.write(
        packetOf(PROCEDURES.pong, PACKET_TYPE.MESSAGE, 0, PACKET_STATUS.OK, new Uint8Array(0)),
      );
      return;
    }
    try {
      const answer = this.answers[key]?.(reader, client);
      const body = answer instanceof Promise ? await answer : answer;
      if (body !== undefined) say(PACKET_STATUS.OK, body.bytes());
    } catch (error) {
      if (!(error instanceof FakeRefusal)) throw error;
      say(PACKET_STATUS.ERROR, refusalBody(error));
    }
  }

  private usualAnswers(): Partial<Record<ProcedureKey, Answer>> {
    return {
      authList: () => new XdrWriter().array(this.authMethods, (writer, method) => writer.int(method)),
      open: () => new XdrWriter(),
      libraryVersion: () => new XdrWriter().unsignedHyper(9_000_000n),
      hypervisorVersion: () => new XdrWriter().unsignedHyper(7_002_022n),
      domains: () =>
        new XdrWriter()
          .array(this.domains, (writer, domain) => writeDomain(writer, domain))
          .uint(this.domains.length),
      xml: (args) => {
        const { xml } = this.domainOf(args);
        return xml === undefined ? undefined : new XdrWriter().string(xml, MANY, 'xml');
      },
      state: (args) => {
        const { state, reason } = this.domainOf(args).standing;
        return new XdrWriter().int(state).int(reason);
      },
      monitorCommand: async (args) => {
        const domain = this.domainOf(args);
        const text = await domain.monitor(args.string(MANY, 'command'));
        return text === undefined ? undefined : new XdrWriter().string(text, MANY, 'answer');
      },
      metadata: (args) => {
        const domain = this.domainOf(args);
        args.int('type');
        const xml = domain.metadata.get(args.optional('uri', () => args.string(MANY, 'uri')) ?? '');
        if (xml === undefined) throw new FakeRefusal(LIBVIRT_CODES.NO_DOMAIN_METADATA, 'metadata not found');
        return new XdrWriter().string(xml, MANY, 'metadata');
      },
      setMetadata: (args) => this.setMetadata(args),
      hear: (args, client) => this.register(client, HEARD[args.int('event id')] ?? 'lifecycle'),
      hearMonitor: (_args, client) => this.register(client, 'monitor'),
      stopHearing: (args, client) => deregister(args, client),
      stopHearingMonitor: (args, client) => deregister(args, client),
    };
  }

  private setMetadata(args: XdrReader): XdrWriter {
    const domain = this.domainOf(args);
    args.int('type');
    const [xml, , uri = ''] = ['metadata', 'key', 'uri'].map((what) =>
      args.optional(what, () => args.string(MANY, what)),
    );
    if (xml === undefined) domain.metadata.delete(uri);
    else domain.metadata.set(uri, xml);
    this.metadataChanged(domain, uri);
    return new XdrWriter();
  }

  private domainOf(args: XdrReader): FakeDomain {
    const { uuid } = readDomain(args);
    const domain = this.domains.find((each) => each.uuid === uuid);
    if (domain === undefined) throw new FakeRefusal(LIBVIRT_CODES.NO_DOMAIN, `no domain ${uuid}`);
    return domain;
  }

  private register(client: FakeClient, what: string): XdrWriter {
    this.lastCallbackId += 1;
    client.hears.set(this.lastCallbackId, what);
    return new XdrWriter().int(this.lastCallbackId);
  }

  private tell(what: string, procedure: Procedure, write: (writer: XdrWriter) => XdrWriter): void {
    for (const { socket, hears } of this.clients) {
      for (const [id, heard] of hears) {
        if (heard !== what) continue;
        const body = write(new XdrWriter().int(id)).bytes();
        socket.write(packetOf(procedure, PACKET_TYPE.MESSAGE, 0, PACKET_STATUS.OK, body));
      }
    }
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

const deregister = (args: XdrReader, client: FakeClient): XdrWriter => {
  client.hears.delete(args.int('callback id'));
  return new XdrWriter();
};

const packetOf = (
  { program, number }: Procedure,
  type: number,
  serial: number,
  status: number,
  body: Uint8Array,
): Uint8Array => encodePacket({ program, procedure: number, type, serial, status }, body);
