import { describe, expect, test } from 'vitest';
import { RECORDED_NAMES, recorded } from '../../test/recorded-packets.js';
import { XdrReader } from '../xdr/xdr-reader.js';
import { PROCEDURES } from './procedures.js';
import { encodePacket, readHeader } from './rpc-header.js';

describe('RPC header', () => {
  test('refuses another version of a program', () => {
    const packet = recorded('openReply').slice();
    packet[11] = 2;
    expect(() => readHeader(new XdrReader(packet))).toThrow(
      expect.objectContaining({
        code: 'HERALD_LIBVIRT_PROTOCOL',
        details: { what: 'program version', offset: 8, expected: '1', got: '2' },
      }),
    );
  });

  test('is what libvirtd sends', () => {
    expect(readHeader(new XdrReader(recorded('authListReply')))).toEqual({
      program: 0x2000_8086,
      procedure: 66,
      type: 1,
      serial: 1,
      status: 0,
    });
    const { program, procedure, type } = readHeader(new XdrReader(recorded('stopEvent')));
    const { monitorEvent } = PROCEDURES;
    expect({ program, procedure, type }).toEqual({
      program: monitorEvent.program,
      procedure: monitorEvent.number,
      type: 2,
    });
  });

  test.each(RECORDED_NAMES)('%s is written as it was read', (name) => {
    const packet = recorded(name);
    const reader = new XdrReader(packet);
    const header = readHeader(reader);
    const body = reader.fixed(reader.left, 'body');
    expect(Buffer.from(encodePacket(header, body)).toString('hex')).toBe(Buffer.from(packet).toString('hex'));
  });
});
