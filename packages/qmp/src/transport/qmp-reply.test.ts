import { expect, it } from 'vitest';
import { parseQmpReply } from './qmp-reply.js';

it.each<[string, string]>([
  ['no JSON', '{"return": '],
  ['no object', '"return"'],
  ['nothing', 'null'],
  ['an event', '{"event": "STOP"}'],
  ['an error without a class', '{"error": {"desc": "no"}}'],
  ['what is nested too deep', `{"return": ${'['.repeat(65)}${']'.repeat(65)}}`],
])('takes %s for no reply', (_, text) => {
  expect(parseQmpReply(text)).toBeUndefined();
});

it('reads what was returned, whoever numbered the command', () => {
  expect(parseQmpReply('{"return": {"a": 1}, "id": "libvirt-7"}')).toEqual({ value: { a: 1 } });
});

it('reads a refusal', () => {
  expect(parseQmpReply('{"error": {"class": "GenericError", "desc": "no"}, "id": "libvirt-7"}')).toEqual({
    errorClass: 'GenericError',
    description: 'no',
  });
});
