import { describe, expect, it } from 'vitest';
import { MAX_QMP_DEPTH, parseQmpMessage } from './qmp-message.js';

const parse = (text: string) => parseQmpMessage(new TextEncoder().encode(text));

describe('parseQmpMessage', () => {
  it.each([
    '',
    'SSH-2.0-OpenSSH_9.2',
    '{"event": "RESUME"',
    'null',
    '[]',
    '7',
    '{}',
    `{"event": "${'x'.repeat(257)}"}`,
    '{"event": 7, "timestamp": {"seconds": 1, "microseconds": 2}}',
    '{"return": {}}',
    '{"return": {}, "id": "1"}',
    '{"error": "no", "id": 1}',
    '{"QMP": 1}',
  ])('gives nothing for %j', (text) => {
    expect(parse(text)).toBeUndefined();
  });

  it.each([
    ['{"QMP": {"version": {}, "capabilities": ["oob"]}}', { kind: 'greeting' }],
    ['{"return": [1], "id": 3}\r', { kind: 'return', id: 3, value: [1] }],
    [
      '{"id": 4, "error": {"class": "DeviceNotFound", "desc": "no"}}',
      { kind: 'error', id: 4, errorClass: 'DeviceNotFound', description: 'no' },
    ],
    [
      '{"error": {"class": "GenericError", "desc": "no"}}',
      { kind: 'error', id: undefined, errorClass: 'GenericError', description: 'no' },
    ],
    [
      '{"timestamp": {"seconds": 1795416501, "microseconds": 579307}, "event": "RESUME", "more": 1}',
      { kind: 'event', event: { name: 'RESUME', data: undefined, stampedAt: 1795416501579.307 } },
    ],
    ['{"event": "X", "timestamp": 7}', { kind: 'event', event: { name: 'X' } }],
    [
      '{"event": "X", "timestamp": {"seconds": "1", "microseconds": null}}',
      { kind: 'event', event: { name: 'X' } },
    ],
    [
      '{"timestamp": {"seconds": -1, "microseconds": -1}, "event": "X", "data": {"a": 1}}',
      { kind: 'event', event: { name: 'X', data: { a: 1 } } },
    ],
  ])('reads %j', (text, message) => {
    expect(parse(text)).toEqual(message);
  });

  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  it.each<[string, string, object]>([
    ['a reply as deep as allowed', `{"return": ${nested(MAX_QMP_DEPTH - 1)}, "id": 3}`, { kind: 'return' }],
    ['a reply', `{"return": ${nested(MAX_QMP_DEPTH)}, "id": 3}`, { kind: 'too-deep', id: 3 }],
    [
      'a reply to nobody',
      `{"return": ${nested(MAX_QMP_DEPTH)}, "id": "x"}`,
      { kind: 'too-deep', id: undefined },
    ],
    ['an error', `{"error": {"class": ${nested(100_000)}}, "id": 3}`, { kind: 'too-deep', id: 3 }],
    ['a greeting', `{"QMP": ${nested(100_000)}}`, { kind: 'too-deep' }],
    [
      'the data of an event as deep as allowed',
      `{"event": "X", "data": ${nested(MAX_QMP_DEPTH)}}`,
      { kind: 'event' },
    ],
    ['the data of an event', `{"event": "X", "data": ${nested(MAX_QMP_DEPTH + 1)}}`, { kind: 'too-deep' }],
    ['what an event has besides', `{"event": "X", "more": ${nested(100_000)}}`, { kind: 'event' }],
  ])('bounds the depth of %s', (_, text, message) => {
    expect(parse(text)).toMatchObject(message);
  });
});
