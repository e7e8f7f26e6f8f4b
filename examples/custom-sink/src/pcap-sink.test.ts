import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, FRAME_SINK, type FrameSink } from '@nic-herald/core';
import { composeHost, encodeBatch, rarpKind } from '@nic-herald/host';
import { decodePcap, decodeRarp, isDecodeError, MacAddress, VlanId } from '@nic-herald/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plugin } from './pcap-sink.js';

const NOW_MS = 1_700_000_000_000.125;
const FROM_GUEST = { direction: 'from-guest', signal: new AbortController().signal } as const;
const port = { kind: 'tap', name: 'tap0' };
const mac = MacAddress.of('52:54:00:00:00:01');

const TWO_FRAMES = encodeBatch(
  [{ mac }, { mac, vlan: VlanId.of(10) }].map((station) => ({ kind: 'rarp', station, evidence: 'primary' })),
  new Map([['rarp', rarpKind]]),
);

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pcap-sink-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** The sink as a host constructs it. */
const sinkOf = (at: string): FrameSink => {
  const clock: Clock = { now: () => NOW_MS, elapsed: () => 0, setTimer: () => () => {} };
  let sink: unknown;
  plugin({ directory: at }).install({
    provide: () => {},
    contribute: (token, provider) => {
      if (token !== (FRAME_SINK as symbol) || !('factory' in provider)) return;
      sink = provider.factory({ get: <T>() => clock as T, all: () => [] });
    },
  });
  return sink as FrameSink;
};

describe('what cannot be written', () => {
  it.each(['../tap0', '..', '', 'a name with blanks'])('a port called "%s"', async (name) => {
    await expect(sinkOf(directory).open({ kind: 'tap', name }, FROM_GUEST)).rejects.toMatchObject({
      code: 'HERALD_SINK_FAULT',
    });
  });

  it('a directory that is a file', async () => {
    const path = join(directory, 'file');
    await writeFile(path, '');
    await expect(sinkOf(path).open(port, FROM_GUEST)).rejects.toMatchObject({
      code: 'HERALD_SINK_FAULT',
      message: expect.stringContaining('tap0.pcap') as string,
    });
  });

  it('frames towards the guest', async () => {
    const claim = await sinkOf(directory).claim(port, { ...FROM_GUEST, direction: 'to-guest' });
    expect(claim).toHaveProperty('refusal');
  });

  it('anything after close: the frames are refused in words', async () => {
    const channel = await sinkOf(directory).open(port, FROM_GUEST);
    const batch = channel.prepare(TWO_FRAMES);
    await channel.close();
    expect(batch.send()).toMatchObject({ accepted: 0, failure: expect.any(String) as string });
  });
});

it('writes every frame of every sending, and goes on with a file that is there', async () => {
  for (let time = 0; time < 2; time += 1) {
    const channel = await sinkOf(directory).open(port, FROM_GUEST);
    expect(await channel.health(FROM_GUEST)).toEqual({ ready: true });
    expect(channel.prepare(TWO_FRAMES).send()).toEqual({ accepted: 2 });
    await channel.close();
  }
  const file = decodePcap(await readFile(join(directory, 'tap0.pcap')));
  if (isDecodeError(file)) throw file;
  expect(file.records.map(({ timestampNs }) => timestampNs)).toEqual(
    Array.from({ length: 4 }, () => 1_700_000_000_000_125_000n),
  );
  expect(file.records.map(({ frame }) => decodeRarp(frame))).toMatchObject([
    { mac },
    { mac, vlan: 10 },
    { mac },
    { mac, vlan: 10 },
  ]);
});

it('writes the part of a batch that is to be sent', async () => {
  const channel = await sinkOf(directory).open(port, FROM_GUEST);
  const batch = channel.prepare(TWO_FRAMES);
  expect([batch.send(1, 1), batch.send(1, 5), batch.send(2, 1)]).toEqual([
    { accepted: 1 },
    { accepted: 1 },
    { accepted: 0 },
  ]);
  await channel.close();
  const file = decodePcap(await readFile(join(directory, 'tap0.pcap')));
  if (isDecodeError(file)) throw file;
  expect(file.records.map(({ frame }) => decodeRarp(frame))).toMatchObject([{ vlan: 10 }, { vlan: 10 }]);
});

it('can be composed into a host', async () => {
  const host = await composeHost([plugin({ directory })], { name: 'A' });
  await host.close();
});
