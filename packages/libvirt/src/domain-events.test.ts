import { describe, expect, test } from 'vitest';
import { type RecordedName, recorded } from '../test/recorded-packets.js';
import { LIFECYCLE, readLifecycleEvent, readMetadataEvent, readMonitorEvent } from './domain-events.js';
import { readHeader } from './rpc/rpc-header.js';
import { XdrReader } from './xdr/xdr-reader.js';
import { XdrWriter } from './xdr/xdr-writer.js';

const domain = { name: 'g1', uuid: '6b1d1c9e-0000-4000-8000-0000000000a1', id: 4 };

const body = (name: RecordedName): XdrReader => {
  const reader = new XdrReader(recorded(name));
  readHeader(reader);
  return reader;
};

describe('events of libvirtd 9.0', () => {
  test.each<[RecordedName, (reader: XdrReader) => unknown, unknown]>([
    [
      'suspendedEvent',
      readLifecycleEvent,
      { callbackId: 0, event: { domain, event: LIFECYCLE.SUSPENDED, detail: 0 } },
    ],
    [
      'resumedEvent',
      readLifecycleEvent,
      { callbackId: 0, event: { domain, event: LIFECYCLE.RESUMED, detail: 0 } },
    ],
    ['metadataEvent', readMetadataEvent, { callbackId: 1, event: { domain, type: 2, uri: 'urn:x' } }],
    [
      'stopEvent',
      readMonitorEvent,
      { callbackId: 2, event: { domain, name: 'STOP', stampedAt: 1_795_842_358_946.592 } },
    ],
    [
      'resumeEvent',
      readMonitorEvent,
      { callbackId: 2, event: { domain, name: 'RESUME', stampedAt: 1_795_842_359_268.381 } },
    ],
  ])('%s', (name, read, event) => {
    const reader = body(name);
    expect(read(reader)).toEqual(event);
    reader.end(name);
  });
});

const monitorEvent = (seconds: bigint, micros: number, data?: string): XdrReader =>
  new XdrReader(
    new XdrWriter()
      .int(3)
      .string('g1', 9, 'x')
      .fixed(Buffer.from('6b1d1c9e0000400080000000000000a1', 'hex'))
      .int(4)
      .string('MIGRATION', 9, 'x')
      .hyper(seconds)
      .uint(micros)
      .optional(data, (writer, text) => writer.string(text, 99, 'x'))
      .bytes(),
  );

describe('the stamp of an event of QEMU', () => {
  test.each<[string, bigint, number]>([
    ['is none where QEMU had no clock', -1n, 0xffff_ffff],
    ['is none where its microseconds are a second and more', 1n, 1_000_000],
    ['is none beyond all time', 2n ** 62n, 0],
  ])('%s', (_name, seconds, micros) => {
    expect(readMonitorEvent(monitorEvent(seconds, micros)).event).toEqual({ domain, name: 'MIGRATION' });
  });

  test('comes with its data', () => {
    expect(readMonitorEvent(monitorEvent(2n, 3, '{"status":"setup"}')).event).toEqual({
      domain,
      name: 'MIGRATION',
      stampedAt: 2000.003,
      data: '{"status":"setup"}',
    });
  });
});
