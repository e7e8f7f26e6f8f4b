import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { isHeraldError } from '@nic-herald/core';
import { expect, test } from 'vitest';
import { TestClock } from '../../../qmp/test/test-clock.js';
import { type RecordedName, recorded } from '../../test/recorded-packets.js';
import { Libvirt } from '../libvirt.js';

// 10 000 mutations by default; HERALD_FUZZ=1000000 by hand.
const RUNS = Number(process.env['HERALD_FUZZ'] ?? 10_000);

/** Numbers that look random and are the same in each run (mulberry32). */
const random = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
};

const NASTY = [
  0, 1, 3, 4, 27, 28, 0x7f, 0x80, 0xff, 0xffff, 4096, 4194305, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
];

/** What libvirtd sent, with the harm that a wire or a stranger could do: bits, words, cuts, repeats, joints. */
const mutate = (bytes: Buffer, pick: (below: number) => number): Buffer => {
  let mutated = Buffer.from(bytes);
  for (let left = 1 + pick(4); left > 0 && mutated.length > 4; left -= 1) {
    const at = pick(mutated.length - 3);
    const kind = pick(5);
    if (kind === 0) mutated[at] = (mutated[at] ?? 0) ^ (1 << pick(8));
    else if (kind === 1) mutated.writeUInt32BE(NASTY[pick(NASTY.length)] ?? 0, at - (at % 4));
    else if (kind === 2) mutated = mutated.subarray(0, at);
    else if (kind === 3) mutated = Buffer.concat([mutated.subarray(0, at), mutated.subarray(at + pick(9))]);
    else
      mutated = Buffer.concat([
        mutated.subarray(0, at),
        bytes.subarray(pick(bytes.length)),
        mutated.subarray(at),
      ]);
  }
  return mutated;
};

/** A socket that is none. */
class PlayedSocket extends EventEmitter {
  isDestroyed = false;

  write(): boolean {
    return true;
  }

  destroy(): void {
    this.isDestroyed = true;
  }
}

const renumbered = (name: RecordedName, serial: number): Buffer => {
  const packet = Buffer.from(recorded(name));
  packet.writeUInt32BE(serial, 20);
  return packet;
};

/** In the order in which they are asked for. */
const ANSWERS: readonly RecordedName[] = [
  'hearReply',
  'hearMetadataReply',
  'hearMonitorReply',
  'domainsReply',
  'stateReply',
  'monitorCommandReply',
  'metadataRefusal',
  'xmlRefusal',
  'metadataReply',
  'setMetadataReply',
  'libraryVersionReply',
  'hypervisorVersionReply',
];
const EVENTS: readonly RecordedName[] = [
  'metadataEvent',
  'stopEvent',
  'suspendedEvent',
  'resumeEvent',
  'resumedEvent',
];
const AUTH_LIST = renumbered('authListReply', 1);
const OPENED = renumbered('openReply', 2);
const CONVERSATION = Buffer.concat([
  ...ANSWERS.map((name, index) => renumbered(name, index + 3)),
  ...EVENTS.map((name) => recorded(name)),
]);

/** All that one connection asks, and what it hears. */
const talk = async (pick: (below: number) => number): Promise<unknown[]> => {
  const socket = new PlayedSocket();
  const clock = new TestClock();
  const feed = (bytes: Buffer): void => {
    for (let at = 0; at < bytes.length && !socket.isDestroyed; ) {
      const end = at + 1 + pick(bytes.length);
      socket.emit('data', bytes.subarray(at, end));
      at = end;
    }
  };
  const opening = Libvirt.open('/run/x', clock, {
    connecting: () => socket as unknown as Socket,
    limits: { maxInFlight: 100 },
  });
  const isHandshakeHarmed = pick(10) === 0;
  const harm = (bytes: Buffer, isHarmed: boolean): Buffer => (isHarmed ? mutate(bytes, pick) : bytes);
  socket.emit('connect');
  await Promise.resolve();
  feed(harm(AUTH_LIST, isHandshakeHarmed));
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
  feed(OPENED);
  if (isHandshakeHarmed) clock.advance(10_000);
  const outcome = await opening.then(
    (libvirt) => ({ libvirt }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome) return [outcome.error];
  const { libvirt } = outcome;
  const domain = (id: number) => ({ name: 'g1', uuid: `6b1d1c9e-0000-4000-8000-00000000000${id}`, id });
  const heard: unknown[] = [];
  const listener = (event: unknown): unknown => heard.push(event);
  const calls = [
    libvirt.hearLifecycle(listener),
    libvirt.hearMetadata(listener),
    libvirt.hearMonitorEvents(listener),
    libvirt.domains(),
    libvirt.state(domain(1)),
    libvirt.monitorCommand(domain(2), '{}'),
    libvirt.metadata(domain(3), 'urn:x'),
    libvirt.xml(domain(4)),
    libvirt.metadata(domain(5), 'urn:x'),
    libvirt.setMetadata(domain(6), { uri: 'urn:x', key: 'x' }),
    libvirt.version(),
  ];
  await Promise.resolve();
  feed(harm(CONVERSATION, true));
  clock.advance(1_000_000); // what was not answered overruns, and the silence is noticed
  const results = await Promise.allSettled(calls);
  libvirt.close();
  await libvirt.ended;
  return results.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
};

test(`${RUNS} mutated conversations end in values or in errors with a code`, { timeout: 0 }, async () => {
  const codes = new Map<string, number>();
  for (let run = 0; run < RUNS; run += 1) {
    for (const error of await talk(random(run))) {
      if (!isHeraldError(error)) throw new Error(`run ${run}`, { cause: error });
      codes.set(error.code, (codes.get(error.code) ?? 0) + 1);
      if (error.message.length > 6000) throw new Error(`run ${run}: a long text`);
    }
  }
  if (process.env['HERALD_FUZZ']) console.log(codes, process.memoryUsage());
  expect([...codes.keys()]).toContain('HERALD_LIBVIRT_PROTOCOL');
  for (const code of codes.keys())
    expect(code).toMatch(/^HERALD_LIBVIRT_(PROTOCOL|REFUSED|TIMEOUT|SILENT|AUTH)$/);
});
